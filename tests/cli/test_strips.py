"""Strips and bars of `lyapunov` as a user sees them: exponents, how they scale, where curves cross."""
import math
import unittest

from kinlim_cli import Folder, check_refused, number, one, select

STUDY = """\
system: lyapunov
width: [4]
energy: [0.5]
strip: [4, 8]
dimension: 2
times: [2.0e4]
realizations: 16
disorder: {distribution: uniform, seed: 3}
moments: [2]
"""
CHAIN = STUDY.replace("strip: [4, 8]\ndimension: 2\n", "")
BAD = [(STUDY, {"a strip in d = 1": (["dimension=1"], "dimension"), "no sites": (["strip=0"], "strip"),
                "a bar that is too wide": (["dimension=3", "strip=51"], "strip")}),
       (CHAIN, {"a chain in d = 2": (["dimension=2"], "dimension")})]


class Strips(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def rows(self, *assignments):
        self.folder.write("study.yaml", STUDY)
        name = f"{len(self.folder.listing())}.h5"
        self.folder.run("study.yaml", name, *[part for a in assignments for part in ("--set", a)])
        return self.folder.summary(name)

    def test_a_strip_of_one_site_is_a_chain(self):
        self.folder.write("chain.yaml", CHAIN)
        self.folder.write("study.yaml", STUDY)
        length = ("--set", "times=[5000]")
        self.folder.run("chain.yaml", "chain.h5", *length)
        chain = [row.split(",") for row in self.folder.samples("chain.h5").splitlines()]
        for d in (2, 3):
            self.folder.run("study.yaml", f"{d}.h5", "--set", "strip=1", "--set", f"dimension={d}", *length)
            strip = [row.split(",") for row in self.folder.samples(f"{d}.h5").splitlines()]
            self.assertEqual([row[:2] + row[3:] for row in strip], chain)

    def test_localized_states_in_two_dimensions(self):
        """At W = 4, E = 0.5 a separate computation gave 0.0968(6) and 0.0617(9)."""
        table = self.rows()
        for strip, gamma, error in ((4, 0.0968, 6e-4), (8, 0.0617, 9e-4)):
            mean = one(table, strip=strip, observable="gamma", statistic="mean")
            own = number(one(table, strip=strip, observable="gamma", statistic="standard_error")["value"])
            self.assertAlmostEqual(number(mean["value"]), gamma, delta=4 * math.hypot(error, own))
            length = one(table, strip=strip, statistic="localization_length")
            self.assertAlmostEqual(number(length["value"]) * number(mean["value"]), 1, places=12)
            self.assertLess(number(one(table, strip=strip, statistic="symplectic_drift")["value"]), 1e-9)
        self.assertEqual(len(select(table, strip=8, statistic="mean")), 4)  # as many as the narrow one has
        grows = one(table, statistic="size_slope:scaled_gamma")
        values = [number(one(table, strip=m, statistic="scaled_gamma")["value"]) for m in (4, 8)]
        self.assertAlmostEqual(number(grows["value"]), math.log2(values[1] / values[0]), places=12)
        self.assertGreater(number(grows["low"]), 0)
        self.assertEqual(number(grows["strip"]), 8)
        self.assertEqual(select(table, statistic="critical:scaled_gamma"), [])

    def test_closed_channels_have_a_limit(self):
        table = self.rows("energy=[4.5]", "width=[0.2, 0.1]")
        channels = sorted(math.acosh((4.5 - 2 * math.cos(math.pi * k / 2)) / 2) for k in range(4))
        for k, gamma in enumerate(channels):
            row = one(table, strip=4, width=0.1, statistic="reference", observable=f"gamma_{k + 1}" if k else "gamma")
            self.assertAlmostEqual(number(row["value"]), gamma, places=13)
            mean = one(table, strip=4, width=0.1, statistic="mean", observable=row["observable"])
            self.assertAlmostEqual(number(mean["value"]), gamma, delta=1e-3)

    def test_curves_of_bars_cross(self):
        """A rough one, W_c within 10% of 16.54 (arXiv 1307.4483); docs/results/strips.md has the fine one."""
        table = self.rows("dimension=3", "energy=[0]", "strip=[3, 4, 5]", "width=[13, 15, 17, 19]", "times=[3000]")
        row = one(table, statistic="critical:scaled_gamma")
        self.assertAlmostEqual(number(row["value"]), 16.54, delta=1.654)
        self.assertLess(number(row["low"]), number(row["high"]))
        self.assertEqual((row["width"], row["strip"], number(row["energy"])), ("", "", 0))
        for width, sign in ((13, -1), (19, 1)):
            for strip in (4, 5):
                slope = one(table, statistic="size_slope:scaled_gamma", width=width, strip=strip)
                self.assertGreater(sign * number(slope["value"]), 0)

    def test_bad_input_is_one_line(self):
        for study, bad in BAD:
            self.folder.write("study.yaml", study)
            check_refused(self, self.folder, bad)


if __name__ == "__main__":
    unittest.main()
