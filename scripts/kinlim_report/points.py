"""The points of a study: the roles of their parameters, the series that are fitted together, and what
they are called."""

import math
import re
from collections import namedtuple

import numpy as np

Column = namedtuple("Column", "name values words role statistic units long_name")
Series = namedtuple("Series", "index points label")    # points: largest small parameter first

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε",
         "eta": "η", "hbar": "ħ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "omega": "ω",
         "sigma": "σ", "theta": "θ", "tau": "τ"}


def symbol(name):
    return GREEK.get(name, name)


def number(value):
    """A parameter as a person would write it."""
    return f"{value:.6g}".replace("-", "\u2212")


def known_roles(columns, statistics):
    """{name: role}. Older files tell the small parameter alone: a word is a variant, X is a size where
    there are rows X_limit:..., and what the others determine follows from them."""
    roles = {}
    for name, column in columns.items():
        size = any(s.startswith((f"{name}_limit:", f"{name}_effect")) for s in statistics)
        roles[name] = column.role or ("variant" if column.words else "size" if size else "")
    for name, column in columns.items():
        if not roles[name]:
            told = [columns[n].values for n, role in roles.items() if role and role != "follows"]
            sets = set(zip(*told)) if told else {()}
            follows = len(set(zip(*told, column.values))) == len(sets)
            roles[name] = "follows" if follows else "parameter"
    return roles


class Points:
    def __init__(self, columns, series, statistics):
        self.columns, self.count = columns, len(series)
        self.roles = known_roles(columns, statistics)
        self.small, self.size, self.variant = (self._first(role) for role in ("small", "size", "variant"))
        self.prefix = self._prefix(statistics)    # of rows that compare variants: PREFIX:mean
        self._set_series(np.asarray(series))

    def _first(self, role):
        return next((name for name, its in self.roles.items() if its == role), "")

    def _prefix(self, statistics):
        if not self.variant:
            return ""
        ours = self.columns[self.variant].statistic
        if ours:
            return ours
        known = {"rate", "rate_bound", "rate_chi2", "proven_rate", "reference", f"{self.size}_limit"}
        found = [match.group(1) for match in (re.fullmatch(r"([^:]+):mean", s) for s in sorted(statistics))
                 if match and match.group(1) not in known]
        return found[0] if found else ""

    def _set_series(self, of_point):
        if len(of_point) != self.count or not self.small:
            of_point = np.zeros(self.count, int)    # nothing is fitted: one set of points
        order = sorted(range(self.count), key=lambda p: (-self.columns[self.small].values[p] if self.small else 0, p))
        groups = [(index, [p for p in order if of_point[p] == index]) for index in sorted(set(of_point))]

        def rank(group):    # the first variant, then the largest size: the main series is the first
            index, points = group
            return (self.mean(self.variant, points) if self.variant else 0,
                    -self.mean(self.size, points) if self.size else 0, index)
        groups.sort(key=rank)
        telling = [name for name, role in self.roles.items() if role in ("parameter", "size", "variant")
                   and len({self.shown_mean(name, points) for _, points in groups}) > 1]
        self.series = [Series(index, points, ", ".join(self.shown_mean(name, points) for name in telling))
                       for index, points in groups]
        self.rank = [0] * self.count    # of a point: which series it is of
        for i, series in enumerate(self.series):
            for point in series.points:
                self.rank[point] = i

    def mean(self, name, points):
        return float(np.mean(self.columns[name].values[points]))

    def shown_mean(self, name, points):
        """What the points of a series have in common; a size may differ a little among them."""
        values = self.columns[name].values[points]
        if np.ptp(values) <= 1e-9 * abs(values).max():
            return self.shown(name, values[0])
        return f"{symbol(name)} \u2248 {self.mean(name, points):.2g}"

    def series_like(self, given):
        """The series of a row that belongs to no point: that which agrees with the given parameters
        (a size: that comes nearest), the last of these if there are several."""
        left = sorted(self.series, key=lambda series: series.index)
        for name, value in given.items():
            if name != self.small and left:
                away = [abs(self.mean(name, series.points) - value) for series in left]
                left = [series for series, distance in zip(left, away) if distance <= min(away) + 1e-12]
        return left[-1] if left else None

    def several(self):
        return len(self.series) > 1

    def has_rates(self):
        """Whether some series has more than one value of the small parameter."""
        return bool(self.small) and any(len(set(self.columns[self.small].values[s.points])) > 1
                                        for s in self.series)

    def all(self):
        """All points, series by series."""
        return [point for series in self.series for point in series.points]

    # ---- words ----
    def shown(self, name, value):
        """A parameter with its name, unless it is a word."""
        word = self.word(name, value)
        return word if self.columns[name].words else f"{symbol(name)} = {word}"

    def word(self, name, value):
        words = self.columns[name].words
        if words and math.isfinite(value) and 0 <= int(value) < len(words):
            return words[int(value)]
        return number(value)

    def label(self, point, alone=False):
        """What tells the point from the others; alone: among those of its series."""
        if self.small:
            parts = [self.shown(self.small, self.columns[self.small].values[point])]
            series = self.series[self.rank[point]].label
            return ", ".join(parts + [series] * bool(series and not alone))
        telling = [name for name, role in self.roles.items()
                   if role != "follows" and len(set(self.columns[name].values)) > 1] or list(self.columns)[:1]
        return ", ".join(self.shown(name, self.columns[name].values[point]) for name in telling) or "the point"

    def order(self, point):
        """The place of a point's colour from 0 (large parameter) to 1."""
        values = self.columns[self.small].values if self.small else -np.arange(self.count, dtype=float)
        levels = sorted(set(values), reverse=True)
        return levels.index(values[point]) / max(1, len(levels) - 1)
