"""Moments beside their limits: points on lines that have no free parameter, the quotients, and
correlations between quantities and stations."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

import markup
import style
from convergence import ORDER_LINES, has_rates
from panels import bars, label_small, log_labels, panels
from points import number, symbol
from style import GREY, INK, WIDTH, finite, fixed, plain
from tables import dotted, exponent, first, series_cells

MOST_CURVES = 4             # orders in a panel
MOST_CELLS = 40             # quantities times stations that are shown as a matrix
WIDE = 4.5                  # inches of a matrix


def orders(results, limit):
    return [order for order in results.orders(limit.ratio) or results.orders(limit.value)]


def shown_orders(results, limit):
    found = orders(results, limit)
    return [r for r in (2, 1, 4, 6, 8) if r in found][:MOST_CURVES] or found[:MOST_CURVES]


def values_of(results, series, statistic, order, quantity):
    values = results.points.columns[results.points.small].values
    rows = [(p, values[p], results.get(statistic, p, results.last, quantity, order)) for p in series.points]
    return [(p, x, row) for p, x, row in rows if row and row.value > 0]


def draw(axis, results, series, limit, quantity, below):
    """Moments and their limits against the small parameter; below: the quotients of order 2."""
    for i, order in enumerate(shown_orders(results, limit)):
        line = values_of(results, series, limit.value, order, quantity)
        axis.plot([x for _, x, _ in line], [row.value for *_, row in line], color=INK, lw=1.0, ls=ORDER_LINES[i % 4],
                  zorder=1)
        for point, x, row in values_of(results, series, "central_moment", order, quantity):
            axis.errorbar(x, row.value, yerr=bars(row), marker=style.MARKERS[i], ms=5, lw=0, elinewidth=1.1,
                          color=style.colour(results.points, point), zorder=3)
    axis.set_xscale("log"), axis.set_yscale("log")
    log_labels(axis.yaxis)
    axis.tick_params(labelbottom=False)
    below.axhline(1, color=INK, lw=1.0, zorder=1)
    rows = values_of(results, series, limit.ratio, shown_orders(results, limit)[0], quantity)
    for point, x, row in rows:
        below.errorbar(x, row.value, yerr=bars(row), marker=style.MARKERS[0], ms=5, lw=0, elinewidth=1.1,
                       color=style.colour(results.points, point), zorder=3)
    below.set_ylabel("measured / limit", fontsize=10)
    label_small(below, results, [x for _, x, _ in rows] or [1])


def figure(results, series, quantities, limit):
    if not has_rates(results, series):
        return None
    quantities = [q for q in quantities if values_of(results, series, limit.ratio, 2, q)]
    if not quantities:
        return None
    handles = [Line2D([], [], color=INK, lw=1.0, ls=ORDER_LINES[i % 4], marker=style.MARKERS[i], ms=5,
                      label=f"moment {number(order)}") for i, order in enumerate(shown_orders(results, limit))]
    made, stacks = panels(len(quantities), (2.2, 1.1), handles)
    for (axis, below), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        draw(axis, results, series, limit, quantity, below)
    return made


def ratio_table(results, limit):
    """Measured over limit of every order, and the exponent of what is left."""
    columns, rows = orders(results, limit), []
    for quantity in results.quantities:
        count = 0
        for series in results.points.series:
            for point in series.points:
                cells = [results.get(limit.ratio, point, results.last, quantity, order) for order in columns]
                if any(cells):
                    rows.append(("first" if count == 0 else "", [first(count, quantity.label), dotted(results, point)] +
                                 [style.interval(cell, ".3f") for cell in cells]))
                    count += 1
            rates = [exponent(results, limit.excess, series, results.last, quantity, order) for order in columns]
            if count and any(rate != "–" for rate in rates):
                said = markup.html("exponent of ratio − 1 in {}", markup.italic(symbol(results.points.small)))
                rows.append(("quiet", ["", markup.joined([said] + series_cells(results, series), ", ")] + rates))
    head = ["quantity", "point"] + [markup.html("<i>r</i>&nbsp;=&nbsp;{}", number(order)) for order in columns]
    return markup.table(head, rows) if rows else markup.Html("")


def sentence(results, point):
    """By how much theory and measurement differ at a point: the weighted mean of the quotients."""
    for limit in results.moment_limits if results.random else ():
        order = shown_orders(results, limit)[:1]
        rows = [results.get(limit.ratio, point, results.last, q, order[0]) for q in results.quantities] if order else []
        rows = [row for row in rows if row and finite(row.low, row.high) and row.high > row.low]
        if not rows:
            continue
        away = [abs(row.value - 1) for row in rows]
        agree = sum(row.low <= 1 <= row.high for row in rows)
        half = float(np.median([(row.high - row.low) / 2 for row in rows]))
        mean = float(np.mean([row.value for row in rows]))
        return (f"The fluctuations have a limit without a free parameter: at {results.points.label(point)} theory and "
                f"measurement of the moments of order {number(order[0])} differ by {fixed(100 * (mean - 1), '+.1f')}% "
                f"in the mean and by at most {fixed(100 * max(away), '.1f')}%, with 95% intervals of about "
                f"±{fixed(100 * half, '.1f')}% each ({agree} of {len(rows)} agree).")
    return ""


# ---- correlations ----------------------------------------------------------------
def matrices(results, point):
    """(measured, in the limit or None) as square matrices, stations outside; None: not asked for."""
    if "correlation" not in results.correlations:
        return None
    size = len(results.station.values) * len(results.quantities)
    measured = results.correlations["correlation"][point].reshape(size, size)
    limits = [results.correlations[name][point].reshape(size, size) for name in results.correlations
              if name.endswith("correlation_limit")]
    limits = [m for m in limits if np.isfinite(m).any()]
    return (measured, limits[0] if limits else None) if np.isfinite(measured).any() else None


def correlation_figure(results, point):
    """Of all stations, or where that is too much of the last one."""
    found = matrices(results, point)
    numbers = len(results.quantities)
    stations = range(len(results.station.values))
    if len(found[0]) > MOST_CELLS:
        stations = stations[-1:]
    rows = [s * numbers + q for s in stations for q in range(numbers)][:MOST_CELLS]
    found = [None if m is None else m[np.ix_(rows, rows)] for m in found]
    made = plt.figure(figsize=(WIDTH, WIDE + 1.7))
    labels = [plain(results.quantities[row % numbers].label, 14) + (
        f", {number(results.station.values[row // numbers])}" if results.has_stations else "") for row in rows]
    for i, (matrix, title) in enumerate(zip(found, ("measured", "limit"))):
        if matrix is None:
            continue
        axis = made.add_axes([(1.1 + i * (WIDE + 0.25)) / WIDTH, 1.2 / (WIDE + 1.7), WIDE / WIDTH, WIDE / (WIDE + 1.7)])
        image = axis.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
        axis.set_title(title)
        axis.grid(False)
        axis.set_xticks(range(len(labels)), labels, rotation=90, fontsize=7)
        axis.set_yticks(range(len(labels)), labels if i == 0 else [""] * len(labels), fontsize=7)
    place = made.add_axes([(1.1 + 2 * WIDE + 0.35) / WIDTH, 1.2 / (WIDE + 1.7), 0.012, WIDE / (WIDE + 1.7)])
    made.colorbar(image, cax=place)
    return made


def correlation_words(results, point):
    """How far the two matrices are apart, in standard errors (1 - c^2)/sqrt(n), which say nothing of
    pairs that are all but one."""
    measured, limit = matrices(results, point)
    said = f"Correlations of the samples between quantities and stations, at {results.points.label(point)}"
    n = results.finished(point)
    if limit is None or n < 3:
        return said + "."
    upper = np.triu_indices(len(measured), 1)
    left = 1 - limit[upper] ** 2
    away = ((measured - limit)[upper] * math.sqrt(n) / np.where(left > 0.05, left, np.nan))
    away = away[np.isfinite(away)]
    return (f"{said}, beside their limit: {len(away)} pairs differ by {np.sqrt(np.mean(away ** 2)):.2f} standard errors "
            f"in root mean square, at most by {np.abs(away).max():.1f}.") if len(away) else said + "."
