"""What figures are made of: panels under a legend, handles, axes."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import (FixedLocator, FuncFormatter, LogFormatter, LogLocator, MaxNLocator,
                               NullFormatter, ScalarFormatter)

import style
from points import number, symbol
from style import GREY, INK, WIDTH, plain

LEFT, RIGHT, GAP = 0.78, 0.12, 0.74    # inches: margins, between columns
TOP, BOTTOM, BETWEEN, WITHIN, LEGEND_ROW = 0.74, 0.52, 0.88, 0.2, 0.21
MOST_PANELS = 12     # quantities of a figure
MOST_POINTS = 10     # points of a figure that would cover each other otherwise
LIMIT_LINES = ["-", (0, (4, 1.6)), (0, (1.5, 1.2))]    # of one limit after the other
DOTTED = (0, (1, 2))


def panels(count, heights, handles, share=None, legend_rows=1):
    """`count` panels, three across, under a legend, as a list of tuples of axes: each
    panel is a stack of axes of the given heights in inches. share "y": one scale for
    all. legend_rows: at least so many rows of space for the legend."""
    legend_columns = columns_of_legend(handles)
    legend_rows = max(legend_rows, rows_of_legend(handles))
    top = TOP + LEGEND_ROW * (legend_rows - 1)
    columns = min(3, max(count, 2))
    rows = math.ceil(count / columns)
    tall = sum(heights) + WITHIN * (len(heights) - 1)
    total = top + rows * tall + (rows - 1) * BETWEEN + BOTTOM
    width = (WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns
    figure = plt.figure(figsize=(WIDTH, total))
    if handles:
        figure.legend(handles=handles, loc="upper left", ncol=legend_columns, borderaxespad=0,
                      borderpad=0, handletextpad=0.4, columnspacing=1.6,
                      bbox_to_anchor=(LEFT / WIDTH, 1 - 0.08 / total))
    stacks = []
    for i in range(count):
        x = LEFT + (i % columns) * (width + GAP)
        y = total - top - (i // columns) * (tall + BETWEEN)
        stack = []
        for height in heights:
            y -= height
            place = [x / WIDTH, y / total, width / WIDTH, height / total]
            first = stacks[0][0] if stacks and share == "y" else None
            stack.append(figure.add_axes(place, sharex=stack[0] if stack else None, sharey=first))
            y -= WITHIN
        stacks.append(tuple(stack))
    return figure, stacks


def columns_of_legend(handles):
    """All in one row if they fit, else as many columns as the longest leaves room for."""
    if sum(0.55 + 0.075 * len(handle.get_label()) for handle in handles) < WIDTH - LEFT:
        return max(1, len(handles))
    longest = max((len(handle.get_label().split("$")[0]) for handle in handles), default=1)
    return max(1, int((WIDTH - LEFT) / (0.75 + 0.085 * longest)))


def rows_of_legend(handles):
    return math.ceil(len(handles) / columns_of_legend(handles))


# ---- handles -------------------------------------------------------------------
def point_handles(results, chosen, alone=True):
    points = results.points
    return [Line2D([], [], color=style.colour(points, p), marker=style.marker(points, p), ms=6, lw=0,
                   label=plain(points.label(p, alone))) for p in chosen]


def level_handles(results, chosen):
    """The colours of the small parameter and the markers of the series, for several series at once."""
    points, levels = results.points, {}
    for p in chosen:
        levels.setdefault(points.columns[points.small].values[p], p)
    series = [points.series[i] for i in sorted({points.rank[p] for p in chosen})]
    return [Line2D([], [], color=style.colour(points, p), marker="s", ms=7, lw=0, mew=0,
                   label=plain(points.shown(points.small, value)))
            for value, p in sorted(levels.items(), reverse=True)] + [
        Line2D([], [], color=GREY, marker=style.marker(points, s.points[0]), ms=6, lw=0,
               label=plain(s.label)) for s in series]


def limit_handles(results, limits, marker=None):
    shown = [i for i, limit in enumerate(results.limits) if limit in limits]
    return [Line2D([], [], color=INK, lw=1.3, ls="none" if marker else LIMIT_LINES[i % 3], marker=marker,
                   ms=9 - 3 * (i % 3) if marker else 9, label=plain(results.limits[i].long_name)) for i in shown]


# ---- axes ----------------------------------------------------------------------
def is_wide(values):
    """Whether values call for a logarithmic axis."""
    return len(values) > 1 and min(values) > 0 and max(values) >= 30 * min(values)


def station_axis(axis, results):
    axis.set_xlabel(plain(results.station.symbol or results.station.name), style="italic", labelpad=1)
    if is_wide(results.station.values):
        axis.set_xscale("log")
    else:
        axis.xaxis.set_major_locator(MaxNLocator(6))


def name_axis(axis, name):
    axis.set_xlabel(plain(symbol(name)), labelpad=1, style="italic" if len(symbol(name)) == 1 else "normal")


def label_small(axis, results, values):
    """A logarithmic axis of the small parameter, with its values as labels."""
    axis.set_xscale("log")
    values = sorted(set(values))
    shown = values if len(values) <= 6 else values[::math.ceil(len(values) / 6)]
    axis.xaxis.set_major_locator(FixedLocator(shown))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.xaxis.set_minor_locator(FixedLocator([]))
    room = max(1.08, (values[-1] / values[0])**0.08)
    axis.set_xlim(values[0] / room, values[-1] * room)
    name_axis(axis, results.points.small)


def log_labels(one):
    """Of an axis.xaxis or axis.yaxis: labels at 1, 2, 5 where it spans little."""
    low, high = one.get_view_interval()
    if 0 < low and high / low < 30:
        one.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        one.set_minor_locator(FixedLocator([]))


def finish(figure):
    """Labels of ticks without formulas, which take matplotlib most of its time."""
    for axis in figure.axes:
        for one in (axis.xaxis, axis.yaxis):
            if isinstance(one.get_major_formatter(), (ScalarFormatter, LogFormatter)):
                one.set_major_formatter(FuncFormatter(lambda value, _: style.tick(value)))
            one.set_minor_formatter(NullFormatter())


def bars(row):
    """Lengths of the error bars of a row, for errorbar(); None if it has no interval."""
    if not style.finite(row.low, row.high):
        return None
    return [[max(row.value - row.low, 0)], [max(row.high - row.value, 0)]]


# ---- where there is too much ---------------------------------------------------
def drawn(chosen, most=MOST_POINTS):
    """At most so many of the points, evenly from the first to the last."""
    if len(chosen) <= most:
        return list(chosen)
    return [chosen[i] for i in sorted({round(x) for x in np.linspace(0, len(chosen) - 1, most)})]


# ---- curves through a limit's values ---------------------------------------------
MOST_KNOTS = 200     # beyond, straight lines between the values do as well


def slopes(x, y):
    """Of the cubic spline through points, not-a-knot; of three points, the parabola."""
    if len(x) == 3:
        return np.polyval(np.polyder(np.polyfit(x - x[0], y, 2)), x - x[0])
    h, d, n = np.diff(x), np.diff(y) / np.diff(x), len(x)
    matrix, right = np.zeros((n, n)), np.zeros(n)
    for i in range(1, n - 1):
        matrix[i, i - 1:i + 2] = h[i], 2 * (h[i - 1] + h[i]), h[i - 1]
        right[i] = 3 * (h[i] * d[i - 1] + h[i - 1] * d[i])
    for end, inner, k, l in ((0, 1, 0, 1), (-1, -2, -1, -2)):
        matrix[end, end], matrix[end, inner] = h[l], h[k] + h[l]
        right[end] = ((3 * h[k] + 2 * h[l]) * h[l] * d[k] + h[k]**2 * d[l]) / (h[k] + h[l])
    return np.linalg.solve(matrix, right)


def cubic(x, y, at):
    m, i = slopes(x, y), np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    h = x[i + 1] - x[i]
    t = (at - x[i]) / h
    return (y[i] * (1 + 2 * t) * (1 - t)**2 + y[i + 1] * t**2 * (3 - 2 * t)
            + h * (m[i] * t * (1 - t)**2 - m[i + 1] * t**2 * (1 - t)))


def is_smooth(x, y):
    """Whether the values tell the curve between them: every second one tells the others to 5% of the
    range. The spline through all of them, of half the steps, then errs about 2^4 times less."""
    if len(x) < 5:
        return False
    if len(x) > MOST_KNOTS or not np.ptp(y) > 0:
        return True
    keep = np.arange(len(x)) % 2 == 0
    keep[-1] = True
    return bool(np.all(abs(cubic(x[keep], y[keep], x[~keep]) - y[~keep]) <= 0.1 * np.ptp(y)))


def limit_label(i):
    """Tells what is drawn of the limit of this number; not seen."""
    return f"_limit {i % 3}"


def draw_limit(axis, x, y, logarithmic, **options):
    """A curve where the values allow one, with a tick at each value, else ticks alone."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    ls, lw = options.pop("ls"), options.pop("lw")
    options["label"] = limit_label(LIMIT_LINES.index(ls))
    axis.plot(x, y, lw=0, marker="_", ms=7, mew=1.2, zorder=1, **options)
    scale = np.log if logarithmic else np.asarray
    if is_smooth(scale(x), y):
        at = np.linspace(scale(x)[0], scale(x)[-1], 240) if len(x) <= MOST_KNOTS else scale(x)
        curve = cubic(scale(x), y, at) if len(x) <= MOST_KNOTS else y
        axis.plot(np.exp(at) if logarithmic else at, curve, ls=ls, lw=lw, zorder=1, **options)
