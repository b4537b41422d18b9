"""Slabs of nodes whose ranks share fronts (KINLIM_TEAM, KINLIM_NODE; docs/performance.md): samples are those of one
rank on simulated nodes, whatever their size, also when a run goes on from another layout."""
import os
import unittest

import faults
from faults import can_preload
from kinlim_cli import Folder, study_text

FEW = ["--set", "sites=[17]", "--set", "eta=[0.5]", "--set", "realizations=1", "--set", "propagator.tolerance=1e-3",
       "--set", "times=[0, 8, 16, 24, 32]"]


class SlabsOfNodes(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())
        for name in ("KINLIM_NODE", "KINLIM_TEAM"):
            self.addCleanup(os.environ.pop, name, None)

    def ask(self, node):
        """Of so many ranks; 0: slabs of ranks."""
        os.environ.update(KINLIM_NODE=str(node) if node else "", KINLIM_TEAM="1" if node else "0")

    def check(self, ranks, node, *options):
        output = f"{ranks}-{node}.h5"
        self.ask(node)
        self.folder.run("study.yaml", output, *options, "--groups", "1", ranks=ranks)
        self.assertEqual(self.folder.samples(output), self.folder.samples("one.h5"), (ranks, node, options))
        self.assertIn(f"slabs of {ranks // node} nodes", self.folder.good("info", output).out)

    def test_samples_are_those_of_one_rank(self):
        for precision, cache, layouts in (("single", "0.01", ((4, 2), (6, 3))), ("double", "4", ((6, 2), (8, 4)))):
            options = ["--set", "sites=[26, 17]", "--set", "realizations=1", "--set", f"propagator.precision={precision}",
                       "--set", f"cache={cache}", "--set", "fields=[{type: density}]"]
            self.folder.run("study.yaml", "one.h5", *options)
            for ranks, node in layouts:
                self.check(ranks, node, *options)
            os.remove(os.path.join(self.folder.path, "one.h5"))

    def test_nodes_that_differ_or_are_small_have_slabs_of_ranks(self):
        self.folder.run("study.yaml", "one.h5", *FEW)
        self.ask(4)  # of 6 ranks
        self.folder.run("study.yaml", "six.h5", *FEW, "--groups", "1", ranks=6)
        self.assertEqual(self.folder.samples("six.h5"), self.folder.samples("one.h5"))
        self.assertNotIn("slabs of", self.folder.good("info", "six.h5").out)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_run_that_was_killed_goes_on_from_another_layout(self):
        run = ["study.yaml", *FEW, "--groups", "1", "--resume", "--checkpoint", "1e-6"]
        of_first = dict(FILES="checkpoint-0-0-", STEPS="rename")
        self.folder.run("study.yaml", "one.h5", *FEW)
        for first, then in (((None, 0), (4, 2)), ((4, 2), (3, 0)), ((4, 2), (6, 3))):
            self.ask(first[1])
            output = f"from{first[0]}-{then[0]}.h5"
            killed = faults.run(self.folder, output, *run, ranks=first[0], **of_first, KILL=2)
            self.assertNotEqual(killed.code, 0, killed)
            self.assertTrue(os.path.isdir(os.path.join(self.folder.path, output + ".journal")))
            self.ask(then[1])
            result = self.folder.good("run", *run, "-o", output, ranks=then[0])
            self.assertEqual(self.folder.samples(output), self.folder.samples("one.h5"), result)


if __name__ == "__main__":
    unittest.main()
