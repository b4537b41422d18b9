"""Several distributions of the disorder in one study: each has the samples of a study of its own,
the tables say which is which, and they are compared in pairs of the same random numbers.
"""
import math
import statistics
import unittest

from estimators import central_moment
from kinlim_cli import Folder, one, rows, select, study_text

NAMES = ["gaussian", "uniform", "bernoulli", "laplace"]
NUMBER = ["time", "observable", "part"]


def listed(names):
    return "disorder.distribution=[" + ", ".join(names) + "]"


class Universality(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.place.cleanup)
        cls.folder.write("study.yaml", study_text(2).replace("sites: [17, 12]", "box: [4.6, 5.6]"))
        cls.options = ["--set", "realizations=48", "--set", "times=[0.1, 0.5]", "--set", "moments=[2]"]
        cls.folder.run("study.yaml", "all.h5", *cls.options, "--set", listed(NAMES))
        cls.summary_text = cls.folder.good("export", "all.h5").out
        cls.samples_text = cls.folder.samples("all.h5")
        cls.summary, cls.samples = rows(cls.summary_text), rows(cls.samples_text)
        cls.values = {}
        for r in cls.samples:
            key = (r["disorder"], float(r["eta"]), float(r["sites"]), float(r["time"]), r["observable"], r["part"])
            cls.values.setdefault(key, []).append(float(r["value"]))

    def y(self, disorder, eta, sites, time, observable, part):
        return self.values[disorder, eta, sites, time, observable, part]

    def test_headers_have_the_words_after_the_box(self):
        self.assertTrue(self.summary_text.startswith("eta,sites,box,disorder,time,observable,part,statistic,"))
        self.assertTrue(self.samples_text.startswith("eta,sites,box,disorder,realization,time,observable,part,value\n"))
        self.assertEqual([r["disorder"] for r in self.samples if r["realization"] == "0"][::10], NAMES * 4)

    def test_samples_are_those_of_a_study_of_one_distribution(self):
        for name in NAMES:
            self.folder.run("study.yaml", f"{name}.h5", *self.options, "--set", f"disorder.distribution={name}")
            lines = [line.split(",") for line in self.samples_text.splitlines()[1:]]
            without = "".join(",".join(x[:3] + x[4:]) + "\n" for x in lines if x[3] == name)
            alone = self.folder.samples(f"{name}.h5")
            self.assertEqual(alone.split("\n", 1)[0], "eta,sites,box,realization,time,observable,part,value")
            self.assertEqual(alone.split("\n", 1)[1], without)

    def test_a_list_of_one_is_no_list(self):
        self.folder.run("study.yaml", "one.h5", *self.options, "--set", listed(["uniform"]))
        self.folder.run("study.yaml", "word.h5", *self.options, "--set", "disorder.distribution=uniform")
        self.assertEqual(self.folder.samples("one.h5"), self.folder.samples("word.h5"))
        self.folder.run("study.yaml", "word.h5", *self.options, "--set", listed(["uniform"]), "--resume")

    def pairs(self):
        for row in select(self.summary, statistic="universality:mean"):
            where = {k: float(row[k]) if k != "observable" and k != "part" else row[k]
                     for k in ["eta", "sites"] + NUMBER}
            yield row, where, self.y(row["disorder"], **where), self.y("gaussian", **where)

    def test_compares_means_and_deviations_with_the_first(self):
        count = 0
        for row, where, y, z in self.pairs():
            d = [a - b for a, b in zip(y, z)]
            half = 2.0117405104757546 * statistics.stdev(d) / math.sqrt(48)    # t of 47, 97.5%: tables
            self.assertAlmostEqual(float(row["value"]), statistics.fmean(d), delta=1e-14)
            self.assertAlmostEqual(float(row["high"]) - float(row["value"]), half, delta=1e-9)
            second = one(self.summary, statistic="universality:central_moment", order=2.0,
                         disorder=row["disorder"], **where)
            self.assertAlmostEqual(float(second["value"]), statistics.stdev(y) - statistics.stdev(z), delta=1e-12)
            self.assertTrue(float(second["low"]) <= float(second["value"]) <= float(second["high"]))
            count += 1
        self.assertEqual(count, 2 * 2 * 3 * 2 * 5)
        self.assertNotIn("gaussian", {r["disorder"] for r in self.summary if r["statistic"].startswith("univ")})

    def test_common_random_numbers_reduce_the_variance(self):
        """Of the difference, against independent samples of the same two variances: more the more
        alike the distributions are (correlation of omega with the gaussian one: 0.98, 0.98, 0.80).
        """
        ratio = {name: [] for name in NAMES[1:]}
        for row, where, y, z in self.pairs():
            paired = statistics.variance([a - b for a, b in zip(y, z)])
            ratio[row["disorder"]].append(paired / (statistics.variance(y) + statistics.variance(z)))
        typical = {name: statistics.median(values) for name, values in ratio.items()}
        self.assertLess(typical["uniform"], 0.1, typical)
        self.assertLess(typical["laplace"], 0.1, typical)
        self.assertLess(typical["bernoulli"], 0.5, typical)

    def test_fits_the_rates_of_every_distribution_and_box(self):
        """One row for each; of the last box the box is empty, of any other it is the one asked for."""
        found = {(r["box"], r["disorder"]) for r in select(self.summary, statistic="rate:central_moment")}
        self.assertEqual(found, {(box, name) for box in ("4.6", "") for name in NAMES})
        self.assertTrue(all(r["eta"] == r["sites"] == "" for r in self.summary if r["statistic"].startswith("rate:")))
        for row in select(self.summary, statistic="rate:central_moment", order=2.0):
            ends = []
            for eta in (0.5, 0.6):
                sites = round((4.6 if row["box"] else 5.6) / eta**2)
                y = self.y(row["disorder"], eta=eta, sites=float(sites), time=float(row["time"]),
                           observable=row["observable"], part=row["part"])
                ends.append(central_moment(y, 2))
            slope = math.log(ends[1] / ends[0]) / math.log(0.6 / 0.5)
            self.assertAlmostEqual(float(row["value"]), slope, delta=1e-9)

    def test_refuses_wrong_lists(self):
        for value, words in ((listed(["gaussian", "gaussian"]), "must come once"),
                             (listed(["gaussian", "cauchy"]), "one of gaussian, uniform"),
                             ("disorder.distribution=[]", "0 items")):
            result = self.folder.kinlim("run", "study.yaml", "-o", "no.h5", "--set", value)
            self.assertEqual(result.code, 2)
            self.assertEqual(result.err.count("\n"), 1)
            self.assertIn(words, result.err)


if __name__ == "__main__":
    unittest.main()
