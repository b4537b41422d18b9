"""The estimators of moments by their definitions (docs/statistics.md, section 2), in plain Python."""
import math


def unbiased(y, r):
    """The h-statistic of order 2 or 4: E h = E(Y - E Y)^r."""
    n, mean = len(y), math.fsum(y) / len(y)
    m2, m4 = (math.fsum((v - mean)**q for v in y) / n for q in (2, 4))
    if r == 2:
        return m2 * n / (n - 1)
    # Weisstein, h-Statistic, MathWorld
    return ((3 * (3 - 2 * n) * n**2 * m2**2 + n**2 * (n**2 - 2 * n + 3) * m4) /
            ((n - 3) * (n - 2) * (n - 1) * n))


def jackknifed(root, y):
    n = len(y)
    return n * root(y) - (n - 1) * math.fsum(root(y[:i] + y[i + 1:]) for i in range(n)) / n


def central_moment(y, r):
    """Orders 2, 4, and those without an h-statistic."""
    def root(y):
        mean = math.fsum(y) / len(y)
        if r in (2, 4):
            return unbiased(y, r)**(1 / r)
        return (math.fsum(abs(v - mean)**r for v in y) / len(y))**(1 / r)
    return jackknifed(root, y)


def deviation_moment(y, r, about):
    return jackknifed(lambda y: (math.fsum(abs(v - about)**r for v in y) / len(y))**(1 / r), y)
