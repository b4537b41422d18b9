"""Stopping by precision on many ranks: nobody waits at the end of a round, there is none. Points need very
different numbers of realizations, of very different length."""
import functools
import os
import signal
import time
import unittest

import faults
from mixed import RANKS, MixedRuns

STUDY = """\
system: mixed
pause: [{pause}]
offset: [0.5, 4, 1, 0]
share: {share}
cells: 3
realizations: {{min: 4, max: 100, until: {{relative_error: 0.15}}}}
moments: [1, 2]
"""
NEED = [21, 4, 9, 72]  # of 4, 6, 9, 14, 21, 32, 48, 72, 100
PAUSE = [0.64, 0.32, 0.16, 0.08]


def counts_of(need):
    """The counts at which a point is asked, up to what it needs."""
    n = 4
    while n < need:
        yield n
        n = min(n + (n + 1) // 2, 100)
    yield n


class UntilOnManyRanks(MixedRuns):
    def study(self, pause, share=1):
        self.write(STUDY.format(pause=", ".join(map(str, pause)), share=share))

    def plain(self, output):
        """Rows of the tables but for the first column, which is another pause; rates are fitted in it."""
        return [[line.split(",", 1)[1] for line in self.export(output, *more).splitlines() if "rate:" not in line]
                for more in ((), ("--samples",))]

    @functools.cached_property
    def one(self):
        """The tables on one rank, without pauses."""
        self.study([0, 0.0001, 0.0002, 0.0003])
        self.run_mixed("one.h5", ranks=1)
        points = [line.split(",")[0] for line in self.samples("one.h5").splitlines()[1:]]
        self.assertEqual([points.count(p) for p in sorted(set(points), key=float)], NEED)
        return self.plain("one.h5")

    def check_same(self, output):
        """Realizations and all numbers of every point are those on one rank."""
        self.assertEqual(self.plain(output), self.one)

    def check_once(self, output):
        """No realization is done twice; beyond the counts that are needed no rank did more than one at a time."""
        done = [line[1:3] for line in self.log(output)]
        self.assertEqual(len(done), len(set(done)))
        beyond = [item for item in done if item[1] >= NEED[item[0]]]
        self.assertLessEqual(len(beyond), RANKS)

    def test_a_slow_realization_holds_up_no_other_point(self):
        """The first realization of the first point lasts until the last one of the last point is done."""
        self.study([0.001, 0.002, 0.003, 0.004])
        for ranks in (2, RANKS):
            with self.subTest(ranks=ranks):
                self.run_mixed(f"{ranks}.h5", ranks=ranks, MIXED_HOLD=self.path(f"go{ranks}"),
                               MIXED_HOLD_UNTIL=str(NEED[3] - 1))
                self.check_once(f"{ranks}.h5")
        self.check_same(f"{RANKS}.h5")

    def wasted(self, lines, rank):
        """Seconds in which a rank did nothing while a realization was to be had that came later all the
        same: one that is needed, and all up to the count before it were done."""
        end = {line[1:3]: line[4] for line in lines}
        later = []  # to be had from, begun at
        for _, point, k, began, _ in lines:
            before = [n for n in counts_of(NEED[point]) if n <= k]
            if k < NEED[point]:
                later.append((max(end[point, i] for i in range(before[-1])) if before else 0, began))
        own = sorted(line[3:] for line in lines if line[0] == rank)
        gaps = [(a[1], b[0]) for a, b in zip(own, own[1:])] + [(own[-1][1], max(end.values()))]
        return sum(max([0] + [min(gap[1], began) - max(gap[0], there) for there, began in later]) for gap in gaps)

    def test_no_rank_idles_while_realizations_are_needed(self):
        """In all, though there are eight counts and points that are eight times as slow as others: here less than one
        realization, 0.64 s. With a barrier after each count it is 6 s and more; the bound leaves room for a loaded machine."""
        self.study(PAUSE)
        self.run_mixed("many.h5")
        lines = self.log("many.h5")
        self.assertEqual(len({line[0] for line in lines}), RANKS)
        for rank in range(RANKS):
            self.assertLess(self.wasted(lines, rank), 3, rank)
        self.check_once("many.h5")
        self.check_same("many.h5")

    def test_groups_nodes_and_ranks_that_cannot_share_make_no_difference(self):
        for share, ranks, node, words in ((1, 6, 2, ()), (2, 6, 3, ("--groups", "2")), (4, 4, 0, ("--groups", "1")),
                                          (3, 8, 1, ("--groups", "3"))):
            with self.subTest(share=share, ranks=ranks, node=node):
                name = f"{share}-{ranks}.h5"
                self.study([0.001, 0.002, 0.003, 0.004], share)
                self.run_mixed(name, *words, ranks=ranks, **({"KINLIM_NODE": str(node)} if node else {}))
                self.check_same(name)

    def kill(self, output, after):
        """A run on all ranks that is killed when so many realizations are done."""
        process = self.start(output, "--resume")
        while process.poll() is None and not (os.path.exists(self.path(output + ".log")) and len(self.log(output)) >= after):
            time.sleep(0.02)
        self.assertIsNone(process.poll())
        for rank in faults.ranks_of(process, RANKS):
            os.kill(rank, signal.SIGKILL)
        process.communicate(timeout=100)

    def test_kills_and_stops_in_between_make_no_difference(self):
        """Stops by the time limit, on other ranks each time."""
        self.study(PAUSE)
        self.kill("cut.h5", 20)
        codes = [self.run_mixed("cut.h5", "--resume", "--max-walltime", "00:00:01", ranks=ranks, code=(0, 75)).returncode
                 for ranks in (5, 3)]
        self.assertIn(75, codes)
        self.run_mixed("cut.h5", "--resume")
        self.check_same("cut.h5")


if __name__ == "__main__":
    unittest.main()
