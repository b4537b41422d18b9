"""The figures of the report. Each function returns a matplotlib figure, or None
where the results hold nothing to show."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import (FixedLocator, FuncFormatter, LogFormatterSciNotation, LogLocator,
                               MaxNLocator, NullFormatter)

import style
from data import number, symbol
from style import GREY, INK, PALE, WIDTH, finite

ORDER_LINES = ["-", (0, (5, 1.5)), (0, (3, 1.5, 1, 1.5)), (0, (1, 1.3))]


LEFT, RIGHT, GAP = 0.78, 0.12, 0.74    # inches: margins, between columns
TOP, BOTTOM, BETWEEN, WITHIN, LEGEND_ROW = 0.74, 0.52, 0.88, 0.2, 0.21


def panels(count, heights, handles, columns=3, share=None, legend_rows=1):
    """`count` panels, three across, under a legend, as a list of tuples of axes: each
    panel is a stack of axes of the given heights in inches. share "y": one scale for
    all. legend_rows: at least so many rows of space for the legend."""
    legend_columns = columns_of_legend(handles)
    legend_rows = max(legend_rows, math.ceil(len(handles) / legend_columns))
    top = TOP + LEGEND_ROW * (legend_rows - 1)
    columns = min(columns, max(count, 2))
    rows = math.ceil(count / columns)
    tall = sum(heights) + WITHIN * (len(heights) - 1)
    total = top + rows * tall + (rows - 1) * BETWEEN + BOTTOM
    width = (WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns
    figure = plt.figure(figsize=(WIDTH, total))
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
            box = [x / WIDTH, y / total, width / WIDTH, height / total]
            first = stacks[0][0] if stacks and share == "y" else None
            stack.append(figure.add_axes(box, sharex=stack[0] if stack else None, sharey=first))
            y -= WITHIN
        stacks.append(tuple(stack))
    return figure, stacks


def point_handles(results, **options):
    colour, marker = style.colours(results), style.markers(results)
    return [Line2D([], [], color=colour[p], marker=marker[p], ms=6, lw=0,
                   label=results.point_label(p), **options) for p in results.points_by_size()]


def limit_handle(results):
    if not results.has_limit():
        return []
    return [Line2D([], [], color=INK, lw=1.3, label="kinetic limit")]


def columns_of_legend(handles):
    longest = max(len(handle.get_label().split("$")[0]) for handle in handles)
    return int((WIDTH - LEFT) / (0.75 + 0.085 * longest))


def reference_curves(axis, results, quantity):
    """One dark line where the points share their limit, else one line per point."""
    index = results.quantities.index(quantity)
    curves = results.reference[:, :, index]
    known = [p for p in results.points_by_size() if np.isfinite(curves[p]).any()]
    if not known:
        return
    size = np.nanmax(np.abs(curves))
    spread = np.ptp(curves[known], axis=0)
    shared = np.all(spread[np.isfinite(spread)] <= 0.02 * size)
    colour = style.colours(results)
    for point in known:
        axis.plot(results.times, curves[point], zorder=1, lw=1.3 if shared else 1.1,
                  color=INK if shared else colour[point], marker="_", ms=5)
        if shared:
            break


def series(results, statistic, point, quantity):
    """Times, values and intervals of one statistic."""
    rows = [(t, results.get(statistic, point, t, quantity)) for t in results.times]
    rows = [(t, row) for t, row in rows if row and finite(row.value)]
    times = np.array([t for t, _ in rows])
    value = np.array([row.value for _, row in rows])
    bars = np.array([[row.value - row.low, row.high - row.value] for _, row in rows]).T
    return times, value, np.nan_to_num(np.maximum(bars, 0)) if len(rows) else None


def dodge(results, rank):
    """Points of the same time stand side by side."""
    span = results.times[-1] - results.times[0]
    step = span / max(1, len(results.times) - 1) if span else 1.0
    return (rank - (results.npoints - 1) / 2) * min(0.09, 0.5 / results.npoints) * step


def draw_means(axis, results, quantity, statistic):
    """Means, or their difference from the limit, with intervals, over time."""
    if statistic == "mean":
        reference_curves(axis, results, quantity)
    else:
        axis.axhline(0, color=INK, lw=1.0, zorder=1)
    colour, marker = style.colours(results), style.markers(results)
    for rank, point in enumerate(results.points_by_size()):
        times, value, bars = series(results, statistic, point, quantity)
        if len(times):
            axis.errorbar(times + dodge(results, rank), value, yerr=bars, lw=0, ms=4.2,
                          color=colour[point], marker=marker[point], elinewidth=1.3, mec="white",
                          mew=0.5)
    axis.yaxis.set_major_locator(MaxNLocator(4 if statistic == "mean" else 3))
    axis.yaxis.get_offset_text().set_fontsize(9)


def means(results):
    """Mean and limit over time, and their difference beneath, for each quantity."""
    limit = results.has_limit()
    figure, stacks = panels(len(results.quantities), (1.75, 0.8) if limit else (1.75,),
                            point_handles(results) + limit_handle(results))
    for i, (quantity, stack) in enumerate(zip(results.quantities, stacks)):
        stack[0].set_title(quantity.label)
        if limit and np.isfinite(results.reference[:, :, i]).any():
            stack[0].tick_params(labelbottom=False, length=0, axis="x")
        elif limit:    # nothing beneath
            stack[1].set_visible(False)
            stack = stack[:1]
        for axis, statistic, label in zip(stack, ("mean", "bias"), ("mean", "mean − limit")):
            draw_means(axis, results, quantity, statistic)
            if i % 3 == 0:
                axis.set_ylabel(label)
        stack[-1].set_xlabel("T", style="italic", labelpad=1)
    return figure


def headline(results, time_index):
    """The best known quantity in one row: means, samples, convergence."""
    if not has_series(results) or results.finished(results.finest()) < 2:
        return None
    quantity = results.clearest(results.finest(), time_index)
    figure, stacks = panels(3, (2.6,), point_handles(results) + limit_handle(results),
                            legend_rows=2)
    (mean,), (samples,), (rates,) = stacks
    time = number(results.times[time_index])
    mean.set_title(f"{quantity.label}: mean")
    draw_means(mean, results, quantity, "mean")
    mean.set_xlabel("T", style="italic", labelpad=1)
    samples.set_title(f"samples at T = {time}")
    ridge(samples, results, [p for p in results.points_by_size() if results.finished(p) > 1],
          time_index, quantity)
    rates.set_title(f"|bias| and moments at T = {time}")
    draw_powers(rates, results, quantity, results.times[time_index])
    place = rates.get_position().x0, 1 - 0.06 / figure.get_figheight()
    figure.legend(handles=convergence_handles(results), loc="upper left", bbox_to_anchor=place,
                  ncol=3, fontsize=9, borderpad=0, borderaxespad=0, handletextpad=0.4,
                  columnspacing=0.9)
    return figure


def has_series(results):
    return bool(results.small) and len(set(results.columns[results.small])) > 1


def convergence_points(results, statistic, order, time, quantity):
    found = []
    for point in results.points_by_size():
        row = results.get(statistic, point, time, quantity, order)
        if row and finite(row.value) and row.value != 0:
            found.append((point, results.columns[results.small][point], row))
    return found


def draw_convergence(axis, results, found, marker, filled):
    """Points with intervals in the colours of their parameter; returns x, |y|. An
    interval that includes zero reaches the bottom of the axis. Of several series each has
    its marker and a line through its points."""
    colour, shape = style.colours(results), [marker] * results.npoints
    several = style.several_series(results)
    if several:
        shape = style.markers(results)
        for one in sorted(set(shape)):
            of_one = [(x, abs(row.value)) for point, x, row in found if shape[point] == one]
            axis.plot(*zip(*of_one), color=GREY, lw=0.8, ls="-" if filled else ":", zorder=1)
    for point, x, row in found:
        y = abs(row.value)
        low, high = sorted((row.low, row.high)) if finite(row.low, row.high) else (row.value,) * 2
        crosses = low <= 0 <= high
        if row.value < 0:
            low, high = -high, -low
        bars = [[y - low if low > 0 else y * (1 - 1e-9)], [high - y]]
        axis.errorbar(x, y, yerr=np.maximum(bars, 0), marker=shape[point], ms=5.5, lw=0, elinewidth=1.2,
                      color=colour[point], mew=1.2,
                      mfc=colour[point] if filled or not (crosses or several) else "white", zorder=3)
    x = np.array([item[1] for item in found])
    y = np.array([abs(item[2].value) for item in found])
    return x, y


def fit_line(axis, x, y, rate, line):
    """The fitted power through the middle of the points."""
    if rate is None or not finite(rate.value) or len(x) < 2:
        return
    middle = np.mean(np.log(y)) - rate.value * np.mean(np.log(x))
    ends = np.array([x.min() * 0.96, x.max() * 1.04])
    axis.plot(ends, np.exp(middle) * ends**rate.value, color=GREY, lw=1.1, ls=line, zorder=1)


def curves_of(results):
    """(statistic, order, marker, line, filled) of everything in a convergence panel; of several
    series only the bias and one moment."""
    moments = [("central_moment", r, style.MARKERS[1 + i % (len(style.MARKERS) - 1)], ORDER_LINES[i % 4], True)
               for i, r in enumerate(results.orders("central_moment"))]
    if style.several_series(results):
        moments = [m for m in moments if m[1] == 2] or moments[:1]
    return [("bias", 1, "o", ":", False)] + moments


def draw_powers(axis, results, quantity, time):
    """|bias| and central moments of one quantity against the small parameter."""
    axis.set_xscale("log"), axis.set_yscale("log")
    top, extent = None, []
    for statistic, order, marker, line, filled in curves_of(results):
        found = convergence_points(results, statistic, order, time, quantity)
        if not found:
            continue
        x, y = draw_convergence(axis, results, found, marker, filled)
        extent += [(abs(row.value), max(abs(row.low), abs(row.high))) for _, _, row in found
                   if finite(row.low, row.high)] or [(v, v) for v in y]
        if not style.several_series(results):
            fit_line(axis, x, y, results.get("rate:" + statistic, -1, time, quantity, order), line)
        if filled and (top is None or y[0] > top[1]):
            top = (x[0], y[0], order)
    if top and results.proven:
        x = np.array(sorted(set(results.columns[results.small])))
        axis.plot(x, 1.25 * top[1] * (x / top[0])**(1 / (results.proven * top[2])), color=INK, lw=1.0,
                  ls=(0, (1, 2)), zorder=1)
    if extent:    # a bias that is zero by accident does not stretch the axis
        axis.set_ylim(max(min(y for y, _ in extent) / 1.8, min(h for _, h in extent) / 30),
                      1.6 * max(h for _, h in extent))
    label_parameter(axis, results)
    axis.set_xlabel(symbol(results.small), style="italic", labelpad=1)


def convergence(results, time):
    """|bias| and the central moments against the small parameter, on log axes."""
    if not has_series(results):
        return None
    figure, stacks = panels(len(results.quantities), (2.7,), convergence_handles(results))
    for (axis,), quantity in zip(stacks, results.quantities):
        axis.set_title(quantity.label)
        draw_powers(axis, results, quantity, time)
    return figure


def derived(results):
    """Statistics without a time against the small parameter, with the limit's own."""
    shown = results.derived() if has_series(results) else []
    shown = [(name, quantity) for name, quantity in shown
             if len(convergence_points(results, name, 1, math.nan, quantity)) > 1]
    if not shown:
        return None
    limit = any(row.statistic.startswith("reference:") for row in results.rows)
    single = len(set(results.columns[results.small])) == results.npoints    # one series
    handles = point_handles(results)
    handles += [Line2D([], [], color=GREY, lw=1.1, label="fitted power")] * single
    handles += [Line2D([], [], color=INK, marker="_", ms=9, lw=0, label="from the limit")] * limit
    proven = any(row.statistic.startswith("proven_rate:") for row in results.rows)
    handles += [Line2D([], [], color=INK, lw=1.0, ls=(0, (1, 2)), label="proven exponent")] * proven
    figure, stacks = panels(len(shown), (3.2,), handles)
    for (axis,), (name, quantity) in zip(stacks, shown):
        axis.set_title(f"{name.replace('_', ' ')} ({quantity.label})")
        axis.set_xscale("log"), axis.set_yscale("log")
        found = convergence_points(results, name, 1, math.nan, quantity)
        for point, x, _ in convergence_points(results, "reference:" + name, 1, math.nan, quantity):
            row = results.get("reference:" + name, point, math.nan, quantity)
            axis.plot(x, row.value, color=INK, marker="_", ms=11, zorder=2)
        x, y = draw_derived(axis, results, found)
        if single:    # the points that are fitted have intervals
            known = np.array([finite(row.low, row.high) for _, _, row in found])
            fit_line(axis, x[known], y[known],
                     results.get("rate:" + name, -1, math.nan, quantity), "-")
        slope = results.get("proven_rate:" + name, -1, math.nan, quantity)
        if slope:    # set below the points: a bound
            ends = np.array([x.min(), x.max()])
            axis.plot(ends, 0.6 * y[0] * (ends / x[0])**slope.value, color=INK, lw=1.0,
                      ls=(0, (1, 2)))
        label_parameter(axis, results)
        axis.set_xlabel(symbol(results.small), style="italic", labelpad=1)
    return figure


def draw_derived(axis, results, found):
    colour, marker = style.colours(results), style.markers(results)
    for point, x, row in found:
        bars = [[row.value - row.low], [row.high - row.value]] if finite(row.low, row.high) else None
        axis.errorbar(x, row.value, yerr=bars, marker=marker[point], ms=5.5, lw=0, elinewidth=1.2,
                      color=colour[point], zorder=3)
    return np.array([item[1] for item in found]), np.array([item[2].value for item in found])


def label_parameter(axis, results):
    values = sorted(set(results.columns[results.small]))
    shown = values if len(values) <= 6 else values[::math.ceil(len(values) / 6)]
    axis.xaxis.set_major_locator(FixedLocator(shown))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.xaxis.set_minor_locator(FixedLocator([]))
    axis.set_xlim(values[0] / 1.08, values[-1] * 1.08)
    low, high = axis.get_ylim()
    if high / low < 30:
        axis.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(
            LogFormatterSciNotation(minor_thresholds=(math.inf, math.inf)))
        axis.yaxis.set_minor_locator(FixedLocator([]))


def series_handles(results):
    """The points of the finest parameter, by what tells them apart: a word, or the side."""
    small, marker = results.columns[results.small], style.markers(results)
    same = np.flatnonzero(small == small[results.points_by_size()[-1]])
    telling = [name for name in [*filter(results.words.get, results.words), "box"]
               if name in results.columns and len(set(results.columns[name][same])) > 1]

    def label(point):
        return ", ".join(f"box {results.columns[name][point]:.2g}" if name == "box"
                         else results.shown(name, results.columns[name][point]) for name in telling)
    return [Line2D([], [], color=GREY, marker=marker[p], ms=6, lw=0, label=label(p)) for p in same]


def convergence_handles(results):
    handles, several = [], style.several_series(results)
    for statistic, order, marker, line, filled in curves_of(results):
        label = f"moment {number(order)}" if filled else "|bias|"
        handles.append(Line2D([], [], color=GREY, marker="o" if several else marker, ms=6,
                              ls="-" if several and filled else line, label=label,
                              mfc=GREY if filled else "white"))
    if several:
        handles += series_handles(results)
    if results.proven:
        power = f"{symbol(results.small)}$^{{\\,1/({results.proven}\\,r)}}$"
        handles.append(Line2D([], [], color=INK, lw=1.0, ls=(0, (1, 2)), label=f"proven: {power}"))
    return handles


def histogram(results, time_index):
    """The samples at one time: a ridge per point, the limit as a line."""
    points = [p for p in results.points_by_size() if results.finished(p) > 1]
    if not points:
        return None
    colour = style.colours(results)
    handles = [Line2D([], [], color=colour[p], lw=6, alpha=0.55, label=results.point_label(p))
               for p in points]
    figure, stacks = panels(len(results.quantities), (ridge_height(len(points)),),
                            handles + limit_handle(results))
    for (axis,), quantity in zip(stacks, results.quantities):
        axis.set_title(quantity.label)
        ridge(axis, results, points, time_index, quantity)
    return figure


def ridge_height(count):
    return count * max(0.3, min(0.62, 3.6 / count))


def ridge(axis, results, points, time_index, quantity):
    data = [results.samples_at(p, time_index, quantity) for p in points]
    limits = [results.reference_at(p, time_index, quantity) for p in points]
    everything = np.concatenate(data + [[limit for limit in limits if math.isfinite(limit)]])
    low, high = everything.min(), everything.max()
    if high <= low:
        low, high = low - 1e-12, high + 1e-12
    colour = style.colours(results)
    for row, (point, values, limit) in enumerate(zip(points, data, limits)):
        base = len(points) - 1 - row
        bins = max(5, min(40, round(math.sqrt(len(values)) * 1.6)))
        edges = np.linspace(values.min(), values.max(), bins + 1) if np.ptp(values) else [low, high]
        height, edges = np.histogram(values, bins=edges)
        height = 0.78 * height / height.max()
        axis.stairs(height + base, edges, baseline=base, fill=True, color=colour[point], alpha=0.30)
        axis.stairs(height + base, edges, baseline=base, color=colour[point], lw=1.2)
        axis.plot(values, np.full(len(values), base - 0.07), "|", ms=4, mew=0.6,
                  color=colour[point], alpha=0.7, rasterized=len(values) > 200)  # a mark each: megabytes
        if math.isfinite(limit):
            axis.plot([limit, limit], [base - 0.02, base + 0.86], color=INK, lw=1.3)
        axis.axhline(base, color=PALE, lw=0.7, zorder=0)
    axis.set_yticks([len(points) - 1 - row + 0.3 for row in range(len(points))],
                    [results.point_label(p).replace(", ", "\n") for p in points],
                    fontsize=9.5 if len(points) < 5 else 8)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(False)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    margin = 0.04 * (high - low)
    axis.set_xlim(low - margin, high + margin)


def axis_label(axis):
    name, _, index = axis.name.partition("_")
    units = f" [{axis.units}]" if axis.units not in ("", "1") else ""
    return f"${name}_{{{index}}}${units}" if index else f"{axis.name}{units}"


def field(results, shown, time_index):
    """A field of one axis: its mean over realizations with its error beside the limit, per point."""
    points = [p for p in results.points_by_size() if p in shown.points]
    handles = [Line2D([], [], color=GREY, lw=1.2, label="mean over realizations, 95% band")]
    if shown.has_limit():
        handles.append(Line2D([], [], color=INK, lw=1.3, label="kinetic limit"))
    figure, stacks = panels(len(points), (2.2,), handles, share="y")
    colour = style.colours(results)
    for (axis,), point in zip(stacks, points):
        data = shown.points[point]
        x, mean, error = data.coordinates[0], data.mean[time_index], data.error[time_index]
        axis.fill_between(x, mean - 1.96 * error, mean + 1.96 * error, color=colour[point],
                          alpha=0.28, lw=0)
        axis.plot(x, mean, color=colour[point], lw=1.2)
        if data.reference is not None:
            axis.plot(x, data.reference[time_index], color=INK, lw=1.3)
        axis.set_title(results.point_label(point))
        axis.set_xlabel(axis_label(shown.axes[0]))
        axis.margins(x=0.01)
        axis.tick_params(labelleft=True)
    stacks[0][0].set_ylabel(shown.title if len(shown.title) < 24 else shown.name)
    return figure
