"""The Boltzmann reference as the program reports it: the worked case's known values on any
number of ranks, no reference where there is none or none is wanted.
"""
import unittest

from kinlim_cli import Folder, number, one, select, study_text

# d = 3, eta = 0.4, ell = 5.12 exactly, T = 1. The values are those of the closed-form Volterra
# equation of the shell mass (docs/boltzmann.md), solved by two scripts that share nothing with
# this program; seven decimals.
WORKED_CASE = """\
system: anderson
dimension: 3
box: 5.12
eta: [0.40]
times: [1.0]
realizations: 1
initial:
  envelope: {shape: gaussian, width: 0.4, center: [0, 0, 0]}
  phase: {momentum: [0.15, 0.20, 0.30]}
observables:
  - {name: side,   position: {shape: gaussian, center: [-0.5, -1.0, -1.0], width: 0.6}, momentum: {mode: [0, 0, 0]}}
  - {name: front,  position: {shape: gaussian, center: [-1.5, -2.0, -1.8], width: 0.6}, momentum: {mode: [0, 0, 0]}}
  - {name: flux,   position: {shape: gaussian, center: [-1.0, -1.0, -1.0], width: 0.6}, momentum: {mode: [1, 0, 0]}}
  - {name: wake,   position: {shape: gaussian, center: [0, 0, 0], width: 0.6}, momentum: {mode: [0, 0, 1]}}
  - {name: origin, position: {shape: gaussian, center: [0, 0, 0], width: 0.6}, momentum: {mode: [0, 0, 0]}}
boltzmann: {tolerance: 1.0e-8}
"""
KNOWN = {("side", "re"): 0.0858672, ("front", "re"): 0.3039628,
         ("flux", "re"): 0.0364788, ("flux", "im"): 0.0325838,
         ("wake", "re"): 0.0058847, ("wake", "im"): -0.0087331, ("origin", "re"): 0.0301471}


class TheReference(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def test_of_the_worked_case_has_the_known_values_on_1_2_and_3_ranks(self):
        self.folder.write("study.yaml", WORKED_CASE)
        for ranks in (1, 2, 3):
            output = f"{ranks}.h5"
            self.folder.run("study.yaml", output, ranks=ranks)
            table = self.folder.summary(output)
            found = select(table, statistic="reference")
            self.assertEqual({(row["observable"], row["part"]) for row in found}, set(KNOWN))
            for (name, part), known in KNOWN.items():
                row = one(found, observable=name, part=part)
                value, low, high = (float(row[key]) for key in ("value", "low", "high"))
                self.assertLessEqual(abs(value - known), 5e-7, f"{name}.{part} on {ranks} ranks")
                self.assertTrue(low <= value <= high <= low + 2.1e-8, row)
                self.assertEqual((row["sites"], float(row["eta"])), ("32", 0.4))
                self.assertAlmostEqual(float(row["box"]), 5.12, delta=1e-14)

    def test_of_packets_is_their_weighted_mean(self):
        """Of the worked case and another packet, by the squares of the weights."""
        other = "{shape: bump, width: 0.9, center: [0.5, 0, -0.25]}", "{momentum: [-0.2, 0.1, 0.3]}"
        first = "{shape: gaussian, width: 0.4, center: [0, 0, 0]}", "{momentum: [0.15, 0.20, 0.30]}"
        self.folder.write("study.yaml", WORKED_CASE)
        self.folder.run("study.yaml", "other.h5", "--set", f"initial.envelope={other[0]}",
                        "--set", f"initial.phase={other[1]}")
        self.folder.write("both.yaml", WORKED_CASE.replace(
            f"  envelope: {first[0]}\n  phase: {first[1]}\n",
            f"  packets:\n    - {{weight: 2, envelope: {first[0]}, phase: {first[1]}}}\n"
            f"    - {{weight: 3, angle: 0.25, envelope: {other[0]}, phase: {other[1]}}}\n"))
        self.folder.run("both.yaml", "both.h5", ranks=2)
        alone = {key[2:]: float(value) for key, value in self.reference("other.h5").items()}
        both = {key[2:]: float(value) for key, value in self.reference("both.h5").items()}
        self.assertEqual(set(both), set(KNOWN))
        for key, known in KNOWN.items():
            self.assertAlmostEqual(both[key], (4 * known + 9 * alone[key]) / 13, delta=2e-7)
            self.assertGreater(abs(alone[key] - known), 1e-4, key)

    def reference(self, output):
        return {(row["eta"], row["time"], row["observable"], row["part"]): row["value"]
                for row in select(self.folder.summary(output), statistic="reference")}

    def test_is_left_out_in_both_spellings_and_computed_by_merge(self):
        self.folder.write("study.yaml", study_text(2).replace("boltzmann: {reference: none}\n", ""))
        self.folder.run("study.yaml", "with.h5")
        with_it = self.reference("with.h5")
        self.assertEqual(len(with_it), 2 * 4 * 5)
        for i, spelling in enumerate(("reference=none", "boltzmann.reference=none")):
            self.folder.run("study.yaml", f"{i}.h5", "--set", spelling)
            table = self.folder.summary(f"{i}.h5")
            self.assertFalse({row["statistic"] for row in table} &
                             {"reference", "bias", "deviation_moment", "rate:bias",
                              "rate:deviation_moment"})
            self.assertEqual(self.folder.samples(f"{i}.h5"), self.folder.samples("with.h5"))
            self.folder.good("merge", f"merged-{i}.h5", f"{i}.h5", ranks=1 + i)
            merged = self.reference(f"merged-{i}.h5")
            self.assertEqual(set(merged), set(with_it))
            for key, value in merged.items():
                self.assertLessEqual(abs(float(value) - float(with_it[key])), 2e-8, key)

    def test_is_none_in_one_dimension_and_says_why(self):
        self.folder.write("study.yaml", study_text(1).replace("boltzmann: {reference: none}\n", ""))
        self.folder.run("study.yaml", "a.h5")
        statistics = {row["statistic"] for row in self.folder.summary("a.h5")}
        self.assertIn("mean", statistics)
        self.assertFalse(statistics & {"reference", "bias", "deviation_moment"})
        info = self.folder.good("info", "a.h5").out
        for point in (0, 1):
            line = [line for line in info.splitlines() if line.startswith(f"reference of point {point}:")]
            self.assertEqual(len(line), 1, info)
            self.assertIn("no Boltzmann limit", line[0])

    def test_is_none_where_there_is_no_energy_shell_and_the_run_goes_on(self):
        """The momentum 0, which is the default, is the top of the band; E = 0 in d = 2 has infinite density."""
        for momentum, said in (("[0, 0]", "edge of the band"), ("[0, 0.5]", "density of states is infinite")):
            for system, more in (("anderson", ()), ("expansion", ("--set", "order=1"))):
                self.folder.write("study.yaml", study_text(2).replace("boltzmann: {reference: none}\n", "")
                                  .replace("system: anderson", f"system: {system}"))
                name = f"{system}{momentum}.h5"
                self.folder.run("study.yaml", name, "--set", f"initial.phase.momentum={momentum}",
                                "--set", "propagator={precision: double}", *more)
                self.assertFalse(self.folder.has(name + ".journal"))
                self.assertFalse({row["statistic"] for row in self.folder.summary(name)} & {"reference", "bias"})
                self.assertIn(said, self.folder.good("info", name).out)

    def test_at_time_0_is_the_start(self):
        """<J,F_0> by its own closed form is in test_closed_forms.py; here bias = mean - reference."""
        self.folder.write("study.yaml", study_text(3).replace("boltzmann: {reference: none}\n", ""))
        self.folder.run("study.yaml", "a.h5", "--set", "sites=[20, 14]", ranks=2)
        table = self.folder.summary("a.h5")
        for row in select(table, statistic="bias", time=0.0):
            key = {k: row[k] for k in ("eta", "time", "observable", "part")}
            mean, reference = (one(table, statistic=s, **key) for s in ("mean", "reference"))
            self.assertEqual(number(row["value"]), number(mean["value"]) - number(reference["value"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
