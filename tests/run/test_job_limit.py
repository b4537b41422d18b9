"""A run inside a SLURM job stops before the job's limit, without being told on its command line."""
import os
import time
import unittest

import faults
from faults import InAFolder, at_record, can_preload

HOUR = 3600  # by which the clock jumps, after two of eight realizations


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class TheLimitOfAJob(InAFolder):
    def run_in_job(self, end, *options):
        """A run in a job that ends `end` seconds from now."""
        os.environ["SLURM_JOB_END_TIME"] = str(int(time.time() + end))
        self.addCleanup(os.environ.pop, "SLURM_JOB_END_TIME", None)
        return faults.run(self.folder, "a.h5", "study.yaml", *options, **at_record(LATE=2))

    def is_stopped(self, result):
        self.is_one_line(result, 75)
        self.assertIn("--resume", result.err)
        self.assertIn("2/8", result.err)

    def test_stops_a_run_five_minutes_before(self):
        self.is_stopped(self.run_in_job(HOUR + 299))
        self.assertEqual(self.run_in_job(HOUR + 1200, "--resume").code, 0)

    def test_yields_to_the_option(self):
        self.is_stopped(self.run_in_job(100000, "--max-walltime", "00:59:00"))

    def test_in_the_past_means_nothing(self):
        result = self.run_in_job(-5)
        self.assertEqual((result.code, result.err), (0, ""), result)


if __name__ == "__main__":
    unittest.main(verbosity=2)
