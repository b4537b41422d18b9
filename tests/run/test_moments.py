"""A limit of moments of any system and order: its rows, in proportion at every point, of its own order
alone where it does not say that Y is normal; the correlations it gives.
"""
import math
import os
import subprocess
import tempfile
import unittest

from kinlim_cli import rows, select

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_moments")
STUDY = "system: spread\neps: [0.4, 0.2, 0.1]\nrealizations: 400\nmoments: [2, 4]\ncovariance: true\n"


class ALimitOfMoments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="kinlim-test-")
        cls.addClassCleanup(cls.place.cleanup)
        with open(os.path.join(cls.place.name, "study.yaml"), "w") as file:
            file.write(STUDY)
        cls.run_it("run", "study.yaml", "-o", "a.h5", "--quiet")
        cls.summary = rows(cls.run_it("export", "a.h5"))

    @classmethod
    def run_it(cls, *args):
        done = subprocess.run([PROGRAM, *args], cwd=cls.place.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_has_its_own_order_in_proportion_at_each_point(self):
        found = select(self.summary, statistic="own_central_moment_limit")
        self.assertEqual([(r["eps"], r["observable"], r["order"]) for r in found],
                         [(eps, name, "4") for eps in ("0.4", "0.2", "0.1") for name in ("Z", "sum")])
        for row in found:
            for end, shift in (("value", 1), ("low", 0.999), ("high", 1.001)):
                self.assertAlmostEqual(float(row[end]), shift * 3**0.25 * float(row["eps"]), delta=1e-14)

    def test_is_beside_what_is_measured(self):
        found = select(self.summary, statistic="own_moment_ratio")
        self.assertEqual(len(found), 6)
        for row in found:
            moment = select(self.summary, statistic="central_moment", order=4.0, eps=float(row["eps"]),
                            observable=row["observable"])[0]
            limit = 3**0.25 * float(row["eps"])
            self.assertAlmostEqual(float(row["value"]), float(moment["value"]) / limit, delta=1e-12)
            self.assertAlmostEqual(float(row["low"]), float(moment["low"]) / (1.001 * limit), delta=1e-12)
            self.assertAlmostEqual(float(row["value"]), 1, delta=0.15)    # of 400 samples: 0.04
        self.assertEqual(len([r for r in self.summary if "own_moment_ratio_excess" in r["statistic"]
                              and not r["statistic"].startswith("rate_chi2")]), 2)
        self.assertFalse([r for r in self.summary if r["statistic"].endswith(("reference", "bias"))])

    def test_gives_correlations(self):
        import h5py
        with h5py.File(os.path.join(self.place.name, "a.h5"), "r") as file:
            measured, limit = file["correlation/correlation"][0, 0, :, 0, :], file["correlation/own_correlation_limit"][0, 0, :, 0, :]
        self.assertAlmostEqual(limit[0, 1], math.sqrt(0.5), delta=1e-15)
        self.assertAlmostEqual(measured[0, 1], limit[0, 1], delta=0.1)    # noise 0.025
        self.assertAlmostEqual(measured[1, 1], 1, delta=1e-12)


if __name__ == "__main__":
    unittest.main()
