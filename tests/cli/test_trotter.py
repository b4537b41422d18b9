"""The system `trotter` as a user sees it: the harmonic oscillator in closed form, the quartic kernel by another program,
orders in the slices and in hbar, bad input."""
import cmath
import math
import unittest

from kinlim_cli import Folder, one, select

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
# <x| f(H) exp(-itH/hbar) |y> by numpy's eigenvectors of H on 600 points of a box of 10.
DENSE = {1: -1.0366368309657927 - 1.4681849738318857j, 3: 2.3544851775979607 + 0.7477147317734946j}

BAD = {
    "slices of 0": (["slices=[0]"], "slices.0: 0 is not allowed"),
    "a quartic without an energy": (["potential.terms.0.power=[4]"], "energy: is missing"),
    "time 0": (["times=[0, 1]"], "times: 0 is not allowed"),
    "a plane": (["dimension=2"], "dimension"),
    "ends of another dimension": (["observables.0.kernel.to=[1, 2]"], "observables.0.kernel.to"),
    "a file": (["potential={file: V.txt}"], "potential.file"),
    "neither kernel nor determinant": (["observables.0={name: K1}"], "kernel"),
    "the same name twice": (["observables.1.name=K1"], "K1"),
    "an unknown product": (["product=chin4"], "product"),
}


def mehler(t, hbar, x, y):
    """omega = 1, with Maslov's phase."""
    size = 1 / math.sqrt(2 * math.pi * hbar * abs(math.sin(t)))
    action = ((x * x + y * y) * math.cos(t) - 2 * x * y) / (2 * math.sin(t))
    return size * cmath.exp(1j * (action / hbar - math.pi / 4 - math.pi / 2 * math.floor(t / math.pi)))


class Trotter(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def table(self, text, *options):
        self.folder.write("study.yaml", text)
        self.folder.run("study.yaml", "out.h5", *options)
        return self.folder.summary("out.h5")

    def number(self, table, statistic, **want):
        return complex(*(float(one(table, statistic=statistic, part=part, **want)["value"]) for part in ("re", "im")))

    def test_the_oscillator_is_its_closed_form(self):
        table = self.table(OSCILLATOR)
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
        table = self.table(OSCILLATOR.replace("[1, 16, 64, 256]", "[64, 128, 256]"))
        for t in (1., 4.):
            rate = one(table, statistic="rate:bias", observable="G1", part="re", time=t, hbar=0.1)
            self.assertTrue(1.99 < float(rate["value"]) < 2.01)

    def test_the_quartic_kernel_is_that_of_dense_matrices(self):
        for product, order in (("strang", 2), ("lie", 1)):
            table = self.table(QUARTIC, "--set", "product=" + product)
            for t, exact in DENSE.items():
                want = {"time": float(t), "observable": "K1"}
                self.assertAlmostEqual(abs(self.number(table, "reference", slices=64., **want) - exact), 0, delta=1e-10)
                errors = [abs(self.number(table, "mean", slices=n, **want) - exact) for n in (64., 128., 256.)]
                self.assertAlmostEqual(math.log2(errors[1] / errors[2]), order, delta=0.1)
            self.folder.place.cleanup()
            self.folder = Folder()

    def test_van_vleck_is_of_first_order_with_one_path_and_several(self):
        text = QUARTIC.replace("[0.05]", "[0.02, 0.01, 0.005]").replace("[64, 128, 256]", "[8192]")
        rate = one(self.table(text, "--set", "energy=8", "--set", "times=[1]"), statistic="rate:van_vleck_distance")
        self.assertTrue(0.95 < float(rate["low"]) and float(rate["high"]) < 1.05, rate)  # one path
        self.folder.place.cleanup()
        self.folder = Folder()
        table = self.table(text, "--set", "times=[3]")  # several, whose errors beat
        for row in select(table, statistic="van_vleck_distance"):
            self.assertLess(float(row["value"]), float(row["hbar"]))

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", OSCILLATOR)
        for case, (changes, words) in BAD.items():
            options = [word for change in changes for word in ("--set", change)]
            said = self.folder.kinlim("run", "study.yaml", "-o", "out.h5", *options)
            self.assertEqual(said.code, 2, f"{case}: {said}")
            self.assertEqual(len(said.err.splitlines()), 1, f"{case}: {said}")
            self.assertIn(words, said.err, case)


if __name__ == "__main__":
    unittest.main()
