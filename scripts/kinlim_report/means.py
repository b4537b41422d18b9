"""Means, or deterministic values, with their limits: over the stations, or where there is one station
against the small parameter; and on logarithmic axes with guides."""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

import style
from panels import (LIMIT_LINES, bars, draw_limit, drawn, is_wide, label_small, level_handles,
                    limit_handles, limit_label, log_labels, panels, point_handles, station_axis)
from style import INK, plain

GUIDE_LINES = [(0, (5, 1.5)), (0, (3, 1.5, 1, 1.5)), (0, (1, 1.3))]


def over_stations(results):
    return results.last > 0


def limits_of(results, chosen, quantities):
    """The limits that any of these numbers has."""
    stations = range(results.last + 1)
    return [limit for limit in results.limits
            if any(results.get(limit.value, p, s, q) for q in quantities for p in chosen for s in stations)]


def values_over(results, statistic, point, quantity, order=1):
    """(stations' values, rows) of one statistic."""
    rows = [(results.station.values[s], results.get(statistic, point, s, quantity, order))
            for s in range(results.last + 1)]
    rows = [(x, row) for x, row in rows if row]
    return np.array([x for x, _ in rows]), [row for _, row in rows]


def draw_limits(axis, results, chosen, quantity, statistics, order=1):
    """For the statistics of each limit a dark line where the points share it, else a line per point in
    its colour."""
    wide = is_wide(results.station.values)
    for i, statistic in enumerate(statistics):
        curves = [(p, *values_over(results, statistic, p, quantity, order)) for p in chosen]
        curves = [(p, x, np.array([row.value for row in rows])) for p, x, rows in curves if len(x)]
        if not curves:
            continue
        size = max(abs(y).max() for _, _, y in curves)
        first = curves[0][2]
        shared = all(len(y) == len(first) and np.all(abs(y - first) <= 1e-3 * size) for _, _, y in curves)
        for point, x, y in curves[:1] if shared else curves:
            draw_limit(axis, x, y, wide, ls=LIMIT_LINES[i % 3], lw=1.3 if shared else 1.0,
                       color=INK if shared else style.colour(results.points, point))


def dodge(results, x, rank, count):
    """Points of the same station stand side by side."""
    values = results.station.values
    share = (rank - (count - 1) / 2) * min(0.05, 0.5 / count)
    steps = max(1, len(values) - 1)
    if is_wide(values):
        return x * (values[-1] / values[0])**(share / steps)
    return x + share * (values[-1] - values[0]) / steps


def draw_numbers(axis, results, chosen, quantity, statistic, order=1):
    """One statistic with its intervals over the stations."""
    points = results.points
    for rank, point in enumerate(chosen):
        x, rows = values_over(results, statistic, point, quantity, order)
        if rows:
            length = np.array([bars(row) or [[0], [0]] for row in rows])[:, :, 0].T
            axis.errorbar(dodge(results, x, rank, len(chosen)), [row.value for row in rows], yerr=length, lw=0,
                          ms=4.2, elinewidth=1.3, mec="white", mew=0.5, color=style.colour(points, point),
                          marker=style.marker(points, point))
    axis.yaxis.set_major_locator(MaxNLocator(4))


def bias_of(results, chosen, quantity):
    """The statistic that is drawn beneath: the difference from the first limit that there is."""
    stations = range(results.last + 1)
    return next((limit.bias for limit in results.limits if any(
        results.get(limit.bias, p, s, quantity) for p in chosen for s in stations)), None)


def draw_over_stations(stack, results, chosen, quantity):
    """Means above, differences from the limit beneath if there is an axis for them."""
    draw_limits(stack[0], results, chosen, quantity, [limit.value for limit in results.limits])
    draw_numbers(stack[0], results, chosen, quantity, "mean")
    bias = bias_of(results, chosen, quantity)
    if len(stack) > 1 and bias:
        stack[0].tick_params(labelbottom=False, length=0, axis="x")
        stack[1].axhline(0, color=INK, lw=1.0, zorder=1)
        draw_numbers(stack[1], results, chosen, quantity, bias)
    elif len(stack) > 1:    # nothing beneath
        stack[1].set_visible(False)
        stack = stack[:1]
    station_axis(stack[-1], results)


def draw_over_small(stack, results, chosen, quantity):
    """The same at the only station, against the small parameter."""
    points, station = results.points, results.last
    values = points.columns[points.small].values[chosen]
    bias = bias_of(results, chosen, quantity)
    for axis, statistic in zip(stack, ("mean", bias)):
        for rank, point in enumerate(chosen):
            row = results.get(statistic, point, station, quantity) if statistic else None
            if row:
                axis.errorbar(points.columns[points.small].values[point], row.value, yerr=bars(row), lw=0,
                              ms=5, elinewidth=1.3, color=style.colour(points, point),
                              marker=style.marker(points, point), zorder=3)
            for i, limit in enumerate(results.limits if statistic == "mean" else []):
                row = results.get(limit.value, point, station, quantity)
                if row:
                    axis.plot(points.columns[points.small].values[point], row.value, color=INK, marker="_",
                              ms=11 - 3 * i, mew=1.3, lw=0, zorder=2, label=limit_label(i))
        axis.yaxis.set_major_locator(MaxNLocator(4))
    if len(stack) > 1:
        stack[1].axhline(0, color=INK, lw=1.0, zorder=1)
        stack[0].tick_params(labelbottom=False, length=0, axis="x")
        stack[1].set_visible(bias is not None)
    label_small(stack[-1], results, values)


def can_draw(results):
    return over_stations(results) or (bool(results.points.small) and results.points.has_rates())


def limit_marker(results):
    """Of the legend: None where limits may be curves."""
    return None if results.last >= 4 else "_"


def means(results, chosen, quantities, several=False):
    """A panel per quantity; several: the points are of several series."""
    if not can_draw(results):
        return None
    chosen = drawn(chosen) if over_stations(results) else chosen
    limits = limits_of(results, chosen, quantities)
    has_bias = any(bias_of(results, chosen, q) for q in quantities)
    handles = level_handles(results, chosen) if several else point_handles(results, chosen)
    handles += limit_handles(results, limits, limit_marker(results))
    figure, stacks = panels(len(quantities), (1.75, 0.8) if has_bias else (1.75,), handles)
    draw = draw_over_stations if over_stations(results) else draw_over_small
    for i, (quantity, stack) in enumerate(zip(quantities, stacks)):
        stack[0].set_title(plain(quantity.label))
        draw(stack, results, chosen, quantity)
        for axis, label in zip(stack, (results.word, f"{results.word} − limit")):
            if i % 3 == 0:
                axis.set_ylabel(label)
    return figure


# ---- guides --------------------------------------------------------------------
def guided(results):
    """The quantities with guides that have at least two positive stations to draw them through."""
    observables = {guide.observable for guide in results.guides}
    return [q for q in results.quantities if q.observable in observables
            and sum(results.station.values > 0) > 1 and results.has_stations]


def guide_figure(results, chosen):
    """Means over the stations on logarithmic axes, with the lines that the system suggests."""
    quantities = guided(results)
    if not quantities:
        return None
    chosen = drawn(chosen)
    words = list(dict.fromkeys(g.words for g in results.guides))
    lines = {word: GUIDE_LINES[i % 3] for i, word in enumerate(words)}
    handles = point_handles(results, chosen) + [
        Line2D([], [], color=INK, lw=1.1, ls=lines[word], label=plain(word)) for word in words]
    figure, stacks = panels(len(quantities), (3.2,), handles)
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        axis.set_xscale("log"), axis.set_yscale("log")
        last, extent = draw_positive(axis, results, chosen, quantity)
        for guide in results.guides:
            if guide.observable == quantity.observable:
                draw_guide(axis, results, guide, last, lines[guide.words])
        if extent:
            axis.set_ylim(min(extent) / 2, max(extent) * 2)
        log_labels(axis.xaxis), log_labels(axis.yaxis)
        axis.set_xlabel(plain(results.station.symbol), style="italic", labelpad=1)
    return figure


def draw_positive(axis, results, chosen, quantity):
    """What can be drawn on logarithmic axes; the last value of the last point, and all values."""
    last, extent = None, []
    for point in chosen:
        x, rows = values_over(results, "mean", point, quantity)
        for at, row in zip(x, rows):
            if at > 0 and row.value > 0:
                low, high = (row.low, row.high) if style.finite(row.low, row.high) else (row.value, row.value)
                below = row.value - low if low > 0 else row.value * (1 - 1e-9)
                axis.errorbar(at, row.value, yerr=[[max(below, 0)], [max(high - row.value, 0)]], lw=0, ms=5,
                              elinewidth=1.2, color=style.colour(results.points, point),
                              marker=style.marker(results.points, point), zorder=3)
                last = at, row.value
                extent.append(row.value)
    return last, extent


def draw_guide(axis, results, guide, last, line):
    x = results.station.values[results.station.values > 0]
    coefficient = guide.coefficient
    if not math.isfinite(coefficient):
        if last is None:
            return
        coefficient = last[1] / last[0]**guide.power
        x = x[len(x) // 2:]
    axis.plot(x, coefficient * x**guide.power, color=INK, lw=1.1, ls=line, zorder=1)
