"""Realizations are handed out as ranks ask for them: none idles while another has more than the one in
work; ranks that cannot share are left idle, saying so; samples are the same bytes as on one rank."""
import os
import subprocess
import tempfile
import unittest

from kinlim_cli import MPIEXEC

PROGRAM = os.path.join(os.environ["TESTS"], "run_program_mixed")
STUDY = """\
system: mixed
pause: [{pause}]
share: {share}
realizations: {realizations}
moments: [1]
"""
RANKS = 8


class Schedules(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def path(self, name):
        return os.path.join(self.place.name, name)

    def write(self, pause, share=1, realizations=1):
        with open(self.path("study.yaml"), "w", encoding="utf-8") as file:
            file.write(STUDY.format(pause=pause, share=share, realizations=realizations))

    def run_mixed(self, output, *words, ranks=RANKS, quiet=("--quiet",)):
        launcher = MPIEXEC + ["-n", str(ranks)]
        done = subprocess.run(launcher + [PROGRAM, "run", self.path("study.yaml"), "-o", self.path(output),
                                          *quiet, *words], capture_output=True, text=True,
                              env={**os.environ, "MIXED_LOG": self.path(output + ".log")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def samples(self, output):
        return subprocess.run([PROGRAM, "export", self.path(output), "--samples"], check=True,
                              capture_output=True, text=True).stdout

    def log(self, output):
        """(rank, point, realization, began, ended) of each realization and rank."""
        with open(self.path(output + ".log"), encoding="utf-8") as file:
            return [(int(a), int(b), int(c), float(d), float(e)) for a, b, c, d, e in map(str.split, file)]

    def check_idle(self, output):
        """After a rank's last realization each other rank begins none; one that had asked before may
        be seen to begin a moment later."""
        lines = self.log(output)
        ranks = {line[0] for line in lines}
        self.assertEqual(len(ranks), RANKS)
        for rank in ranks:
            last = max(line[4] for line in lines if line[0] == rank)
            for other in ranks - {rank}:
                later = [line for line in lines if line[0] == other and line[3] > last]
                self.assertLessEqual(len(later), 1, (rank, other, later))
        return lines

    def test_no_rank_idles_for_more_than_one_realization(self):
        self.write("0.002, 0.01, 0.004", realizations=61)
        self.run_mixed("many.h5")
        lines = self.check_idle("many.h5")
        self.assertEqual(sorted(line[1:3] for line in lines), [(p, k) for p in range(3) for k in range(61)])
        self.run_mixed("one.h5", ranks=1)
        self.assertEqual(self.samples("many.h5"), self.samples("one.h5"))

    def test_nor_where_some_realizations_are_shared(self):
        self.write("0.003, 0.3", share=4, realizations=6)
        self.run_mixed("many.h5")
        lines = self.check_idle("many.h5")
        shared = [line[2] for line in lines if line[1] == 1]
        self.assertGreater(len(shared), len(set(shared)))  # by several ranks
        self.run_mixed("one.h5", "--groups", "1", ranks=1)
        self.assertEqual(self.samples("many.h5"), self.samples("one.h5"))

    def test_ranks_that_cannot_share_are_idle_and_said(self):
        self.write("0.001", share=5, realizations=3)
        said = self.run_mixed("x.h5", "--groups", "1", quiet=()).stderr
        self.assertIn("3 of 8 ranks idle", said)
        self.assertEqual({line[0] for line in self.log("x.h5")}, set(range(5)))
        dry = self.run_mixed("y.h5", "--groups", "1", "--dry-run").stdout
        self.assertIn("layout       8 ranks in 1 group of at most 5", dry)
        self.assertIn("3 of 8 ranks idle", dry)


if __name__ == "__main__":
    unittest.main()
