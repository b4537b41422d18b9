"""Fields: what is in the results file, the same bytes for any layout of ranks and any history
of the run, and the ensemble against the Boltzmann equation."""
import os
import sys
import unittest

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

import faults
from faults import at_record, can_preload
from kinlim_cli import Folder, study_text

FIELDS = """\
fields:
  - {type: husimi, positions: 13, momenta: 18}
  - {type: husimi, name: across, axis: 2, width: 0.5, positions: 9, momenta: 22}
  - {type: momentum, axis: 2, momenta: 19}
  - {type: density, name: rho, axis: 1}
"""
NAMES = {"husimi": ["X_1", "V_1"], "across": ["X_2", "V_2"], "momentum": ["V_2"], "rho": ["X_1"]}
STATISTICS = ["mean", "standard_error", "moment_2", "moment_3", "moment_4", "single"]


def read(folder, output):
    """{(field, point, variable): array} of everything under /fields."""
    found = {}
    with h5py.File(os.path.join(folder.path, output), "r") as file:
        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                found[name] = item[()]
            elif "realizations" in item.attrs:
                found[name + "/realizations"] = np.array(item.attrs["realizations"])
        file["fields"].visititems(visit)
    return found


class AFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(3) + FIELDS)

    def run_to(self, output, *options, ranks=None):
        self.folder.run("study.yaml", output, *options, ranks=ranks)
        return read(self.folder, output)

    def same(self, a, b, what):
        self.assertEqual(sorted(a), sorted(b), what)
        for name in a:
            self.assertEqual(a[name].tobytes(), b[name].tobytes(), f"{what}: {name}")


class TheSameBytes(AFolder):
    def test_on_1_to_4_ranks_in_any_groups(self):
        one = self.run_to("one.h5")
        for ranks, groups in ((2, 1), (3, 3), (4, 2), (3, 1)):
            many = self.run_to(f"{ranks}-{groups}.h5", "--groups", groups, ranks=ranks)
            self.same(one, many, f"{ranks} ranks, {groups} groups")

    def test_in_ranges_resumed_and_merged(self):
        more = ["--set", "realizations=7"]
        one = self.run_to("one.h5", *more)
        for output, ranges in (("a.h5", ["5:7", "0:2"]), ("b.h5", ["1:6"])):
            for part in ranges:
                self.folder.run("study.yaml", output, *more, "--realizations", part, "--resume", ranks=2)
        self.folder.good("merge", "m.h5", "b.h5", "a.h5")
        merged = read(self.folder, "m.h5")    # with the reference
        self.same(one, {name: merged[name] for name in merged if name.rsplit("/")[-1] != "reference"},
                  "merged")
        self.run_to("a.h5", "--resume", *more)
        self.same(one, read(self.folder, "a.h5"), "resumed")
        self.assertFalse(self.folder.has("a.h5.journal"))
        few = self.run_to("few.h5")
        self.assertEqual(int(few["rho/point_0/realizations"]), 4)
        self.same(one, self.run_to("few.h5", "--resume", *more), "more realizations")

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_after_a_kill(self):
        options = ["--set", "realizations=20"]  # at each of two points
        one = self.run_to("one.h5", *options)
        faults.kill(self.folder, "k.h5", "study.yaml", *options, **at_record(KILL=33))
        steps = faults.steps(self.folder, "k.h5", "study.yaml", *options, "--resume", **at_record())
        self.assertEqual(len(steps), 40 - 33)
        self.same(one, read(self.folder, "k.h5"), "killed")


class Statistics(AFolder):
    def test_are_those_of_the_single_realizations(self):
        n = 5
        all_of_them = self.run_to("all.h5", "--set", f"realizations={n}", ranks=2)
        single = [self.run_to(f"{k}.h5", "--set", f"realizations={n}", "--realizations", f"{k}:{k + 1}")
                  for k in range(n)]
        for name, axes in NAMES.items():
            for point in range(2):
                def get(results, variable):
                    return results[f"{name}/point_{point}/{variable}"]
                y = np.array([get(r, "mean") for r in single])
                self.assertEqual(y.shape[1:], (4,) + tuple(len(get(single[0], a)) for a in axes))
                d = y - y.mean(axis=0)
                m2, m3, m4 = ((d**r).sum(axis=0) for r in (2, 3, 4))
                variance = m2 / (n - 1)
                expected = {
                    "mean": y.mean(axis=0), "standard_error": np.sqrt(variance / n),
                    "moment_2": variance, "moment_3": n * m3 / ((n - 1) * (n - 2)),
                    "moment_4": ((n**2 - 2 * n + 3) * m4 - 3 * (2 * n - 3) * m2**2 / n) /
                                ((n - 1) * (n - 2) * (n - 3)),
                    "single": y[0]}
                scale = np.abs(y).max()
                for variable, values in expected.items():
                    power = int(variable[-1]) if variable.startswith("moment") else 1
                    np.testing.assert_allclose(get(all_of_them, variable), values, rtol=0,
                                               atol=1e-13 * scale**power, err_msg=f"{name} {variable}")
                self.assertTrue(np.array_equal(get(single[0], "single"), y[0]))
                self.assertTrue(np.isnan(get(single[1], "single")).all())
                self.assertTrue(np.isnan(get(single[1], "standard_error")).all())
                self.assertNotIn(f"{name}/point_{point}/reference", all_of_them)

    def test_fields_are_normalised_and_not_negative(self):
        found = self.run_to("a.h5")
        for name, axes in NAMES.items():
            for point in range(2):
                y = found[f"{name}/point_{point}/single"]
                for axis in axes:
                    x = found[f"{name}/point_{point}/{axis}"]
                    y = y.sum(axis=1) * (x[1] - x[0])
                np.testing.assert_allclose(y, 1, rtol=0, atol=1e-4)    # of propagator.tolerance
                self.assertGreater(found[f"{name}/point_{point}/single"].min(), -1e-12)


ENSEMBLE = """\
system: anderson
dimension: 3
sites: [16, 28]
eta: [0.4, 0.3]
times: [0, 0.4, 0.8]
realizations: 16
initial:
  envelope: {shape: gaussian, width: 0.32, center: [0.1, -0.1, 0]}
  phase: {momentum: [0.15, 0.20, 0.30]}
disorder: {seed: 7}
observables:
  - {name: norm, position: {shape: uniform}, momentum: {mode: [0, 0, 0]}}
propagator: {tolerance: 1.0e-4}
boltzmann: {tolerance: 1.0e-6}
fields:
  - {type: husimi, positions: 16, momenta: 16}
  - {type: momentum, momenta: 16}
  - {type: density}
"""


class AgainstTheBoltzmannEquation(unittest.TestCase):
    """The difference falls like mu = eta^2 = 0.16, 0.09. The start's own spread in V, which F_0 does
    not have, is mu/(4 pi h), h = 0.32, and that of the packets sqrt(mu/(4 pi ell)): it lowers
    peaks by (mu ell/(4 pi h^2))/2 = 0.16, 0.09 of themselves, to first order."""

    def test_ensemble_means_approach_it(self):
        with Folder() as folder:
            folder.write("study.yaml", ENSEMBLE)
            folder.run("study.yaml", "a.h5")
            found = read(folder, "a.h5")
        for name in ("husimi", "momentum", "density"):
            distance = []
            for point in range(2):
                mean, error, limit = (found[f"{name}/point_{point}/{v}"]
                                      for v in ("mean", "standard_error", "reference"))
                self.assertTrue(np.isfinite(limit).all())
                scale = limit.max(axis=tuple(range(1, limit.ndim)))    # at each time
                mu = (0.16, 0.09)[point]
                off = np.abs(mean - limit).max(axis=tuple(range(1, limit.ndim)))
                noise = 4 * error.max(axis=tuple(range(1, limit.ndim)))
                self.assertTrue((off < 1.2 * mu * scale + noise).all(),
                                f"{name}: {off / scale}, noise {noise / scale}")
                distance.append((off / scale).max())
            if name != "density":    # there the start is the same, and both are noise
                self.assertLess(distance[1], 0.75 * distance[0], name)


class BadKeys(AFolder):
    def test_are_refused_in_one_line(self):
        for value, words in (
                ("[{axis: 1}]", ["fields.0", "type"]),
                ("[{type: wigner}]", ["wigner", "husimi"]),
                ("[{type: density, axis: 4}]", ["fields.0.axis", "[1, 3]"]),
                ("[{type: density}, {type: density}]", ["fields.1", "density comes twice"]),
                ("[{type: density, width: 0.3}]", ["width"]),
                ("[{type: momentum, positions: 8}]", ["positions"]),
                ("[{type: husimi, momenta: 2}]", ["momenta: 2", "[4, 1024]"]),
                ("[{type: husimi, width: 0}]", ["width: 0", "(0"]),
                ("[{type: husimi, width: 1.2}]", ["1.2", "a quarter of the box"]),
                ("[{type: husimi, name: a/b}]", ["a/b", "letters"])):
            with self.subTest(value=value):
                result = self.folder.kinlim("run", "study.yaml", "-o", "x.h5", "--set", "fields=" + value)
                self.assertEqual(result.code, 2, result)
                self.assertEqual(result.err.count("\n"), 1, result)
                for word in words:
                    self.assertIn(word, result.err)
                self.assertFalse(self.folder.has("x.h5"))

    def test_another_dimension_has_other_axes(self):
        self.folder.write("study.yaml", study_text(1))
        bad = self.folder.kinlim("run", "study.yaml", "--set", "fields=[{type: momentum, axis: 2}]")
        self.assertEqual(bad.code, 2, bad)
        self.assertIn("[1, 1]", bad.err)

    def test_resume_needs_the_same_fields(self):
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:1")
        bad = self.folder.kinlim("run", "study.yaml", "-o", "a.h5", "--resume", "--set",
                                 "fields=[{type: density}]")
        self.assertEqual(bad.code, 2, bad)
        self.assertIn("fields", bad.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
