"""A realization in flight survives: it goes on from its newest whole checkpoint, on any
number of ranks, to the same bytes; a damaged checkpoint is passed over, saying so.
"""
import glob
import os
import signal
import time
import unittest

from kinlim_cli import but_for_moments, Folder, study_text

# One realization with many times, cut off in the middle of it.
LONG = ["--set", "sites=[44]", "--set", "eta=[0.5]", "--set", "realizations=2",
        "--set", "times=[" + ", ".join(str(t) for t in range(0, 60, 2)) + "]",
        "--set", "propagator.tolerance=1e-3"]
RUN = ["run", "study.yaml", "--quiet", "--checkpoint", "0.001", *LONG]


class ACheckpoint(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())
        self.folder.good("run", "study.yaml", "--quiet", *LONG, "-o", "whole.h5")

    def files(self, output, realization="0"):
        name = f"checkpoint-0-{realization}-[01]"
        return sorted(glob.glob(os.path.join(self.folder.path, output + ".journal", name)),
                      key=os.path.getmtime)

    def cut_off(self, output):
        """Kills a run that has written both generations of realization 0."""
        for _ in range(5):
            process = self.folder.start(*RUN, "-o", output, "--resume")
            while len(self.files(output)) < 2 and process.poll() is None:
                time.sleep(0.002)
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if len(self.files(output)) == 2:
                return self.files(output)
        self.fail("no run was cut off in flight")

    def finish(self, output, ranks=None):
        result = self.folder.good(*RUN, "-o", output, "--resume", "--groups", "1", ranks=ranks)
        self.assertEqual(self.folder.samples(output), self.folder.samples("whole.h5"))
        self.assertFalse(self.folder.has(output + ".journal"))
        return result

    def test_is_gone_on_with_on_another_number_of_ranks(self):
        for ranks in (None, 3):
            self.cut_off(f"cut-{ranks}.h5")
            self.assertEqual(self.finish(f"cut-{ranks}.h5", ranks).err, "")

    def test_that_is_damaged_gives_way_to_the_one_before(self):
        for place in (20, 3000, -5):  # head, samples, planes
            output = f"damaged{place}.h5"
            older, newest = self.cut_off(output)
            with open(newest, "r+b") as file:
                file.seek(place, os.SEEK_END if place < 0 else os.SEEK_SET)
                byte = file.read(1)
                file.seek(-1, os.SEEK_CUR)
                file.write(bytes([byte[0] ^ 4]))
            self.assertIn(os.path.basename(newest), self.finish(output, 2).err)

    def test_that_is_cut_short_in_both_generations_starts_the_realization_again(self):
        for name in self.cut_off("short.h5"):
            os.truncate(name, os.path.getsize(name) // 2)
        self.assertEqual(self.finish("short.h5").err.count("passed over"), 2)

    def test_is_written_when_a_run_is_stopped(self):
        process = self.folder.start(*RUN, "-o", "stopped.h5")
        while not self.files("stopped.h5") and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()
        self.assertEqual((process.returncode, but_for_moments(err).count("\n")), (75, 1), err)
        self.assertTrue(self.files("stopped.h5", "*"))
        self.finish("stopped.h5")


if __name__ == "__main__":
    unittest.main()
