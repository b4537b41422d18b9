"""A lattice in pencils (KINLIM_GRID, KINLIM_NODE; docs/performance.md): samples are those of one rank on every
grid, also with more ranks than planes, whatever a study measures, and when a run goes on from another layout."""
import os
import unittest

import h5py
import numpy

import faults
from faults import can_preload
from kinlim_cli import Folder, study_text

GRIDS = {3: [(2, "1x2", "1x2"), (3, "3x1", "1x1"), (4, "2x2", "2x1"), (6, "3x2", "1x2"), (8, "2x4", "2x2")],
         2: [(3, "3x1", "1x1"), (4, "4x1", "2x1")]}


class InPencils(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        for name in ("KINLIM_GRID", "KINLIM_NODE", "KINLIM_TEAM"):
            self.addCleanup(os.environ.pop, name, None)

    def ask(self, grid, node, team="1"):
        os.environ.update(KINLIM_GRID=grid, KINLIM_NODE=node, KINLIM_TEAM=team)

    def choices(self, output):
        return [line for line in self.folder.good("info", output).out.splitlines() if "choices" in line]

    def fields(self, output):
        """Everything about fields in the results."""
        found = {}
        with h5py.File(os.path.join(self.folder.path, output), "r") as file:
            file.visititems(lambda name, item: found.update({name: item[()]})
                            if name.startswith("fields/") and isinstance(item, h5py.Dataset) else None)
        return found

    def check(self, ranks, grid, node, expected, *options, team="1"):
        self.ask(grid, node, team)
        self.folder.run("study.yaml", f"{grid}.h5", *options, "--groups", "1", ranks=ranks)
        self.assertEqual(self.folder.samples(f"{grid}.h5"), expected, (grid, node, options))
        self.assertEqual(self.folder.checksums(f"{grid}.h5"), self.folder.checksums("one.h5"))
        fields, others = self.fields("one.h5"), self.fields(f"{grid}.h5")
        self.assertEqual(set(fields), set(others))
        for name, numbers in fields.items():
            numpy.testing.assert_array_equal(others[name], numbers, name)
        self.assertIn(f"{grid} pencils", self.choices(f"{grid}.h5")[0])
        self.ask("", "")

    def check_grids(self, d, precision):
        options = ["--set", f"propagator.precision={precision}"]
        self.folder.write("study.yaml", study_text(d))
        self.folder.run("study.yaml", "one.h5", *options)
        for i, (ranks, grid, node) in enumerate(GRIDS[d]):
            self.check(ranks, grid, node, self.folder.samples("one.h5"), *options, team=str(i % 2))

    def test_samples_in_three_dimensions_are_those_of_one_rank(self):
        self.check_grids(3, "single")

    def test_samples_in_double_precision_are_those_of_one_rank(self):
        self.check_grids(3, "double")

    def test_samples_in_two_dimensions_are_those_of_one_rank(self):
        self.check_grids(2, "single")

    def test_with_more_ranks_than_planes_and_all_that_is_measured(self):
        more = ["--set", "sites=[9]", "--set", "eta=[0.6]", "--set", "realizations=2", "--set", "disorder.correlation.length=0.6",
                "--set", "observables.1.momentum.mode=[2, 0, -1]",
                "--set", "fields=[{type: density}, {type: momentum}]"]
        self.folder.write("study.yaml", study_text())
        self.folder.run("study.yaml", "one.h5", *more)
        for ranks, grid, node in ((12, "3x4", "1x4"), (10, "5x2", "1x2")):
            self.check(ranks, grid, node, self.folder.samples("one.h5"), *more)
        self.assertGreater(len(self.fields("one.h5")), 10)

    def test_is_chosen_on_several_nodes(self):
        large = ["--set", "eta=[0.5]", "--set", "sites=[128]", "--set", "times=[0.005]", "--set", "realizations=1"]
        self.folder.write("study.yaml", study_text())
        self.folder.run("study.yaml", "one.h5", *large, "--set", "cache=30")
        for node, how in (("1", "2x1 pencils"), ("2", "")):
            self.ask("", node)
            self.folder.run("study.yaml", "two.h5", *large, "--set", "cache=30", "--groups", "1", ranks=2)
            self.assertEqual(self.folder.samples("two.h5"), self.folder.samples("one.h5"))
            self.assertIn(how, "".join(self.choices("two.h5")))
            self.assertEqual(how != "", len(self.choices("two.h5")) == 1)
            os.remove(os.path.join(self.folder.path, "two.h5"))

    def test_what_is_asked_for_wrongly_is_said(self):
        self.folder.write("study.yaml", study_text())
        for grid, node, words in (("2", "", 'KINLIM_GRID: "2" is not a grid of ranks like 4x2'),
                                  ("2x1", "2x2", "KINLIM_NODE: boxes of 2x2 do not fill a grid of 2x1"),
                                  ("2x1", "two", 'KINLIM_NODE: "two" is not a box of ranks like 2x1')):
            self.ask(grid, node)
            result = self.folder.kinlim("run", "study.yaml", "-o", "bad.h5", "--quiet", "--groups", "1", ranks=2)
            self.assertEqual((result.code, result.err.count("\n")), (2, 1), result)
            self.assertIn(words, result.err)

    def check_kills(self, sites, eta, *layouts):
        """From one layout of ranks to another, the times of a run being in pieces."""
        self.folder.write("study.yaml", study_text())
        few = ["--set", f"sites=[{sites}]", "--set", f"eta=[{eta}]", "--set", "realizations=1",
               "--set", "observables.1.momentum.mode=[2, 0, -1]", "--set", "propagator.tolerance=1e-3",
               "--set", "times=[0, 8, 16, 24, 32]"]
        run = ["study.yaml", *few, "--groups", "1", "--resume", "--checkpoint", "1e-6"]
        of_first = dict(FILES="checkpoint-0-0-", STEPS="rename")
        self.folder.run("study.yaml", "one.h5", *few)
        for first, then in layouts:
            self.ask(*first[1:])
            output = f"from{first[1]}-{then[1]}.h5"
            killed = faults.run(self.folder, output, *run, ranks=first[0], **of_first, KILL=2)
            self.assertNotEqual(killed.code, 0, killed)
            self.assertTrue(os.path.isdir(os.path.join(self.folder.path, output + ".journal")))
            self.ask(*then[1:])
            result = self.folder.good("run", *run, "-o", output, ranks=then[0])
            self.assertEqual(self.folder.samples(output), self.folder.samples("one.h5"), result)
            self.assertEqual(self.folder.checksums(output), self.folder.checksums("one.h5"))

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_run_that_was_killed_goes_on_from_another_layout(self):
        self.check_kills(17, 0.5, ((None, "", ""), (4, "2x2", "1x2")), ((4, "2x2", "2x1"), (3, "1x3", "1x3")),
                         ((3, "3x1", "1x1"), (2, "", "")))

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_and_so_where_a_node_has_its_planes_together(self):
        self.check_kills(9, 0.6, ((None, "", ""), (10, "5x2", "1x2")), ((10, "2x5", "2x1"), (None, "", "")))


if __name__ == "__main__":
    unittest.main()
