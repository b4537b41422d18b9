"""Results that are large (here: from a few bytes on, KINLIM_LARGE): their samples lie in a file, all ranks
make the statistics and write the results. The numbers are those of small ones, to the bit."""
import os
import subprocess
import sys
import unittest

import h5py

from kinlim_cli import KINLIM, MPIEXEC, Folder, can_mount, MOUNT

MIXED = os.path.join(os.environ["TESTS"], "run_program_mixed")
WIDE = """\
system: mixed
pause: [0]
numbers: 64
realizations: {realizations}
moments: [1]
"""
# A derived statistic, whose resamples the ranks share.
DERIVED = """\
system: localization
dimension: 1
box: 4
eta: [0.2, 0.15]
times: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]
realizations: 40
moments: [1, 2]
"""
FIELDS = """\
system: mixed
pause: [0]
cells: 1000
realizations: 37
moments: [1, 2]
"""


def peak(command, **environment):
    """The largest memory of any process of the command, in bytes."""
    script = ("import resource, subprocess, sys;"
              "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", script, *command], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **environment})
    return int(done.stdout.split()[-1]) * 1024


class LargeResults(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def path(self, name):
        return os.path.join(self.folder.path, name)

    def run_it(self, output, ranks, large, *more, program=KINLIM, code=0):
        environment = {**os.environ, **({} if large is None else {"KINLIM_LARGE": str(large)})}
        done = subprocess.run([*MPIEXEC, "-n", str(ranks), program, "run", self.path("study.yaml"), "-o",
                               self.path(output), "--quiet", *more], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def export(self, name, *more, program=KINLIM):
        return subprocess.run([program, "export", self.path(name), *more], check=True, capture_output=True).stdout

    def compare(self, a, b, program=KINLIM):
        self.assertEqual(self.export(a, program=program), self.export(b, program=program))
        self.assertEqual(self.export(a, "--samples", program=program), self.export(b, "--samples", program=program))
        with h5py.File(self.path(a), "r") as small, h5py.File(self.path(b), "r") as large:
            names = []
            small.visit(names.append)
            for name in names:
                if isinstance(small[name], h5py.Dataset) and small[name].dtype != object:
                    self.assertEqual(small[name][()].tobytes(), large[name][()].tobytes(), name)
                    self.assertEqual(sorted(small[name].attrs), sorted(large[name].attrs), name)
            self.assertIsNone(large["samples/sample"].chunks)
            self.assertIsNotNone(small["samples/sample"].chunks)
        self.assertFalse(self.folder.has(b + ".journal"))
        self.assertFalse(self.folder.has(b + ".part"))

    def check(self, study, *more, program=KINLIM, on=(3,)):
        self.folder.write("study.yaml", study)
        self.run_it("small.h5", 1, None, *more, program=program)
        for ranks in on:
            with self.subTest(ranks=ranks):
                self.run_it(f"{ranks}.h5", ranks, 0, *more, program=program)
                self.compare("small.h5", f"{ranks}.h5", program=program)

    def test_have_the_same_derived_statistics_on_any_ranks(self):
        self.check(DERIVED, on=(1, 5))
        self.assertIn(b",t_star,", self.export("small.h5"))

    def test_have_the_same_fields(self):
        self.check(FIELDS, program=MIXED)

    def test_of_a_part_of_the_realizations_are_empty_elsewhere(self):
        self.check(FIELDS, "--realizations", "5:20", program=MIXED)

    def test_go_on_from_small_ones_and_back(self):
        self.folder.write("study.yaml", FIELDS)
        self.run_it("small.h5", 1, None, program=MIXED)
        self.run_it("large.h5", 2, 0, "--realizations", "0:9", program=MIXED)
        self.run_it("large.h5", 3, 0, "--resume", program=MIXED)
        self.compare("small.h5", "large.h5", program=MIXED)
        self.run_it("back.h5", 2, 0, "--realizations", "3:30", program=MIXED)
        self.run_it("back.h5", 1, None, "--resume", program=MIXED)
        self.assertEqual(self.export("small.h5", program=MIXED), self.export("back.h5", program=MIXED))

    def test_are_merged(self):
        self.folder.write("study.yaml", DERIVED)
        self.run_it("small.h5", 1, None)
        self.run_it("a.h5", 2, 0, "--realizations", "0:9")
        self.run_it("b.h5", 2, None, "--realizations", "9:40")
        subprocess.run([*MPIEXEC, "-n", "2", KINLIM, "merge", self.path("large.h5"), self.path("a.h5"), self.path("b.h5")],
                       check=True, capture_output=True, env={**os.environ, "KINLIM_LARGE": "0"})
        self.compare("small.h5", "large.h5")

    def test_take_memory_for_a_part_of_the_samples_alone(self):
        """26 MB of samples; in memory, and again as the image of the file."""
        self.folder.write("study.yaml", WIDE.format(realizations=50000))
        command = [MIXED, "run", self.path("study.yaml"), "--quiet", "-o"]
        small, large = peak([*command, self.path("a.h5")]), peak([*command, self.path("b.h5")], KINLIM_LARGE="1e6")
        self.assertLess(large, small - 40e6)
        self.assertEqual(self.export("a.h5", program=MIXED), self.export("b.h5", program=MIXED))

    def test_are_read_where_they_lie_in_the_file(self):
        """26 MB of samples in each of two files, by all that looks at results; the numbers are those of the whole
        file in memory."""
        self.folder.write("study.yaml", WIDE.format(realizations=50000))
        self.run_it("a.h5", 1, 1e6, "--realizations", "0:2000", program=MIXED)
        self.run_it("b.h5", 1, 1e6, "--realizations", "2000:3000", program=MIXED)
        a, b = self.path("a.h5"), self.path("b.h5")
        least = peak([MIXED, "--version"]) + 12e6
        for command in (["info", a], ["info", "--json", a], ["status", a], ["status", "--json", a], ["export", a],
                        ["export", a, "--samples"]):
            with self.subTest(command=command[:-1]):
                self.assertLess(peak([MIXED, *command], KINLIM_LARGE="1e6"), least)
                self.assertGreater(peak([MIXED, *command]), least + 12e6)
                outputs = [subprocess.run([MIXED, *command], check=True, capture_output=True,
                                          env={**os.environ, **more}).stdout for more in ({}, {"KINLIM_LARGE": "1e6"})]
                self.assertEqual(*outputs)
        self.assertLess(peak([MIXED, "merge", self.path("large.h5"), a, b], KINLIM_LARGE="1e6"), least + 12e6)
        self.assertGreater(peak([MIXED, "merge", self.path("small.h5"), a, b]), least + 60e6)
        self.assertEqual(self.export("large.h5", "--samples", program=MIXED),
                         self.export("small.h5", "--samples", program=MIXED))

    @unittest.skipUnless(can_mount(), "no file system can be mounted")
    def test_that_find_no_room_leave_the_journal(self):
        """2 MB of samples in the journal, again in their file, and again in the results; what else
        there is in each comes on top of what is asked for before."""
        self.folder.write("study.yaml", WIDE.format(realizations=4000))
        for size, whole, words in (("5m", False, "disk: not enough room"), ("6400k", False, "No space left on device"),
                                   ("32m", True, "")):
            script = (f"mount -t tmpfs -o size={size} none disk && {' '.join(MPIEXEC)} -n 2 {MIXED} run study.yaml -o "
                      "disk/a.h5 --quiet; code=$?; ls disk disk/a.h5.journal; exit $code")
            os.makedirs(self.path("disk"), exist_ok=True)
            done = subprocess.run([*MOUNT, "sh", "-c", script], cwd=self.folder.path, capture_output=True, text=True,
                                  env={**os.environ, "KINLIM_LARGE": "0"})
            self.assertEqual(done.returncode, 0 if whole else 3, done.stderr + done.stdout)
            self.assertEqual("a.h5\n" in done.stdout, whole, done.stdout)
            self.assertNotIn(".part", done.stdout)
            if not whole:
                lines = [line for line in done.stderr.splitlines() if not line.startswith("ls:")]
                self.assertEqual(len(lines), 1, done.stderr)
                self.assertIn(words, lines[0])


if __name__ == "__main__":
    unittest.main()
