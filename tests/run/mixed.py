"""What the tests of schedules share: runs of the made-up system whose realizations sleep, and their log."""
import os
import subprocess
import tempfile
import unittest

from kinlim_cli import MPIEXEC

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_mixed")
RANKS = 8


class MixedRuns(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def path(self, name):
        return os.path.join(self.place.name, name)

    def write(self, text):
        with open(self.path("study.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, output, *words, ranks=RANKS, quiet=("--quiet",), **environment):
        return subprocess.Popen([*MPIEXEC, "-n", str(ranks), PROGRAM, "run", self.path("study.yaml"), "-o",
                                 self.path(output), *quiet, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env={**os.environ, "MIXED_LOG": self.path(output + ".log"), **environment})

    def run_mixed(self, output, *words, code=(0,), **how):
        process = self.start(output, *words, **how)
        try:
            out, err = process.communicate(timeout=100)
        finally:
            process.kill()  # nothing to do if it has ended
        self.assertIn(process.returncode, code, err)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def export(self, output, *words):
        return subprocess.run([PROGRAM, "export", self.path(output), *words], check=True,
                              capture_output=True, text=True).stdout

    def samples(self, output):
        return self.export(output, "--samples")

    def log(self, output):
        """(rank, point, realization, began, ended) of each realization and rank."""
        with open(self.path(output + ".log"), encoding="utf-8") as file:
            return [(int(a), int(b), int(c), float(d), float(e)) for a, b, c, d, e in map(str.split, file)]
