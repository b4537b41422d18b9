"""The concentration of singularity in the tables: closed values for a Gaussian, exponents in eta,
and the warning for a Hessian of rank 2 in d = 3.
"""
import math
import unittest

from kinlim_cli import Folder, one, study_text

WARNING = "initial.phase.hessian of rank 2"


def diagonal(*entries):
    matrix = [[e if i == j else 0 for j in range(len(entries))] for i, e in enumerate(entries)]
    return f"initial.phase.hessian={matrix}"


class Concentration(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        text = study_text(3).replace("sites: [17, 12]", "box: 4.5").replace("[0, 0.05, 0.06, 0.5]", "[0]").replace("[0.5, 0.6]", "[0.4, 0.5]")
        self.folder.write("study.yaml", text.replace("realizations: 4", "realizations: 1"))

    def table(self, *options):
        result = self.folder.run("study.yaml", "a.h5", *(x for o in options for x in ("--set", o)))
        table = self.folder.summary("a.h5")
        return result, table

    def test_values_and_rates_of_a_plane_packet(self):
        result, table = self.table()
        self.assertNotIn(WARNING, result.err)
        for eta in (0.4, 0.5):
            sigma = eta**2 / (4 * math.pi * 0.37)
            for name, value in (("concentration", (2 * math.sqrt(math.pi) * sigma)**1.5),
                                ("concentration_peak", (2 * math.pi * sigma**2)**-0.75)):
                row = one(table, statistic=name, eta=eta)
                self.assertAlmostEqual(float(row["value"]) / value, 1, delta=1e-12)
                self.assertEqual(row["time"] + row["observable"] + row["part"], "")
        self.assertAlmostEqual(float(one(table, statistic="rate:concentration")["value"]), 3, delta=1e-8)
        self.assertAlmostEqual(float(one(table, statistic="rate:concentration_peak")["value"]), -3, delta=1e-8)

    def test_a_packet_without_closed_form_is_transformed(self):
        """Far from any bend, a superposition of one packet and a negligible one is that packet."""
        packet = "{{envelope: {{shape: gaussian, width: 0.37, center: [{}]}}, phase: {{momentum: [{}]}}, weight: {}}}"
        packets = packet.format("0.3, -0.2, 0.1", "0.15, 0.2, 0.3", 1), packet.format("0, 0, 0", "-0.3, 0.2, 0.3", 1e-9)
        _, table = self.table("initial={packets: [" + ", ".join(packets) + "]}")
        for eta in (0.4, 0.5):
            value = (2 * math.sqrt(math.pi) * eta**2 / (4 * math.pi * 0.37))**1.5
            self.assertAlmostEqual(float(one(table, statistic="concentration", eta=eta)["value"]) / value, 1, delta=1e-6)

    def test_above_bounds(self):
        """c = 0 is the whole, a c above the peak is nothing; N_c falls with c; its order is c."""
        _, table = self.table("concentration={bounds: [0, 1, 4, 1.0e5]}")
        for eta in (0.4, 0.5):
            found = [float(one(table, statistic="concentration_above", eta=eta, order=c)["value"]) for c in (0, 1, 4, 1e5)]
            whole = float(one(table, statistic="concentration", eta=eta)["value"])
            self.assertAlmostEqual(found[0] / whole, 1, delta=1e-6)
            self.assertGreater(found[0], found[1])
            self.assertGreater(found[1], found[2])
            self.assertEqual(found[3], 0)
        self.assertAlmostEqual(float(one(table, statistic="rate:concentration_above", order=0)["value"]), 3, delta=1e-3)

    def test_a_start_of_full_rank_is_decided(self):
        """d = 1, S = 0.2 X + 0.05 X^2: |f| is at most (0.1)^(-1/2) = 3.2 times |h|, so that N_4 = 0."""
        packet = "initial={envelope: {shape: gaussian, width: 0.37}, phase: {momentum: [0.2], hessian: [[0.1]]}}"
        options = ["dimension=1", packet, "observables=[{name: one, position: {shape: uniform}, momentum: {mode: [0]}}]",
                   "concentration={bounds: [0, 4]}", "eta=[0.1, 0.05]"]
        result, table = self.table(*options)
        for eta in (0.1, 0.05):
            self.assertEqual(float(one(table, statistic="concentration_above", eta=eta, order=4)["value"]), 0)
            self.assertGreater(float(one(table, statistic="concentration_above", eta=eta, order=0)["value"]), 0.1)
        self.assertNotIn("fold", result.err)

    def test_names_a_fold(self):
        """d = 1, S = 0.05 X^3 folds at X = 0; moved away from it, it does not."""
        for center, folds in ((0, True), (1.8, False)):
            self.setUp()
            packet = f"initial={{envelope: {{shape: bump, width: 1, center: [{center}]}}, phase: {{terms: [{{power: [3], coefficient: 0.05}}]}}}}"
            result, _ = self.table("dimension=1", packet, "box=8",
                                   "observables=[{name: one, position: {shape: uniform}, momentum: {mode: [0]}}]")
            self.assertEqual("det Hess S = 0" in result.err, folds, result.err)

    def test_warns_of_rank_2_alone(self):
        for rank, entries in enumerate([(0, 0, 0), (0.1, 0, 0), (0.1, 0, -0.1), (0.1, 0.1, -0.1)]):
            self.setUp()
            result, _ = self.table(diagonal(*entries))
            self.assertEqual(WARNING in result.err, rank == 2, entries)


if __name__ == "__main__":
    unittest.main()
