"""A snapshot never overwrites a file that the run did not make, and is made again where a run was
killed amid it.
"""
import os
import signal
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

try:
    import h5py
except ImportError as error:
    print(error)
    sys.exit(77)

import faults
from faults import InAFolder, can_preload

ONE = ["--set", "snapshot=0", "--set", "sites=[12]", "--set", "eta=[0.6]", "--set", "realizations=1",
       "--set", "times=[0, 0.5]"]


class ASnapshot(InAFolder):
    def frames(self, name):
        with h5py.File(os.path.join(self.folder.path, name), "r") as file:
            return {frame: file[frame][:].tolist() for frame in file}

    def refused(self, name, *options):
        result = self.folder.kinlim("run", "study.yaml", "-o", "w.h5", "--quiet", *ONE, *options)
        self.is_one_line(result, 2)
        self.assertIn(f"{name} exists", result.err)

    def test_overwrites_no_results_and_is_refused_before_the_run(self):
        self.folder.run("study.yaml", "w-snapshot-0.h5")
        before = self.folder.read("w-snapshot-0.h5")
        self.refused("w-snapshot-0.h5")
        self.assertFalse(self.folder.has("w.h5") or self.folder.has("w.h5.journal"))
        self.folder.run("study.yaml", "w.h5", *ONE[2:])
        self.refused("w-snapshot-0.h5", "--resume")
        self.assertEqual(self.folder.read("w-snapshot-0.h5"), before)

    def test_overwrites_no_snapshot_of_another_run(self):
        self.folder.run("study.yaml", "w.h5", *ONE)
        before = self.folder.read("w-snapshot-0.h5"), self.folder.read("w-snapshot-0.xdmf")
        self.folder.run("study.yaml", "w.h5", *ONE, "--resume")  # there already
        os.unlink(os.path.join(self.folder.path, "w.h5"))
        self.refused("w-snapshot-0.h5")
        self.refused("w-snapshot-0.h5", "--resume")
        os.rename(os.path.join(self.folder.path, "w-snapshot-0.h5"), os.path.join(self.folder.path, "kept"))
        self.refused("w-snapshot-0.xdmf")
        self.assertEqual((self.folder.read("kept"), self.folder.read("w-snapshot-0.xdmf")), before)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_that_another_makes_in_the_meantime_is_not_overwritten(self):
        slow = faults.start(self.folder, "w.h5", "study.yaml", *ONE, FILES="w-snapshot-0.h5", STEPS="open", STOP=1)
        os.waitid(os.P_PID, slow.pid, os.WSTOPPED)
        self.folder.run("study.yaml", "w-snapshot-0.h5")
        before = self.folder.read("w-snapshot-0.h5")
        os.kill(slow.pid, signal.SIGCONT)
        stopped = faults.result(slow)
        self.is_one_line(stopped, 2, 3)
        self.refused("w-snapshot-0.h5", "--resume")
        self.assertEqual(self.folder.read("w-snapshot-0.h5"), before)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_is_made_again_wherever_it_was_killed(self):
        self.folder.run("study.yaml", "whole.h5", *ONE)
        samples, frames = self.folder.samples("whole.h5"), self.frames("whole-snapshot-0.h5")
        xdmf = self.folder.read("whole-snapshot-0.xdmf").replace(b"whole", b"NAME")

        def check(case):
            files, step = case
            output = f"{files}{step}".replace("-", "").replace(".", "")
            first = faults.run(self.folder, f"{output}.h5", "study.yaml", *ONE, FILES=files, KILL=step)
            self.assertEqual(first.code, -signal.SIGKILL, (case, first))
            self.resumed(f"{output}.h5", samples, *ONE)
            self.assertEqual(self.frames(f"{output}-snapshot-0.h5"), frames)
            self.assertEqual(self.folder.read(f"{output}-snapshot-0.xdmf").replace(output.encode(), b"NAME"), xdmf)

        cases = []
        for files in ("-snapshot-0", "claim-0", "records-"):
            trace = faults.steps(self.folder, f"t{len(cases)}.h5", "study.yaml", *ONE, FILES=files)
            cases += [(files, step) for step in range(1, len(trace) + 1)]
        self.assertGreater(len(cases), 12)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(check, cases))


if __name__ == "__main__":
    unittest.main(verbosity=2)
