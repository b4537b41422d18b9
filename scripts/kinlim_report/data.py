"""A results file in memory, as the report wants it. Knows no system: names, roles and units come from
the file (docs/file-format.md); what older files do not say is guessed from their rows."""

import math
import os
import re
from collections import namedtuple

import numpy as np

from kinlim.reader import array, array_in_place, member, name_of, names, opened, text
from points import Column, Points

MOST_LINES = 16             # of a diagram
MEMBERS = "point time observable part statistic order realizations value low high"

Row = namedtuple("Row", MEMBERS + " series given")    # of a row without a point: its series, parameters
Quantity = namedtuple("Quantity", "observable part label")
Station = namedtuple("Station", "name symbol units long_name values")
Limit = namedtuple("Limit", "name long_name value bias")    # value, bias: its statistics
MomentLimit = namedtuple("MomentLimit", "name long_name value ratio excess")    # likewise
Derived = namedtuple("Derived", "name quantity order per_station")
Diagram = namedtuple("Diagram", "observable lines groups kind")    # lines: how many points each
Guide = namedtuple("Guide", "observable words coefficient power")

EXACT = 1e-12     # relative: scatter below is rounding
NUMBERS = {"mean", "standard_error", "central_moment", "deviation_moment", "probability",
           "chebyshev_bound", "bias_share"}    # statistics that a point has at every station
MOMENT_LIMIT = "central_moment_limit"    # what the name of a limit of moments ends in
RATES = ("rate:", "rate_bound:", "rate_chi2:", "proven_rate:")


def diagram(observable, said):
    lines, groups, kind = said.split("|")
    lines = [int(n) for n in lines.split()]
    groups = [[int(v) for v in group.split("-")] for group in groups.split(".")]
    points = sorted(v for group in groups for v in group)
    if len(lines) > MOST_LINES or points != list(range(1, sum(lines) + 1)) or min(lines) < 0:
        raise ValueError("a diagram that joins points which are not there")
    return Diagram(observable, lines, groups, kind)


def read_diagrams(group, quantities):
    said = names(array(group["diagram"])) if "diagram" in group else []
    found = {q.observable: diagram(q.observable, text) for q, text in zip(quantities, said) if text}
    return list(found.values())


class Results:
    def __init__(self, path):
        self.name = text(os.fsencode(os.path.splitext(os.path.basename(path))[0]))
        with opened(path) as file:
            self._read(file)

    def _read(self, file):
        attributes = dict(file.attrs.items())
        self.system = name_of(attributes.pop("system", ""))
        self.study = text(attributes.pop("study", ""))
        units = name_of(attributes.pop("time_units", "1"))
        self.moments_note = name_of(attributes.get("moments_note", "none"))
        self.provenance = {name_of(key): text(value) for key, value in attributes.items()
                           if key not in ("format", "format_version") and np.ndim(value) == 0}
        self._read_samples(file["samples"], units)
        self._read_notes(file.get("reference", {}))
        self._read_summary(file["summary"])
        self.limits = self._limits(file["samples"].attrs)
        self.moment_limits = self._moment_limits(file["samples"].attrs)
        self._read_correlations(file.get("correlation", {}))

    # ---- /samples ----
    def _read_samples(self, group, units):
        attrs = group.attrs
        self.samples, self.done = array_in_place(group["sample"]), array(group["done"]).astype(bool)
        self.npoints = len(self.done)
        self.ensemble = name_of(attrs.get("ensemble", "independent"))
        self.random = self.ensemble != "deterministic"
        self.word = "mean" if self.random else "value"
        self.members = int(attrs.get("members", 1))
        self.asked = self.done.copy()    # with stopping by precision less than there is room for
        planned = array(group["planned"]) if "planned" in group else [self.done.shape[1]] * self.npoints
        for point, count in enumerate(planned):
            self.asked[point, :count] = True
        self._read_stations(group, units)
        self._read_quantities(group)
        self._read_columns(group)
        if self.samples.shape != self.done.shape + (len(self.station.values), len(self.quantities)):
            raise ValueError("arrays that do not fit each other")
        self.model = " ".join(text(attrs.get("model", "")).split())
        self.proven = float(attrs.get("proven_moment_exponent", 0))
        self.guides = [Guide(*words[:2], *map(float, words[2:])) for words in
                       (name_of(line).split("|") for line in attrs.get("guides", [])) if len(words) == 4]

    def _read_stations(self, group, units):
        name = name_of(group.attrs.get("station", "time"))
        scale = member(group, group.attrs.get("station", "time") if name else "station")
        self.has_stations = bool(name)
        self.station = Station(name, name_of(group.attrs.get("station_symbol", "T")),
                               name_of(scale.attrs.get("units", units)),
                               name_of(scale.attrs.get("long_name", name)), array(scale))
        self.last = len(self.station.values) - 1

    def _read_quantities(self, group):
        pairs = list(zip(names(array(group["observable"])), names(array(group["part"]))))
        known = set(pairs)
        self.quantities = [Quantity(o, p, o if p == "re" and (o, "im") not in known else f"{o}.{p}")
                           for o, p in pairs]
        self._number = {quantity: i for i, quantity in enumerate(self.quantities)}
        self.diagrams = read_diagrams(group, self.quantities)

    def _read_columns(self, group):
        attrs = group.attrs
        raw = np.atleast_1d(attrs.get("columns", []))
        columns = names(raw)

        def listed(key):
            values = attrs.get(key)
            return names(values) if values is not None and len(values) == len(columns) else [""] * len(columns)
        small = int(attrs.get("small_parameter_column", -1))
        words, roles = listed("column_words"), listed("column_roles")
        statistics, units, long_names = (listed("column_" + key) for key in
                                         ("statistics", "units", "long_names"))
        self.columns = {}
        for c, name in enumerate(columns):
            values = array(member(group, raw[c])).astype(float)
            if len(values) != self.npoints:
                raise ValueError("arrays that do not fit each other")
            self.columns[name] = Column(name, values, words[c].split(), roles[c] or ("small" if c == small else ""),
                                        statistics[c], units[c], long_names[c])
        self._series = array(group["series"]) if "series" in group else np.zeros(self.npoints, int)

    def _read_notes(self, group):
        """What the limits say about points, as {note: points}."""
        self.notes = {}
        for key in group:
            if key.endswith("note"):
                for point, note in enumerate(map(name_of, array(group[key]))):
                    if note:
                        self.notes.setdefault(note, set()).add(point)

    # ---- /summary ----
    def _read_summary(self, group):
        members = {}
        for name in MEMBERS.split():
            data = array(group[name]) if name in group else np.zeros(0)
            members[name] = [name_of(v) for v in data] if data.dtype.kind in "OS" else data.tolist()
        given = {name: array(group[name]) for name in self.columns if name in group}
        if len({len(values) for values in [*members.values(), *given.values()]}) > 1:
            raise ValueError("arrays that do not fit each other")
        self.points = Points(self.columns, self._series, set(members["statistic"]))
        if not self.has_stations:
            members["time"] = [math.nan] * len(members["time"])
        self.rows, self._index, self._zero = [], {}, None
        for i, values in enumerate(zip(*members.values())):
            self._add_row(values, {name: float(v[i]) for name, v in given.items()
                                   if values[0] < 0 and math.isfinite(v[i])})

    def _add_row(self, values, given):
        if values[0] >= self.npoints:
            raise ValueError("a row of a point that is not there")
        rate = values[0] < 0 and values[4].startswith(RATES)
        row = Row(*values, self.points.series_like(given) if rate else None, given)
        self.rows.append(row)
        time = None if math.isnan(row.time) else row.time
        key = (row.statistic, row.order, row.point, time, row.observable, row.part)
        self._index.setdefault(key, []).append(row)

    def _limits(self, attrs):
        found = names(attrs.get("limits", []))
        long_names = names(attrs.get("limit_long_names", []))
        statistics = {row.statistic for row in self.rows}
        if "limits" not in attrs:    # an older file
            found = ["reference"] * ("reference" in statistics) + sorted(
                match.group(1) for match in (re.fullmatch(r"([^:]+)_reference", s) for s in statistics)
                if match)
        limits = []
        for i, name in enumerate(found):
            prefix = "" if name == "reference" else name + "_"
            words = long_names[i] if i < len(long_names) and long_names[i] else (
                "limit" if name == "reference" else f"{name} limit".replace("_", " "))
            if prefix + "reference" in statistics:
                limits.append(Limit(name, words, prefix + "reference", prefix + "bias"))
        return limits

    def _moment_limits(self, attrs):
        found, long_names = names(attrs.get("limits", [])), names(attrs.get("limit_long_names", []))
        statistics = {row.statistic for row in self.rows}
        limits = []
        for i, name in enumerate(found):
            if name.endswith(MOMENT_LIMIT) and name in statistics:
                prefix = name[:-len(MOMENT_LIMIT)]
                limits.append(MomentLimit(name, long_names[i] if i < len(long_names) else name, name,
                                          prefix + "moment_ratio", prefix + "moment_ratio_excess"))
        return limits

    def _of_moment_limits(self):
        return {s for limit in self.moment_limits for s in (limit.value, limit.ratio)}

    def _read_correlations(self, group):
        """{variable: [point][station][quantity][other station][other quantity]}"""
        self.correlations = {}
        shape = (self.npoints,) + (len(self.station.values), len(self.quantities)) * 2
        for key in group:
            if name_of(key).endswith(("correlation", "correlation_limit")):
                values = array(group[key])
                if values.shape != shape:
                    raise ValueError("arrays that do not fit each other")
                self.correlations[name_of(key)] = values

    # ---- numbers ----
    def time(self, station):
        """The station as rows name it; station: its index, or None for a row without one."""
        return None if station is None or not self.has_stations else float(self.station.values[station])

    def all(self, statistic, point, station, quantity, order=1):
        """The rows of one number; point -1: of series or sets of points."""
        observable, part = (quantity.observable, quantity.part) if quantity else ("", "")
        key = (statistic, order, point, self.time(station), observable, part)
        return self._index.get(key, [])

    def get(self, statistic, point, station, quantity, order=1):
        """The row of one number at a point; None if it has none or no finite value."""
        rows = self.all(statistic, point, station, quantity, order)
        return rows[0] if len(rows) == 1 and math.isfinite(rows[0].value) else None

    def of_series(self, statistic, series, station, quantity, order=1):
        """The row of a series of points, such as rate:NAME; None if there is none."""
        rows = [row for row in self.all(statistic, -1, station, quantity, order)
                if row.series is series and math.isfinite(row.value)]
        return rows[0] if rows else None

    def has(self, statistic):
        return any(row.statistic == statistic for row in self.rows)

    def orders(self, statistic):
        return sorted({row.order for row in self.rows if row.statistic == statistic})

    def error(self, point, station, quantity):
        """Standard error of a mean; of a deterministic value its own error; NaN if not known."""
        if self.random:
            row = self.get("standard_error", point, station, quantity)
            return row.value if row else math.nan
        row = self.get("mean", point, station, quantity)
        return (row.high - row.low) / 2 if row else math.nan

    def limit_of(self, point, station, quantity):
        """The first limit that the number has, with its row; (None, None) if there is none."""
        for limit in self.limits:
            row = self.get(limit.value, point, station, quantity)
            if row:
                return limit, row
        return None, None

    def finished(self, point):
        return int(self.done[point].sum())

    def samples_at(self, point, station, quantity):
        values = self.samples[point, self.done[point], station, self._number[quantity]]
        return values[np.isfinite(values)]

    def vanishing(self):
        """The quantities of a deterministic study whose values are zero within their errors everywhere."""
        def is_zero(quantity):
            rows = [self.get("mean", p, s, quantity) for p in range(self.npoints) for s in range(self.last + 1)]
            return any(rows) and all(row.low <= 0 <= row.high for row in rows if row)
        if self._zero is None:
            self._zero = [] if self.random else [q for q in self.quantities if is_zero(q)]
        return self._zero

    def shown(self):
        """The quantities without these, unless it is all."""
        zero = self.vanishing()
        return [q for q in self.quantities if q not in zero] or self.quantities

    def derived(self):
        """Functions of the means, as the rows show them."""
        size = self.points.size
        known = NUMBERS | {s for limit in self.limits for s in (limit.value, limit.bias)} | {f"{size}_effect"}
        known |= self._of_moment_limits()
        quantities = {(q.observable, q.part): q for q in self.quantities}
        found = {}
        for row in self.rows:
            if (row.observable and row.point >= 0 and row.realizations > 0 and ":" not in row.statistic
                    and row.statistic not in known):
                quantity = quantities.get((row.observable, row.part)) or Quantity(
                    row.observable, row.part, row.observable)
                found[Derived(row.statistic, quantity, row.order, not math.isnan(row.time))] = True
        return [item for item in found if item.quantity in self.shown() or item.quantity not in self.quantities]

    def constants(self):
        """(statistic, observable, part, order) of numbers that need no realizations."""
        quantities = {(q.observable, q.part): q for q in self.quantities}
        known = {s for limit in self.limits for s in (limit.value, limit.bias)} | self._of_moment_limits()
        found = {}
        for row in self.rows:
            if (row.point >= 0 and row.realizations == 0 and math.isnan(row.time) and ":" not in row.statistic
                    and row.statistic not in known):
                quantity = quantities.get((row.observable, row.part)) or (
                    Quantity(row.observable, row.part, row.observable) if row.observable else None)
                found[row.statistic, quantity, row.order] = True
        return list(found)

    def checks(self):
        return sorted({row.statistic for row in self.rows if not row.observable and row.point >= 0
                       and row.realizations > 0})

    # ---- what to show where there is too much ----
    def finest(self, series):
        """The finished point of a series with the smallest parameter; None if none is finished."""
        done = [p for p in series.points if self.finished(p)]
        return done[-1] if done else None

    def main(self):
        """The first series that has a finished point."""
        return next(series for series in self.points.series if self.finest(series) is not None)

    def best(self, series, most):
        """The quantities whose means are known best at the last station, those with a limit first;
        in the order of the file."""
        point = self.finest(series)

        def precision(quantity):
            row, error = (self.get("mean", point, self.last, quantity),
                          self.error(point, self.last, quantity))
            told = row and error > (EXACT * abs(row.value) if self.random else 0)
            ratio = abs(row.value) / error if told else -1.0
            return self.limit_of(point, self.last, quantity)[0] is not None, ratio
        quantities = self.shown()
        ranked = sorted(range(len(quantities)), key=lambda i: precision(quantities[i]), reverse=True)
        return [quantities[i] for i in sorted(ranked[:most])]
