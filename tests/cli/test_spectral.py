"""The system `spectral` as a user sees it: the free lattice, weak disorder, bad input."""
import math
import unittest

from kinlim_cli import Folder, check_refused, number, one, select

STUDY = """\
system: spectral
dimension: 3
eta: [0.5, 0.35]
sites: [20, 20]
energies: [-3, 0, 1.2]
width: 0.4
vectors: 4
momenta: [[0.15, 0.2, 0.3]]
realizations: 24
disorder: {distribution: gaussian, seed: 3}
moments: [2]
"""


class Spectral(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", STUDY)

    def run_study(self, name, *assignments):
        self.folder.run("study.yaml", name, *[part for a in assignments for part in ("--set", a)])
        return self.folder.summary(name)

    def test_without_disorder_it_is_that_of_plane_waves(self):
        table = self.run_study("free.h5", "eta=[1.0e-6]", "sites=[20]", "realizations=4", "vectors=32")
        band = sum(2 * math.cos(2 * math.pi * k / 20) for k in (3, 4, 6))
        for energy in (-3, 0, 1.2):
            wave = one(table, time=energy, observable="spectral_1", statistic="mean")
            self.assertAlmostEqual(number(wave["value"]), 0.4 / math.pi / ((energy - band) ** 2 + 0.16), places=6)
            density = one(table, time=energy, observable="density_of_states", statistic="mean")
            exact = sum(0.4 / math.pi / ((energy - sum(2 * math.cos(2 * math.pi * k / 20) for k in ks)) ** 2 + 0.16)
                        for ks in ((i, j, k) for i in range(20) for j in range(20) for k in range(20))) / 8000
            error = number(one(table, time=energy, observable="density_of_states", statistic="standard_error")["value"])
            self.assertAlmostEqual(number(density["value"]), exact, delta=12 * error)  # three degrees of freedom
            limit = one(table, time=energy, observable="density_of_states", statistic="reference")
            self.assertAlmostEqual(number(limit["value"]), exact, delta=0.02 * exact)  # a finite lattice

    def test_weak_disorder_is_its_second_order(self):
        table = self.run_study("weak.h5")
        for eta, bound in ((0.5, 0.05), (0.35, 0.02)):
            top = one(table, eta=eta, time=1.2, observable="spectral_1", statistic="bias")
            limit = one(table, eta=eta, time=1.2, observable="spectral_1", statistic="reference")
            self.assertLess(abs(number(top["value"])), bound * number(limit["value"]))
        share = select(table, statistic="vector_share", observable="density_of_states")
        self.assertEqual(len(share), 6)
        self.assertTrue(all(number(row["low"]) >= 0 for row in share))

    def test_bad_input_is_one_line(self):
        check_refused(self, self.folder, {"momenta of another dimension": (["momenta=[[0.1, 0.2]]"], "momenta"),
                                          "no width": (["width=0"], "width"), "no vectors": (["vectors=0"], "vectors"),
                                          "energies out of order": (["energies=[1, -1]"], "energies")})


if __name__ == "__main__":
    unittest.main()
