"""The system `crossing` as a user sees it: printed values, errors that hold, local exponents by hand, layouts,
bad input."""
import math
import unittest

from kinlim_cli import Folder, check_refused, one, select

STUDY = """\
system: crossing
eps: [0.25, 0.5, 0.125]
energies: [[0, 0, 0], [0.3, -1.7, 2.5]]
momenta: [[0, 0, 0], [0.1, 0.23, 0.4]]
"""
# d = 3, L = 8, eps = 1/2, E = (0,1,2): a double sum over all momenta, by another program.
PRINTED = """\
system: crossing
eps: 0.5
energies: [[0, 1, 2]]
momenta: [[0.125, 0.25, 0.5]]
sites: 8
"""
# eps -> r(0) and sup at E = 0, sup at E = (2,2,2), of large L, by another program
LARGE = {0.5: (0.736089, 0.40343, 0.27931), 0.2: (0.995897, 1.01295, 0.74283), 0.1: (1.193462, 1.7647, 1.3919)}

BAD = {
    "odd sites": (["sites=[8, 9, 8]"], "sites: 9 is not allowed: must be even"),
    "sites of some eps": (["sites=[8, 8]"], "sites"),
    "pairs of energies": (["energies=[[0, 1], [1, 2], [0, 2]]"], "energies: must be lists of 3 numbers"),
    "sixes": (["energies=[[0, 1, 2, 0, 1, 1]]"], "energies"),
    "the same energies twice": (["energies=[[0, 1, 2], [0, 1, 2]]"], "energies"),
    "momenta of another dimension": (["dimension=2"], "momenta: must be lists of 2 numbers"),
    "eps of 0": (["eps=[0.5, 0]"], "eps.1"),
    "eps that no sites resolve": (["eps=1e-9"], "eps: 1e-09 is not allowed: eps L of 13 takes more than"),
    "times": (["times=[1]"], "times"),
    "realizations": (["realizations=2"], "realizations"),
}


class Crossing(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def test_gives_the_printed_values_of_eight_sites_and_warns(self):
        self.folder.write("study.yaml", PRINTED)
        said = self.folder.good("run", "study.yaml", "-o", "out.h5", "--quiet").err
        self.assertIn("eps L is 4 at eps = 0.5", said)
        self.assertEqual(len(said.splitlines()), 1)
        table = self.folder.summary("out.h5")
        self.assertEqual(list(table[0])[:4], ["eps", "e1", "e2", "e3"])
        for observable, value in (("at_1", 0.347789345981), ("sup", 0.348341259310)):
            row = one(table, observable=observable, statistic="mean", part="re", e1=0., e2=1., e3=2.)
            self.assertAlmostEqual(float(row["value"]), value, delta=1e-12)
            self.assertEqual(row["time"], "")
        # (0, 3, 4)/8 is an image of this
        self.assertEqual([float(one(table, observable=f"argmax_{j}")["value"]) for j in (1, 2, 3)], [0, 1 / 8, 1 / 2])
        norm = [float(one(table, observable=n)["value"]) for n in ("norm", "norm_1", "norm_2", "norm_3")]
        self.assertEqual(norm[0], norm[1])
        self.assertEqual(float(one(table, observable="gain")["value"]), 1 *
                         float(one(table, observable="sup")["value"]) * 0.5 / (norm[1] * norm[2]))

    def test_the_errors_of_default_sites_hold(self):
        table = self.folder.table("default", f"system: crossing\neps: {list(LARGE)}\nenergies: [[0, 0, 0], [2, 2, 2]]\n")
        for eps, (norm, sup, at_two) in LARGE.items():
            for printed, energy, observable in ((norm, 0., "norm"), (sup, 0., "sup"), (at_two, 2., "sup")):
                row = one(table, eps=eps, e1=energy, observable=observable, statistic="mean")
                digits = 6e-7 if observable == "norm" else 6e-6 if eps > 0.1 else 6e-5
                self.assertLessEqual(float(row["low"]) - digits, printed)
                self.assertLessEqual(printed, float(row["high"]) + digits)
                self.assertLess(float(row["high"]) - float(row["low"]), 3e-3 * printed)

    def test_the_errors_of_few_sites_hold_next_to_many(self):
        """Values of few sites, where the error is large, beside twice as many; momenta off the lattice too."""
        few = self.folder.table("few", STUDY, "sites=[32, 16, 64]")
        many = self.folder.table("many", STUDY, "sites=[64, 32, 128]")
        wide = 0
        for row in select(few, statistic="mean"):
            if row["observable"].startswith("argmax"):
                continue
            if row["e1"] != "0" and row["observable"] in ("sup", "gain"):
                continue   # the finer grid of u comes nearer to the sup; at E = 0 both have it
            other = one(many, statistic="mean", observable=row["observable"],
                        **{name: float(row[name]) for name in ("eps", "e1", "e2", "e3")})
            half = float(row["high"]) - float(row["value"])
            off = abs(float(row["value"]) - float(other["value"]))
            self.assertLessEqual(off, half + float(other["high"]) - float(other["value"]), row)
            wide += half > 1e3 * off
        self.assertLess(wide, 4)

    def test_local_exponents_are_those_of_neighbours(self):
        table = self.folder.table("study", STUDY)
        for observable in ("sup", "gain"):
            for energy in (0., 0.3):
                value, high = {}, {}
                for row in select(table, observable=observable, statistic="mean", e1=energy):
                    value[float(row["eps"])] = float(row["value"])
                    high[float(row["eps"])] = float(row["high"])
                found = select(table, observable=observable, statistic="local_exponent", e1=energy)
                self.assertEqual([float(row["eps"]) for row in found], [0.25, 0.125])
                for row in found:
                    eps = float(row["eps"])
                    expected = math.log(value[eps] / value[2 * eps]) / math.log(0.5)
                    self.assertAlmostEqual(float(row["value"]), expected, delta=1e-12)
                    change = sum(math.log(high[e] / value[e]) for e in (eps, 2 * eps)) / math.log(2)
                    self.assertAlmostEqual(float(row["high"]) - float(row["value"]), change, delta=0.01 * change)
        self.assertEqual([row for row in table if "rate" in row["statistic"]], [])

    def test_samples_are_the_same_bytes_on_any_ranks(self):
        for d, momenta in ((1, "[[0.3]]"), (2, "[[0.3, 0.2]]"), (3, "[[0.3, 0.2, 0.1]]")):
            options = (f"dimension={d}", f"momenta={momenta}")
            self.folder.table(f"{d}", STUDY, *options)
            for ranks in (1, 3):
                self.folder.table(f"{d}-{ranks}", STUDY, *options, ranks=ranks)
                self.assertEqual(self.folder.samples(f"{d}-{ranks}.h5"), self.folder.samples(f"{d}.h5"))

    def test_bad_input_is_one_line_and_nothing_written(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
