"""Every realization: a ridge per point, the limit as a line; and the headline of the page."""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

import style
from convergence import convergence_handles, draw_powers, few_curves, found, has_rates
from means import draw_over_small, draw_over_stations, limit_marker, limits_of, over_stations
from panels import LEFT, LEGEND_ROW, drawn, limit_handles, panels, point_handles, rows_of_legend
from points import number
from style import INK, PALE, WIDTH, plain


def at(results, form=" at {} = {}"):
    """The last station in words; nothing where there are none."""
    if not results.has_stations:
        return ""
    return form.format(results.station.symbol, number(results.station.values[results.last]))


def with_samples(results, chosen):
    return [p for p in chosen if results.finished(p) > 1]


def histogram(results, chosen, quantities):
    chosen = drawn(with_samples(results, chosen))
    if not chosen or not results.random:
        return None
    handles = [Line2D([], [], color=style.colour(results.points, p), lw=6, alpha=0.55,
                      label=plain(results.points.label(p, alone=True))) for p in chosen]
    figure, stacks = panels(len(quantities), (ridge_height(len(chosen)),),
                            handles + limit_handles(results, limits_of(results, chosen, quantities)[:1]))
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        ridge(axis, results, chosen, quantity)
    return figure


def ridge_height(count):
    return count * max(0.3, min(0.62, 3.6 / count))


def bins_of(values, spread):
    """About 1.6 bins for the root of the number of samples; one for equal samples."""
    if not np.ptp(values) > 1e-12 * abs(values).max():
        return [values[0] - spread, values[0] + spread]
    return np.linspace(values.min(), values.max(), max(5, min(40, round(math.sqrt(len(values)) * 1.6))) + 1)


def ridge(axis, results, chosen, quantity):
    last = results.last
    data = [results.samples_at(p, last, quantity) for p in chosen]
    limits = [row.value if row else None for _, row in (results.limit_of(p, last, quantity) for p in chosen)]
    everything = np.concatenate(data + [[limit for limit in limits if limit is not None]])
    if not len(everything):
        return
    low, high = everything.min(), everything.max()
    if not high - low > 1e-12 * max(abs(low), abs(high)):    # all alike
        low, high = low - 0.5 * max(abs(low), 1e-9), high + 0.5 * max(abs(high), 1e-9)
    for row, (point, values, limit) in enumerate(zip(chosen, data, limits)):
        base, colour = len(chosen) - 1 - row, style.colour(results.points, point)
        if len(values):
            draw_ridge(axis, values, base, colour, bins_of(values, 0.01 * (high - low)))
        if limit is not None:
            axis.plot([limit, limit], [base - 0.02, base + 0.86], color=INK, lw=1.3)
        axis.axhline(base, color=PALE, lw=0.7, zorder=0)
    axis.set_yticks([len(chosen) - 1 - row + 0.3 for row in range(len(chosen))],
                    [plain(results.points.label(p, alone=True), 16) for p in chosen],
                    fontsize=9.5 if len(chosen) < 5 else 8)
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.grid(False)
    axis.xaxis.set_major_locator(MaxNLocator(4))
    margin = 0.04 * (high - low)
    axis.set_xlim(low - margin, high + margin)


def draw_ridge(axis, values, base, colour, edges):
    height, edges = np.histogram(values, bins=edges)
    height = 0.78 * height / height.max()
    axis.stairs(height + base, edges, baseline=base, fill=True, color=colour, alpha=0.30)
    axis.stairs(height + base, edges, baseline=base, color=colour, lw=1.2)
    axis.plot(values, np.full(len(values), base - 0.07), "|", ms=4, mew=0.6,
              color=colour, alpha=0.7, rasterized=len(values) > 200)    # a mark each: megabytes


# ---- the headline ----------------------------------------------------------------
def headline(results, series, quantity):
    """One quantity in a row: means, samples, convergence, as far as there are any; None if that says
    no more than the figures below."""
    chosen = drawn([p for p in series.points if results.finished(p)], 6)
    sampled = with_samples(results, chosen) if results.random else []
    curves = few_curves(results)
    powers = any(found(results, chosen, c.statistic, c.order, results.last, quantity) for c in curves)
    if not has_rates(results, series) or not powers or not (over_stations(results) or sampled):
        return None
    limits = limits_of(results, chosen, [quantity])
    handles = point_handles(results, chosen) + limit_handles(results, limits, limit_marker(results))
    above = rows_of_legend(handles)    # long names of limits reach over the last panel: its own legend is below
    figure, stacks = panels(2 + bool(sampled), (2.6,), handles, legend_rows=above + 1)
    axis = stacks[0][0]
    axis.set_title(plain(f"{quantity.label}: {results.word}", 34))
    (draw_over_stations if over_stations(results) else draw_over_small)((axis,), results, chosen, quantity)
    if sampled:
        stacks[1][0].set_title(plain("samples" + at(results)))
        ridge(stacks[1][0], results, sampled, quantity)
    rates = stacks[-1][0]
    moments = results.has("central_moment")
    rates.set_title(plain(("bias and moments" if limits and moments else "bias" if limits else "moments")
                          + at(results)))
    draw_powers(rates, results, series, quantity, results.last, curves)
    place = rates.get_position().x0, 1 - (0.06 + above * LEGEND_ROW) / figure.get_figheight()
    if place[0] > 2 * LEFT / WIDTH:
        figure.legend(handles=convergence_handles(results, curves), loc="upper left", bbox_to_anchor=place,
                      ncol=3, fontsize=9, borderpad=0, borderaxespad=0, handletextpad=0.4, columnspacing=0.9)
    return figure
