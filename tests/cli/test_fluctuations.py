"""The limit of the fluctuations beside the measured ones: an ensemble on a small lattice, the closed
form written here again, its rows and rates, correlations, where there is none and why, and what is
known before a run.
"""
import math
import os
import re
import statistics
import subprocess
import unittest

from kinlim_cli import Folder, one, rows, select, study_text

MODES = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2), (2, 1), (1, 2)]
PLANE = """\
system: anderson
dimension: 2
sites: [60, 30]
eta: [0.2, 0.3]
times: [0, 0.5, 1.0]
realizations: 1024
initial: {{envelope: {{shape: uniform}}, phase: {{momentum: [0.1, 0.2]}}}}
disorder: {{seed: 20261126}}
observables:
{}
  - {{name: energy, position: {{shape: uniform}}, momentum: {{energy: 1}}}}
moments: [1, 2, 4]
propagator: {{precision: single, tolerance: 1.0e-4}}
""".format("\n".join(f"  - {{name: m{i}, position: {{shape: uniform}}, momentum: {{mode: [{a}, {b}]}}}}"
                     for i, (a, b) in enumerate(MODES)))

PACKET = study_text(2).replace("boltzmann: {reference: none}\n", "")
SHORT = ["--set", "realizations=2", "--set", "times=[0.2]", "--set", "sites=[40, 30]", "--set", "moments=[2]",
         "--set", "boltzmann.fluctuation_tolerance=0.05", "--set", "boltzmann.tolerance=1e-3"]


def shell(p, n=400):
    """Points (theta, weight) of the curve e(theta) = e(p): one angle evenly, the other from the energy,
    both ways, with a partition of unity sin^8."""
    half = math.cos(2 * math.pi * p[0]) + math.cos(2 * math.pi * p[1])
    points = []
    for a in range(n):
        theta = (a + 0.5) * 2 * math.pi / n
        left = half - math.cos(theta)
        if abs(left) < 1:
            for other in (math.acos(left), -math.acos(left)):
                s, t = math.sin(theta) ** 8, math.sin(other) ** 8
                weight = t / (s + t) / (4 * math.pi * n * abs(math.sin(other)))
                points += [((theta, other), weight), ((other, theta), weight)]
    return points


def closed_form(p, mode, part, T, ell):
    """C of Re or Im exp(2 pi i mode.V) for a plane wave."""
    of = math.cos if part == "re" else math.sin

    def b(theta):
        return of(mode[0] * theta[0] + mode[1] * theta[1])
    points = shell(p)
    density = sum(w for _, w in points)
    g, beam = 2 * math.pi * density, b([2 * math.pi * x for x in p])
    mean = sum(w * b(t) for t, w in points) / density
    apart = sum(w * (b(t) - beam) ** 2 for t, w in points) / density
    spread = sum(w * (b(t) - mean) ** 2 for t, w in points) / density
    q, x = math.exp(-g * T), g * T
    i0, i1, i2 = T * T / 2, (1 - q * (1 + x)) / g**2, (1 - q * q * (1 + 2 * x)) / (4 * g * g)
    return 4 * (apart * (q * i1 - q * q * i0) + spread * (i2 - 2 * q * i1 + q * q * i0)) / ell**2


class AnEnsemble(unittest.TestCase):
    """Of plane waves, whose limit has a closed form."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.place.cleanup)
        cls.folder.write("study.yaml", PLANE)
        cls.folder.run("study.yaml", "a.h5", "--set", "covariance=true")
        cls.summary = cls.folder.summary("a.h5")

    def limits(self, statistic, time, **where):
        return {(r["observable"], r["part"]): r for r in select(self.summary, statistic=statistic, time=time, **where)
                if r["observable"] != "energy"}

    def test_limits_are_the_closed_form(self):
        for eta, sites in ((0.2, 60), (0.3, 30)):
            p = [round(x * sites) / sites for x in (0.1, 0.2)]    # on the dual lattice
            for (name, part), row in self.limits("central_moment_limit", 1.0, eta=eta, order=2.0).items():
                expected = eta * math.sqrt(closed_form(p, MODES[int(name[1:])], part, 1.0, eta**2 * sites))
                self.assertAlmostEqual(float(row["value"]), expected, delta=1e-8 * expected)

    def test_the_ensemble_fluctuates_as_the_limit_says(self):
        """16 variances of 1024 samples: their mean quotient is known to about 2%; without the terms
        -J_V J_U it would be above 1.3."""
        for time in (0.5, 1.0):
            ratios = self.limits("moment_ratio", time, eta=0.2, order=2.0)
            self.assertEqual(len(ratios), 16)
            self.assertAlmostEqual(statistics.fmean(float(r["value"]) ** 2 for r in ratios.values()), 1, delta=0.08)
            inside = sum(float(r["low"]) <= 1.02 and float(r["high"]) >= 0.98 for r in ratios.values())
            self.assertGreater(inside, 11)

    def test_the_ratio_is_the_quotient_with_the_interval_of_the_moment(self):
        moments, limits = self.limits("central_moment", 1.0), self.limits("central_moment_limit", 1.0)
        for key, row in self.limits("moment_ratio", 1.0).items():
            self.assertEqual(row["order"], moments[key]["order"])
            for end, other in (("value", "value"), ("low", "high"), ("high", "low")):
                self.assertAlmostEqual(float(row[end]), float(moments[key][end]) / float(limits[key][other]), delta=1e-12)

    def test_orders_follow_as_of_a_normal_distribution(self):
        second = self.limits("central_moment_limit", 1.0, eta=0.2, order=2.0)
        for order, factor in ((1.0, math.sqrt(2 / math.pi)), (4.0, 3**0.25)):
            for key, row in self.limits("central_moment_limit", 1.0, eta=0.2, order=order).items():
                self.assertAlmostEqual(float(row["value"]), factor * float(second[key]["value"]), delta=1e-12)

    def test_what_does_not_fluctuate_has_limit_zero_and_no_ratio(self):
        limits = select(self.summary, statistic="central_moment_limit", observable="energy")
        self.assertEqual({float(r[k]) for r in limits for k in ("value", "low", "high")}, {0.0})
        self.assertFalse(select(self.summary, statistic="moment_ratio", observable="energy"))
        self.assertFalse(select(self.summary, statistic="moment_ratio", time=0.0))

    def test_the_excess_has_an_exponent_or_a_bound(self):
        for order in (1.0, 2.0, 4.0):
            found = [r for kind in ("rate:", "rate_bound:")
                     for r in select(self.summary, statistic=kind + "moment_ratio_excess", time=1.0, order=order)]
            self.assertEqual(len(found), 16)

    def test_correlations_are_those_of_the_samples_and_near_their_limit(self):
        import h5py
        import numpy as np
        with h5py.File(os.path.join(self.folder.path, "a.h5"), "r") as file:
            sample = file["samples/sample"][0].reshape(1024, -1)
            measured = file["correlation/correlation"][0].reshape(sample.shape[1], -1)
            limit = file["correlation/correlation_limit"][0].reshape(sample.shape[1], -1)
        later = [i for i in range(17, 51) if i % 17 != 16]    # without T = 0 and the energy
        measured, limit = (m[np.ix_(later, later)] for m in (measured, limit))
        self.assertTrue(np.allclose(measured, np.corrcoef(sample[:, later].T), atol=1e-12))
        self.assertTrue(np.allclose(limit, limit.T) and np.allclose(np.diag(limit), 1))
        away = (measured - limit)[np.triu_indices(len(later), 1)]
        self.assertLess(float(np.sqrt(np.mean(away**2))), 0.05)    # of noise 1/32 at most
        self.assertGreater(np.abs(limit[np.triu_indices(len(later), 1)]).max(), 0.5)

    def test_the_report_has_the_points_on_their_lines_and_says_how_far_they_are(self):
        source = os.environ["SOURCE_DIR"]
        out = os.path.join(self.folder.path, "page")
        done = subprocess.run([os.path.join(source, "scripts", "report"), os.path.join(self.folder.path, "a.h5"), "-o", out],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(os.path.join(out, "index.html"), encoding="utf-8") as file:
            page = re.sub("<[^>]+>", "", file.read())
        self.assertRegex(page, r"theory and\s+measurement of the moments of order 2 differ by [+−][0-9.]+% in the mean")
        self.assertIn("Fluctuations and their limit at T = 1", page)
        self.assertRegex(page, r"beside their limit: \d+ pairs differ by 0?\.?[0-9.]+ standard errors")
        self.assertNotIn("central_moment_limit", page)    # among functions of the means
        figures = [name for folder in os.listdir(out) if folder.startswith("figures")
                   for name in os.listdir(os.path.join(out, folder))]
        self.assertTrue({"fluctuations.svg", "correlations.svg"} <= set(figures))


class Where(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", PACKET)

    def summary(self, *options, study="study.yaml"):
        err = self.folder.good("run", study, "-o", "x.h5", *SHORT, *options).err
        summary = self.folder.summary("x.h5")
        info = self.folder.good("info", "x.h5").out
        os.remove(os.path.join(self.folder.path, "x.h5"))
        self.assertTrue(all(note in err for note in re.findall(r"central_moment_limit of point 0: (.*)", info)))
        return summary, info

    def test_packets_in_two_dimensions_have_one(self):
        summary, info = self.summary()
        self.assertEqual(len(select(summary, statistic="central_moment_limit")), 10)
        self.assertNotIn("central_moment_limit of", info)

    def test_none_leaves_it_out(self):
        summary, info = self.summary("--set", "boltzmann.fluctuations=none")
        self.assertFalse([r for r in summary if "moment_limit" in r["statistic"] or r["statistic"].endswith("moment_ratio")])

    def test_infinite_space_has_rows_of_its_own(self):
        summary, _ = self.summary("--set", "boltzmann.space=both")
        for name in ("central_moment_limit", "infinite_central_moment_limit", "moment_ratio", "infinite_moment_ratio"):
            self.assertEqual(len(select(summary, statistic=name)), 10)

    def test_reasons_are_given_where_there_is_none(self):
        dropped = ["--set", "times=[0.05]"]
        for options, words in (
                (["--set", "initial.phase.hessian=[[0.1, 0], [0, 0]]"], "S is not p.X"),
                (["--set", "initial={envelope: {shape: delta, center: [0, 0]}}"], "a start on one site"),
                (["--set", "initial={packets: [{envelope: {shape: gaussian, width: 0.4, center: [1.3, 0]}, phase: {momentum: [0.1, 0.2]}}, "
                  "{envelope: {shape: gaussian, width: 0.4, center: [-1.3, 0]}, phase: {momentum: [0.15, 0.25]}}]}"], "different momenta")):
            summary, info = self.summary(*options, *dropped)
            self.assertFalse(select(summary, statistic="central_moment_limit"))
            self.assertRegex(info, "central_moment_limit of point 0: .*" + words)

    def test_one_dimension_has_none(self):
        self.folder.write("chain.yaml", study_text(1).replace("boltzmann: {reference: none}\n", ""))
        summary, info = self.summary(study="chain.yaml")
        self.assertFalse(select(summary, statistic="central_moment_limit"))
        self.assertRegex(info, "central_moment_limit of point 0: d = 1 has no Boltzmann limit")

    def test_packets_in_three_dimensions_are_asked_for(self):
        self.folder.write("space.yaml", study_text(3).replace("reference: none", "reference: solve"))
        summary, info = self.summary("--set", "sites=[17, 12]", "--set", "times=[0.01]", study="space.yaml")
        self.assertFalse([r for r in summary if "moment_limit" in r["statistic"]])

    def test_a_box_that_paths_go_around_is_told(self):
        self.folder.write("wave.yaml", PLANE)
        err = self.folder.good("run", "wave.yaml", "-o", "w.h5", "--set", "realizations=2", "--set", "times=[1.3]").err
        self.assertIn("times above half the box, 1.2: paths around it", err)


class Beforehand(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("wave.yaml", PLANE)

    def forecast(self, *options):
        out = self.folder.good("run", "wave.yaml", "-o", "w.h5", "--dry-run", *options).out
        self.assertIn("forecast from the limits", out)
        return [line.split() for line in out[out.index("forecast"):].splitlines()[2:] if line.strip()]

    def test_the_plan_tells_the_deviation_and_the_standard_error(self):
        self.folder.run("wave.yaml", "w.h5", "--set", "realizations=2")
        summary = self.folder.summary("w.h5")
        os.remove(os.path.join(self.folder.path, "w.h5"))
        for line, eta in zip(self.forecast(), (0.2, 0.3)):
            largest = max(float(r["value"]) for r in select(summary, statistic="central_moment_limit", eta=eta, order=2.0))
            self.assertAlmostEqual(float(line[4]), largest, delta=0.006 * largest)
            self.assertAlmostEqual(float(line[5]), largest / 32, delta=0.006 * largest / 32)

    def test_the_plan_tells_how_many_realizations_a_wanted_error_needs(self):
        """Of a normal standard deviation: half width 1.96/sqrt(2 n); of a mean: 1.96 deviation/sqrt(n)."""
        want = "realizations={min: 8, max: 64, until: {relative_error: 0.1, order: 2, observable: m0}}"
        self.assertEqual([line[5] for line in self.forecast("--set", want)], ["193", "193"])
        self.folder.run("wave.yaml", "w.h5", "--set", "realizations=2")
        summary = self.folder.summary("w.h5")
        os.remove(os.path.join(self.folder.path, "w.h5"))
        want = "realizations={min: 2, max: 1000000, until: {relative_error: 0.001, observable: m0}}"
        for line, eta in zip(self.forecast("--set", want), (0.2, 0.3)):
            need = max((1.959964 * float(one(summary, statistic="central_moment_limit", eta=eta, order=2.0, **at)["value"]) /
                        (0.001 * float(one(summary, statistic="reference", eta=eta, **at)["value"]))) ** 2
                       for at in ({"observable": "m0", "part": part, "time": t} for part in ("re", "im") for t in (0.5, 1.0)))
            self.assertAlmostEqual(float(line[5]), need, delta=1 + 1e-4 * need)

    def test_points_of_one_box_share_the_limit_in_proportion(self):
        self.folder.write("study.yaml", PACKET)
        self.folder.run("study.yaml", "x.h5", *SHORT, "--set", "sites=[36, 25]", "--set", "eta=[0.5, 0.6]")
        summary = self.folder.summary("x.h5")
        both = [select(summary, statistic="central_moment_limit", eta=eta) for eta in (0.5, 0.6)]
        self.assertEqual(len(both[0]), 5)
        for a, b in zip(*both):
            self.assertAlmostEqual(float(a["value"]) / 0.5, float(b["value"]) / 0.6, delta=1e-12 * float(a["value"]))


if __name__ == "__main__":
    unittest.main()
