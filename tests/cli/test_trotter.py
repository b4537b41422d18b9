"""The system `trotter` as a user sees it: the harmonic oscillator in closed form, the quartic kernel by another program,
orders in the slices and in hbar, bad input."""
import cmath
import math
import unittest

from kinlim_cli import Folder, check_refused, one, select

OSCILLATOR = """\
system: trotter
dimension: 1
hbar: [0.3, 0.1]
slices: [1, 16, 64, 256]
product: lie
times: [1, 4]
potential: {terms: [{power: [2], coefficient: 0.5}]}
observables:
  - {name: K1, kernel: {from: [0.3], to: [-0.4]}}
  - {name: G1, determinant: {from: [0.3], to: [-0.4]}}
"""
QUARTIC = """\
system: trotter
hbar: [0.05]
slices: [64, 128, 256]
product: strang
energy: 4
times: [1, 3]
potential: {terms: [{power: [4], coefficient: 0.25}]}
observables:
  - {name: K1, kernel: {from: [-0.3], to: [0.4]}}
"""
STATES = """\
system: trotter
hbar: [0.1, 0.05]
slices: [64, 128, 256]
product: lie
times: [1, 3]
box: 12
potential: {terms: [{power: [2], coefficient: 0.5}]}
initial: {envelope: {shape: gaussian, width: 0.4, center: [0.5]}, phase: {momentum: [0.7], hessian: [[0.3]]}}
observables:
  - {name: psi, state: true}
  - {name: x2, position: {power: [2]}}
  - {name: E, energy: true}
"""
PLANE = STATES.replace("hbar: [0.1, 0.05]", "dimension: 2\nhbar: [0.2]").replace("box: 12", "box: 10").replace(
    "[{power: [2], coefficient: 0.5}]", "[{power: [2, 0], coefficient: 0.5}, {power: [0, 2], coefficient: 0.5}]").replace(
    "center: [0.5]", "center: [0.5, 0]").replace("[0.7], hessian: [[0.3]]", "[0.7, 0]").replace("power: [2]}}", "power: [2, 0]}}")
# <x| f(H) exp(-itH/hbar) |y> by numpy's eigenvectors of H on 600 points of a box of 10.
DENSE = {1: -1.0366368309657927 - 1.4681849738318857j, 3: 2.3544851775979607 + 0.7477147317734946j}

# V = u^4/4 + 0.4 v^2, u, v = (x +- y)/sqrt(2): <x| f(H) exp(-itH/hbar) |y> by numpy's eigenvectors along u and v.
TURNED = """\
system: trotter
dimension: 2
hbar: [0.1]
slices: [32, 64]
product: strang
energy: 2
box: 7
times: [1, 3]
potential: {terms: [{power: [4, 0], coefficient: 0.0625}, {power: [3, 1], coefficient: 0.25},
  {power: [2, 2], coefficient: 0.375}, {power: [1, 3], coefficient: 0.25}, {power: [0, 4], coefficient: 0.0625},
  {power: [2, 0], coefficient: 0.2}, {power: [1, 1], coefficient: -0.4}, {power: [0, 2], coefficient: 0.2}]}
observables:
  - {name: K1, kernel: {from: [-0.3, 0.2], to: [0.4, 0.1]}}
"""
TURNED_DENSE = {1: 1.2062622783581274 + 1.3673571560207993j, 3: 3.7570045482372647 - 2.053498981016673j}
SPACE = """\
system: trotter
dimension: 3
hbar: [0.3]
slices: [2, 64]
product: lie
times: [1, 4]
potential: {terms: [{power: [2, 0, 0], coefficient: 0.5}, {power: [0, 2, 0], coefficient: 0.5},
  {power: [0, 0, 2], coefficient: 1.28}]}
observables:
  - {name: K1, kernel: {from: [0.3, 0.1, -0.2], to: [-0.4, 0.2, 0.5]}}
  - {name: G1, determinant: {from: [0.3, 0.1, -0.2], to: [-0.4, 0.2, 0.5]}}
"""

BAD = {
    "slices of 0": (["slices=[0]"], "slices.0: 0 is not allowed"),
    "a quartic without an energy": (["potential.terms.0.power=[4]"], "energy: is missing"),
    "a plane of energies without a box": (["dimension=2", "energy=2", "potential={}",
                                           "observables=[{name: K, kernel: {from: [0, 0], to: [1, 0]}}]"],
                                          "box: is missing"),
    "a kernel outside the box": (["dimension=2", "energy=2", "box=4", "potential={}",
                                  "observables=[{name: K, kernel: {from: [0, 0], to: [3, 0]}}]"], "outside the box"),
    "a kernel that no machine holds": (["dimension=3", "energy=2", "box=4", "potential={}", "hbar=[0.001]",
                                        "observables=[{name: K, kernel: {from: [0, 0, 0], to: [1, 0, 0]}}]"],
                                       "hbar: 0.001 is not allowed: the grid"),
    "time 0": (["times=[0, 1]"], "times: 0 is not allowed"),
    "four dimensions": (["dimension=4"], "dimension"),
    "ends of another dimension": (["observables.0.kernel.to=[1, 2]"], "observables.0.kernel.to"),
    "a file": (["potential={file: V.txt}"], "potential.file"),
    "nothing to measure": (["observables.0={name: K1}"], "0 of kernel, determinant, state"),
    "two things to measure": (["observables.0.state=true"], "2 of kernel, determinant, state"),
    "psi without a box": (["observables.0={name: s, state: true}"], "box: is missing"),
    "psi without a start": (["observables.0={name: s, state: true}", "box=8"], "initial"),
    "a box that psi leaves": (["observables.0={name: s, state: true}", "box=2",
                               "initial={envelope: {shape: gaussian, width: 0.1}, phase: {momentum: [4]}}"],
                              "box: 2 is not allowed: at hbar 0.3 psi comes to"),
    "the same name twice": (["observables.1.name=K1"], "K1"),
    "an unknown product": (["product=chin4"], "product"),
}


def mehler(t, hbar, x, y, omega=1.):
    """The kernel of the oscillator, with Maslov's phase."""
    t *= omega
    size = math.sqrt(omega / (2 * math.pi * hbar * abs(math.sin(t))))
    action = omega * ((x * x + y * y) * math.cos(t) - 2 * x * y) / (2 * math.sin(t))
    return size * cmath.exp(1j * (action / hbar - math.pi / 4 - math.pi / 2 * math.floor(t / math.pi)))


def sliced(n, t, omega):
    """(N/det M)^(1/2) of the oscillator, signed: below the first focal time it is the limit's."""
    angle = math.acos(1 - (omega * t / n) ** 2 / 2)
    return math.sqrt(n * math.sin(angle) / abs(math.sin(n * angle)))


class Gaussian:
    """exp(i (a (x-q)^2/2 + p (x-q))/hbar + g), which kicks and drifts of the oscillator leave one."""

    def __init__(self, hbar, width, q, p, hessian):
        self.hbar, self.q, self.p = hbar, q, p + hessian * q
        self.a = hessian + 0.5j * hbar / width ** 2
        self.g = -math.log(2 * math.pi * width ** 2) / 4 + 1j / hbar * (p * q + hessian * q * q / 2)

    def kick(self, t):
        self.g -= 1j / self.hbar * t * self.q ** 2 / 2
        self.a, self.p = self.a - t, self.p - t * self.q

    def drift(self, t):
        self.g += 1j / self.hbar * t * self.p ** 2 / 2 - cmath.log(1 + t * self.a) / 2
        self.a, self.q = self.a / (1 + t * self.a), self.q + t * self.p

    def lie(self, t, n):
        for _ in range(n):
            self.kick(t / n)
            self.drift(t / n)
        return self

    def exact(self, t, n=64):
        for _ in range(n):
            self.kick(math.tan(t / n / 2))
            self.drift(math.sin(t / n))
            self.kick(math.tan(t / n / 2))
        return self

    def square(self):
        return self.q ** 2 + self.hbar / (2 * self.a.imag)

    def distance(self, other):
        c2 = 0.5j / self.hbar * (other.a - self.a.conjugate())
        c1 = 1j / self.hbar * (self.a.conjugate() * self.q - self.p - other.a * other.q + other.p)
        c0 = 0.5j / self.hbar * (other.a * other.q ** 2 - self.a.conjugate() * self.q ** 2)
        c0 += 1j / self.hbar * (self.p * self.q - other.p * other.q) + self.g.conjugate() + other.g
        return math.sqrt(2 - 2 * (cmath.sqrt(-math.pi / c2) * cmath.exp(c0 - c1 * c1 / (4 * c2))).real)


class Trotter(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def number(self, table, statistic, **want):
        return complex(*(float(one(table, statistic=statistic, part=part, **want)["value"]) for part in ("re", "im")))

    def test_the_oscillator_is_its_closed_form(self):
        table = self.folder.table("out", OSCILLATOR)
        self.assertEqual(list(table[0])[:3], ["slices", "hbar", "step"])
        for t in (1., 4.):
            exact = mehler(t, 0.1, -0.4, 0.3)
            want = {"time": t, "hbar": 0.1, "observable": "K1", "slices": 1.}
            for limit in ("reference", "van_vleck_reference"):
                self.assertAlmostEqual(abs(self.number(table, limit, **want) - exact), 0, delta=1e-10)
            for n in (1, 16, 64, 256):
                angle = math.acos(1 - (t / n) ** 2 / 2) if t / n < 2 else None
                row = one(table, statistic="mean", observable="G1", time=t, slices=float(n), hbar=0.3)
                if angle and n > 1:
                    self.assertAlmostEqual(float(row["value"]),
                                           math.sqrt(n * math.sin(angle) / abs(math.sin(n * angle))), delta=1e-10)
            limit = one(table, statistic="reference", observable="G1", time=t, slices=1., hbar=0.3)
            self.assertAlmostEqual(float(limit["value"]), math.sqrt(t / abs(math.sin(t))), delta=1e-10)
        # one slice of the Lie product: free motion after the kick
        one_slice = self.number(table, "mean", time=1., hbar=0.1, observable="K1", slices=1.)
        expected = cmath.exp(1j * ((0.7 ** 2 - 0.3 ** 2) / 2 / 0.1 - math.pi / 4)) / math.sqrt(2 * math.pi * 0.1)
        self.assertAlmostEqual(abs(one_slice - expected), 0, delta=1e-12)

    def test_determinants_are_of_second_order(self):
        table = self.folder.table("out", OSCILLATOR.replace("[1, 16, 64, 256]", "[64, 128, 256]"))
        for t in (1., 4.):
            rate = one(table, statistic="rate:bias", observable="G1", part="re", time=t, hbar=0.1)
            self.assertTrue(1.99 < float(rate["value"]) < 2.01)

    def test_the_quartic_kernel_is_that_of_dense_matrices(self):
        for product, order in (("strang", 2), ("lie", 1)):
            table = self.folder.table(product, QUARTIC, "product=" + product)
            for t, exact in DENSE.items():
                want = {"time": float(t), "observable": "K1"}
                self.assertAlmostEqual(abs(self.number(table, "reference", slices=64., **want) - exact), 0, delta=1e-10)
                errors = [abs(self.number(table, "mean", slices=n, **want) - exact) for n in (64., 128., 256.)]
                self.assertAlmostEqual(math.log2(errors[1] / errors[2]), order, delta=0.1)

    def test_van_vleck_is_of_first_order_with_one_path_and_several(self):
        text = QUARTIC.replace("[0.05]", "[0.02, 0.01, 0.005]").replace("[64, 128, 256]", "[8192]")
        rate = one(self.folder.table("out", text, "energy=8", "times=[1]"), statistic="rate:van_vleck_distance")
        self.assertTrue(0.95 < float(rate["low"]) and float(rate["high"]) < 1.05, rate)  # one path
        table = self.folder.table("several", text, "times=[3]")  # several, whose errors beat
        for row in select(table, statistic="van_vleck_distance"):
            self.assertLess(float(row["value"]), float(row["hbar"]))

    def test_psi_of_slices_is_a_gaussian_of_the_oscillator(self):
        table = self.folder.table("out", STATES)
        for hbar in (0.1, 0.05):
            for t in (1, 3):
                for n in (64, 256):
                    sliced, exact = (Gaussian(hbar, 0.4, 0.5, 0.7, 0.3) for _ in range(2))
                    sliced.lie(t, n), exact.exact(t)
                    want = {"hbar": hbar, "time": float(t), "slices": float(n), "statistic": "mean"}
                    for name, value in (("psi", exact.distance(sliced)), ("x2", sliced.square())):
                        row = one(table, observable=name, **want)
                        self.assertLess(float(row["low"]), value)
                        self.assertLess(value, float(row["high"]))
                        self.assertLess(float(row["high"]) - float(row["low"]), 1e-7)
                limit = one(table, statistic="reference", observable="x2", time=float(t), hbar=hbar, slices=64.)
                self.assertAlmostEqual(float(limit["value"]), Gaussian(hbar, 0.4, 0.5, 0.7, 0.3).exact(t).square(),
                                       delta=1e-9)

    def test_psi_and_observables_have_the_order_of_the_product(self):
        text = STATES.replace("{power: [2], coefficient: 0.5}", "{power: [4], coefficient: 0.25}")
        for product, order in (("lie", 1), ("strang", 2)):
            table = self.folder.table(product, text, "product=" + product, "times=[1]")
            for hbar in (0.1, 0.05):
                for name in ("psi", "x2", "E"):
                    rate = one(table, statistic="rate:bias", observable=name, hbar=hbar)
                    self.assertAlmostEqual(float(rate["value"]), order, delta=0.05, msg=f"{product} {name}")
            if product == "lie":  # dt/hbar of psi, dt of observables
                last = {"slices": 256., "statistic": "bias"}
                psi, x2 = ([float(one(table, observable=name, hbar=hbar, **last)["value"]) for hbar in (0.1, 0.05)]
                           for name in ("psi", "x2"))
                self.assertAlmostEqual(psi[1] / psi[0], 2, delta=0.1)
                self.assertAlmostEqual(x2[1] / x2[0], 1, delta=0.1)

    def test_a_plane_is_the_same_on_any_ranks_and_has_its_axes(self):
        table = self.folder.table("out", PLANE)
        self.folder.run("out.yaml", "two.h5", "--groups", "1", ranks=2)
        self.assertEqual(self.folder.samples("out.h5"), self.folder.samples("two.h5"))
        for t in (1., 3.):
            row = one(table, statistic="mean", observable="x2", time=t, slices=64.)
            self.assertAlmostEqual(float(row["value"]), Gaussian(0.2, 0.4, 0.5, 0.7, 0).lie(t, 64).square(), delta=1e-8)

    def test_space_is_a_product_of_axes(self):
        table = self.folder.table("out", SPACE)
        for t in (1., 4.):
            exact = 1
            for x, y, omega in ((-0.4, 0.3, 1), (0.2, 0.1, 1), (0.5, -0.2, 1.6)):
                exact *= mehler(t, 0.3, x, y, omega)
            for limit in ("reference", "van_vleck_reference"):
                value = self.number(table, limit, time=t, observable="K1", slices=64.)
                self.assertAlmostEqual(abs(value - exact), 0, delta=1e-9)
            row = one(table, statistic="mean", observable="G1", time=t, slices=64.)
            self.assertAlmostEqual(float(row["value"]), sliced(64, t, 1) ** 2 * sliced(64, t, 1.6), delta=1e-9)
        # two Lie slices: the integral over one point between them
        for t, value in ((1., self.number(table, "mean", time=1., observable="K1", slices=2.)),):
            expected = 1
            for x, y, omega in ((-0.4, 0.3, 1), (0.2, 0.1, 1), (0.5, -0.2, 1.6)):
                dt, hbar = t / 2, 0.3
                a, b = 1 / dt - dt * omega ** 2 / 2, -(x + y) / dt  # of z: i (a z^2 + b z + c)/hbar
                c = (x * x + y * y) / (2 * dt) - dt * omega ** 2 * y * y / 2
                expected *= cmath.sqrt(1j * math.pi * hbar / a) / (2j * math.pi * hbar * dt)
                expected *= cmath.exp(1j * (c - b * b / (4 * a)) / hbar)
            self.assertAlmostEqual(abs(value - expected), 0, delta=1e-11)

    def test_a_plane_of_coupled_axes_is_that_of_dense_matrices(self):
        table = self.folder.table("out", TURNED)
        for t, exact in TURNED_DENSE.items():
            want = {"time": float(t), "observable": "K1"}
            value = self.number(table, "reference", slices=64., **want)
            self.assertAlmostEqual(abs(value - exact), 0, delta=1e-10)
            errors = [abs(self.number(table, "mean", slices=n, **want) - exact) for n in (32., 64.)]
            self.assertAlmostEqual(math.log2(errors[0] / errors[1]), 2, delta=0.05)
            self.assertLess(abs(self.number(table, "van_vleck_reference", slices=64., **want) - exact),
                            2 * 0.1 * abs(exact))

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", OSCILLATOR)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
