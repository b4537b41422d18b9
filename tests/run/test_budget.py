"""The error budget: a few realizations and the reference again with finer tolerances. What the
rows say is compared with plain runs at those tolerances, and with another method altogether;
finer realizations survive kills, layouts and merges as the others do.
"""
import os
import subprocess
import unittest

import h5py

import faults
from faults import can_preload
from kinlim_cli import Folder, one, rows, select, study_text

SHAPE = ["--set", "times=[0.05, 0.5]", "--set", "realizations=5"]
LIMIT = ["--set", "boltzmann={tolerance: 1e-5, space: both}", "--set", "eta=[0.6]", "--set", "sites=[12]"]
BUDGET = ["--set", "budget={realizations: 3}"]
FINER = ["--set", "propagator.precision=double", "--set", "propagator.tolerance=1e-6",
         "--set", "boltzmann.tolerance=1e-6"]  # a hundredth and a tenth


class TheErrorBudget(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(2))

    def run_budget(self, output, *options, ranks=None):
        self.folder.run("study.yaml", output, *SHAPE, *BUDGET, *options, ranks=ranks)

    def finer(self, output):
        with h5py.File(os.path.join(self.folder.path, output), "r") as file:
            return file["budget/sample"][()].tolist(), file["budget/reference"][()].tolist()

    def differences(self, a, b, count):
        """|difference| of the samples of two runs, by number, for the first realizations."""
        found = {}
        for x, y in zip(rows(self.folder.samples(a)), rows(self.folder.samples(b))):
            key = tuple(x[name] for name in ("eta", "time", "observable", "part"))
            self.assertEqual([x[name] for name in x if name != "value"], [y[name] for name in y if name != "value"])
            if int(x["realization"]) < count:
                found.setdefault(key, []).append(abs(float(x["value"]) - float(y["value"])))
        return found

    def row(self, table, key, statistic, order=1):
        return one(table, eta=key[0], time=key[1], observable=key[2], part=key[3], statistic=statistic,
                   order=order)

    def value(self, *where):
        return float(self.row(*where)["value"])

    def test_is_the_difference_from_runs_with_finer_tolerances(self):
        self.run_budget("budget.h5", *LIMIT)
        self.folder.run("study.yaml", "finer.h5", *SHAPE, *LIMIT, *FINER)
        table, finer = self.folder.summary("budget.h5"), self.folder.summary("finer.h5")
        moved = 0
        for key, difference in self.differences("budget.h5", "finer.h5", 3).items():
            self.assertEqual(self.value(table, key, "error:propagator"), max(difference))
            self.assertAlmostEqual(self.value(table, key, "error:propagator_mean") * 3 / sum(difference), 1, 12)
            self.assertEqual(self.row(table, key, "error:propagator")["realizations"], "3")
            away = abs(self.value(table, key, "reference") - self.value(finer, key, "reference"))
            self.assertAlmostEqual(self.value(table, key, "error:reference"), away, 14)
            moved += away > 1e-10
            effect = self.value(table, key, "box_effect")
            self.assertAlmostEqual(self.value(table, key, "error:box"), abs(effect), 14)
        self.assertGreater(moved, 0)

    def test_of_a_splitting_is_its_distance_from_another_method(self):
        loose = ["--set", "propagator.method=strang", "--set", "propagator.tolerance=0.01"]
        self.run_budget("strang.h5", *loose)
        self.folder.run("study.yaml", "exact.h5", *SHAPE, "--set", "propagator.precision=double",
                        "--set", "propagator.tolerance=1e-9")
        table = self.folder.summary("strang.h5")
        for key, difference in self.differences("strang.h5", "exact.h5", 3).items():
            if max(difference) > 1e-5:
                self.assertAlmostEqual(self.value(table, key, "error:propagator") / max(difference), 1, 1)
        self.assertGreater(max(max(d) for d in self.differences("strang.h5", "exact.h5", 3).values()), 1e-5)

    def test_divides_the_deviation_into_bias_and_fluctuation(self):
        self.run_budget("budget.h5", *LIMIT)
        table = self.folder.summary("budget.h5")
        numbers = {tuple(row[name] for name in ("eta", "time", "observable", "part"))
                   for row in select(table, statistic="error:eta")}
        self.assertEqual(len(numbers), 2 * 5)
        self.check_report("budget.h5")
        values = {}
        for row in rows(self.folder.samples("budget.h5")):
            key = tuple(row[name] for name in ("eta", "time", "observable", "part"))
            values.setdefault(key, []).append(float(row["value"]))
        for key in numbers:
            bias, limit = self.row(table, key, "bias"), self.value(table, key, "reference")
            square = sum((y - limit) ** 2 for y in values[key]) / len(values[key])
            self.assertAlmostEqual(self.value(table, key, "bias_share", 2),
                                   float(bias["value"]) ** 2 / square, 9)
            mean, eta = self.row(table, key, "mean"), self.row(table, key, "error:eta")
            half = (float(mean["high"]) - float(mean["low"])) / 2
            self.assertAlmostEqual(self.value(table, key, "error:statistical") / half, 1, 9)
            slack = self.value(table, key, "error:propagator") + self.value(table, key, "error:reference")
            self.assertAlmostEqual((float(eta["high"]) - float(eta["low"])) / 2 / (half + slack), 1, 9)
            self.assertAlmostEqual(float(eta["value"]) - float(bias["value"]), 0, 12)

    def check_report(self, output):
        report = os.path.join(os.environ["SOURCE_DIR"], "scripts", "report")
        subprocess.run([report, output, "-o", "report"], cwd=self.folder.path, check=True,
                       stdout=subprocess.DEVNULL)
        page = self.folder.read("report/index.html").decode()
        for word in ("Where the error comes from", "budget.svg", "shares.svg", ">evolution<", ">rest<"):
            self.assertIn(word, page)

    def test_is_the_same_for_any_layout_and_from_merged_ranges(self):
        self.run_budget("one.h5")
        samples = self.finer("one.h5")[0]
        for ranks, groups in ((2, 2), (3, 1)):
            output = f"{ranks}-{groups}.h5"
            self.run_budget(output, "--groups", groups, ranks=ranks)
            self.assertEqual(self.finer(output)[0], samples)
        for a, b in ((0, 2), (2, 5)):
            self.run_budget(f"part-{a}.h5", "--realizations", f"{a}:{b}")
        self.folder.good("merge", "merged.h5", "part-2.h5", "part-0.h5")
        self.assertEqual(self.finer("merged.h5")[0], samples)

    def test_comes_with_a_resume(self):
        self.run_budget("one.h5")
        self.folder.run("study.yaml", "later.h5", *SHAPE)
        plain = self.folder.samples("later.h5")
        self.assertEqual(select(self.folder.summary("later.h5"), statistic="error:propagator"), [])
        self.run_budget("later.h5", "--resume")
        self.assertEqual(self.finer("later.h5")[0], self.finer("one.h5")[0])
        self.assertEqual(self.folder.samples("later.h5"), plain)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_survives_kills(self):
        """In the first, second and fourth of six finer realizations, each of which writes four
        checkpoints: what is left by a kill is gone on with, so that the last run writes but ten."""
        run = ["study.yaml", *SHAPE, *BUDGET, "--set", "times=[0, 4, 8, 12, 16]"]
        self.folder.run(run[0], "one.h5", *run[1:])
        run += ["--checkpoint", "1e-6", "--resume"]
        finer = dict(FILES="checkpoint-finer-", STEPS="rename")
        for nth, at in ((3, "0-0"), (6, "0-1"), (8, "1-0")):
            faults.kill(self.folder, "cut.h5", *run, **finer, KILL=nth)
            left = [name for name in os.listdir(os.path.join(self.folder.path, "cut.h5.journal"))
                    if name.startswith("checkpoint-") and not name.endswith(".part")]
            self.assertEqual(sorted(left), [f"checkpoint-finer-{at}-{k}" for k in (0, 1)])
        self.assertEqual(len(faults.steps(self.folder, "cut.h5", *run, **finer)), 10)
        self.assertEqual(self.finer("cut.h5")[0], self.finer("one.h5")[0])
        self.assertEqual(self.folder.samples("cut.h5"), self.folder.samples("one.h5"))
        self.assertFalse(self.folder.has("cut.h5.journal"))

    def test_keys_are_checked(self):
        for sets, says in ((["budget={realizations: 6}"], "budget.realizations: 6 is not"),
                           (["budget={}"], "realizations"), (["budget={realizations: 0}"], "0 is not"),
                           (["boltzmann={tolerance: 2e-12}"], "leave no room for finer ones"),
                           (["budget.box=1"], "box")):
            options = [word for text in sets for word in ("--set", text)]
            result = self.folder.kinlim("run", "study.yaml", *SHAPE, *BUDGET, *options, "--dry-run")
            self.assertEqual((result.code, result.err.count("\n")), (2, 1), result)
            self.assertIn(says, result.err)


if __name__ == "__main__":
    unittest.main()
