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


def unbiased_excess(y):
    """Excess kurtosis, unbiased for normal Y (Fisher's G2)."""
    n, mean = len(y), math.fsum(y) / len(y)
    s2, s4 = (math.fsum((v - mean)**q for v in y) for q in (2, 4))
    return (n * (n + 1) * (n - 1) * s4 / ((n - 2) * (n - 3) * s2**2)) - 3 * (n - 1)**2 / ((n - 2) * (n - 3))


def carried(n, r, excess):
    """nu = n (E|D|^r)^2 / E|D|^2r for D = sqrt(G) Z, G of shape 3/excess."""
    def log_moment(p):
        normal = math.lgamma((p + 1) / 2) - math.lgamma(0.5)
        k = 3 / excess if excess > 0 else math.inf
        return normal + (math.lgamma(k + p / 2) - math.lgamma(k) - p / 2 * math.log(k) if k < 1e4 else 0)
    return n * math.exp(2 * log_moment(r) - log_moment(2 * r))


def interval(y, r, about=None):
    """The limits of (E|Y - about|^r)^(1/r), or of the central moment."""
    n = len(y)
    centre = math.fsum(y) / n if about is None else about
    d = [v - centre for v in y]
    m = math.fsum(abs(v)**r for v in d) / n
    slope = 0 if about is not None else r * math.fsum(math.copysign(abs(v)**(r - 1), v) for v in d if v) / n
    s = math.sqrt(math.fsum((abs(v)**r - m - slope * v)**2 for v in d)) / (n * m)
    nu = carried(n, r, unbiased_excess(y) + 25 / math.sqrt(n))
    z = 1.959963984540054
    down, up = max(1, z - 0.19 * nu**-0.12), z + 1.8 * math.log(1 + 16 / nu)
    return (m * math.exp(-down * s))**(1 / r), (m * math.exp(up * s))**(1 / r)
