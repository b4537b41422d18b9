"""What the program must give by identities and closed forms, for any d and precision.

At T = 0, for |h|^2 a normal density (standard deviation s, centre c), S = p.X and
J = a(X) exp(2 pi i m.V):

    <J,W_0> = exp(-mu^2 |m|^2/(8 s^2)) <J,F_0>,   <J,F_0> = exp(2 pi i m.p) int a |h|^2,

    int a |h|^2 = prod_j sum_n (w/sqrt(w^2+s^2)) exp(-(X0_j + n ell - c_j)^2/(2 (s^2+w^2)))   a Gaussian
                = exp(2 pi i k.c/ell - 2 pi^2 s^2 |k|^2/ell^2)                                a wave k

up to the overlap of images exp(-ell^2/(8 s^2)), the lattice spacing mu between samples of the
product of a and |h|^2, exp(-2 pi^2 (s w/mu)^2/(s^2 + w^2)), both below 1e-15 here, and rounding.
"""
import cmath
import math
import unittest

from kinlim_cli import Folder, one, rows, select

ETA, SITES = 0.4, 32             # ell = 5.12
WIDTH, CENTER, MOMENTUM = 0.25, [0.3, -0.2, 0.1], [0.15, 0.2, -0.3]
PLACE, SPREAD = [-0.5, 0.4, 2.2], 0.6
MODES = {"m0": [0, 0, 0], "m1": [1, -2, 1], "m2": [-3, 0, 2], "m3": [0, 1, 0]}


def study(d, precision, tolerance):
    lines = [f"  - {{name: gauss-{name}, position: {{shape: gaussian, center: {PLACE[:d]}, width: {SPREAD}}},"
             f" momentum: {{mode: {mode[:d]}}}}}" for name, mode in MODES.items()]
    lines += [f"  - {{name: all-{name}, position: {{shape: uniform}}, momentum: {{mode: {mode[:d]}}}}}"
              for name, mode in MODES.items()]
    lines += [f"  - {{name: wave-{name}, position: {{shape: wave, wave: {[2, -1, 1][:d]}}},"
              f" momentum: {{mode: {mode[:d]}}}}}" for name, mode in MODES.items()]
    return f"""\
system: anderson
dimension: {d}
sites: {SITES}
eta: {ETA}
times: [0, 0.4]
realizations: 3
initial:
  envelope: {{shape: gaussian, width: {WIDTH}, center: {CENTER[:d]}}}
  phase: {{momentum: {MOMENTUM[:d]}}}
observables:
""" + "\n".join(lines) + f"""
propagator: {{precision: {precision}, tolerance: {tolerance}}}
reference: none
"""


def position_integral(shape, d):
    ell, s2 = ETA**2 * SITES, WIDTH**2
    if shape == "all":
        return 1
    if shape == "wave":
        k = [2, -1, 1][:d]
        turn = sum(a * b for a, b in zip(k, CENTER)) / ell
        return cmath.exp(2j * math.pi * turn - 2 * math.pi**2 * s2 * sum(a * a for a in k) / ell**2)
    total = 1
    for j in range(d):
        v = s2 + SPREAD**2
        total *= SPREAD / math.sqrt(v) * sum(
            math.exp(-(PLACE[j] + n * ell - CENTER[j])**2 / (2 * v)) for n in range(-3, 4))
    return total


def expected(name, d):
    shape, mode = name.split("-")
    m = MODES[mode][:d]
    turn = sum(a * b for a, b in zip(m, MOMENTUM))
    spread = math.exp(-ETA**4 * sum(a * a for a in m) / (8 * WIDTH**2))
    return spread * cmath.exp(2j * math.pi * turn) * position_integral(shape, d)


def complex_values(table, **want):
    """(realization, time, observable) -> complex value."""
    values = {}
    for row in select(table, **want):
        key = row["realization"], float(row["time"]), row["observable"]
        values[key] = values.get(key, 0) + float(row["value"]) * (1j if row["part"] == "im" else 1)
    return values


class TheProgram(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def run_study(self, name, text, *options, ranks=2):
        self.folder.write(name + ".yaml", text)
        self.folder.run(name + ".yaml", name + ".h5", *options, ranks=ranks)
        return rows(self.folder.samples(name + ".h5"))

    def test_starts_from_the_closed_form_at_time_0(self):
        # single: psi is rounded, 2^-24 relative in l2, twice in a pairing
        for precision, tolerance, bound in (("double", 1e-9, 3e-14), ("single", 1e-4, 2 * 2.0**-24)):
            for d in (1, 2, 3):
                with self.subTest(precision, d=d):
                    name = f"{precision}{d}"
                    values = complex_values(self.run_study(name, study(d, precision, tolerance)), time=0.0)
                    self.assertEqual(len(values), 3 * 12)
                    for (realization, _, observable), value in values.items():
                        self.assertLessEqual(abs(value - expected(observable, d)), bound,
                                             (observable, value, expected(observable, d)))
                    table = select(self.folder.summary(name + ".h5"), time=0.0)
                    for statistic in ("standard_error", "central_moment"):
                        found = select(table, statistic=statistic)
                        self.assertGreater(len(found), 0)
                        self.assertEqual({row["value"] for row in found}, {"0"})

    def test_conserves_norm_and_energy_within_the_tolerance(self):
        """A vector off by delta in l2 is off by 2 delta in its norm, 2 |H| delta in its energy."""
        for precision, tolerance in (("double", 1e-9), ("single", 2e-5)):
            self.run_study(precision, study(3, precision, tolerance))
            table = self.folder.summary(precision + ".h5")
            self.assertLessEqual(float(one(table, statistic="norm_drift")["value"]), 2 * tolerance)
            radius = 6 + 6 * ETA   # |omega| < 6: 1 of 5,000 such studies has a larger one
            self.assertLessEqual(float(one(table, statistic="energy_drift")["value"]),
                                 2 * radius * tolerance)

    def test_measures_norm_energy_and_velocity_consistently(self):
        """e(V) = sum of modes; v_j = i (mode +1 - mode -1): sums that the test makes itself."""
        names = "abc"
        more = ["  - {name: energy, position: {shape: uniform}, momentum: {energy: 1}}",
                "  - {name: velocity, position: {shape: uniform}, momentum: {velocity: 2}}",
                "  - {name: square, position: {shape: uniform}, momentum: {energy: 2}}"]
        for j in range(3):
            unit = [int(i == j) for i in range(3)]
            more.append(f"  - {{name: {names[j]}, position: {{shape: uniform}}, momentum: {{mode: {unit}}}}}")
        text = study(3, "double", 1e-9).replace("observables:\n", "observables:\n" + "\n".join(more) + "\n")
        values = complex_values(self.run_study("symbols", text))
        for realization in "012":
            for time in (0.0, 0.4):
                def at(name):
                    return values[realization, time, name]
                self.assertAlmostEqual(at("all-m0"), 1, delta=2.1e-9)
                self.assertAlmostEqual(at("energy"), 2 * sum(at(n).real for n in names), delta=1e-12)
                self.assertAlmostEqual(at("velocity"), -2 * at("b").imag, delta=1e-12)
                self.assertGreaterEqual(at("square").real, at("energy").real**2 - 1e-12)

    def test_gives_the_same_by_chebyshev_strang_and_fourth_order(self):
        """|<J,W> - <J,W'>| <= sup|a| 2 |psi - psi'|, and each psi is off by its tolerance at most."""
        sup = 1.01   # a: the images of a Gaussian on a torus of side 4 add 2e-9
        for d in (2, 3):
            for precision, tolerance in (("double", 1e-6), ("single", 1e-4)):
                with self.subTest(precision, d=d):
                    text, found = study(d, precision, tolerance), {}
                    small = ["--set", f"sites={SITES // 2}", "--set", "eta=0.5", "--set", "times=[0.4]",
                             "--set", "realizations=2"]
                    for method, ranks in (("chebyshev", 2), ("strang", 2), ("fourth_order", 3)):
                        name = f"{method}{d}{precision}"
                        table = self.run_study(name, text.replace("{precision", f"{{method: {method}, precision"),
                                               *small, ranks=ranks)
                        found[method] = complex_values(table, time=0.4)
                    for method in ("strang", "fourth_order"):
                        worst = max(abs(value - found["chebyshev"][key]) for key, value in found[method].items())
                        self.assertLessEqual(worst, sup * 4 * tolerance, method)
                    # the bound means something: realizations differ by far more
                    apart = max(abs(value - found["chebyshev"]["1", *key[1:]])
                                for key, value in found["chebyshev"].items() if key[0] == "0")
                    self.assertGreater(apart, 10 * sup * 4 * tolerance)


if __name__ == "__main__":
    unittest.main(verbosity=2)
