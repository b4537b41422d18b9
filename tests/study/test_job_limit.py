"""A run inside a SLURM job stops before the job's limit, without being told on its command line."""
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from kinlim_cli import but_for_moments, Folder, command, study_text

MANY = ["--set", "sites=[32, 28]", "--set", "times=[0, 1, 2, 10]", "--set", "realizations=3000"]


class TheLimitOfAJob(unittest.TestCase):
    def run_in_job(self, end, *options):
        """A run in a job that ends `end` seconds from now; its exit code, line and duration."""
        with Folder() as folder:
            folder.write("study.yaml", study_text())
            start = time.monotonic()
            done = subprocess.run(command(["run", "study.yaml", "--quiet", *options]), cwd=folder.path,
                                  env=dict(os.environ, SLURM_JOB_END_TIME=str(int(time.time() + end))),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200)
            return done.returncode, but_for_moments(done.stderr), time.monotonic() - start

    def test_stops_a_run_in_time(self):
        code, line, seconds = self.run_in_job(6, *MANY)
        self.assertEqual((code, line.count("\n")), (75, 1), line)
        self.assertIn("--resume", line)
        self.assertGreater(seconds, 2)

    def test_yields_to_the_option(self):
        code, line, _ = self.run_in_job(100000, *MANY, "--max-walltime", "00:00:02")
        self.assertEqual(code, 75, line)

    def test_in_the_past_means_nothing(self):
        self.assertEqual(self.run_in_job(-5)[:2], (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
