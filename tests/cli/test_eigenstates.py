"""The system `eigenstates` as a user sees it: shells against their limit, levels, topology, bad input."""
import math
import os
import signal
import time
import unittest

from kinlim_cli import Folder, check_refused, number, one, select

STUDY = """\
system: eigenstates
dimension: 2
eta: [0.56]
sites: [40]
energy: [1.5]
shells: [0.5, 1, 2, 4]
realizations: 6
disorder: {distribution: gaussian, seed: 3}
moments: [2]
"""
BAD = {"outside the band": (["energy=4.5"], "energy"), "no shell": (["shells=[]"], "shells"),
       "shells out of order": (["shells=[2, 1]"], "shells"), "more states than sites": (["sites=[5]"], "states")}


def elliptic(m):
    a, b = 1, math.sqrt(1 - m)
    while abs(a - b) > 1e-15:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return math.pi / 2 / a


def lorentzian_on_the_lattice(sites, eta, energy, states, c, nodes=100):
    """The weight within c half widths of a Lorentzian of the lattice's momenta, d = 2, averaged over the
    energies that hold so many states; the resolvent by elliptic integrals (T. Morita)."""
    band = [2 * math.cos(2 * math.pi * k / sites) for k in range(sites)]
    momenta = [a + b for a in band for b in band]
    width = states / (2 * sites**2 * elliptic(1 - energy**2 / 16) / (2 * math.pi**2))
    mean = 0
    for i in range(nodes):
        e = energy + width * ((2 * i + 1) / nodes - 1)
        half = eta**2 * elliptic(1 - e**2 / 16) / (2 * math.pi)
        centre = e - eta**2 * elliptic(e**2 / 16) / (2 * math.pi)
        weight = [(abs(k - centre) / half, 1 / (1 + ((k - centre) / half) ** 2)) for k in momenta]
        mean += sum(w for x, w in weight if x < c) / sum(w for _, w in weight) / nodes
    return mean


class Eigenstates(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", STUDY)

    def run_study(self, name, *assignments, ranks=None):
        self.folder.run("study.yaml", name, *[part for a in assignments for part in ("--set", a)], ranks=ranks)
        return self.folder.summary(name)

    def test_shells_have_the_weight_of_a_lorentzian(self):
        table = self.run_study("plane.h5")
        for k, c in enumerate((0.5, 1, 2, 4)):
            limit = one(table, observable=f"shell_{k + 1}", statistic="reference")
            self.assertAlmostEqual(number(limit["value"]), 2 / math.pi * math.atan(c), places=14)
            mean = one(table, observable=f"shell_{k + 1}", statistic="mean")
            self.assertAlmostEqual(number(mean["value"]), number(limit["value"]), delta=0.025)
            lattice = one(table, observable=f"shell_{k + 1}", statistic="lattice_reference")
            self.assertAlmostEqual(number(lattice["value"]), lorentzian_on_the_lattice(40, 0.56, 1.5, 32, c), delta=0.004)
        ratio = one(table, observable="spacing_ratio", statistic="mean")
        self.assertAlmostEqual(number(ratio["value"]), 0.5307, delta=0.08)  # random matrices; 0.386 without repulsion
        inverse = one(table, observable="inverse_participation", statistic="mean")
        self.assertGreater(number(inverse["value"]), 2.9 / 1600)  # extended: 3/sites
        self.assertLess(number(inverse["value"]), 9 / 1600)
        self.assertLess(number(select(table, statistic="residual")[0]["value"]), 1e-8)
        self.assertEqual(select(table, statistic="euler_characteristic"), [])

    def test_few_momenta_are_the_lattices_own(self):
        """Of a thin shell the lattice has too few momenta for the limit, and the states have what it has."""
        table = self.run_study("thin.h5", "energy=[2.5]", "shells=[0.5, 1]", "realizations=8")
        mean, lattice, limit = (number(one(table, observable="shell_2", statistic=s)["value"])
                                for s in ("mean", "lattice_reference", "reference"))
        self.assertLess(lattice, limit - 0.03)
        self.assertAlmostEqual(mean, lattice, delta=0.015)  # three standard errors

    def test_level_sets_in_three_dimensions(self):
        table = self.run_study("space.h5", "dimension=3", "sites=[6]", "energy=[1, 3]", "states=8", "realizations=2")
        for energy, euler in ((1, -4), (3, 2)):
            row = one(table, energy=energy, statistic="euler_characteristic")
            self.assertAlmostEqual(number(row["value"]), euler, places=5)
            share = number(one(table, energy=energy, statistic="negative_curvature")["value"])
            self.assertTrue(0 <= share <= 1)

    def test_samples_are_the_same_on_any_ranks(self):
        few = ("realizations=3", "states=8", "sites=[16]")
        self.run_study("one.h5", *few)
        for ranks in (2, 4):
            self.run_study(f"{ranks}.h5", *few, ranks=ranks)
            self.assertEqual(self.folder.samples(f"{ranks}.h5"), self.folder.samples("one.h5"))

    def test_killed_in_a_realization_and_resumed_is_the_same(self):
        """One realization, killed when a checkpoint is there; on more ranks it goes on from its vectors."""
        one_long = ("realizations=1", "states=24", "sites=[40]")
        self.run_study("whole.h5", *one_long)
        options = [part for a in one_long for part in ("--set", a)]
        running = self.folder.start("run", "study.yaml", "-o", "part.h5", "--checkpoint", "0.01", *options)
        journal = os.path.join(self.folder.path, "part.h5.journal")
        deadline = time.time() + 60
        while time.time() < deadline and running.poll() is None:
            if os.path.isdir(journal) and any(name.startswith("checkpoint") and name[-1].isdigit() for name in os.listdir(journal)):
                break
            time.sleep(0.001)
        self.assertIsNone(running.poll(), "it was done before it could be killed")
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        self.folder.run("study.yaml", "part.h5", "--resume", "--groups", "1", *options, ranks=3)
        self.assertEqual(self.folder.samples("part.h5"), self.folder.samples("whole.h5"))

    def test_ranks_share_a_realization(self):
        few = ("realizations=1", "states=8", "sites=[16]")
        self.run_study("alone.h5", *few)
        self.folder.run("study.yaml", "shared.h5", "--groups", "1", *[x for a in few for x in ("--set", a)], ranks=3)
        self.assertEqual(self.folder.samples("shared.h5"), self.folder.samples("alone.h5"))

    def test_a_cluster_that_is_larger_than_the_span_says_what_is_enough(self):
        """On 12 x 12 sites 22 momenta have e = 0 exactly, and the span has 2 states + 8 vectors."""
        few = ("--set", "sites=[12]", "--set", "eta=[1e-4]", "--set", "energy=[0]", "--set", "realizations=1")
        bad = self.folder.kinlim("run", "study.yaml", "-o", "few.h5", "--quiet", *few, "--set", "states=6")
        self.assertEqual(bad.code, 2)
        self.assertIn("22 levels are as near to energy 0; ask for at least 7", bad.err.splitlines()[-1])
        self.run_study("enough.h5", *few[1::2], "states=7")

    def test_the_cost_of_a_lattice_that_is_too_large_is_known_at_once(self):
        big = self.folder.kinlim("run", "study.yaml", "--dry-run", "--set", "sites=[100000]", timeout=20)
        self.assertEqual(big.code, 3)
        self.assertIn("not enough memory", big.err.splitlines()[-1])

    def test_bad_input_is_one_line(self):
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
