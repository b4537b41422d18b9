"""How fast things close in: bias and moments against the small parameter, on logarithmic axes, with
the fitted powers; and functions of the means."""

import numpy as np
from matplotlib.lines import Line2D

import style
from means import draw_numbers, draw_limits, limit_marker, over_stations, station_axis
from panels import (DOTTED, bars, drawn, label_small, level_handles, limit_handles, limit_label, log_labels,
                    panels, point_handles)
from points import number
from style import GREY, INK, finite, plain

ORDER_LINES = ["-", (0, (5, 1.5)), (0, (3, 1.5, 1, 1.5)), (0, (9, 2))]
BIAS_MARKERS = ["o", "X", "*"]
BIAS_LINES = ["-", (0, (5, 1.5))]


def has_rates(results, series):
    small = results.points.small
    return bool(small) and len(set(results.points.columns[small].values[series.points])) > 1


class Curve:
    """A statistic of one order as it is drawn: a bias of a limit, or a moment."""

    def __init__(self, statistic, order, marker, line, label, is_bias):
        self.statistic, self.order, self.marker, self.line = statistic, order, marker, line
        self.label, self.is_bias = label, is_bias
        self.colour = INK if is_bias else GREY    # of the fit

    def handle(self):
        return Line2D([], [], color=self.colour, marker=self.marker, ms=6, ls=self.line, label=plain(self.label))


def curves_of(results):
    """Everything in a panel: the bias from each limit, the central moments."""
    curves = []
    for i, limit in enumerate(results.limits):
        label = "bias" if len(results.limits) == 1 else f"bias, {limit.long_name}"
        curves.append(Curve(limit.bias, 1, BIAS_MARKERS[i % 3], BIAS_LINES[i % 2], label, True))
    for i, order in enumerate(results.orders("central_moment")):
        curves.append(Curve("central_moment", order, style.MARKERS[1 + i % (len(style.MARKERS) - 1)],
                            ORDER_LINES[i % 4], f"moment {number(order)}", False))
    return [curve for curve in curves if results.has(curve.statistic)]


def found(results, chosen, statistic, order, station, quantity):
    """(point, x, row) where the number is and is not zero."""
    values = results.points.columns[results.points.small].values
    rows = [(p, values[p], results.get(statistic, p, station, quantity, order)) for p in chosen]
    return [(p, x, row) for p, x, row in rows if row and row.value != 0]


def draw_curve(axis, results, curve, rows, aside):
    """Points with intervals in the colours of their parameter, open where the interval includes zero;
    such an interval reaches the bottom of the axis. aside: a factor that sets curves apart. Returns
    whether any is open."""
    any_open = False
    for point, x, row in rows:
        y = abs(row.value)
        low, high = sorted((row.low, row.high)) if finite(row.low, row.high) else (row.value,) * 2
        is_open = low <= 0 <= high
        any_open |= is_open
        if row.value < 0:
            low, high = -high, -low
        colour = style.colour(results.points, point)
        length = [[max(y - low if low > 0 else y * (1 - 1e-9), 0)], [max(high - y, 0)]]
        axis.errorbar(x * aside, y, yerr=length, marker=curve.marker, ms=5.5, lw=0, elinewidth=1.2, color=colour,
                      mew=1.2, mfc="white" if is_open else colour, zorder=3)
    return any_open


def fit_line(axis, rows, rate, line, colour=GREY):
    """The fitted power: of this exponent the amplitude that fits the values best, each weighted with
    its interval; values without one have no say, as in the fit. Returns whether it is drawn."""
    known = [(x, row) for _, x, row in rows if finite(row.low, row.high)]
    if rate is None or len(known) < 2:
        return False
    x, value = np.array([x for x, _ in known]), np.array([row.value for _, row in known])
    error = np.maximum([(row.high - row.low) / 2 for _, row in known], 1e-10 * abs(value))
    power, weight = x**rate.value, 1 / error**2
    amplitude = abs(np.sum(weight * value * power) / np.sum(weight * power**2))
    ends = np.array([x.min() * 0.96, x.max() * 1.04])
    axis.plot(ends, amplitude * ends**rate.value, color=colour, lw=1.1, ls=line, zorder=1)
    return True


def few_curves(results):
    """For a small panel: the bias from one limit and the first three moments."""
    curves = curves_of(results)
    for curve in curves:
        curve.label = "bias" if curve.is_bias else curve.label
    return [c for c in curves if c.is_bias][:1] + [c for c in curves if not c.is_bias][:3]


def draw_powers(axis, results, series, quantity, station, curves):
    """|bias| and central moments of one quantity; what has been drawn: open circles, fits, a bound."""
    drawn_here, top, extent = set(), None, []
    axis.set_xscale("log"), axis.set_yscale("log")
    values = results.points.columns[results.points.small].values[series.points]
    step = min(0.02, 0.2 * np.min(np.diff(np.log(np.unique(values))), initial=1) / max(1, len(curves)))
    for rank, curve in enumerate(curves):
        rows = found(results, series.points, curve.statistic, curve.order, station, quantity)
        if not rows:
            continue
        if draw_curve(axis, results, curve, rows, np.exp(step * (rank - (len(curves) - 1) / 2))):
            drawn_here.add("open")
        y = [abs(row.value) for _, _, row in rows]
        extent += [(abs(row.value), max(abs(row.low), abs(row.high))) if finite(row.low, row.high)
                   else (abs(row.value),) * 2 for _, _, row in rows]
        rate = results.of_series("rate:" + curve.statistic, series, station, quantity, curve.order)
        if fit_line(axis, rows, rate, curve.line, curve.colour):
            drawn_here.add("fit")
        if not curve.is_bias and (top is None or y[0] > top[1]):
            top = rows[0][1], y[0], curve.order
    if top and results.proven > 0:
        x = np.array(sorted(set(values)))
        axis.plot(x, 1.25 * top[1] * (x / top[0])**(results.proven / top[2]), color=INK, lw=1.0, ls=DOTTED, zorder=1)
        drawn_here.add("proven")
    if extent:    # a bias that is zero by accident does not stretch the axis
        axis.set_ylim(max(min(y for y, _ in extent) / 1.8, min(h for _, h in extent) / 30),
                      1.6 * max(h for _, h in extent))
    label_small(axis, results, values)
    log_labels(axis.yaxis)
    return drawn_here


def convergence_handles(results, curves):
    handles = [curve.handle() for curve in curves]
    if results.proven > 0 and not all(curve.is_bias for curve in curves):
        handles.append(Line2D([], [], color=INK, lw=1.0, ls=DOTTED, label="proven"))
    return handles


def convergence(results, series, quantities, station):
    """(figure, what has been drawn), (None, set()) where nothing is fitted."""
    curves = curves_of(results)
    if not has_rates(results, series) or not curves:
        return None, set()
    quantities = [q for q in quantities if any(
        len(found(results, series.points, c.statistic, c.order, station, q)) > 1 for c in curves)]
    if not quantities:
        return None, set()
    figure, stacks = panels(len(quantities), (2.7,), convergence_handles(results, curves))
    drawn_here = set()
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        drawn_here |= draw_powers(axis, results, series, quantity, station, curves)
    return figure, drawn_here


# ---- functions of the means ------------------------------------------------------
def title_of(item):
    order = f", order {number(item.order)}" if item.order != 1 else ""
    return f"{item.name} of {item.quantity.label}{order}"


def limit_statistic(limit, item):
    return f"{limit.value}:{item.name}"


def derived_limits(results, items):
    return [limit for limit in results.limits if any(results.has(limit_statistic(limit, i)) for i in items)]


def derived(results, chosen):
    """Those with one value at a point, against the small parameter."""
    if not results.points.small:
        return None
    items = [d for d in results.derived() if not (d.per_station and over_stations(results))]
    items = [d for d in items if len({x for _, x, _ in values_of(results, chosen, d)}) > 1][:9]
    if not items:
        return None
    several = len({results.points.rank[p] for p in chosen}) > 1
    handles = level_handles(results, chosen) if several else point_handles(results, chosen)
    handles += limit_handles(results, derived_limits(results, items), "_")
    if any(results.has("rate:" + item.name) for item in items):
        handles.append(Line2D([], [], color=GREY, lw=1.1, label="fitted power"))
    if any(results.has("proven_rate:" + item.name) for item in items):
        handles.append(Line2D([], [], color=INK, lw=1.0, ls=DOTTED, label="proven exponent"))
    figure, stacks = panels(len(items), (3.0,), handles)
    for (axis,), item in zip(stacks, items):
        axis.set_title(plain(title_of(item)))
        draw_derived(axis, results, chosen, item)
    return figure


def station_of(results, item):
    return results.last if item.per_station else None


def values_of(results, chosen, item):
    values = results.points.columns[results.points.small].values
    rows = [(p, values[p], results.get(item.name, p, station_of(results, item), item.quantity, item.order))
            for p in chosen]
    return [(p, x, row) for p, x, row in rows if row]


def draw_derived(axis, results, chosen, item):
    points, rows = results.points, values_of(results, chosen, item)
    middle, step = (len(points.series) - 1) / 2, min(0.012, 0.06 / len(points.series))
    for point, x, row in rows:
        x *= np.exp(step * (points.rank[point] - middle))    # series side by side
        axis.errorbar(x, row.value, yerr=bars(row), marker=style.marker(points, point), ms=5.5, lw=0,
                      elinewidth=1.2, color=style.colour(points, point), zorder=3)
        for i, limit in enumerate(results.limits):
            its = results.get(limit_statistic(limit, item), point, station_of(results, item), item.quantity,
                              item.order)
            if its:
                axis.plot(x, its.value, color=INK, marker="_", ms=11 - 3 * i, zorder=2,
                          label=limit_label(i))
    positive = all(row.value > 0 for _, _, row in rows)
    for series in points.series if positive else ():
        draw_derived_fit(axis, results, [r for r in rows if r[0] in series.points], item, series)
    label_small(axis, results, [x for _, x, _ in rows])
    if positive:
        axis.set_yscale("log")
        log_labels(axis.yaxis)


def draw_derived_fit(axis, results, rows, item, series):
    station = station_of(results, item)
    fit_line(axis, rows, results.of_series("rate:" + item.name, series, station, item.quantity, item.order), "-")
    slope = results.of_series("proven_rate:" + item.name, series, station, item.quantity, item.order)
    if slope and rows:    # set below the points: a bound
        x = np.array([x for _, x, _ in rows])
        ends = np.array([x.min(), x.max()])
        axis.plot(ends, 0.6 * rows[0][2].value * (ends / rows[0][1])**slope.value, color=INK, lw=1.0, ls=DOTTED)


def derived_over_stations(results, chosen):
    """Those with a value at every station."""
    items = [d for d in results.derived() if d.per_station][:9] if over_stations(results) else []
    if not items:
        return None
    chosen = drawn(chosen)
    handles = point_handles(results, chosen) + limit_handles(
        results, derived_limits(results, items), limit_marker(results))
    figure, stacks = panels(len(items), (2.2,), handles)
    for (axis,), item in zip(stacks, items):
        axis.set_title(plain(title_of(item)))
        statistics = [limit_statistic(limit, item) for limit in results.limits]
        draw_limits(axis, results, chosen, item.quantity, statistics, item.order)
        draw_numbers(axis, results, chosen, item.quantity, item.name, item.order)
        station_axis(axis, results)
    return figure
