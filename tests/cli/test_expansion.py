"""The system `expansion` as a user sees it: its means against sums over all graphs (the system `graphs`, which shares
no code with its evolution), names of its quantities, resume, bad input."""
import unittest

from kinlim_cli import Folder, one, select

STUDY = """\
system: {system}
dimension: {d}
eta: {eta}
sites: {sites}
times: [{time}]
disorder: {{distribution: {law}, seed: 20261126}}
initial: {{envelope: {{shape: uniform}}, phase: {{momentum: {momentum}}}}}
"""
ORDERS = STUDY + """\
realizations: {realizations}
order: 4
moments: [1]
observables:
  - {{name: J, position: {{shape: uniform}}, momentum: {{mode: {mode}}}}}
propagator: {{precision: double, tolerance: 1.0e-8}}
boltzmann: {{reference: none}}
"""
GRAPHS = STUDY + """\
left: {n}
right: {m}
observable: {{position: {{shape: uniform}}, momentum: {{mode: {mode}}}}}
"""
CASES = {
    1: dict(d=1, sites=8, eta=0.6, time=0.6, momentum=[0.125], mode=[1], realizations=800),
    2: dict(d=2, sites=6, eta=0.8, time=0.9, momentum=[0.0, 1 / 6], mode=[1, 0], realizations=300),
    3: dict(d=3, sites=4, eta=1.0, time=1.2, momentum=[0.0, 0.25, 0.5], mode=[1, 1, 0], realizations=300),
}
PAIRS = [(0, 2), (1, 1), (0, 4), (2, 2), (2, 4), (3, 3)]

BAD = {
    "no order": (["order=0"], "order: 0 is not allowed: must be in [1, 12]"),
    "too many orders": (["order=13"], "order: 13 is not allowed"),
    "splitting": (["propagator.method=strang"], "propagator.method"),
    "tolerance": (["propagator={precision: single, tolerance: 1.0e-8}"], "propagator.tolerance: 1e-08 cannot be reached"),
    "a point in a name": (["observables.0.name=a.1"], "observables.0.name"),
    "fields": (["fields=[{type: density}]"], "fields"),
}


class Expansion(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def run_study(self, name, text, *options):
        self.folder.write(name + ".yaml", text)
        self.folder.run(name + ".yaml", name + ".h5", *options)
        return self.folder.summary(name + ".h5")

    def test_means_are_the_sums_over_all_graphs(self):
        """Within five standard errors; 60 comparisons with a false alarm of 4e-5 in all. The seed is fixed."""
        for d, case in CASES.items():
            for law in ("gaussian", "bernoulli"):
                case = dict(case, law=law)
                orders = self.run_study(f"e{d}{law}", ORDERS.format(system="expansion", **case))
                for n, m in PAIRS if law == "gaussian" else PAIRS[2:]:  # of two vertices they are alike
                    graphs = self.run_study(f"g{d}{law}{n}{m}", GRAPHS.format(system="graphs", n=n, m=m, **case))
                    for part in ("re", "im"):
                        exact = float(one(graphs, observable="total", part=part, statistic="mean")["value"])
                        row = one(orders, observable=f"J.{n}.{m}", part=part, statistic="mean")
                        error = (float(row["high"]) - float(row["low"])) / 2 / 1.96
                        with self.subTest(d=d, law=law, n=n, m=m, part=part):
                            self.assertLess(abs(float(row["value"]) - exact), 5 * error + 1e-8)
                            self.assertLess(error, 0.1)

    def test_names_of_quantities(self):
        case = dict(CASES[1], law="uniform", realizations=2, mode=[0])
        table = self.run_study("names", ORDERS.format(system="expansion", **case))
        for n in range(5):
            one(table, observable=f"norm.{n}", part="re", statistic="mean")
            one(table, observable=f"remainder.{n}", part="re", statistic="mean")
            one(table, observable=f"remainder.{n}", statistic="distance")
            for m in range(5):
                parts = [row["part"] for row in select(table, observable=f"J.{n}.{m}", statistic="mean")]
                self.assertEqual(parts, [] if m < n else ["re"] if m == n else ["re", "im"])
        one(table, observable="remainder", statistic="best_order")
        self.assertEqual(float(one(table, statistic="order_sum")["value"]) < 1e-7, True)

    def test_best_order_beside_the_order_of_the_proof(self):
        case = dict(CASES[1], law="uniform", realizations=24, eta="[0.3, 0.6]", sites="[8, 8]")
        table = self.run_study("best", ORDERS.format(system="expansion", **case))
        for eta in (0.3, 0.6):
            best = float(one(table, eta=eta, statistic="best_order")["value"])
            left = [float(one(table, eta=eta, observable=f"remainder.{n}", statistic="mean")["value"]) for n in range(5)]
            self.assertEqual(best, left.index(min(left)))
        self.assertAlmostEqual(float(one(table, eta=0.3, statistic="proof_order")["value"]), 6.4859, places=3)
        self.assertEqual(select(table, eta=0.6, statistic="proof_order"), [])  # log(1/eta) < 1

    def test_resumed_is_the_same_bytes(self):
        text = ORDERS.format(system="expansion", law="laplace", **dict(CASES[2], realizations=6))
        self.run_study("whole", text)
        self.folder.write("part.yaml", text)
        self.folder.run("part.yaml", "part.h5", "--set", "realizations=2")
        self.folder.run("part.yaml", "part.h5", "--resume")
        self.assertEqual(self.folder.samples("whole.h5"), self.folder.samples("part.h5"))

    def test_bad_input(self):
        self.folder.write("study.yaml", ORDERS.format(system="expansion", law="gaussian", **CASES[1]))
        for what, (assignments, words) in BAD.items():
            with self.subTest(what):
                options = [part for a in assignments for part in ("--set", a)]
                result = self.folder.kinlim("run", "study.yaml", "-o", "bad.h5", *options)
                self.assertEqual(result.code, 2, result)
                self.assertEqual(result.err.count("\n"), 1, result)
                self.assertIn(words, result.err)
                self.assertFalse(self.folder.has("bad.h5"))


if __name__ == "__main__":
    unittest.main()
