"""A run can be stopped or killed at any moment and resumed: the same samples in the end,
nothing overwritten, and only what belongs to the same study is continued.
"""
import os
import random
import signal
import subprocess
import unittest

import faults
from faults import MANY, at_record, can_preload, journal_records
from kinlim_cli import MOUNT, but_for_moments, can_mount, rows


class InAFolder(faults.InAFolder):
    def refused(self, words, *args, ranks=None):
        before = self.folder.listing()
        result = self.folder.kinlim(*args, ranks=ranks)
        self.assertEqual((result.code, result.out, result.err.count("\n")), (2, "", 1), result)
        for word in words:
            self.assertIn(word, result.err)
        self.assertEqual(self.folder.listing(), before)

    def done(self, output):
        """DONE, TOTAL of `kinlim info`."""
        for line in self.folder.good("info", output).out.splitlines():
            if line.startswith("realizations: "):
                return tuple(int(word) for word in line.split()[1].split("/"))
        self.fail("no line 'realizations: DONE/TOTAL'")


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ARunThatIsKilled(InAFolder):
    RUN = ["study.yaml", *MANY, "--resume"]

    def setUp(self):
        super().setUp()
        self.folder.run("study.yaml", "whole.h5", *MANY, ranks=2)
        self.samples = self.folder.samples("whole.h5")

    def resumed(self, output, ranks=None):
        return self.resumed_records(output, self.samples, *MANY, ranks=ranks)

    def test_at_random_steps_and_resumed_has_the_same_samples(self):
        draw = random.Random(20261120)
        for attempt in range(3):
            output = f"killed-{attempt}.h5"
            for _ in range(3):  # a record is four steps
                faults.kill(self.folder, output, *self.RUN, KILL=draw.randrange(1, 25))
            left = 20 - journal_records(self.folder, output)
            self.assertEqual(self.resumed(output, [None, 2, 3][attempt]), left)

    def test_keeps_every_realization_that_was_journalled(self):
        faults.kill(self.folder, "a.h5", *self.RUN, **at_record(KILL=7))
        self.assertEqual(self.resumed("a.h5"), 13)
        self.assertEqual(self.done("a.h5"), (20, 20))

    def test_with_a_torn_journal_does_what_is_lost_again(self):
        faults.kill(self.folder, "a.h5", *self.RUN, **at_record(KILL=15))
        records = os.path.join(self.folder.path, "a.h5.journal", "records-0000-0000")
        size = os.path.getsize(records)
        os.truncate(records, size - 101)
        self.assertEqual(journal_records(self.folder, "a.h5"), 14)
        with open(records, "r+b") as file:  # and one that is damaged inside: those behind it are kept
            file.seek(size // 2)
            file.write(b"damaged")
        self.assertEqual(self.resumed("a.h5"), 20 - 13)


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ARunThatIsStopped(InAFolder):
    """At a record that it has written but not yet synced: that one and those before it are saved."""

    def check(self, result, output, least, most=None):
        self.assertEqual((result.code, result.out, result.err.count("\n")), (75, "", 1), result)
        self.assertIn("--resume", result.err)
        done, total = self.done(output)
        self.assertEqual(total, 20)
        self.assertTrue(least <= done <= (most or least), (done, least, most))
        self.assertIn(f"{done}/20", result.err)

    def test_by_a_signal_saves_and_is_resumed(self):
        self.folder.run("study.yaml", "whole.h5", *MANY)
        whole = self.folder.samples("whole.h5")
        for number, ranks in ((signal.SIGTERM, None), (signal.SIGINT, None), (signal.SIGUSR1, None),
                              (signal.SIGUSR1, 2)):
            with self.subTest(number.name, ranks=ranks):
                output = f"{number.name}-{ranks}.h5"
                done = 3 * (ranks or 1)
                with faults.stopped(self.folder, output, "study.yaml", *MANY, "--groups", ranks or 1,
                                    ranks=ranks, **at_record(STOP=3)) as process:
                    faults.send(process, number, ranks)
                self.check(faults.result(process), output, done)
                part = self.folder.samples(output)
                self.assertEqual(len(rows(part)), done * 4 * 5)
                self.assertLessEqual(set(part.splitlines()), set(whole.splitlines()))
                self.assertGreater(len(self.folder.summary(output)), 0)
                self.folder.run("study.yaml", output, *MANY, "--resume", ranks=2)
                self.assertEqual(self.folder.samples(output), whole)
                self.assertFalse(self.folder.has(output + ".journal"))

    def test_by_the_walltime(self):
        """The clock jumps by an hour."""
        def run(walltime, *options, **late):
            return faults.run(self.folder, "a.h5", "study.yaml", *MANY, "--resume", "--max-walltime",
                              walltime, *options, **late)
        self.check(run("00:59:59", **at_record(LATE=3)), "a.h5", 3)
        self.check(run("00:10:00", "--groups", 1, ranks=2, **at_record(LATE=2)), "a.h5", 3 + 2)
        # Two groups: when one is late, the other begins no run of its own any more.
        self.check(run("00:10:00", "--groups", 2, ranks=2, **at_record(LATE=2)), "a.h5", 5 + 2, 5 + 2 * 2)
        self.assertEqual(run("01:30:00", **at_record(LATE=1)).code, 0)
        self.assertEqual(self.done("a.h5"), (20, 20))


FULL_DISK = """\
mount -t tmpfs -o size=$1 none disk || exit 99
"$KINLIM" run study.yaml --quiet -o disk/a.h5 --set snapshot=2 2>first; echo $? $(grep -vc "too few realizations" first)
mount -o remount,size=20m disk || exit 99
"$KINLIM" run study.yaml --quiet -o disk/a.h5 --set snapshot=2 --resume; echo $?
ls disk | tr '\\n' ' '; echo
"$KINLIM" export disk/a.h5 --samples
"""


@unittest.skipUnless(can_mount(), "no right to mount a small disk")
class AFullDisk(InAFolder):
    def test_is_one_line_of_the_environment_and_loses_nothing(self):
        self.folder.run("study.yaml", "whole.h5")
        os.mkdir(os.path.join(self.folder.path, "disk"))
        for size in ("8k", "20k", "40k", "80k", "160k"):  # journal, snapshot, results
            done = subprocess.run(MOUNT + ["bash", "-c", FULL_DISK, "bash", size], cwd=self.folder.path,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            first, second, files, samples = done.stdout.split("\n", 3)
            self.assertEqual((first, second, but_for_moments(done.stderr)), ("3 1", "0", ""), (size, done))
            self.assertEqual(files.split(), ["a-snapshot-0.h5", "a-snapshot-0.xdmf", "a-snapshot-1.h5",
                                             "a-snapshot-1.xdmf", "a.h5"])
            self.assertEqual(samples, self.folder.samples("whole.h5"))


class Resuming(InAFolder):
    def test_nothing_starts_afresh(self):
        self.folder.run("study.yaml", "a.h5", "--resume")
        self.folder.run("study.yaml", "b.h5")
        self.assertEqual(self.folder.samples("a.h5"), self.folder.samples("b.h5"))

    def test_what_is_finished_does_nothing(self):
        self.folder.run("study.yaml", "a.h5")
        before = self.folder.samples("a.h5"), self.folder.good("export", "a.h5").out
        result = self.folder.good("run", "study.yaml", "-o", "a.h5", "--resume")
        self.assertIn("8/8 realizations, 0 s", result.err)
        self.assertEqual((self.folder.samples("a.h5"), self.folder.good("export", "a.h5").out), before)

    def test_another_study_is_refused_and_the_key_is_named(self):
        self.folder.run("study.yaml", "a.h5")
        resume = ["run", "study.yaml", "-o", "a.h5", "--resume"]
        for change, words in {
                "eta=[0.5, 0.55]": ["eta.1", "0.55", "0.6"],
                "sites=[17, 13]": ["sites.1", "12", "13"],
                "disorder.seed=2": ["disorder.seed"],
                "disorder.distribution=uniform": ["disorder.distribution", "uniform"],
                "propagator.tolerance=2e-4": ["propagator.tolerance"],
                "propagator.precision=double": ["propagator.precision"],
                "initial.envelope.width=0.41": ["initial.envelope.width", "0.41"],
                "observables.2.name=all": ["observables.2.name", "whole"],
                "observables.0.momentum.mode=[0, 0, 1]": ["observables.0.momentum.mode.2"],
                "realizations=3": ["realizations", "4", "3"],
                "times=[0, 0.05, 0.5]": ["0.06"]}.items():
            with self.subTest(change):
                self.refused(["a.h5"] + words, *resume, "--set", change)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_journal_of_another_study_is_refused(self):
        faults.kill(self.folder, "a.h5", "study.yaml", **at_record(KILL=1))
        self.refused(["a.h5.journal", "disorder.seed"], "run", "study.yaml", "-o", "a.h5", "--resume",
                     "--set", "disorder.seed=3")

    def test_more_times_are_accepted(self):
        more = ["--set", "times=[0, 0.05, 0.06, 0.25, 0.5]"]
        self.folder.run("study.yaml", "a.h5")
        self.folder.run("study.yaml", "a.h5", "--resume", *more)
        self.folder.run("study.yaml", "b.h5", *more)
        self.assertEqual(self.folder.samples("a.h5"), self.folder.samples("b.h5"))

    def test_more_moments_are_accepted_without_new_realizations(self):
        self.folder.run("study.yaml", "a.h5")
        samples = self.folder.samples("a.h5")
        result = self.folder.good("run", "study.yaml", "-o", "a.h5", "--resume", "--set",
                                  "moments=[1, 2, 3, 4]")
        self.assertIn("8/8 realizations, 0 s", result.err)
        self.assertEqual(self.folder.samples("a.h5"), samples)
        orders = {row["order"] for row in self.folder.summary("a.h5")
                  if row["statistic"] == "central_moment"}
        self.assertEqual(orders, {"1", "2", "3", "4"})

    def test_a_range_fills_the_rest(self):
        self.folder.run("study.yaml", "a.h5", "--realizations", "1:2")
        self.assertEqual(self.done("a.h5"), (2, 8))
        self.refused(["a.h5"], "run", "study.yaml", "-o", "a.h5", "--realizations", "2:3")
        self.folder.run("study.yaml", "a.h5", "--resume", "--realizations", "2:3")
        self.assertEqual(self.done("a.h5"), (4, 8))
        self.folder.run("study.yaml", "a.h5", "--resume")
        self.folder.run("study.yaml", "b.h5")
        self.assertEqual(self.folder.samples("a.h5"), self.folder.samples("b.h5"))


class TwoRunsOnOneOutput(InAFolder):
    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_the_second_is_refused(self):
        with faults.stopped(self.folder, "a.h5", "study.yaml", **at_record(STOP=1)) as first:
            for options in ([], ["--resume"]):
                second = self.folder.kinlim("run", "study.yaml", "-o", "a.h5", *options)
                self.assertEqual((second.code, second.err.count("\n")), (2, 1), second)
            self.assertIn("another run", second.err)
        result = faults.result(first)
        self.assertEqual((result.code, result.err), (0, ""), result)
        self.assertEqual(self.done("a.h5"), (8, 8))

    def test_of_many_that_start_together_one_wins(self):
        """Each asks for another realization; whoever is refused must not harm the winner."""
        runs = [self.folder.start("run", "study.yaml", "--quiet", "-o", "a.h5", "--realizations",
                                  f"{k}:{k + 1}") for k in range(4)]
        codes = []
        for run in runs:
            err = but_for_moments(run.communicate(timeout=60)[1])
            codes.append(run.returncode)
            self.assertEqual(err.count("\n"), 0 if run.returncode == 0 else 1, err)
        self.assertEqual(sorted(codes), [0, 2, 2, 2])
        self.assertEqual(self.done("a.h5"), (2, 8))
        self.assertEqual({row["realization"] for row in rows(self.folder.samples("a.h5"))},
                         {str(codes.index(0))})


class Merging(InAFolder):
    def test_identical_overlap_is_accepted_and_gaps_are_named(self):
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:2")
        self.folder.run("study.yaml", "b.h5", "--realizations", "1:3")
        result = self.folder.good("merge", "c.h5", "a.h5", "b.h5")
        self.assertEqual(self.done("c.h5"), (6, 8))
        self.assertEqual(result.err.count("3:4"), 2, result)
        self.assertFalse(self.folder.has("c.h5.journal"))

    def test_other_studies_are_refused_and_the_key_is_named(self):
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:2")
        for i, (change, word) in enumerate({"disorder.seed=3": "disorder.seed",
                                            "times=[0, 0.05, 0.5]": "time",
                                            "observables.1.name=other": "observables.1.name"}.items()):
            self.folder.run("study.yaml", f"{i}.h5", "--realizations", "2:4", "--set", change)
            self.refused([f"{i}.h5", word], "merge", "all.h5", "a.h5", f"{i}.h5")

    def test_files_of_different_numbers_of_realizations(self):
        self.folder.run("study.yaml", "few.h5", "--set", "realizations=2")
        self.folder.run("study.yaml", "rest.h5", "--realizations", "2:4")
        self.folder.good("merge", "all.h5", "few.h5", "rest.h5", ranks=2)
        self.folder.run("study.yaml", "whole.h5")
        self.assertEqual(self.folder.samples("all.h5"), self.folder.samples("whole.h5"))
        both = [[row for row in self.folder.summary(name) if row["statistic"] in
                 ("mean", "standard_error", "central_moment", "rate:central_moment", "norm_drift")]
                for name in ("all.h5", "whole.h5")]
        self.assertEqual(*both)


if __name__ == "__main__":
    unittest.main(verbosity=2)
