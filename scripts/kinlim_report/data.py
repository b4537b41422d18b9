"""A results file in memory, as the report wants it. Knows no physics: names and
units come from the file. The layout is described in docs/file-format.md."""

import math
import os
from collections import namedtuple

import h5py
import numpy as np

Row = namedtuple("Row", "point time observable part statistic order realizations value low high series",
                 defaults=[""])    # series: parameters of a row that belongs to no point
Quantity = namedtuple("Quantity", "observable part label")
FieldPoint = namedtuple("FieldPoint", "coordinates mean error single reference")    # single: or None
Axis = namedtuple("Axis", "name units")

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "epsilon": "ε",
         "eta": "η", "lambda": "λ", "mu": "μ", "sigma": "σ", "theta": "θ", "tau": "τ"}


# By system, the k of a proven (E|Y - E Y|^r)^(1/r) <= c eta^(1/(k r)).
PROVEN = {"anderson": 300}


class NotResults(Exception):
    """The file is missing or is no results file; the message says which."""


def symbol(name):
    return GREEK.get(name, name)


def number(value):
    """A parameter as a person would write it."""
    return f"{value:.6g}"


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def texts(dataset):
    return [text(v) for v in dataset[...]]


class Field:
    """A named field of one or two axes: mean over realizations and reference, per point."""

    def __init__(self, name, group):
        self.name, self.points = name, {}
        self.title, self.units = (text(group.attrs.get(key, "")) for key in ("long_name", "units"))
        self.title = self.title or name
        self.axes = [Axis(text(name), text(units)) for name, units in
                     zip(group.attrs["axes"], group.attrs["axis_units"])]
        for key in sorted(group):
            if key.startswith("point_"):
                self._read_point(int(key[len("point_"):]), group[key])

    def has_limit(self):
        return any(point.reference is not None for point in self.points.values())

    def _read_point(self, index, group):
        def known(name):
            values = group[name][...] if name in group else np.array(np.nan)
            return values if np.isfinite(values).any() else None
        if known("mean") is None:
            return
        self.points[index] = FieldPoint([group[axis.name][...] for axis in self.axes],
                                        known("mean"), group["standard_error"][...],
                                        known("single"), known("reference"))


class Results:
    def __init__(self, path):
        if not os.path.isfile(path):
            raise NotResults(f"{path}: no such file")
        try:
            with h5py.File(path, "r") as file:
                if text(file.attrs.get("format", "")) != "kinlim-results":
                    raise NotResults(f"{path}: not a results file of kinlim")
                self._read(file)
        except (OSError, KeyError) as error:
            raise NotResults(f"{path}: cannot be read as results: {error}") from None
        self.name = os.path.splitext(os.path.basename(path))[0]

    def _read(self, file):
        attributes = {key: value for key, value in file.attrs.items()}
        self.system = text(attributes.pop("system", ""))
        self.study = text(attributes.pop("study", ""))
        self.time_units = text(attributes.pop("time_units", ""))
        self.proven = PROVEN.get(self.system)
        hidden = {"format", "format_version"}
        self.provenance = {key: text(value) for key, value in attributes.items()
                           if key not in hidden and np.ndim(value) == 0}
        self._read_samples(file["samples"])
        self._read_reference(file.get("reference"))
        self._read_summary(file["summary"])
        self.fields = [Field(name, group) for name, group in file.get("fields", {}).items()
                       if isinstance(group, h5py.Group)]
        self.fields = [field for field in self.fields if field.points]

    def _read_samples(self, group):
        self.samples = group["sample"][...]
        self.done = group["done"][...].astype(bool)
        # Asked for: with stopping by precision fewer than there is room for.
        self.asked = self.done.copy()
        planned = group["planned"][...] if "planned" in group else [self.done.shape[1]] * len(self.done)
        for point, count in enumerate(planned):
            self.asked[point, :count] = True
        self.times = group["time"][...]
        self.npoints = len(self.done)
        self.quantities = [
            Quantity(o, p, o if p == "re" and (o, "im") not in pairs else f"{o}.{p}")
            for pairs in [list(zip(texts(group["observable"]), texts(group["part"])))]
            for o, p in pairs]
        names = [text(name) for name in group.attrs.get("columns", [])]
        self.columns = {name: group[name][...] for name in names}
        words = [text(word).split() for word in group.attrs.get("column_words", [])]
        self.words = dict(zip(names, words)) if words else {}
        small = int(group.attrs.get("small_parameter_column", -1))
        self.small = names[small] if 0 <= small < len(names) else ""

    def _read_reference(self, group):
        shape = (self.npoints, len(self.times), len(self.quantities))
        self.reference, self.notes = np.full(shape, np.nan), [""] * self.npoints
        if group is None:
            return
        if "value" in group:
            self.reference = group["value"][...]
        if "note" in group:
            self.notes = texts(group["note"])

    def _read_summary(self, group):
        columns = {}
        for name in Row._fields[:-1]:
            data = group[name]
            columns[name] = texts(data) if data.dtype.kind in "OS" else data[...].tolist()
        parameters = {name: group[name][...] for name in self.columns if name in group}
        self.rows = [Row(*values, series=", ".join(
            self.shown(name, given[i]) for name, given in parameters.items()
            if values[0] < 0 and math.isfinite(given[i])))
            for i, values in enumerate(zip(*columns.values()))]
        self._index = {}
        for row in self.rows:
            key = self._key(row.statistic, row.order, row.point, row.time, row.observable, row.part)
            self._index.setdefault(key, []).append(row)

    @staticmethod
    def _key(statistic, order, point, time, observable, part):
        time = None if time is None or math.isnan(time) else round(time, 9)
        return (statistic, round(order, 9), point, time, observable, part)

    def all(self, statistic, point, time, quantity, order=1):
        """The rows of one number; point -1: a rate, which has a row per series of points."""
        return self._index.get(self._key(statistic, order, point, time, quantity.observable,
                                         quantity.part), [])

    def get(self, statistic, point, time, quantity, order=1):
        """The row of one number; None if there is none or more than one."""
        rows = self.all(statistic, point, time, quantity, order)
        return rows[0] if len(rows) == 1 else None

    def reference_at(self, point, time_index, quantity):
        return self.reference[point, time_index, self.quantities.index(quantity)]

    def has_limit(self):
        return bool(np.isfinite(self.reference).any())

    def orders(self, statistic):
        return sorted({row.order for row in self.rows if row.statistic == statistic})

    def derived(self):
        """Statistics that belong to a point and no time, as (statistic, quantity)."""
        found = []
        for row in self.rows:
            key = (row.statistic, Quantity(row.observable, row.part, row.observable))
            if (row.observable and row.point >= 0 and math.isnan(row.time) and key not in found
                    and not row.statistic.startswith("reference:")):
                found.append(key)
        return found

    def standard_error(self, point, time, quantity):
        row = self.get("standard_error", point, time, quantity)
        return row.value if row else math.nan

    def clearest(self, point, time_index):
        """The quantity whose mean is known best there, those with a limit first."""
        def precision(quantity):
            time = self.times[time_index]
            row, error = self.get("mean", point, time, quantity), self.standard_error(
                point, time, quantity)
            ratio = abs(row.value) / error if row and error > 0 else -1.0
            return math.isfinite(self.reference_at(point, time_index, quantity)), ratio
        return max(self.quantities, key=precision)

    def finest(self):
        """The finished point of the smallest parameter."""
        return [p for p in self.points_by_size() if self.finished(p)][-1]

    def points_by_size(self):
        """Points from the largest small parameter to the smallest."""
        if not self.small:
            return list(range(self.npoints))
        return sorted(range(self.npoints), key=lambda p: (-self.columns[self.small][p], p))

    def point_label(self, point):
        """What tells this point from the others: the small parameter, then, among points
        of the same one, the column of fewest values that tells them apart."""
        parts, same = [], np.arange(self.npoints)
        if self.small:
            value = self.columns[self.small][point]
            parts.append(f"{symbol(self.small)} = {number(value)}")
            same = np.flatnonzero(self.columns[self.small] == value)
        if len(same) > 1:
            telling = [name for name, values in self.columns.items()
                       if len(set(values[same])) == len(same)]
            telling = sorted(telling, key=lambda n: len(set(self.columns[n])))[:1]
            if not telling:    # no single one does: all that differ, but for what follows
                telling = [name for name, values in self.columns.items()
                           if len(set(values[same])) > 1 and name != "sites"]
            parts += [self.shown(name, self.columns[name][point]) for name in telling]
        return ", ".join(parts) or f"point {point}"

    def parameter(self, name, point):
        """As a person would write it: a word or a number."""
        value = self.columns[name][point]
        return self.words[name][int(value)] if self.words.get(name) else number(value)

    def shown(self, name, value):
        """With its name, unless it is a word."""
        words = self.words.get(name)
        return words[int(value)] if words else f"{symbol(name)} = {number(value)}"

    def finished(self, point):
        return int(self.done[point].sum())

    def samples_at(self, point, time_index, quantity):
        values = self.samples[point, self.done[point], time_index, self.quantities.index(quantity)]
        return values[np.isfinite(values)]
