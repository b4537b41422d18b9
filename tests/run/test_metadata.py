"""What many small realizations cost the file system and the memory of their ranks."""
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import unittest

from kinlim_cli import KINLIM, MPIEXEC

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_mixed")
QUICKSTART = os.path.join(os.environ["SOURCE_DIR"], "jobs", "quickstart", "study.yaml")
STUDY = """\
system: mixed
pause: [0]
cells: {cells}
realizations: {realizations}
moments: [1]
"""
RANKS = 2


class ManySmallRealizations(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def path(self, name):
        return os.path.join(self.place.name, name)

    def run_study(self, realizations, cells, before=(), ranks=RANKS):
        output = self.path(f"{realizations}-{ranks}.h5")
        with open(self.path("study.yaml"), "w", encoding="utf-8") as file:
            file.write(STUDY.format(realizations=realizations, cells=cells))
        subprocess.run([*MPIEXEC, "-n", str(ranks), *before, PROGRAM, "run", self.path("study.yaml"), "-o",
                        output, "--quiet"], check=True, capture_output=True)
        return output

    def calls(self, realizations):
        """Calls that look up, open, rename, remove or sync files, of all ranks; and writes to files. Without
        what comes with the time that passes: syncs, and the file that tells what a run is at."""
        counts = self.path(f"calls-{realizations}")
        self.run_study(realizations, 4, ["strace", "-f", "-ff", "-e", "trace=%file,fsync,fdatasync,write,pwrite64",
                                         "-o", counts, "env", "KINLIM_SYNC=3600"])
        text = ""
        for entry in os.scandir(self.place.name):
            if entry.name.startswith(os.path.basename(counts)):
                with open(entry.path, encoding="utf-8", errors="replace") as file:
                    text += file.read()
        names = re.findall(r"^(\w+)\((?!.*/pulse)", text, re.M)
        writes = sum(name in ("write", "pwrite64") for name in names)
        return len(names) - writes, writes

    @unittest.skipUnless(shutil.which("strace"), "no strace")
    def test_are_at_most_one_operation_on_files_in_a_hundred_beyond_their_records(self):
        few, many = 100, 4100
        calls, writes = zip(self.calls(few), self.calls(many))
        self.assertGreater(writes[1] - writes[0], 0.9 * (many - few))  # it has seen them
        self.assertLess(calls[1] - calls[0], (many - few) / RANKS / 100)

    def test_with_fields_join_on_the_way(self):
        """Subtrees of 16 kB each: of every second realization they would be 200 MB."""
        self.run_study(25000, 512)
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        self.assertLess(used, 150e6)

    def test_of_a_million_fit_on_two_ranks(self):
        for ranks in (1, 2):
            plan = subprocess.run([*MPIEXEC, "-n", str(ranks), KINLIM, "run", QUICKSTART, "--set",
                                   "realizations=1000000", "--dry-run", "--json"], capture_output=True, text=True)
            self.assertLess(json.loads(plan.stdout)["memory"]["samples"], 4e9)

    def test_of_ten_million_fit_too(self):
        for ranks in (1, 2):
            plan = subprocess.run([*MPIEXEC, "-n", str(ranks), KINLIM, "run", QUICKSTART, "--set",
                                   "realizations=10000000", "--dry-run", "--json"], capture_output=True, text=True)
            memory = json.loads(plan.stdout)["memory"]
            self.assertLess(memory["samples"], 4e9)
            self.assertGreater(memory["samples_file"], 17e9)     # 3 points, 8 times, 9 numbers and more


if __name__ == "__main__":
    unittest.main()
