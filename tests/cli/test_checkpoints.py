"""A realization in flight survives: it goes on from its newest whole checkpoint, on any
number of ranks, to the same bytes; a damaged checkpoint is passed over, saying so.
"""
import glob
import os
import signal
import unittest

import faults
from faults import can_preload
from kinlim_cli import Folder, study_text

# Two realizations with many times, a checkpoint after each but the last: 9 in a realization.
LONG = ["--set", "sites=[17]", "--set", "eta=[0.5]", "--set", "realizations=2",
        "--set", "times=[" + ", ".join(str(t) for t in range(0, 40, 4)) + "]",
        "--set", "propagator.tolerance=1e-3"]
RUN = ["study.yaml", *LONG, "--groups", "1", "--resume"]
ALWAYS = ["--checkpoint", "1e-6"]
OF_FIRST = dict(FILES="checkpoint-0-0-", STEPS="rename")


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ACheckpoint(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())
        self.folder.good("run", "study.yaml", "--quiet", *LONG, "-o", "whole.h5")

    def files(self, output):
        """The checkpoints of realization 0, by generation."""
        return sorted(glob.glob(os.path.join(self.folder.path, output + ".journal", "checkpoint-0-0-[01]")))

    def cut_off(self, output):
        """Kills a run when it has both generations of realization 0; the older one is first."""
        faults.kill(self.folder, output, *RUN, *ALWAYS, **OF_FIRST, KILL=3)
        return self.files(output)

    def finish(self, output, left, ranks=None):
        """Resumes it; realization 0 has so many checkpoints before it. What it says."""
        trace = os.path.join(self.folder.path, output + ".trace")
        result = faults.run(self.folder, output, *RUN, *ALWAYS, ranks=ranks, **OF_FIRST, TRACE=trace)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(len(self.folder.read(trace).splitlines()), left)
        self.assertEqual(self.folder.samples(output), self.folder.samples("whole.h5"))
        self.assertFalse(self.folder.has(output + ".journal"))
        return result.err

    def test_is_gone_on_with_on_another_number_of_ranks(self):
        for ranks in (None, 3):
            self.assertEqual(len(self.cut_off(f"cut-{ranks}.h5")), 2)
            self.assertEqual(self.finish(f"cut-{ranks}.h5", 9 - 2, ranks), "")

    def test_that_is_damaged_gives_way_to_the_one_before(self):
        for place, ranks in ((20, None), (500, None), (-5, 2)):  # head, samples, planes
            output = f"damaged{place}.h5"
            older, newest = self.cut_off(output)
            with open(newest, "r+b") as file:
                file.seek(place, os.SEEK_END if place < 0 else os.SEEK_SET)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 4]))
            self.assertIn(os.path.basename(newest), self.finish(output, 9 - 1, ranks))

    def test_that_is_cut_short_in_both_generations_starts_the_realization_again(self):
        for name in self.cut_off("short.h5"):
            os.truncate(name, os.path.getsize(name) // 2)
        self.assertEqual(self.finish("short.h5", 9).count("passed over"), 2)

    def is_stopped(self, result):
        self.assertEqual((result.code, result.err.count("\n")), (75, 1), result)

    def test_stays_when_a_run_is_stopped(self):
        with faults.stopped(self.folder, "a.h5", *RUN, *ALWAYS, **OF_FIRST, STOP=3) as process:
            faults.send(process, signal.SIGTERM)
        self.is_stopped(faults.result(process))
        self.finish("a.h5", 9 - 3)

    def test_is_written_when_a_run_is_stopped(self):
        """In the middle of a realization, where none is due, an hour after its start."""
        self.is_stopped(faults.run(self.folder, "a.h5", *RUN, "--checkpoint", "1e6", "--max-walltime",
                                   "00:30:00", STEPS="look", LATE=20))
        self.assertEqual(len(self.files("a.h5")), 1)
        with open(self.files("a.h5")[0], "rb") as file:
            time = int.from_bytes(file.read(56)[52:], "little")
        self.assertIn(time, range(1, 9))
        self.finish("a.h5", 9 - (time + 1))


if __name__ == "__main__":
    unittest.main()
