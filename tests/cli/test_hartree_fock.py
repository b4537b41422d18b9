"""The system `hartree_fock` as a user sees it: its tables, limits and fixed points, kills in the middle of an
ensemble, layouts, bad input."""
import math
import os
import signal
import time
import unittest

from kinlim_cli import Folder, check_refused, one, select

STUDY = """\
system: hartree_fock
dimension: 2
eta: [0.5, 0.4]
sites: [8, 8]
times: [0.5, 1.0]
realizations: 4
ensembles: 3
interaction: {strength: 3, shape: [{at: [0, 0], value: 1}, {at: [1, 0], value: 0.5}]}
start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5]}
step: {size: 0.2}
observables:
  - {name: n, momentum: {mode: [0, 0]}}
  - {name: cos1, momentum: {mode: [1, 0]}}
moments: [1]
disorder: {seed: 4}
"""
QUICK = ["reference=none"]
BAD = {
    "one member": (["realizations=1"], "realizations: 1 is not allowed: must be in [2, 1000000]"),
    "not even": (["interaction.shape=[{at: [1, 0], value: 1}, {at: [-1, 0], value: 2}]"],
                 "interaction.shape.1.value: 2 is not allowed: must be 1, v(-x), for v is even"),
    "twice": (["interaction.shape=[{at: [1, 0], value: 1}, {at: [1, 0], value: 1}]"],
              "interaction.shape.1.at: comes twice"),
    "too far": (["interaction.shape=[{at: [4, 0], value: 1}]"], "4 is not allowed on 8 sites"),
    "no clock": (["clock=lambda", "interaction.strength=0"], "clock: lambda is not allowed at lambda 0: must be eta2"),
    "two strengths": (["interaction.per_eta2=1"], "interaction: must have exactly one of strength, per_eta2"),
    "strengths": (["interaction.strength=[1, 2, 3]"], "3 numbers are not allowed: must be 1 or 2, one per eta"),
    "order 3": (["step.order=3"], "step.order: 3 is not allowed: must be 2 or 4"),
    "odd halves": (["correction=halves", "realizations=3"], "realizations: 3 is not allowed with correction: halves"),
    "an envelope": (["start.envelope={shape: gaussian, width: 0.1}"], "start.envelope: is not allowed"),
    "a position": (["observables.0.position={shape: gaussian, width: 0.3}"], "observables: position must be uniform"),
    "beta 0": (["start.beta=0"], "start.beta: 0 is not allowed"),
    "a mode beyond the box": (["observables.0.momentum.mode=[5, 0]"], "mode 5 is not allowed on 8 sites"),
}


class HartreeFock(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def run_study(self, text, *settings, ranks=None, name="s", options=()):
        self.folder.write(name + ".yaml", text)
        options = [x for s in settings for x in ("--set", s)] + list(options)
        self.folder.run(name + ".yaml", name + ".h5", *options, ranks=ranks)
        return self.folder.summary(name + ".h5")

    def value(self, table, **want):
        return float(one(table, **want)["value"])

    def test_tables(self):
        table = self.run_study(STUDY, "eta=[0.5]", "sites=[8]", "step.size=0.5",
                               "fixed_point={phi: {type: fermi_dirac, beta: 3, mu: -0.5}, starts: 4}")
        self.assertEqual(list(table[0])[:3], ["eta", "lambda", "sites"])
        for time_, name in ((0.5, "reference"), (1, "linear_reference")):
            one(table, time=time_, observable="cos1", part="re", statistic=name)
        self.assertEqual(select(table, statistic="stationary_reference"), [])  # of the other clock
        for name in ("bias", "linear_bias"):
            one(table, time=1, observable="cos1", part="re", statistic=name)
        self.assertAlmostEqual(self.value(table, time=1, observable="n", statistic="mean"),
                               self.value(table, time=0.5, observable="n", statistic="mean"), places=12)
        self.assertEqual(self.value(table, observable="a_2", statistic="fixed_point", order=1), 1)
        self.assertGreater(self.value(table, observable="a_1", statistic="fixed_point", order=1), 1)
        one(table, observable="energy", statistic="fixed_point", order=1)
        self.assertGreater(self.value(table, statistic="residual"), 0.1)

    def test_branches_and_what_is_stationary(self):
        """E~ = sum a_j cos 2 pi p_j of an independent iteration; symmetric and not."""
        settings = ["interaction.shape=[{at: [0, 0], value: 1}, {at: [1, 0], value: 0.5}, {at: [0, 1], value: 0.5}]",
                    "interaction.strength=12", "eta=[0.5]", "sites=[4]", "times=[0.01]", "realizations=2",
                    "ensembles=1"] + QUICK
        table = self.run_study(STUDY, "fixed_point={phi: {type: fermi_dirac, beta: 3, mu: -0.5}, starts: 30}", *settings)
        a = [[self.value(table, observable=f"a_{j}", statistic="fixed_point", order=b) for j in (1, 2)] for b in (1, 2, 3)]
        energy = [self.value(table, observable="energy", statistic="fixed_point", order=b) for b in (1, 2, 3)]
        self.assertEqual(energy, sorted(energy))
        self.assertAlmostEqual(a[0][0], a[1][1], places=7)  # a pair that are not symmetric, the lowest
        self.assertGreater(abs(a[0][0] - a[0][1]), 1)
        self.assertAlmostEqual(a[2][0], a[2][1], places=7)
        cosine = [math.cos(2 * math.pi * k / 64) for k in range(64)]
        for branch in a:
            for j in (0, 1):
                gamma = sum(c[j] / (1 + math.exp(3 * (branch[0] * c[0] + branch[1] * c[1] + 0.5)))
                            for c in ((x, y) for x in cosine for y in cosine)) / 64 ** 2
                self.assertAlmostEqual(branch[j], 1 - 12 * gamma, places=6)
        at = self.run_study(STUDY, f"start.a={a[0]}", *settings, name="at")
        self.assertLess(self.value(at, statistic="residual"), 0.02)

    def test_the_clock_of_lambda(self):
        table = self.run_study(STUDY, "clock=lambda", "interaction.strength=[0.5, 0.4]", "eta=[0.5, 0.4]", "times=[1]",
                               "realizations=2", "ensembles=1")
        for eta in (0.5, 0.4):
            self.assertEqual(self.value(table, eta=eta, observable="cos1", part="re", statistic="stationary_reference"),
                             self.value(table, eta=eta, observable="cos1", part="re", statistic="linear_reference"))
        drift = [abs(self.value(table, eta=eta, observable="cos1", part="re", statistic="stationary_reference") -
                     self.value(table, eta=0.4, observable="cos1", part="re", statistic="reference")) for eta in (0.5, 0.4)]
        self.assertGreater(drift[0], drift[1])

    def test_without_interaction_it_is_the_ideal_gas(self):
        """Realization b M + m of the one is realization b M + m of the other, vectors and potential alike."""
        mine = self.run_study(STUDY, "interaction.strength=0", "step={size: 0.05, order: 4}", "ensembles=2", *QUICK)
        text = "\n".join(line for line in STUDY.replace("hartree_fock", "fermi").splitlines()
                         if line.split(":")[0] not in ("ensembles", "interaction", "step"))
        ideal = self.run_study(text, "realizations=8", "propagator={precision: double, tolerance: 1.0e-9}", *QUICK,
                               name="ideal")
        for eta in (0.5, 0.4):
            self.assertAlmostEqual(self.value(mine, eta=eta, time=1, observable="cos1", part="re", statistic="mean"),
                                   self.value(ideal, eta=eta, time=1, observable="cos1", part="re", statistic="mean"), places=7)

    def test_killed_in_an_ensemble_and_resumed_is_the_same(self):
        settings = ["ensembles=1", "eta=[0.5]", "sites=[16]", "realizations=16", "vectors=4", "step.size=0.002"] + QUICK
        self.run_study(STUDY, *settings, name="whole", ranks=2)
        options = [x for s in settings for x in ("--set", s)]
        running = self.folder.start("run", "whole.yaml", "-o", "part.h5", "--checkpoint", "0.1", *options)
        deadline = time.time() + 60
        while time.time() < deadline and running.poll() is None:
            if any("checkpoint" in name for place, _, names in os.walk(self.folder.path) for name in names):
                break
            time.sleep(0.02)
        self.assertIsNone(running.poll(), "it was done before it could be killed")
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        self.folder.run("whole.yaml", "part.h5", "--resume", *options, ranks=3)
        self.assertEqual(self.folder.samples("whole.h5"), self.folder.samples("part.h5"))

    def test_layouts_give_the_same_bytes(self):
        settings = ["correction=halves", "fields=[{type: axis}]"] + QUICK
        self.run_study(STUDY, *settings, name="one")
        for ranks, groups in ((2, 1), (3, 3), (4, 2)):
            self.run_study(STUDY, *settings, name=f"r{ranks}", ranks=ranks, options=["--groups", groups])
            self.assertEqual(self.folder.samples("one.h5"), self.folder.samples(f"r{ranks}.h5"))

    def test_a_step_that_is_too_large_ends_the_run(self):
        self.folder.write("s.yaml", STUDY)
        result = self.folder.kinlim("run", "s.yaml", "--set", "step.size=4", "--set", "reference=none", "--quiet")
        self.assertEqual(result.code, 2, result.err)
        self.assertIn("step.size 4 is too large", result.err.splitlines()[-1])

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
