"""The system `vlasov` as a user sees it: exponents of the bias, harmonic interactions in closed form, pairs, exchange,
errors that hold, ranks, stops, pictures, bad input."""
import math
import unittest

from kinlim_cli import Folder, assigned, check_refused, one, select

STUDY = """\
system: vlasov
dimension: 1
particles: [16, 32, 64]
box: 12
times: [0, 1]
displacement: [0.4]
potential: {terms: [{power: [2], coefficient: 0.5}, {power: [4], coefficient: 0.1}]}
interaction: {gaussians: [{amplitude: 1.5, width: 0.7}]}
observables:
  - {name: A, position: {shape: gaussian, center: [0.3], width: 0.5}, momentum: {shape: uniform}}
  - {name: p2, momentum: {power: [2]}}
  - {name: x2, position: {power: [2]}, momentum: {shape: uniform}}
  - {name: E, energy: true}
pairs: true
propagator: {method: chin4, tolerance: 1.0e-7}
"""
PLANE = """\
system: vlasov
dimension: 2
particles: [3, 6]
box: 11
times: [0.5]
displacement: [0.2, 0]
potential: {terms: [{power: [2, 0], coefficient: 0.5}, {power: [0, 2], coefficient: 0.6}]}
interaction: {gaussians: [{amplitude: 1, width: 0.8}], waves: [{wave: [0.1, 0.05], cosine: 0.3}]}
observables:
  - {name: xp, position: {power: [1, 0]}, momentum: {power: [1, 0]}}
  - {name: E, energy: true}
fields: [{type: density, axis: 2}, {type: husimi, positions: 8, momenta: 8}]
limit_tolerance: 1.0e-4
propagator: {tolerance: 1.0e-4}
"""
SPRINGS = """\
system: vlasov
dimension: 1
particles: [2, 16, 33]
box: 12
times: [0.7, 1.3]
displacement: [0.3]
potential: {terms: [{power: [2], coefficient: 0.5}]}
interaction: {terms: [{power: [2], coefficient: 0.85}]}
observables: [{name: x, position: {power: [1]}}, {name: x2, position: {power: [2]}}]
propagator: {tolerance: 1.0e-8}
"""

BAD = {
    "no closed shell": (["dimension=3", "particles=[4, 5]", "displacement=[0, 0, 0]"],
                        "particles.1: 5 closes no shell of the trap in dimension 3: 4 or 10 do"),
    "a box too small for the cloud": (["box=4", "interaction={}"], "box: 4 is not allowed: 16 particles come to |x_j| ="),
    "images in reach": (["interaction.gaussians.0.width=4"], "box: 12 is not allowed: the cloud comes to |x_j| ="),
    "an odd power": (["interaction={terms: [{power: [3], coefficient: 1}]}"],
                     "interaction.terms.0.power: degree 3 is not allowed: must be even"),
    "a sine": (["interaction={waves: [{wave: [0.1], sine: 1}]}"], "interaction.waves.0.sine: 1 is not allowed"),
    "a centre": (["interaction.gaussians.0.center=[0.1]"], "interaction.gaussians.0.center: 0.1 is not allowed"),
    "a file of an interaction": (["interaction={file: V.txt}"], "interaction.file"),
    "exact with too many": (["method=exact"], "particles.0: 16 is not allowed: exact goes with 2 to 6"),
    "exchange in a plane": (["dimension=2", "displacement=[0, 0]", "method=hartree_fock", "particles=[3]"],
                            "method: hartree_fock is not allowed in dimension 2"),
    "harmonic steps": (["propagator.method=harmonic"], "propagator.method: harmonic is not allowed"),
    "a window narrower than hbar": (["observables.0.momentum={shape: gaussian, width: 0.05}"],
                                    "observables.0.momentum.width"),
    "no particles": (["particles=[0]"], "particles"),
    "a potential without a bottom": (["potential.terms.1.coefficient=-0.5"], "potential: particles run away"),
    "an odd grid": (["sites=[301, 400, 500]"], "sites: 301 is not allowed: must be a multiple of 4"),
    "a grid too coarse": (["sites=[64, 64, 64]"], "sites: 64 cannot resolve psi at particles"),
    "the hierarchy in a plane": (["dimension=2", "displacement=[0, 0]", "particles=[3]", "hierarchy=true"],
                                 "hierarchy: true is not allowed in dimension 2: must be 1"),
    "the hierarchy without p": (["observables=[{name: x2, position: {power: [2]}}]", "hierarchy=true"],
                                "hierarchy: true is not allowed: no observable is a smooth function of p"),
    "the next order of a droplet that is not round": (
        ["limits=[next_order]", "dimension=3", "displacement=[0.1, 0, 0]", "particles=[4]", "interaction={}", "box=20",
         "potential={terms: [{power: [2, 0, 0], coefficient: 0.5}]}", "observables=[{name: x2, position: {power: [2, 0, 0]}}]"],
        "limits: next_order is not allowed in dimension 3 where"),
    "exact in a plane": (["dimension=2", "displacement=[0, 0]", "method=exact", "particles=[3]"],
                         "method: exact is not allowed in dimension 2: must be 1"),
    "another trap": (["trap=box"], "trap: box is not allowed"),
    "a name that is taken": (["observables.0.name=p2_defect"], "p2_defect is the name of another number"),
}


def value(row):
    return float(row["value"])


class Vlasov(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def exponent(self, table, low, high, **want):
        row = one(table, statistic="rate:bias", part="re", **want)
        self.assertTrue(low <= float(row["low"]) and float(row["high"]) <= high, (want, row))

    def test_hartree_differs_by_the_square_of_hbar_and_pairs_by_one_over_n(self):
        table = self.folder.table("study", STUDY)
        self.assertEqual(list(table[0])[:3], ["particles", "hbar", "sites"])
        for row in select(table, statistic="mean"):
            self.assertAlmostEqual(float(row["hbar"]) * float(row["particles"]), 1)
        for name in ("A", "x2", "p2", "E"):
            self.exponent(table, 1.9, 2.1, observable=name, time=1.)
        for name in ("A", "p2"):
            self.exponent(table, 0.9, 1.1, observable=name + "_defect", time=1.)
        # at T = 0 N times the defect of x^2 is minus its variance in the droplet, but for the displacement:
        # x = 0.4 + y, <y^2> = 1/2, <y^4> = 1/2, so that var(x^2) = 4 0.4^2/2 + 1/4
        defect = one(table, statistic="mean", observable="x2_defect", time=0., particles=64.)
        self.assertAlmostEqual(64 * value(defect), -(0.32 + 0.25), delta=0.03)
        energies = [value(one(table, statistic="mean", observable="E", time=t, particles=64.)) for t in (0., 1.)]
        self.assertAlmostEqual(energies[0], energies[1], delta=1e-8)
        for check in ("orthonormality", "number", "energy_drift", "edge", "band", "images"):
            self.assertTrue(all(value(row) < 1e-8 for row in select(table, statistic=check)), check)

    def test_springs_between_all_are_known_in_closed_form(self):
        omega = math.sqrt(2.7)
        space = SPRINGS.replace("dimension: 1", "dimension: 3").replace("[2, 16, 33]", "[4]").replace(
            "[0.3]", "[0.3, 0, 0]").replace("times: [0.7, 1.3]", "times: [0.5]").replace("1.0e-8", "1.0e-6").replace(
            "potential: {terms: [{power: [2], coefficient: 0.5}]}", "potential: {terms: [%s]}" % ", ".join(
                "{power: [%d, %d, %d], coefficient: 0.5}" % p for p in ((2, 0, 0), (0, 2, 0), (0, 0, 2)))).replace(
            "interaction: {terms: [{power: [2], coefficient: 0.85}]}", "interaction: {terms: [%s]}" % ", ".join(
                "{power: [%d, %d, %d], coefficient: 0.85}" % p for p in ((2, 0, 0), (0, 2, 0), (0, 0, 2)))).replace(
            "power: [1]", "power: [1, 0, 0]").replace("power: [2]}", "power: [2, 0, 0]}")
        for text, spread in ((SPRINGS, {2: 0.5, 16: 0.5, 33: 0.5}), (space, {4: 4 ** (-1 / 3) * 3 / 4})):
            table = self.folder.table("springs%d" % len(spread), text, *(["limit_tolerance=1.0e-3"] if "dimension: 3" in text else []))
            for row in select(table, statistic="mean", observable="x"):
                n, t = int(float(row["particles"])), float(row["time"])
                self.assertAlmostEqual(value(row), 0.3 * math.cos(t), delta=1e-8)
                breathing = spread[n] * (math.cos(omega * t) ** 2 + (math.sin(omega * t) / omega) ** 2)
                square = value(one(table, statistic="mean", observable="x2", particles=float(n), time=t))
                self.assertAlmostEqual(square - value(row) ** 2, breathing, delta=1e-8)
            self.assertTrue(all(value(row) < 1e-9 for row in select(table, statistic="kohn")))

    def test_what_is_left_of_hartree_beyond_its_next_order_is_of_the_fourth(self):
        table = self.folder.table("order", STUDY, "particles=[8, 16, 32]", "times=[1]", "propagator.tolerance=1.0e-9", "pairs=false")
        for name in ("A", "x2"):
            row = one(table, statistic="rate:next_order_bias", part="re", observable=name)
            self.assertTrue(3.8 < float(row["low"]) and float(row["high"]) < 4.2, row)
        self.assertEqual(select(self.folder.table("plane", PLANE), statistic="next_order_reference"), [])
        round_trap = "potential={terms: [%s]}" % ", ".join(
            "{power: [%d, %d], coefficient: %g}" % p for p in ((2, 0, 0.5), (0, 2, 0.5), (4, 0, 0.05), (0, 4, 0.05), (2, 2, 0.1)))
        table = self.folder.table("round", PLANE.replace("fields", "# fields"), "particles=[3, 6, 10]", "limits=[reference, next_order]", round_trap,
                                  "interaction={gaussians: [{amplitude: 2, width: 1}]}", "displacement=[0, 0]",
                                  "observables=[{name: x2, position: {power: [2, 0]}}, {name: E, energy: true}]",
                                  "propagator.tolerance=1.0e-7", "limit_tolerance=1.0e-6", "box=13")
        for name in ("x2", "E"):
            self.exponent(table, 1.85, 2.1, observable=name)
            row = one(table, statistic="rate:next_order_bias", part="re", observable=name)
            self.assertTrue(3.5 < float(row["low"]) and float(row["high"]) < 4.4, row)

    def test_the_terms_of_the_hierarchy_fall_like_the_square_of_n(self):
        few = ["times=[0, 0.2]", "hierarchy=true", "pairs=false", "propagator.tolerance=1.0e-5", "limits=[reference]",
               "observables=[{name: AB, position: {shape: gaussian, center: [0.3], width: 0.8}, "
               "momentum: {shape: gaussian, center: [0.2], width: 0.5}}, {name: p2, momentum: {power: [2]}}]"]
        hartree = self.folder.table("hartree", STUDY, "particles=[16, 32, 64]", *few)
        for name in ("AB_moyal", "AB_exchange"):
            self.exponent(hartree, 1.9, 2.1, observable=name, time=0.)
        exact = self.folder.table("exact", STUDY, "method=exact", "particles=[2]", *few)
        same = self.folder.table("same", STUDY, "particles=[2]", *few)
        at = lambda table, name, t: value(one(table, statistic="mean", observable=name, time=t))
        for name in ("AB_moyal", "AB_exchange"):  # a determinant still
            self.assertAlmostEqual(at(exact, name, 0.), at(same, name, 0.), delta=1e-10)
        self.assertAlmostEqual(at(exact, "AB_correlation", 0.), 0, delta=1e-12)
        self.assertGreater(abs(at(exact, "p2_correlation", 0.2)), 1e-4)
        self.assertAlmostEqual(at(exact, "p2_moyal", 0.2), 0, delta=1e-6)  # a square of p has none
        self.assertEqual(select(exact, observable="AB_pair_force"), [])  # pairs are not asked for
        pairs = self.folder.table("pairs", STUDY, "method=exact", "particles=[2]", "pairs=true", *few[:2], *few[3:],
                                  "times=[0, 0.05]")
        self.assertGreater(abs(at(pairs, "AB_pair_force", 0.05)), 1e-5)
        self.assertAlmostEqual(at(pairs, "AB_pair_correlation", 0.), 0, delta=1e-10)
        self.assertAlmostEqual(at(pairs, "p2_pair_moyal", 0.05), 0, delta=1e-6)

    def test_pairs_of_closed_shells_are_known_in_closed_form(self):
        """x^2 takes 1/2 hbar^2 sqrt((n + 1)(n + 2)) from |n> to |n + 2>, out of the two last shells."""
        space = STUDY.replace("dimension: 1", "dimension: 3").replace("[16, 32, 64]", "[4, 10]").replace("[0.4]", "[0, 0, 0]")
        table = self.folder.table("space", space, "times=[0]", "box=13", "potential={}", "interaction={}",
                           "propagator.tolerance=1.0e-6", "reference=none",
                           "observables=[{name: x2, position: {power: [2, 0, 0]}}]")
        for K, N in ((2, 4), (3, 10)):
            hbar = N ** (-1 / 3)
            mean = hbar * (K + 1) / 4
            square = 0.75 * hbar ** 2 * sum(math.comb(K - n + 1, 2) * (2 * n * n + 2 * n + 1) for n in range(K)) / N
            surface = hbar ** 2 / 2 * (math.comb(K + 2, 4) + math.comb(K + 3, 4)) / N
            row = one(table, statistic="mean", observable="x2_defect", particles=float(N))
            self.assertAlmostEqual(value(row), (mean ** 2 - square + surface) / (N - 1), delta=1e-7)

    def test_exchange_is_of_the_same_order_as_the_bias(self):
        few = ["particles=[2, 4, 8]", "times=[0.5]", "propagator.tolerance=1.0e-4", "pairs=false"]
        hartree = self.folder.table("hartree", STUDY, *few)
        fock = self.folder.table("fock", STUDY, "method=hartree_fock", *few)
        self.assertTrue(all(value(row) < 1e-6 for row in select(fock, statistic="energy_drift")))
        for name in ("A", "x2"):
            gap = [value(one(fock, statistic="mean", observable=name, particles=n)) -
                   value(one(hartree, statistic="mean", observable=name, particles=n)) for n in (4., 8.)]
            self.assertTrue(2.5 < gap[0] / gap[1] < 6, (name, gap))  # N^-2 in d = 1

    def test_exchange_closes_most_of_the_gap_to_the_exact_answer(self):
        few = ["particles=[2]", "times=[0.5]", "propagator.tolerance=1.0e-4", "reference=none"]
        exact, fock, hartree = (self.folder.table(m, STUDY, "method=" + m, *few) for m in ("exact", "hartree_fock", "hartree"))
        for name in ("A", "x2"):
            want, close, far = (value(one(t, statistic="mean", observable=name)) for t in (exact, fock, hartree))
            self.assertLess(abs(close - want), 0.3 * abs(far - want), name)
        self.assertGreater(value(one(exact, statistic="correlation")), 1e-4)
        self.assertLess(value(one(exact, statistic="energy_drift")), 1e-5)  # of the basis, which moves

    def test_errors_hold_what_finer_runs_change(self):
        for method in ("hartree", "hartree_fock"):
            few = ["particles=[2, 4]", f"method={method}", "times=[0.5, 1]", "reference=none"]
            rough = self.folder.table(method, STUDY, "propagator.tolerance=1.0e-3", *few)
            fine = self.folder.table(method + "2", STUDY, "propagator.tolerance=1.0e-6", "sites=[240, 240]", *few)
            for row in select(rough, statistic="mean"):
                other = one(fine, statistic="mean", particles=float(row["particles"]), time=float(row["time"]),
                            observable=row["observable"])
                self.assertTrue(float(row["low"]) <= float(other["high"]) and
                                float(other["low"]) <= float(row["high"]), (row, other))

    def test_samples_are_the_same_on_any_ranks(self):
        for name, text, settings in (("plane", PLANE, ["reference=none"]), ("fock", STUDY, ["method=hartree_fock", "particles=[3]", "times=[0.3]", "propagator.tolerance=1.0e-4",
                                         "reference=none"]),
                                     ("exact", STUDY, ["method=exact", "particles=[2]", "times=[0.1]", "reference=none"])):
            self.folder.table(name, text, *settings)
            self.folder.write(name + "3.yaml", text)
            options = assigned(settings)
            self.folder.run(name + "3.yaml", name + "3.h5", "--groups", "1", *options, ranks=3)
            self.assertEqual(self.folder.samples(name + ".h5"), self.folder.samples(name + "3.h5"))

    def test_a_stopped_run_goes_on_to_the_same_bits(self):
        slow = ["--set", "particles=[32]", "--set", "propagator.tolerance=1.0e-8", "--set", "reference=none"]
        self.folder.write("study.yaml", STUDY)
        self.folder.run("study.yaml", "whole.h5", *slow)
        stopped = self.folder.kinlim("run", "study.yaml", "-o", "part.h5", "--quiet", "--max-walltime", "00:00:01", *slow)
        self.assertIn(stopped.code, (0, 75), str(stopped))
        self.folder.run("study.yaml", "part.h5", "--resume", *slow)
        self.assertEqual(self.folder.samples("whole.h5"), self.folder.samples("part.h5"))

    def test_the_wigner_function_stands_beside_the_droplet(self):
        table = self.folder.table("study", STUDY, "particles=[8]", "limit_tolerance=1.0e-4",
                           "fields=[{type: wigner, positions: 40, momenta: 40}, {type: husimi, positions: 20, momenta: 20}]")
        self.assertLess(value(one(table, statistic="marginals")), 1e-10)
        self.assertGreater(value(one(table, observable="negativity", statistic="mean", time=0.)), 0)

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
