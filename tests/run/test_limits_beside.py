"""Limits that some ranks solve beside the realizations: here the limit waits for a realization, so that
whoever solves it first waits for ever."""
import os
import signal
import subprocess
import time
import unittest
from unittest import mock

from kinlim_cli import MPIEXEC, Folder

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_mixed")
STUDY = """\
system: mixed
pause: [0, 0.001]
share: {share}
realizations: 8
moments: [1]
"""


class LimitsBesideTheRealizations(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.go = os.path.join(self.folder.path, "go")
        self.study(8)

    def study(self, share):
        self.folder.write("study.yaml", STUDY.format(share=share))

    def start(self, ranks, *more, asked=None):
        environment = {**os.environ, "MIXED_WAIT": self.go, **({"KINLIM_LIMITS": str(asked)} if asked else {})}
        return subprocess.Popen([*MPIEXEC, "-n", str(ranks), PROGRAM, "run", "study.yaml", "-o", "a.h5", "--quiet", *more],
                                cwd=self.folder.path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def ends(self, process, code=0):
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.assertEqual(process.returncode, code, err)
        return out

    def export(self, *more):
        with mock.patch.dict(os.environ, MIXED_WAIT=self.go):
            return subprocess.run([PROGRAM, "export", "a.h5", *more], cwd=self.folder.path, check=True,
                                  capture_output=True, text=True).stdout

    def check(self):
        """References of both points are there, and all realizations."""
        rows = [line.split(",") for line in self.export().splitlines()]
        values = [float(row[rows[0].index("value")]) for row in rows[1:] if "reference" in row]
        self.assertEqual(values, [0, 1])
        self.assertEqual(len(self.export("--samples").splitlines()), 1 + 2 * 8)
        self.assertFalse(self.folder.has("a.h5.journal"))

    def test_by_a_share_of_the_ranks(self):
        for ranks, asked in ((2, 1), (3, 2), (4, 3)):
            with self.subTest(ranks=ranks, asked=asked):
                self.ends(self.start(ranks, asked=asked))
                self.check()
                os.unlink(self.go)
                os.unlink(os.path.join(self.folder.path, "a.h5"))

    def test_by_ranks_that_would_be_idle(self):
        """One group of four ranks, of which two can share a realization; half a second of work, as the plan says."""
        self.folder.write("study.yaml", STUDY.format(share=2).replace("[0, 0.001]", "[0, 2]"))
        plan = self.ends(self.start(4, "--groups", "1", "--dry-run"))
        self.assertIn("on 2 ranks beside the realizations", plan)
        self.folder.write("study.yaml", STUDY.format(share=2).replace("[0, 0.001]", "[0, 0.5]"))
        self.ends(self.start(4, "--groups", "1"))
        self.check()

    def test_in_groups_of_several_ranks(self):
        self.ends(self.start(4, "--groups", "2", asked=1))
        self.check()

    def test_that_are_stopped_go_on_by_a_resume(self):
        """No realization makes the file of which the limit waits: it is stopped, again, and then let go."""
        self.folder.write("study.yaml", STUDY.format(share=8).replace("realizations: 8", "realizations: 7"))
        for more in ((), ("--resume",)):
            process = self.start(2, *more, asked=1)
            while not self.folder.has("a.h5.journal/lock") or time.sleep(1):
                pass
            process.send_signal(signal.SIGUSR1)
            self.ends(process, 75)
            self.assertTrue(self.folder.has("a.h5.journal"))
        self.study(8)
        self.ends(self.start(3, "--resume", asked=1))
        self.check()

    def test_end_with_a_run_that_fails(self):
        with mock.patch.dict(os.environ, MIXED_FAIL="1"):
            process = self.start(2, asked=1)
            self.ends(process, 3)
        self.assertFalse(self.folder.has("a.h5"))

    def test_of_a_finished_run_are_not_solved_again(self):
        self.ends(self.start(2, asked=1))
        os.unlink(self.go)
        self.ends(self.start(2, "--resume", asked=1))
        self.check()


if __name__ == "__main__":
    unittest.main(verbosity=2)
