"""Several boxes: the reference in infinite space, what a box changes, means taken to infinite size.

F on a torus is the sum of its images, so the difference of the two references is the sum of the
infinite reference over observables moved by whole boxes: an identity between two solves. Fits are
made again here from the samples.
"""
import math
import re
import statistics
import unittest

from kinlim_cli import Folder, one, rows, select

STUDY = """\
system: anderson
dimension: 2
box: [3, 3.5, 4, 4.5, 5]
eta: [0.5, 0.6]
times: [0.25, 0.5]
realizations: 24
initial:
  envelope: {shape: gaussian, width: 0.38, center: [0.1, 0]}
  phase: {momentum: [0.15, 0.2]}
disorder: {seed: 5}
observables:
  - {name: place, position: {shape: gaussian, center: [-0.5, -0.6], width: 0.4}, momentum: {mode: [1, 0]}}
  - {name: whole, position: {shape: uniform}, momentum: {mode: [0, 1]}}
  - {name: wave, position: {shape: wave, wave: [1, 0]}, momentum: {mode: [0, 0]}}
moments: [2]
propagator: {tolerance: 1.0e-4}
boltzmann: {tolerance: 1.0e-8, space: both}
"""
NUMBER = ["observable", "part"]


class Boxes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.place.cleanup)
        cls.folder.write("study.yaml", STUDY)
        cls.result = cls.folder.run("study.yaml", "a.h5")
        cls.summary = cls.folder.summary("a.h5")
        cls.values = {}
        for r in rows(cls.folder.samples("a.h5")):
            key = float(r["eta"]), float(r["box"]), float(r["time"]), r["observable"], r["part"]
            cls.values.setdefault(key, []).append(float(r["value"]))

    def dry(self, *options):
        text = self.folder.good("run", "study.yaml", "--dry-run", "-o", "dry.h5", *options).out
        bound = {}
        for line in text.split("by at most\n")[1].split("\n\n")[0].splitlines():
            eta, box, rest = line.split(None, 2)
            for name, value in re.findall(r"(\w+) ([0-9.e+-]+)", rest):
                bound[float(eta), float(box), name] = float(value)
        least = [[float(x) for x in line.split()] for line in
                 text.split("by more than\n")[1].split("\n\n")[0].splitlines()[1:]]
        return bound, {line[0]: line[1:] for line in least}

    def test_the_box_effect_is_the_sum_over_images(self):
        images = [(i, j) for i in range(-2, 3) for j in range(-2, 3) if (i, j) != (0, 0)]
        moved = ", ".join(f"{{name: i{n}, position: {{shape: gaussian, center: [{-0.5 + 3 * i}, {-0.6 + 3 * j}], "
                          "width: 0.4}, momentum: {mode: [1, 0]}}" for n, (i, j) in enumerate(images))
        self.folder.run("study.yaml", "images.h5", "--set", f"observables=[{moved}]", "--set", "box=3", "--set",
                        "eta=0.5", "--set", "realizations=1", "--set", "boltzmann.space=infinite")
        table = self.folder.summary("images.h5")
        self.assertEqual(select(table, statistic="reference"), [])
        self.assertEqual(select(table, statistic="box_effect"), [])
        for time in (0.25, 0.5):
            for part in ("re", "im"):
                terms = [float(r["value"]) for r in select(table, statistic="infinite_reference", time=time, part=part)]
                effect = one(self.summary, statistic="box_effect", time=time, observable="place", part=part, eta=0.5, box=3.0)
                self.assertEqual(len(terms), 24)
                self.assertGreater(max(map(abs, terms)), 1e-6)
                self.assertAlmostEqual(math.fsum(terms), float(effect["value"]), delta=3e-8)

    def test_rows_fit_together(self):
        for r in select(self.summary, statistic="infinite_bias"):
            where = {k: float(r[k]) for k in ("eta", "box", "time")} | {k: r[k] for k in NUMBER}
            limit = one(self.summary, statistic="infinite_reference", **where)
            torus = one(self.summary, statistic="reference", **where)
            effect = one(self.summary, statistic="box_effect", **where)
            mean = one(self.summary, statistic="mean", **where)
            self.assertAlmostEqual(float(r["value"]), float(mean["value"]) - float(limit["value"]), delta=1e-14)
            self.assertAlmostEqual(float(effect["value"]), float(torus["value"]) - float(limit["value"]), delta=1e-14)
            self.assertTrue(float(effect["low"]) <= float(effect["value"]) <= float(effect["high"]))
            if r["observable"] == "whole":    # the same on any torus
                self.assertTrue(float(effect["low"]) <= 0 <= float(effect["high"]))
        names = {r["observable"] for r in self.summary if r["statistic"].startswith(("infinite", "box_"))}
        self.assertEqual(names, {"place", "whole"})
        limits = {(r["time"], r["observable"], r["part"], r["value"])
                  for r in select(self.summary, statistic="infinite_reference")}
        self.assertEqual(len(limits), 2 * 4)    # one solve serves all boxes and eta

    def test_says_what_has_no_meaning_and_which_box_is_small(self):
        self.assertIn("observable wave has no reference in infinite space", self.result.err)
        self.assertRegex(self.result.err, r"at eta 0.6 the box 2.88 is not infinite space: its images may change place")
        torus = self.folder.run("study.yaml", "torus.h5", "--set", "boltzmann.space=torus", "--set", "realizations=1")
        self.assertNotIn("infinite", torus.err)
        self.assertEqual(select(self.folder.summary("torus.h5"), statistic="infinite_reference"), [])

    def test_the_plan_bounds_what_is_measured(self):
        bound, least = self.dry()
        checked = 0
        for r in select(self.summary, statistic="box_effect", time=0.5, observable="place"):
            found = [v for k, v in bound.items() if k[2] == "place" and math.isclose(k[0], float(r["eta"])) and
                     math.isclose(k[1], float(r["box"]), rel_tol=1e-5)]
            self.assertLessEqual(abs(float(r["value"])), 1.05 * found[0] + 1e-8)
            checked += 1
        self.assertEqual(checked, 20)
        for eta, sides in least.items():    # a box of the advised size has the error
            for error, side in zip((1e-2, 1e-3, 1e-4), sides):
                sites = math.ceil(side / eta**2)
                self.assertLessEqual(self.at(eta, sites), 1.06 * error)
                self.assertGreater(self.at(eta, sites - 2), error)

    def at(self, eta, sites):
        self.folder.write("sites.yaml", re.sub("box: .*", f"sites: {sites}", STUDY).replace("[0.5, 0.6]", str(eta)))
        text = self.folder.good("run", "sites.yaml", "--dry-run", "-o", "dry.h5").out
        return float(re.search(r"place ([0-9.e+-]+)", text).group(1))

    def test_no_sample_on_the_lattice_exceeds_the_bound(self):
        """The weight of psi at a distance R, whatever the disorder: in a box of side R an image at
        that distance is counted once for each of 4 neighbours, so a quarter of the bound holds it.
        """
        place = "{{name: place, position: {{shape: gaussian, center: [{}, 0], width: 0.4}}, momentum: {{mode: [0, 0]}}}}"
        tight = []
        for eta in (0.5, 0.6):
            for distance in (3, 3.5):
                sites = round(distance / eta**2)
                far = sites * eta**2
                # p = (-1/4, ..): with v_1 = 2, as fast as the front and towards the observable
                options = ["--set", "initial.phase.momentum=[-0.25, 0.2]", "--set", f"observables=[{place.format(0.1 + far)}]", "--set", f"eta={eta}", "--set", "box=12",
                           "--set", "times=[0.5]", "--set", "boltzmann.reference=none", "--set", "realizations=8",
                           "--set", "propagator.precision=double", "--set", "propagator.tolerance=1.0e-9"]
                name = f"far-{eta}-{distance}.h5"
                self.folder.run("study.yaml", name, *options)
                most = max(float(r["value"]) for r in rows(self.folder.samples(name)))
                self.folder.write("near.yaml", re.sub("box: .*", f"sites: {sites}", STUDY))
                text = self.folder.good("run", "near.yaml", "--dry-run", "-o", "dry.h5", "--set", f"eta={eta}", "--set",
                                        f"observables=[{place.format(0.1)}]", "--set", "times=[0.5]").out
                bound = float(re.search(r"place ([0-9.e+-]+)", text).group(1)) * 1.05 / 4
                self.assertLess(most, bound)
                tight.append(most / bound)
        self.assertGreater(max(tight), 1e-3, tight)    # a bound that is far off would be no advice

    def family(self, eta, time, name, part):
        found = sorted((box, y) for (e, box, t, n, p), y in self.values.items()
                       if (e, t, n, p) == (eta, time, name, part))
        return [(box, statistics.fmean(y), statistics.stdev(y) / math.sqrt(len(y))) for box, y in found]

    def test_means_are_extrapolated_as_documented(self):
        bound, _ = self.dry()
        for eta in (0.5, 0.6):
            for part in ("re", "im"):
                points = self.family(eta, 0.5, "place", part)
                where = dict(eta=eta, time=0.5, observable="place", part=part)
                fit = one(self.summary, statistic="box_limit:mean", order=1.0, **where)
                x, y, w = [1 / p[0] for p in points], [p[1] for p in points], [p[2]**-2 for p in points]
                s = [math.fsum(wi * xi**k for wi, xi in zip(w, x)) for k in range(3)]
                t = [math.fsum(wi * yi * xi**k for wi, xi, yi in zip(w, x, y)) for k in range(2)]
                det = s[0] * s[2] - s[1]**2
                c0, c1 = (s[2] * t[0] - s[1] * t[1]) / det, (s[0] * t[1] - s[1] * t[0]) / det
                chi2 = math.fsum(wi * (yi - c0 - c1 * xi)**2 for wi, xi, yi in zip(w, x, y)) / 3
                half = 1.959963984540054 * math.sqrt(s[2] / det * max(1, chi2))
                self.assertAlmostEqual(float(fit["value"]), c0, delta=1e-10)
                self.assertAlmostEqual(float(fit["high"]), c0 + half, delta=1e-9)
                self.assertEqual((fit["sites"], fit["box"], fit["realizations"]), ("", "", "24"))
                row = one(self.summary, statistic="box_limit:chi2", order=1.0, **where)
                self.assertAlmostEqual(float(row["value"]), chi2, delta=1e-8)
                free = [p for p in points if min(
                    (v for k, v in bound.items() if k[0] == eta and k[2] == "place" and
                     math.isclose(k[1], p[0], rel_tol=1e-5)), default=0) <= 0.1 * p[2]]
                self.assertTrue(0 < len(free) < 5)
                plateau = math.fsum(p[1] / p[2]**2 for p in free) / math.fsum(p[2]**-2 for p in free)
                flat = one(self.summary, statistic="box_limit:mean", order=0.0, **where)
                self.assertAlmostEqual(float(flat["value"]), plateau, delta=1e-10)
                limit = one(self.summary, statistic="infinite_reference", box=points[-1][0], **where)
                bias = one(self.summary, statistic="box_limit:bias", order=0.0, **where)
                self.assertAlmostEqual(float(bias["value"]), plateau - float(limit["value"]), delta=1e-10)
                others = one(self.summary, statistic="box_limit:others", **where)
                self.assertTrue(0 <= float(others["value"]) <= 1)

    def test_two_boxes_make_a_line_without_a_test_of_it(self):
        self.folder.run("study.yaml", "two.h5", "--set", "box=[3, 4]", "--set", "eta=0.5", "--set", "boltzmann.reference=none")
        table = self.folder.summary("two.h5")
        self.assertEqual(len(select(table, statistic="box_limit:mean", order=1.0)), 2 * 4)
        self.assertEqual(select(table, statistic="box_limit:chi2", order=1.0), [])
        self.assertEqual(select(table, statistic="box_limit:bias"), [])
        self.folder.run("study.yaml", "one.h5", "--set", "box=4", "--set", "boltzmann.reference=none")
        self.assertFalse([r for r in self.folder.summary("one.h5") if r["statistic"].startswith("box_limit")])

    def test_merge_keeps_or_makes_both_references(self):
        for part in ("0:12", "12:24"):
            self.folder.run("study.yaml", f"p{part[0]}.h5", "--realizations", part, "--set", "boltzmann.reference=none")
        self.folder.good("merge", "joined.h5", "p0.h5", "p1.h5")
        wanted = ("infinite_reference", "reference", "box_effect", "box_limit:mean")
        a, b = ([(r["eta"], r["box"], r["time"], r["observable"], r["part"], float(r["value"])) for r in table
                 if r["statistic"] in wanted] for table in (self.summary, self.folder.summary("joined.h5")))
        self.assertEqual(len(a), len(b))
        for x, y in zip(a, b):
            self.assertEqual(x[:5], y[:5])
            self.assertAlmostEqual(x[5], y[5], delta=1e-10)


if __name__ == "__main__":
    unittest.main()
