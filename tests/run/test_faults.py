"""Faults at every step that a run takes on disk, a limit on the size of files, a clock that goes
backwards: the right exit code, one line, and a resume that ends with the samples of a run in peace.
"""
import os
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor

import faults
from faults import MANY, InAFolder, can_preload


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class EveryStepOnDisk(InAFolder):
    """One realization at two points, a checkpoint in each, and every operation on the output's files
    in turn."""
    FEW = ["--set", "realizations=1", "--set", "times=[0, 0.5]"]
    RUN = ["study.yaml", *FEW, "--checkpoint", "1e-6"]

    def setUp(self):
        super().setUp()
        self.samples = self.whole(*self.FEW)

    def at_every_step(self, check):
        trace = faults.steps(self.folder, "trace.h5", *self.RUN)
        self.assertEqual(sum(line.startswith("rename") and "checkpoint" in line for line in trace), 2)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(check, range(1, len(trace) + 1)))

    def test_is_synced_before_the_next(self):
        """A record is on disk before the next one starts, the results before they get their name,
        the name before the journal goes: nothing that a failing machine could reorder."""
        trace = faults.steps(self.folder, "trace.h5", "study.yaml", *self.FEW)
        steps = [line.split()[0] for line in trace]
        records = trace.index("open trace.h5.journal/records-0000-0000")
        part = trace.index("open trace.h5.part")
        journal = [step for step in steps[records:part] if step != "unlink"]
        self.assertEqual(journal, ["open", "open-folder", "fsync"] + 2 * ["write", "aio_fsync", "aio_return"])
        end = part + steps[part:].index("rename")
        self.assertEqual(trace[end], "rename trace.h5")
        self.assertEqual(set(steps[part + 1:end - 1]), {"write"})
        self.assertEqual(steps[end - 1], "fsync")
        self.assertNotIn("unlink trace.h5.journal/records-0000-0000", trace[:end])

    def test_is_synced_before_its_checkpoint_goes(self):
        waited = False
        removed = 0
        for line in faults.steps(self.folder, "trace.h5", *self.RUN):
            step = line.split()[0]
            if step in ("aio_fsync", "aio_return"):
                waited = step == "aio_return"
            elif step == "unlink" and "checkpoint-" in line:
                self.assertTrue(waited, line)
                removed += 1
        self.assertGreater(removed, 1)

    def test_killed_there_twice_and_resumed(self):
        def check(step):
            output = f"kill-{step}.h5"
            first = faults.run(self.folder, output, *self.RUN, KILL=step)
            self.assertEqual(first.code, -signal.SIGKILL, (step, first))
            if self.folder.has(output):  # the last steps come after it
                self.assertEqual(self.folder.samples(output), self.samples)
            second = faults.run(self.folder, output, *self.RUN, "--resume", KILL=step)
            self.assertIn(second.code, (0, -signal.SIGKILL), (step, second))
            self.resumed(output, self.samples, *self.FEW)
        self.at_every_step(check)

    def test_the_disk_is_full_there(self):
        refused = []

        def check(step):
            output = f"full-{step}.h5"
            first = faults.run(self.folder, output, *self.RUN, ERROR=step)
            if first.code != 0:
                self.is_one_line(first, 3)
                self.assertIn(output, first.err)
                refused.append(step)
            if first.code == 0 or self.folder.has(output):
                self.assertEqual(self.folder.samples(output), self.samples)
            self.resumed(output, self.samples, *self.FEW)
        self.at_every_step(check)
        # Elsewhere nothing is lost: a folder that cannot be synced, a lock that stays.
        self.assertGreater(len(refused), 15)


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ARunThatFindsItsPlaceTaken(InAFolder):
    """It is stopped before it makes the journal's folder (1), opens the lock (2), takes it (3); in
    the meantime another run does everything and removes its journal."""

    def overtaken(self, step, output, *options):
        slow = faults.start(self.folder, output, "study.yaml", "--realizations", "0:1", *options, STOP=step)
        os.waitid(os.P_PID, slow.pid, os.WSTOPPED)
        self.folder.run("study.yaml", output, "--resume")
        os.kill(slow.pid, signal.SIGCONT)
        return faults.result(slow)

    def test_never_overwrites(self):
        samples = self.whole()
        result = self.overtaken(1, "a.h5")
        self.is_one_line(result, 2)
        self.assertIn("a.h5 exists", result.err)
        self.assertEqual(self.folder.samples("a.h5"), samples)
        self.assertFalse(self.folder.has("a.h5.journal"))

    def test_or_goes_on_with_all_of_it(self):
        samples = self.whole()
        for step in (1, 2, 3):
            with self.subTest(step):
                result = self.overtaken(step, f"{step}.h5", "--resume")
                self.assertEqual((result.code, result.err), (0, ""), result)
                self.assertEqual(self.folder.samples(f"{step}.h5"), samples)
                self.assertFalse(self.folder.has(f"{step}.h5.journal"))


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ALimitOnTheSizeOfFiles(InAFolder):
    def test_is_as_a_full_disk(self):
        more = ["--set", "realizations=8"]
        samples = self.whole(*more)
        # of the study's copy; of the journal, inside a record; of the results
        for size, name, ranks in ((500, "study.part", None), (1500, "records-0000-0000", None),
                                  (1500, "records-0000-000", 2), (20000, "cannot write", 2)):
            with self.subTest(size=size, ranks=ranks):
                output = f"{size}-{ranks}.h5"
                result = faults.run(self.folder, output, "study.yaml", *more, ranks=ranks, SIZE=size)
                self.is_one_line(result, 3)
                self.assertIn(name, result.err)
                self.assertFalse(self.folder.has(output))
                self.resumed(output, samples, *more, ranks=ranks)


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class AClockThatGoesBackwards(InAFolder):
    def test_changes_nothing(self):
        samples = self.whole(*MANY)
        for ranks in (None, 2):
            output = f"clock-{ranks}.h5"
            result = faults.run(self.folder, output, "study.yaml", *MANY, "--max-walltime", "01:00:00",
                                ranks=ranks, CLOCK=1)
            self.assertEqual((result.code, result.err), (0, ""), result)
            self.assertEqual(self.folder.samples(output), samples)
        lines = dict(line.split(": ", 1) for line in self.folder.good("info", output).out.splitlines()
                     if ": " in line)
        self.assertLess(lines["end"], lines["start"])  # the clock did go backwards


if __name__ == "__main__":
    unittest.main(verbosity=2)
