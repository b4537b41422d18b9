"""Realizations are handed out as ranks ask for them: none idles while another has more than the one in
work; ranks that cannot share are left idle, saying so; samples are the same bytes as on one rank."""
import unittest

from mixed import RANKS, MixedRuns

STUDY = """\
system: mixed
pause: [{pause}]
share: {share}
realizations: {realizations}
moments: [1]
"""


class Schedules(MixedRuns):
    def write(self, pause, share=1, realizations=1):
        super().write(STUDY.format(pause=pause, share=share, realizations=realizations))

    def check_samples(self, output, points, realizations):
        """Each is a hash of its number."""
        values = [float(line.split(",")[-1]) for line in self.samples(output).splitlines()[1:]]
        self.assertEqual(values, points * [float((k + 1) * 0x9e3779b97f4a7c15 % 2**64 >> 32)
                                           for k in range(realizations)])

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
        self.write("0.06, 0.12, 0.09", realizations=17)
        self.run_mixed("many.h5")
        lines = self.check_idle("many.h5")
        self.assertEqual(sorted(line[1:3] for line in lines), [(p, k) for p in range(3) for k in range(17)])
        self.check_samples("many.h5", 3, 17)

    def test_nor_where_some_realizations_are_shared(self):
        self.write("0.1, 0.6", share=4, realizations=6)
        self.run_mixed("many.h5")
        lines = self.check_idle("many.h5")
        shared = [line[2] for line in lines if line[1] == 1]
        self.assertGreater(len(shared), len(set(shared)))  # by several ranks
        self.check_samples("many.h5", 2, 6)

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
