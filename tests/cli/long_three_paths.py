"""Van Vleck's sum over three paths of the quartic well: what the kernel has beyond it is hbar c_j of each path's term,
c_j imaginary, and the rest of second order. The paths are shot here again."""
import cmath
import math
import os
import unittest

import numpy

from kinlim_cli import Folder, one, select

STUDY = os.path.join(os.environ["SOURCE_DIR"], "jobs", "path-integral", "beats.yaml")
Y, X, TIME, E = -0.3, 0.4, 3.0, 4.0


def flow(state):
    x, p, _, j, k = state
    return numpy.array([p, -x ** 3, p * p / 2 - x ** 4 / 4, k, -3 * x * x * j])


def shoot(p, steps=3000):
    """x, p, S, dx/dp, dp/dp at the end, from momenta p, and how often dx/dp is 0 on the way."""
    state = numpy.array([Y + 0 * p, p, 0 * p, 0 * p, 1 + 0 * p])
    zeros, h = 0 * p, TIME / steps
    for _ in range(steps):
        a = flow(state)
        b = flow(state + h / 2 * a)
        c = flow(state + h / 2 * b)
        after = state + h / 6 * (a + 2 * b + 2 * c + flow(state + h * c))
        zeros = zeros + (state[3] * after[3] < 0)
        state = after
    return state, zeros


def paths():
    p = numpy.linspace(-3.3, 3.3, 2001)
    miss = shoot(p, 600)[0][0] - X
    p = p[:-1][miss[:-1] * miss[1:] < 0]
    for _ in range(8):
        state, zeros = shoot(p)
        p = p - (state[0] - X) / state[3]
    return state[2], state[3], zeros


def slope(x, y):
    """Of log y against log x, and two of its standard errors."""
    fit, covariance = numpy.polyfit(numpy.log(x), numpy.log(y), 1, cov=True)
    return fit[0], 2 * math.sqrt(covariance[0, 0])


class ThreePaths(unittest.TestCase):
    def test_each_has_a_correction_of_first_order(self):
        with Folder() as folder:
            folder.run(STUDY, "out.h5", "--set", "slices=[16]", "--set", "times=[3]")
            table = folder.summary("out.h5")
        action, jacobian, zeros = paths()
        self.assertEqual(len(action), 3)
        hbar = numpy.array(sorted({float(row["hbar"]) for row in select(table, statistic="reference")}))
        kernel = numpy.array([complex(*(float(one(table, statistic="reference", hbar=h, part=part)["value"])
                                        for part in ("re", "im"))) for h in hbar])
        terms = numpy.array([[cmath.exp(1j * (s / h - math.pi / 4 - math.pi / 2 * n)) /
                              math.sqrt(2 * math.pi * h * abs(j)) for s, j, n in zip(action, jacobian, zeros)]
                             for h in hbar])
        size = numpy.sqrt((abs(terms) ** 2).sum(1))
        terms /= size[:, None]
        rest = kernel / size - terms.sum(1)
        orders = numpy.hstack([terms * hbar[:, None] ** k for k in (1, 2, 3)])
        fit = numpy.linalg.lstsq(orders / hbar[:, None] ** 3, rest / hbar ** 3, rcond=None)[0]
        left = abs(rest - hbar * (terms @ fit[:3]))
        print("c:", fit[:3], "exponents:", slope(hbar, abs(rest)), slope(hbar, left))
        self.assertLess(max(abs(fit[:3].real)), 1e-3 * max(abs(fit[:3])))
        for (exponent, error), order in ((slope(hbar, abs(rest)), 1), (slope(hbar, left), 2)):
            self.assertLess(abs(exponent - order), error)
            self.assertLess(error, 0.4)


if __name__ == "__main__":
    unittest.main()
