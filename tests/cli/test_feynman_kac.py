"""The system `feynman_kac` as a user sees it: averages over all potentials of a small ring by dense matrices, Bessel
functions, walks, the next order, bad input."""
import itertools
import math
import unittest

from kinlim_cli import Folder, check_refused, one

RING = """\
system: feynman_kac
dimension: 1
eta: [0.8, 0.4]
sites: [6, 6]
times: [0.5, 1.5]
realizations: 1600
origins: 6
walks: 40000
disorder: {distribution: bernoulli, seed: 5}
observables:
  - {name: back, to: [0]}
  - {name: two, to: [-2]}
"""
BAD = {
    "time 0": (["times=[0, 1]"], "times: 0 is not allowed"),
    "an average that diverges": (["disorder.distribution=laplace", "times=[2]"], "the average of laplace diverges"),
    "a time that overflows": (["times=[1000]"], "times: 1000 is not allowed"),
    "more origins than sites": (["origins=7"], "origins: 7 are not allowed"),
    "a place of another dimension": (["observables.0.to=[1, 1]"], "observables.0.to"),
    "the same name twice": (["observables.1.name=back"], "back"),
}


def exponential(m):
    """exp(m) of a matrix, by its power series."""
    n = range(len(m))
    total = [[float(i == j) for j in n] for i in n]
    term, k = [row[:] for row in total], 0
    while max(abs(x) for row in term for x in row) > 1e-17:
        k += 1
        term = [[sum(term[i][l] * m[l][j] for l in n) / k for j in n] for i in n]
        total = [[a + b for a, b in zip(x, y)] for x, y in zip(total, term)]
    return total


def exact(b, eta, y, sites=6):
    """E<0|exp(b(Delta + eta V))|y> of V = +-1 on a ring: all of them, but for the sign of the first site."""
    total = 0
    for signs in itertools.product((1, -1), repeat=sites):
        m = [[b * (eta * signs[i] if i == j else float(abs(i - j) in (1, sites - 1))) for j in range(sites)]
             for i in range(sites)]
        total += exponential(m)[0][y % sites]
    return total / 2 ** sites


def bessel(n, x):
    return sum((x / 2) ** (2 * k + n) / math.factorial(k) / math.factorial(k + n) for k in range(60))


class FeynmanKac(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def test_matrices_and_walks_have_the_average_over_all_potentials(self):
        table = self.folder.table("out", RING)
        for eta, b, (name, y) in itertools.product((0.8, 0.4), (0.5, 1.5), (("back", 0), ("two", -2))):
            want = {"eta": eta, "time": b, "observable": name}
            average = exact(b, eta, y)
            mean = one(table, statistic="mean", **want)
            # intervals of 95 %: twice as wide, one false alarm in 10000 for each
            middle, half = float(mean["value"]), float(mean["high"]) - float(mean["low"])
            self.assertLess(abs(middle - average), half, want)
            self.assertLess(half, 0.05 * average)
            walks = one(table, statistic="walks_reference", **want)
            half = float(walks["high"]) - float(walks["low"])
            self.assertLess(abs(float(walks["value"]) - average), half, want)
            self.assertLess(half, 0.02 * average)
            free = sum(bessel(abs(y + 6 * m), 2 * b) for m in range(-4, 5))
            self.assertAlmostEqual(float(one(table, statistic="reference", **want)["value"]), free, delta=1e-12 * free)

    def test_the_next_order_leaves_the_fourth(self):
        table = self.folder.table("out", RING, "eta=[0.4, 0.2]", "realizations=2", "walks=100")
        for b, (name, y) in itertools.product((0.5, 1.5), (("back", 0), ("two", -2))):
            left = [exact(b, eta, y) - float(one(table, statistic="next_order_reference", eta=eta, time=b,
                                                 observable=name)["value"]) for eta in (0.4, 0.2)]
            self.assertAlmostEqual(math.log2(left[0] / left[1]), 4, delta=0.15)

    def test_without_a_potential_it_is_a_product_of_bessel_functions(self):
        table = self.folder.table("out", RING, "dimension=3", "eta=[1.0e-9]", "sites=[20]",
                                  "origins=1", "realizations=2", "walks=100",
                                  "observables=[{name: a, to: [1, -2, 0]}]")
        for b in (0.5, 1.5):
            row = one(table, statistic="mean", time=b)
            self.assertAlmostEqual(float(row["value"]) / (bessel(1, 2 * b) * bessel(2, 2 * b) * bessel(0, 2 * b)), 1,
                                   delta=1e-7)

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", RING)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
