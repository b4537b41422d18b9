"""Samples are the same bytes for any layout of ranks and any history of the run."""
import os
import unittest

from kinlim_cli import Folder, rows, study_text

LAYOUTS = [(2, 1), (2, 2), (3, 1), (3, 2), (4, 1), (4, 2), (4, 4), (3, None)]  # ranks, groups
SOME = [(2, 1), (3, 2), (4, 1)]

# One sweep serves up to four times; here one starts late and serves four.
CLOSE_TIMES = "times=[0, 0.8118, 0.8557, 0.8564, 0.9077, 2.673, 14.02, 14.44]"


class SamplesAreTheSameBytes(unittest.TestCase):
    def write(self, d):
        """A study in a folder of its own."""
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(d))

    def check_layouts(self, d, layouts, *options):
        self.write(d)
        self.folder.run("study.yaml", "one.h5", *options)
        expected = self.folder.samples("one.h5")
        self.assertEqual(len(rows(expected)), 2 * 4 * 5 * len(self.times(options)))
        for ranks, groups in layouts:
            output = f"{ranks}-{groups}.h5"
            more = [] if groups is None else ["--groups", groups]
            self.folder.run("study.yaml", output, *options, *more, ranks=ranks)
            self.assertEqual(self.folder.samples(output), expected,
                             f"d = {d}, {ranks} ranks, {groups} groups, {options}")
        return expected

    @staticmethod
    def times(options):
        return CLOSE_TIMES.split(",") if CLOSE_TIMES in options else range(4)

    def test_on_1_to_4_ranks_and_any_groups_in_single_precision(self):
        for d in (1, 2, 3):
            with self.subTest(d=d):
                self.check_layouts(d, LAYOUTS if d == 3 else SOME)

    def test_on_1_to_4_ranks_and_any_groups_in_double_precision(self):
        for d in (1, 2, 3):
            with self.subTest(d=d):
                self.check_layouts(d, LAYOUTS if d == 3 else SOME, "--set", "propagator.precision=double")

    def test_with_mpiexec_on_one_rank(self):
        self.check_layouts(3, [(1, 1)])

    def test_on_more_ranks_in_a_group_than_planes_of_which_some_are_idle(self):
        self.write(3)
        few = ["--set", "sites=[9, 17]", "--set", "eta=[0.6, 0.5]", "--set", "realizations=1",
               "--set", "observables.1.momentum.mode=[1, 0, 0]"]
        self.folder.run("study.yaml", "one.h5", *few)
        result = self.folder.good("run", "study.yaml", "-o", "ten.h5", "--groups", "1", *few, ranks=10)
        self.assertIn("1 of 10 ranks idle at some points", result.err)
        self.assertEqual(self.folder.samples("ten.h5"), self.folder.samples("one.h5"))

    def test_with_any_size_of_the_cache_which_may_change_on_resume(self):
        self.write(3)
        small = ["--set", "cache=0.05"]
        self.folder.run("study.yaml", "one.h5")
        self.folder.run("study.yaml", "small.h5", *small, ranks=2)
        self.assertEqual(self.folder.samples("one.h5"), self.folder.samples("small.h5"))
        self.folder.run("study.yaml", "one.h5", *small, "--resume")

    def test_with_tiles_found_by_trial_which_are_recorded(self):
        self.write(3)
        large = ["--set", "eta=[0.5]", "--set", "sites=[144]", "--set", "times=[0.02]", "--set", "realizations=1",
                 "--set", "boltzmann.reference=none"]
        self.folder.run("study.yaml", "tried.h5", *large)
        self.folder.run("study.yaml", "given.h5", *large, "--set", "cache=3", ranks=2)
        self.assertEqual(self.folder.samples("tried.h5"), self.folder.samples("given.h5"))
        chosen = [line for line in self.folder.good("info", "tried.h5").out.splitlines() if "choices" in line]
        self.assertEqual(len(chosen), 1, chosen)
        self.assertRegex(chosen[0], r"L = 144: depth \d+, \d+ rows")
        self.assertNotIn("choices", self.folder.good("info", "given.h5").out)

    def test_of_ranks_that_do_not_share_fronts(self):
        os.environ["KINLIM_TEAM"] = "0"
        self.addCleanup(os.environ.pop, "KINLIM_TEAM")
        self.write(3)
        self.folder.run("study.yaml", "drift.h5", "--groups", "1", ranks=3)
        os.environ["KINLIM_TEAM"] = "1"
        self.folder.run("study.yaml", "team.h5", "--groups", "1", ranks=3)
        self.assertEqual(self.folder.samples("drift.h5"), self.folder.samples("team.h5"))

    def test_with_several_times_from_one_sweep(self):
        self.check_layouts(3, [(3, 1)], "--set", CLOSE_TIMES)

    def test_with_each_distribution_of_the_disorder(self):
        seen = set()
        for name in ("uniform", "bernoulli", "laplace"):
            seen.add(self.check_layouts(2, [(3, 1)], "--set", f"disorder.distribution={name}"))
        self.assertEqual(len(seen), 3)

    def test_when_realizations_are_run_in_ranges_and_merged(self):
        self.write(3)
        self.folder.run("study.yaml", "all.h5")
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:1")
        self.folder.run("study.yaml", "b.h5", "--realizations", "3:4", ranks=2)
        self.folder.run("study.yaml", "c.h5", "--realizations", "1:3", ranks=3)
        self.folder.good("merge", "merged.h5", "b.h5", "a.h5", "c.h5")
        self.assertEqual(self.folder.samples("merged.h5"), self.folder.samples("all.h5"))

    def test_when_a_finished_run_is_resumed_with_more_realizations(self):
        self.write(3)
        self.folder.run("study.yaml", "all.h5")
        self.folder.run("study.yaml", "grown.h5", "--set", "realizations=1")
        self.folder.run("study.yaml", "grown.h5", "--resume", "--set", "realizations=3", ranks=2)
        self.folder.run("study.yaml", "grown.h5", "--resume")
        self.assertEqual(self.folder.samples("grown.h5"), self.folder.samples("all.h5"))

    def test_of_a_point_when_another_is_added(self):
        self.write(3)
        self.folder.run("study.yaml", "two.h5")
        self.folder.run("study.yaml", "three.h5", "--set", "eta=[0.5, 0.55, 0.6]", "--set",
                        "sites=[17, 14, 12]", ranks=2)
        lines = self.folder.samples("three.h5").splitlines()
        kept = [line for line in lines if not line.startswith("0.55")]
        self.assertLess(len(kept), len(lines))
        self.assertEqual(kept, self.folder.samples("two.h5").splitlines())

    def test_but_change_with_the_seed_and_the_realization(self):
        self.write(3)
        self.folder.run("study.yaml", "a.h5")
        self.folder.run("study.yaml", "b.h5", "--set", "disorder.seed=20261121")
        late = [row for row in rows(self.folder.samples("a.h5")) if float(row["time"]) > 0]
        values = [row["value"] for row in late]
        self.assertEqual(len(set(values)), len(values))
        other = [row["value"] for row in rows(self.folder.samples("b.h5")) if float(row["time"]) > 0]
        self.assertFalse(set(values) & set(other))


if __name__ == "__main__":
    unittest.main(verbosity=2)
