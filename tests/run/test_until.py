"""Stopping by precision: every point gets as many realizations as its own samples ask for, at
fixed counts, whatever the layout and history of the run. The rule is checked from outside: by
plain runs of the fixed counts, whose exported intervals say which count is the first that is
enough.
"""
import unittest

import faults
from faults import at_record, can_preload, journal_records
from kinlim_cli import Folder, rows, select, study_text

COUNTS = [4, 6, 9, 14, 21, 32, 40]  # from 4 by halves more, rounded up, to 40
MORE = [40, 60, 90, 135]  # an interval of order 2 needs 48
MEAN = "{min: 4, max: 40, until: {relative_error: 0.12, observable: place}}"
SPREAD = "{min: 40, max: 135, until: {relative_error: 0.21, order: 2, observable: place}}"
SHAPE = ["--set", "sites=[26, 17, 12]", "--set", "eta=[0.4, 0.5, 0.6]", "--set", "times=[0, 0.5]"]


class UntilPrecise(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(2))
        self.plain = {}  # count -> summary

    def run_until(self, output, until, *options, ranks=None):
        self.folder.run("study.yaml", output, *SHAPE, "--set", "realizations=" + until, *options,
                        ranks=ranks)

    def counts(self, output):
        """Finished realizations of each point."""
        found = {}
        for row in select(self.folder.summary(output), statistic="mean", observable="whole",
                          part="re", time=0.5):
            found[row["eta"]] = int(row["realizations"])
        return found

    def enough(self, count, eta, statistic, order, observable, error):
        if count not in self.plain:
            self.folder.run("study.yaml", "plain.h5", *SHAPE, "--set", f"realizations={count}", "--resume")
            self.plain[count] = self.folder.summary("plain.h5")
        table = select(self.plain[count], eta=float(eta), statistic=statistic,
                       order=order, observable=observable)
        return all(row["low"] != "" and (float(row["high"]) - float(row["low"])) / 2
                   <= error * abs(float(row["value"])) for row in table)

    def check_rule(self, until, ladder, statistic, order, observable, error):
        self.run_until("until.h5", until)
        counts = self.counts("until.h5")
        self.assertEqual(len(counts), 3)
        for eta, count in counts.items():
            before = ladder[:ladder.index(count)]
            tried = [self.enough(n, eta, statistic, order, observable, error) for n in before]
            self.assertNotIn(True, tried, (eta, count))
            if count != ladder[-1]:
                self.assertTrue(self.enough(count, eta, statistic, order, observable, error), eta)
        return counts

    def test_points_stop_at_the_first_fixed_count_that_is_enough_for_the_mean(self):
        counts = self.check_rule(MEAN, COUNTS, "mean", 1, "place", 0.12)
        self.assertGreater(len(set(counts.values())), 1, counts)
        # Samples are those of a plain run of the largest count, each point cut at its own.
        self.folder.run("study.yaml", "all.h5", *SHAPE, "--set", "realizations=40")
        want = [row for row in rows(self.folder.samples("all.h5"))
                if int(row["realization"]) < counts[row["eta"]]]
        self.assertEqual(rows(self.folder.samples("until.h5")), want)

    def test_points_stop_at_the_first_fixed_count_that_is_enough_for_a_moment(self):
        self.check_rule(SPREAD, MORE, "central_moment", 2, "place", 0.21)

    def test_counts_and_samples_are_the_same_for_any_layout(self):
        self.run_until("one.h5", MEAN)
        for ranks, groups in ((2, 2), (3, 1), (4, 3)):
            output = f"{ranks}-{groups}.h5"
            self.run_until(output, MEAN, "--groups", groups, ranks=ranks)
            self.assertEqual(self.folder.samples(output), self.folder.samples("one.h5"))
            self.assertEqual(self.folder.summary(output), self.folder.summary("one.h5"))

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_and_after_kills_and_resumes(self):
        """At the start, and before and after counts are decided."""
        self.run_until("one.h5", MEAN)
        run = ["study.yaml", *SHAPE, "--set", "realizations=" + MEAN, "--resume"]
        for kill in (dict(STEPS="open", KILL=1), dict(STEPS="aio_fsync", KILL=2),
                     dict(STEPS="aio_fsync", KILL=12), dict(STEPS="aio_fsync", KILL=9)):
            faults.kill(self.folder, "cut.h5", *run, FILES=".journal/records-", **kill)
        left = sum(self.counts("one.h5").values()) - journal_records(self.folder, "cut.h5")
        self.assertGreater(left, 0)
        self.assertEqual(len(faults.steps(self.folder, "cut.h5", *run, **at_record())), left)
        self.assertEqual(self.folder.samples("cut.h5"), self.folder.samples("one.h5"))
        self.assertFalse(self.folder.has("cut.h5.journal"))

    def test_info_counts_what_is_asked_for(self):
        self.run_until("one.h5", MEAN)
        total = sum(self.counts("one.h5").values())
        self.assertIn(f"\nrealizations: {total}/{total}\n", self.folder.good("info", "one.h5").out)

    def test_a_finished_run_may_be_made_more_precise(self):
        self.run_until("one.h5", MEAN)
        self.run_until("step.h5", MEAN.replace("0.12", "0.24"))
        self.assertLess(sum(self.counts("step.h5").values()), sum(self.counts("one.h5").values()))
        self.run_until("step.h5", MEAN, "--resume")
        self.assertEqual(self.folder.samples("step.h5"), self.folder.samples("one.h5"))

    def test_ranges_are_done_as_asked_for_and_merge_names_what_is_missing(self):
        self.run_until("one.h5", MEAN)
        counts = self.counts("one.h5")
        for a, b in ((0, 3), (3, 9), (9, 40)):
            self.run_until(f"{a}.h5", MEAN, "--realizations", f"{a}:{b}")
        self.assertEqual(len(set(rows_of(self.folder.samples("3.h5")))), 3 * 6)
        less = self.folder.good("merge", "less.h5", "0.h5", "3.h5")
        for eta, count in counts.items():
            self.assertEqual(f"missing at eta = {eta}: realizations 9:14" in less.err, count > 9, less)
        self.assertEqual(self.folder.good("merge", "whole.h5", "0.h5", "3.h5", "9.h5").err, "")
        self.assertIn("\nrealizations: 120/120\n", self.folder.good("info", "whole.h5").out)

    def test_dry_run_gives_a_range(self):
        said = self.folder.good("run", "study.yaml", "--dry-run", *SHAPE, "--set", "realizations=" + MEAN)
        self.assertIn("realizations 4 to 40 per point, 12 to 120 in all", said.out)

    def test_keys_are_checked(self):
        for value, says in (("{min: 4, max: 3, until: {relative_error: 0.1}}", "realizations.max: 3 is not"),
                            ("{min: 1, max: 3, until: {relative_error: 0.1}}", "realizations.min: 1 is not"),
                            ("{min: 2, max: 3}", "until"),
                            ("{min: 2, max: 3, until: {order: 2}}", "relative_error"),
                            ("{min: 2, max: 3, until: {relative_error: 0}}", "relative_error: 0 is not"),
                            ("{min: 2, max: 3, until: {relative_error: 1, order: 0.5}}", "order: 0.5 is not"),
                            ("{min: 2, max: 3, until: {relative_error: 1, observable: none}}",
                             "realizations.until.observable: none is not allowed"),
                            ("0", "realizations: 0 is not"), ("[4]", "realizations")):
            result = self.folder.kinlim("run", "study.yaml", "--set", "realizations=" + value)
            self.assertEqual((result.code, result.err.count("\n")), (2, 1), (value, result))
            self.assertIn(says, result.err)


def rows_of(text):
    return [(row["eta"], row["realization"]) for row in rows(text)]


if __name__ == "__main__":
    unittest.main()
