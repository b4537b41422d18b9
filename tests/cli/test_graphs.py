"""The system `graphs` as a user sees it: printed amplitudes, counts by closed forms, identities, lines, layouts,
bad input."""
import math
import unittest

from kinlim_cli import Folder, check_refused, one, select

STUDY = """\
system: graphs
dimension: 1
eta: 1
sites: 6
times: [1.5]
left: 2
right: 2
initial: {envelope: {shape: uniform}, phase: {momentum: [0.16666666666666666]}}
observable: {position: {shape: uniform}, momentum: {mode: [1]}}
"""
# Of another program: sums over all momenta, and exact means over potentials.
PRINTED = {
    (1, 1): {"1-2": 0.4740772692, "total": 0.4740772692},
    (0, 2): {"1-2": -0.1374285221 - 0.7498829961j},
    (2, 2): {"1-4.2-3": 0.1024433194, "class.basic": 0.1024433194,
             "1-2.3-4": 0.2906055533 + 0.5033435832j, "class.decorated": 0.2906055533 + 0.5033435832j,
             "1-3.2-4": 0.1391028260 - 0.1195805740j, "class.crossing": 0.1391028260 - 0.1195805740j,
             "class.nesting": 0, "class.blocks": 0},
}
BERNOULLI = 0.3696085749 + 0.3837630092j   # total of (2,2)
PAIRS, PARTITIONS = {2: 1, 4: 3, 6: 15, 8: 105}, {2: 1, 4: 4, 6: 31, 8: 379}
# (lines, vertices of each) -> total, disconnected, 2-connected, connected
LINES = {(2, 4): (105, 9, 96, 96), (3, 2): (15, 1, 8, 8), (4, 2): (105, 1, 60, 48), (3, 4): (10395, 27, 9504, 9504),
         (6, 2): (10395, 1, 6040, 3840)}

BAD = {
    "odd": (["left=1"], "right: 3 vertices in all are not allowed"),
    "none": (["left=0", "right=0"], "0 vertices in all"),
    "too many": (["left=6", "right=4"], "10 vertices in all"),
    "sampled without realizations": (["method=sampled"], "realizations: the key is missing"),
    "a position": (["observable.position={shape: wave, wave: [1]}"], "observable.position.shape"),
    "a name": (["observable.name=a"], "observable.name"),
    "several observables": (["observable=[{position: {shape: uniform}, momentum: {mode: [1]}}]"], "observable"),
    "a mode that does not fit": (["observable.momentum.mode=[5]"], "observable.momentum"),
    "no lines": (["lines=0"], "lines"),
    "more lines than can be counted": (["lines=16", "left=4", "right=4"], "lines"),
}


class Graphs(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.runs = 0

    def table(self, *assignments, ranks=None):
        self.runs += 1
        return self.folder.table(str(self.runs), STUDY, *assignments, ranks=ranks)

    @staticmethod
    def value(table, name, **more):
        """The complex mean of an observable and its error."""
        rows = {part: one(table, observable=name, statistic="mean", part=part, **more) for part in ("re", "im")}
        error = max(float(row["high"]) - float(row["value"]) for row in rows.values())
        return complex(*(float(rows[part]["value"]) for part in ("re", "im"))), error

    def test_gives_the_printed_amplitudes(self):
        for (left, right), printed in PRINTED.items():
            table = self.table(f"left={left}", f"right={right}")
            for name, expected in printed.items():
                with self.subTest(f"{left}, {right}: {name}"):
                    value, error = self.value(table, name, time=1.5)
                    self.assertLessEqual(abs(value - expected), 1e-9)
                    self.assertLess(error, 1e-8)
        value, _ = self.value(self.table("disorder.distribution=bernoulli"), "total")
        self.assertLessEqual(abs(value - BERNOULLI), 1e-9)

    def test_crossed_rungs_in_three_dimensions_are_the_printed_ones(self):
        table = self.table("dimension=3", "eta=[0.5, 0.35355339059327373]", "sites=[8, 16]", "times=1",
                           "initial.phase.momentum=[0.125, 0.125, 0.375]", "observable.momentum.mode=[0, 0, 0]")
        for sites, printed in ((8., 0.04632), (16., 0.02738)):
            value, _ = self.value(table, "1-3.2-4", sites=sites)
            self.assertLessEqual(abs(value - printed), 6e-6)

    def test_counts_are_the_closed_forms_for_every_split(self):
        for n in (2, 4, 6, 8):
            for left in range(n + 1 if n < 8 else 5):   # 8: the others are mirror images
                right = n - left
                # the count is what matters: few nodes
                table = self.table(f"left={left}", f"right={right}", "sites=4", "times=0.02", "tolerance=0.1",
                                   "observable.momentum.mode=[0]")
                count = {row["observable"]: float(row["value"]) for row in select(table, statistic="count")}
                catalan = math.comb(n, n // 2) // (n // 2 + 1)
                basic = int(left == right)
                ladders = sum(math.comb((left + k) // 2, k) * math.comb((right + k) // 2, k)
                              for k in range(left % 2, min(left, right) + 1, 2))
                self.assertEqual(count, {"class.basic": basic, "class.decorated": ladders - basic,
                                         "class.nesting": catalan - ladders, "class.crossing": PAIRS[n] - catalan,
                                         "class.blocks": 0, "total": PAIRS[n]}, (left, right))
                self.assertEqual(len({row["observable"] for row in table if "-" in row["observable"]}), PAIRS[n])
        for row in select(table, statistic="count"):
            self.assertEqual((row["time"], row["part"], row["realizations"]), ("", "", "0"))
        for n in (2, 4, 6):
            table = self.table("left=1", f"right={n - 1}", "sites=4", "times=0.02", "disorder.distribution=uniform")
            self.assertEqual(float(one(table, statistic="count", observable="total")["value"]), PARTITIONS[n])

    def test_the_norm_is_conserved_from_a_packet(self):
        """J = 1: the orders n + m = 4 cancel, for any start and law."""
        for law in ("gaussian", "bernoulli"):
            total, most, errors = 0, 0, 0
            for left in range(5):
                table = self.table(f"left={left}", f"right={4 - left}", "sites=12", "eta=0.6", "times=0.9",
                                   f"disorder.distribution={law}", "observable.momentum.mode=[0]",
                                   "initial={envelope: {shape: gaussian, width: 0.5}, phase: {momentum: [0.15]}}")
                value, error = self.value(table, "total")
                total, most, errors = total + value, max(most, abs(value)), errors + error
            self.assertGreater(most, 0.1)
            self.assertLessEqual(abs(total), errors)

    def test_a_single_site_is_the_mean_of_all_plane_waves(self):
        site = self.table("initial={envelope: {shape: delta}}", "left=1", "right=3",
                          "observable.momentum.mode=[0]")
        waves = [self.table(f"initial.phase.momentum=[{k / 6}]", "left=1", "right=3", "observable.momentum.mode=[0]")
                 for k in range(6)]
        for name in ("1-2.3-4", "1-3.2-4", "1-4.2-3", "total"):
            mean = sum(self.value(table, name)[0] for table in waves) / 6
            self.assertLessEqual(abs(self.value(site, name)[0] - mean), 1e-9)
            self.assertGreater(abs(mean), 1e-2)
            apart = max(abs(self.value(table, name)[0] - self.value(waves[1], name)[0]) for table in waves)
            self.assertGreater(apart, 1e-2)   # the waves differ

    def test_the_limit_is_that_of_the_orders(self):
        """What `expansion` takes its pairings to, by another sum; in d = 1 there is none."""
        plane = ["dimension=2", "eta=0.6", "sites=8", "times=[0.25, 0.5]", "initial.phase.momentum=[0.125, 0.25]"]
        self.folder.write("orders.yaml", """\
system: expansion
dimension: 2
eta: 0.6
sites: 8
times: [0.25, 0.5]
order: 4
realizations: 1
initial: {envelope: {shape: uniform}, phase: {momentum: [0.125, 0.25]}}
observables:
  - {name: J, position: {shape: uniform}, momentum: {mode: [1, 0]}}
""")
        self.folder.run("orders.yaml", "orders.h5")
        orders = self.folder.summary("orders.h5")
        for left, right in ((2, 2), (1, 3), (2, 4), (3, 3), (0, 4)):
            table = self.table(f"left={left}", f"right={right}", "tolerance=0.1", "observable.momentum.mode=[1, 0]", *plane)
            for time in (0.25, 0.5):
                for part in ("re", "im") if left < right else ("re",):
                    ours = float(one(table, observable="total", part=part, statistic="reference", time=time)["value"])
                    theirs = one(orders, observable=f"J.{left}.{right}", part=part, statistic="reference", time=time)
                    self.assertLessEqual(abs(ours - float(theirs["value"])), 1e-7)
                    self.assertGreater(abs(ours) + (part == "im"), 1e-4)
            for name in ("crossing", "nesting"):
                self.assertEqual(float(one(table, observable=f"class.{name}", part="re", statistic="reference",
                                           time=0.5)["value"]), 0)
        self.assertEqual(select(self.table(), statistic="reference"), [])

    def test_has_no_limit_at_the_edge_of_the_band(self):
        table = self.table("dimension=2", "initial.phase.momentum=[0, 0]", "observable.momentum.mode=[0, 0]")
        self.assertTrue(select(table, statistic="mean", observable="total"))
        self.assertEqual(select(table, statistic="reference"), [])
        self.assertIn("edge of the band", self.folder.good("info", f"{self.runs}.h5").out)

    def test_graphs_add_up_to_the_terms_of_the_boltzmann_equation(self):
        """Over n + m = 2k at fixed T: (2 pi N T)^k/k! (-1)^k (b(p) - <b>), as eta falls like eta^2; <b> is what the
        limit of the ladder says. All classes but the decorated vanish."""
        momentum = [0.125, 0.125, 0.375]

        def add(eta, sites, vertices, mode, name="total", statistic="mean"):
            total = 0
            for left in range(vertices + 1):
                table = self.table("dimension=3", f"eta={eta}", f"sites={sites}", "times=0.5", f"left={left}",
                                   f"right={vertices - left}", f"initial.phase.momentum={momentum}",
                                   f"observable.momentum.mode={mode}", "tolerance=1e-6")
                total += float(one(table, observable=name, part="re", statistic=statistic)["value"])
            return total
        for vertices, points in ((2, ((0.5, 8), (0.25, 24))), (4, ((0.5, 8), (0.35355339059327373, 16)))):
            rungs = add(0.5, 8, vertices, [0, 0, 0], "class.basic", "reference")    # (2 pi N T)^k/k!
            average = add(0.5, 8, vertices, [1, 0, 0], "class.basic", "reference") / rungs
            expected = (-1)**(vertices // 2) * rungs * (math.cos(2 * math.pi * momentum[0]) - average)
            self.assertLess(abs(add(0.5, 8, vertices, [1, 0, 0], statistic="reference") - expected), 1e-9)
            away = [abs(add(*point, vertices, [1, 0, 0]) - expected) for point in points]
            self.assertLess(away[1], 1.6 * (points[1][0] / points[0][0])**2 * away[0])
            self.assertLess(away[1], 0.3 * abs(expected))

    def test_crossing_and_nesting_fall_like_eta_squared(self):
        table = self.table("dimension=3", "eta=[0.5, 0.35355339059327373, 0.25, 0.17677669529663687]",
                           "sites=[8, 12, 24, 48]", "times=0.5", "left=0", "right=4", "initial.phase.momentum=[0.125, 0.125, 0.375]",
                           "observable.momentum.mode=[0, 0, 0]")
        for name in ("crossing", "nesting"):
            size = [float(row["value"]) for row in select(table, observable=f"class.{name}", statistic="size")]
            self.assertAlmostEqual(math.log(size[-2] / size[-1], 2), 1, delta=0.15)    # eta^2 halves
            rate = one(table, observable=f"class.{name}", statistic="rate:size")
            self.assertLess(abs(float(rate["value"]) - 1.8), 0.5)
            self.assertGreater(float(rate["high"]), 1.8)
            self.assertEqual(float(one(table, observable=f"class.{name}", statistic="proven_rate:size")["value"]), 0.4)

    def test_lines_are_counted(self):
        for (lines, vertices), expected in LINES.items():
            table = self.table(f"lines={lines}", f"left={vertices // 2}", f"right={vertices // 2}")
            names = ("total", "class.disconnected", "class.2-connected", "class.connected")
            found = tuple(float(one(table, statistic="count", observable=name)["value"]) for name in names)
            self.assertEqual(found, expected)
            single, error = self.value(self.table(f"left={vertices // 2}", f"right={vertices // 2}"), "total")
            power, power_error = self.value(table, "class.disconnected")
            self.assertLessEqual(abs(power - single**lines), 1e-14)
            self.assertGreater(power_error, 0)
            self.assertLess(power_error, 2 * lines * error)

    def test_samples_are_the_same_bytes_on_any_ranks(self):
        self.table("left=1", "right=3")
        for ranks in (2, 3):
            self.table("left=1", "right=3", ranks=ranks)
            self.assertEqual(self.folder.samples(f"{ranks}.h5"), self.folder.samples("1.h5"))

    def test_bad_input_is_one_line_and_nothing_written(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
