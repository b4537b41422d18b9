"""The systems `localization` and `lyapunov` as a user sees them: their numbers against closed
forms, and the pipeline's promises (layouts, resume, bad input), which they do nothing for.
"""
import importlib.util
import math
import os
import re
import subprocess
import sys
import unittest

from kinlim_cli import Folder, number, one, select

STUDY = """\
system: localization
dimension: {d}
eta: [0.5, 0.6]
sites: {sites}
times: [0, 0.1, 0.4]
realizations: 3
origins: 2
disorder: {{distribution: bernoulli, seed: 11}}
moments: [2]
propagator: {{tolerance: 1.0e-4}}
"""
SITES = {1: [41, 30], 2: [17, 12], 3: [9, 8]}

CHAIN = """\
system: lyapunov
width: 1
energy: [0, 0.5]
times: [1.0e5, 4.0e6]
realizations: 16
disorder: {distribution: uniform, seed: 3}
moments: [2]
"""

BAD = {
    "negative decay": (["sigma=-0.1"], "sigma"),
    "level never reached": (["level=2"], "level"),
    "more origins than sites": (["origins=31"], "origins"),
    "box and sites": (["box=4"], "box"),
    "tolerance": (["propagator.tolerance=1.0e-9"], "propagator.tolerance"),
    "key of another system": (["boltzmann.tolerance=1.0e-8"], "boltzmann"),
    "length": (["system=lyapunov", "width=1", "energy=0", "times=0.5"], "times"),
}


class Localization(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def test_samples_are_the_same_bytes_on_1_to_4_ranks(self):
        for d in (1, 2, 3):
            self.folder.write("study.yaml", STUDY.format(d=d, sites=SITES[d]))
            for sigma in ("sigma=0", "sigma=0.3"):
                name = f"{d}-{sigma}"
                self.folder.run("study.yaml", name + ".h5", "--set", sigma)
                expected = self.folder.samples(name + ".h5")
                self.assertGreater(len(expected.splitlines()), 100)
                for ranks, groups in ((2, 1), (3, 1), (4, 2), (4, 1)):
                    output = f"{name}-{ranks}-{groups}.h5"
                    self.folder.run("study.yaml", output, "--set", sigma, "--groups", groups,
                                    ranks=ranks)
                    self.assertEqual(self.folder.samples(output), expected, output)

    def test_chains_are_the_same_bytes_on_1_to_4_ranks(self):
        self.folder.write("study.yaml", CHAIN.replace("4.0e6", "2.0e5"))
        self.folder.run("study.yaml", "one.h5")
        for ranks, groups in ((2, 1), (3, 3), (4, 1)):
            self.folder.run("study.yaml", f"{ranks}.h5", "--groups", groups, ranks=ranks)
            self.assertEqual(self.folder.samples(f"{ranks}.h5"), self.folder.samples("one.h5"))

    def test_resumes(self):
        self.folder.write("study.yaml", STUDY.format(d=2, sites=SITES[2]))
        self.folder.run("study.yaml", "all.h5")
        self.folder.run("study.yaml", "grown.h5", "--set", "realizations=1")
        self.folder.run("study.yaml", "grown.h5", "--resume", ranks=2)
        self.assertEqual(self.folder.samples("grown.h5"), self.folder.samples("all.h5"))
        self.assertEqual(self.folder.summary("grown.h5"), self.folder.summary("all.h5"))

    def test_bad_input_is_one_line_and_nothing_written(self):
        study = STUDY.format(d=1, sites=SITES[1])
        for what, (assignments, word) in BAD.items():
            text = study
            if "system=lyapunov" in assignments:
                text = CHAIN
            self.folder.write("study.yaml", text)
            before = self.folder.listing()
            options = [part for a in assignments for part in ("--set", a)]
            result = self.folder.kinlim("run", "study.yaml", *options)
            with self.subTest(what):
                self.assertEqual(result.code, 2, result)
                self.assertEqual(len(result.err.splitlines()), 1, result)
                self.assertIn(word, result.err)
                self.assertEqual(self.folder.listing(), before)

    def test_every_decay_has_its_limits(self):
        """reference: the scaling limit below 1/2, the same at every eta; from 1/2 on at the study's own."""
        self.folder.write("study.yaml", STUDY.format(d=2, sites=SITES[2]))
        for sigma in ("0", "0.2", "0.5", "1"):
            self.folder.run("study.yaml", f"{sigma}.h5", "--set", f"sigma={sigma}", "--set", "level=0.1")
            table = self.folder.summary(f"{sigma}.h5")
            self.assertEqual(list(table[0])[:3], ["eta", "sites", "box"])
            for limit in ("reference", "born_reference"):
                found = [row for row in select(table, statistic=limit) if row["observable"] == "departure"]
                self.assertEqual(len(found), 6)
                self.assertEqual(len(select(table, statistic=f"{limit}:t_star")), 2)
            self.assertEqual(len(select(table, statistic="t_star")), 2)
            msd = [row for row in select(table, statistic="reference") if row["observable"] == "msd"]
            self.assertEqual(len(msd), 6 if sigma == "0" else 0)
            values = {number(row["value"]) for row in found if number(row["time"]) == 0.4}
            self.assertEqual(len(values), 2)     # born is at its own eta
            values = {row["value"] for row in select(table, statistic="reference", observable="departure", time=0.4)}
            self.assertEqual(len(values), 1 if float(sigma) < 0.5 else 2)
            self.assertEqual(bool(select(table, statistic="log_rate:t_star")), sigma == "0.5")

    def test_known_values(self):
        """d = 2, T = 1 (docs/localization.md): of another program."""
        self.folder.write("study.yaml", STUDY.format(d=2, sites=SITES[2]))
        for sigma, known in (("0", 0.75807114), ("0.2", 0.95494716)):
            self.folder.run("study.yaml", f"{sigma}.h5", "--set", f"sigma={sigma}", "--set", "times=[1]")
            for row in select(self.folder.summary(f"{sigma}.h5"), statistic="reference", observable="departure"):
                self.assertAlmostEqual(number(row["value"]), known, delta=1e-8)
        for row in select(self.folder.summary("0.h5"), statistic="reference", observable="msd"):
            self.assertAlmostEqual(number(row["value"]) * number(row["eta"])**4, 3.0477, delta=5e-5)

    def test_diffusion_is_near_at_late_times(self):
        """d = 2: the msd of the limit is below 2 d D T by what the first flights miss, and the shells share 1."""
        self.folder.write("study.yaml", STUDY.format(d=2, sites=[60, 60]))
        self.folder.run("study.yaml", "out.h5", "--set", "eta=[1, 0.9]", "--set", "times=[1, 10, 20]",
                        "--set", "realizations=1", "--set", "origins=1")
        table = self.folder.summary("out.h5")
        for eta in (1, 0.9):
            limit, late = ({number(row["time"]): number(row["value"])
                            for row in select(table, statistic=name, observable="msd", eta=eta)}
                           for name in ("reference", "diffusion_reference"))
            self.assertAlmostEqual((late[20] - late[10]) / (limit[20] - limit[10]), 1, delta=0.01)
            self.assertAlmostEqual(late[20] / late[1], 20, delta=1e-9)
            self.assertLess(limit[10], late[10])
            shells = [row for row in select(table, statistic="diffusion_reference", eta=eta, time=10)
                      if row["observable"].startswith("shell_")]
            self.assertAlmostEqual(sum(number(row["value"]) for row in shells), 1, delta=0.06)
            self.assertEqual({row["time"] for row in select(table, statistic="diffusion_reference", eta=eta)
                              if row["observable"].startswith("shell_")}, {"10", "20"})

    def test_norms_on_dyadic_shells(self):
        """The supremum over 2^j grows by the same with each halving of epsilon (docs/localization.md, 3.5)."""
        self.folder.write("study.yaml", STUDY.format(d=2, sites=SITES[2]))
        found = []
        for epsilon in (0.08, 0.04, 0.02):
            self.folder.run("study.yaml", f"{epsilon}.h5", "--set", f"dyadic={{energy: 1.5, epsilon: {epsilon}, shells: 3}}",
                            "--set", "realizations=1", "--set", "eta=0.5", "--set", "sites=17", "--set", "times=[0.1]")
            table = self.folder.summary(f"{epsilon}.h5")
            found.append([number(one(table, statistic="dyadic_supremum", order=j)["value"]) for j in range(3)])
            self.assertEqual(len(select(table, statistic="dyadic_mean")), 3)
        for j in range(3):
            self.assertAlmostEqual((found[2][j] - found[1][j]) / (found[1][j] - found[0][j]), 1, delta=0.1)

    def test_packets(self):
        self.folder.write("study.yaml", STUDY.format(d=3, sites=[32, 32]))
        plane = "initial={envelope: {shape: uniform}, phase: {momentum: [0.15625, 0.1875, 0.3125]}}"
        options = ["--set", plane, "--set", "times=[1]", "--set", "origins=1"]
        self.folder.run("study.yaml", "one.h5", *options)
        self.folder.run("study.yaml", "two.h5", *options, ranks=3)
        self.assertEqual(self.folder.samples("one.h5"), self.folder.samples("two.h5"))
        table = self.folder.summary("one.h5")
        for row in select(table, statistic="reference", observable="departure"):
            self.assertAlmostEqual(number(row["value"]), 0.73264, delta=5e-6)
        self.assertFalse(select(table, statistic="reference", observable="msd"))
        bad = {"decay": (["sigma=0.2"], "initial"), "origins": (["origins=2"], "origins"),
               "bend": (["initial.envelope={shape: gaussian, width: 1}", "initial.phase.hessian=[[0.1,0,0],[0,0,0],[0,0,0]]"],
                        "S = p.X")}
        for what, (assignments, word) in bad.items():
            extra = [part for a in [plane, "origins=1", *assignments] for part in ("--set", a)]
            result = self.folder.kinlim("run", "study.yaml", *extra)
            with self.subTest(what):
                self.assertEqual(result.code, 2, result)
                self.assertEqual(len(result.err.splitlines()), 1, result)
                self.assertIn(word, result.err)

    @unittest.skipUnless(all(map(importlib.util.find_spec, ("h5py", "matplotlib"))), "no plots")
    def test_the_report_shows_crossing_times_and_spreading(self):
        self.folder.write("study.yaml", STUDY.format(d=1, sites=SITES[1]))
        self.folder.run("study.yaml", "out.h5", "--set", "level=0.1")
        tool = os.path.join(os.environ["SOURCE_DIR"], "scripts", "kinlim_report")
        subprocess.run([sys.executable, tool, "out.h5", "-o", "report"], cwd=self.folder.path,
                       check=True, stdout=subprocess.DEVNULL)
        page = self.folder.read("report/index.html").decode()
        for name in ("derived.svg", "guides.svg"):
            found = re.search(rf'"(figures-\w+/{name})"', page)
            self.assertTrue(found and self.folder.has("report/" + found[1]), name)
        row = select(self.folder.summary("out.h5"), statistic="t_star")[0]
        self.assertIn(f"{number(row['value']):.5g}", page)
        self.assertNotIn("1/600", page)    # a theorem about another system

    @unittest.skipUnless(importlib.util.find_spec("h5py"), "no h5py")
    def test_the_guide_of_free_motion_is_that_of_weak_disorder(self):
        import h5py
        for d, sites in ((1, 64), (2, 40)):
            self.folder.write("study.yaml", STUDY.format(d=d, sites=[sites, sites]))
            self.folder.run("study.yaml", f"{d}.h5", "--set", "eta=[0.3, 0.05]", "--set", "times=[0.01, 0.02]",
                            "--set", "moments=[2]")
            with h5py.File(os.path.join(self.folder.path, f"{d}.h5")) as file:
                guides = [text.split("|") for text in file["samples"].attrs["guides"]]
            name, words, coefficient, power = guides[0]
            self.assertEqual((name, words, float(power)), ("msd", "free motion at eta = 0.05", 2))
            for row in select(self.folder.summary(f"{d}.h5"), statistic="mean", observable="msd", eta=0.05):
                free = float(coefficient) * number(row["time"]) ** 2
                self.assertAlmostEqual(number(row["value"]) / free, 1, delta=0.03)

    def test_departure_approaches_the_closed_form(self):
        """d = 3: the bias falls like eta^2 within error, and is small at the last point. A wrong
        self-energy or decay rate leaves a bias that does not fall."""
        self.folder.write("study.yaml", """\
system: localization
dimension: 3
eta: [0.5, 0.25]
box: 4.0
times: [0.5, 1.0]
realizations: 40
disorder: {distribution: uniform, seed: 2}
moments: [2]
propagator: {tolerance: 1.0e-4}
""")
        self.folder.run("study.yaml", "out.h5", ranks=2)
        table = self.folder.summary("out.h5")
        for time in (0.5, 1.0):
            bias, error = {}, {}
            for eta in (0.5, 0.25):
                where = dict(eta=eta, time=time, observable="departure")
                bias[eta] = number(one(table, statistic="bias", **where)["value"])
                error[eta] = number(one(table, statistic="standard_error", **where)["value"])
            allowed = abs(bias[0.5]) / 4 + 4 * math.hypot(error[0.25], error[0.5] / 4)
            self.assertLess(abs(bias[0.25]), allowed)
            self.assertLess(abs(bias[0.25]), 0.05)
            self.assertGreater(number(one(table, statistic="reference", eta=0.5, time=time,
                                          observable="departure")["value"]), 0.3)

    def test_localization_lengths_of_a_chain(self):
        """1/gamma = 104.2 +- 0.5 at E = 0 and 89.2 +- 0.4 at E = 0.5 for W = 1; the limits at
        weak disorder, 105.045/W^2 and 96 (1 - E^2/4)/W^2, within their O(W^2)."""
        self.folder.write("study.yaml", CHAIN)
        self.folder.run("study.yaml", "out.h5")
        table = self.folder.summary("out.h5")
        for energy, length, allowed, limit in ((0, 104.2, 0.5, 105.045), (0.5, 89.2, 0.4, 90)):
            row = one(table, energy=energy, statistic="localization_length")
            self.assertLess(abs(number(row["value"]) - length), allowed)
            self.assertLess(number(row["high"]) - number(row["low"]), 2 * allowed)
            weak = one(table, energy=energy, statistic="reference:localization_length")
            self.assertLess(abs(number(weak["value"]) - limit), 1e-3)


if __name__ == "__main__":
    unittest.main()
