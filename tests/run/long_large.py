"""Very many realizations that cost nothing: the peak of memory of a rank. Takes 12 GB on the disk."""
import os
import resource
import subprocess
import sys
import tempfile
import unittest

from kinlim_cli import MPIEXEC

MIXED = os.path.join(os.environ["TESTS"], "run_program_mixed")
STUDY = """\
system: mixed
pause: [0]
numbers: {numbers}
cells: {cells}
realizations: {realizations}
moments: [1]
"""


class VeryManyRealizations(unittest.TestCase):
    def peak(self, **study):
        """In bytes, of the largest rank of two."""
        with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as place:
            with open(os.path.join(place, "study.yaml"), "w", encoding="utf-8") as file:
                file.write(STUDY.format(**study))
            subprocess.run([*MPIEXEC, "-n", "2", MIXED, "run", "study.yaml", "-o", "a.h5", "--quiet"], cwd=place,
                           check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        print(study, f"{used / 1e9:.2f} GB", file=sys.stderr)
        return used

    def test_with_fields_of_the_size_of_the_quickstarts(self):
        """656 cells: 82 sites at 8 times. Their journal is 5 GB."""
        self.assertLess(self.peak(numbers=9, cells=656, realizations=10**6), 1e9)

    def test_of_ten_million_with_3_gb_of_samples(self):
        self.assertLess(self.peak(numbers=36, cells=0, realizations=10**7), 1.5e9)


if __name__ == "__main__":
    unittest.main()
