"""The figure that the system `localization` has to itself: the mean square displacement over
time, in macroscopic units, between ballistic and diffusive guides."""

import re

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

import plots
import style
from data import number
from style import INK

GUIDES = [("ballistic", "-"), ("diffusive", (0, (5, 1.5)))]


def dimension(results):
    found = re.search(r"^dimension: *([123])\b", results.study, re.MULTILINE)
    return int(found.group(1)) if found else None


def spreading(results):
    quantity = next((q for q in results.quantities if q.observable == "msd"), None)
    d = dimension(results)
    times = results.times[results.times > 0]
    if results.system != "localization" or quantity is None or d is None or len(times) < 2:
        return None
    handles = plots.point_handles(results) + [
        Line2D([], [], color=INK, lw=1.1, ls=line, label=label) for label, line in GUIDES]
    figure, stacks = plots.panels(1, (3.2,), handles)
    axis = stacks[0][0]
    axis.set_xscale("log"), axis.set_yscale("log")
    axis.plot(times, 2 * d * times**2, color=INK, lw=1.1, ls=GUIDES[0][1], zorder=1)
    colour, marker = style.colours(results), style.markers(results)
    for point in results.points_by_size():
        unit = results.columns["box"][point] / results.columns["sites"][point]
        at, value, bars = plots.series(results, "mean", point, quantity)
        if not len(at):
            continue
        axis.errorbar(at, unit**2 * value, yerr=unit**2 * bars, lw=0, ms=5, elinewidth=1.2,
                      color=colour[point], marker=marker[point], zorder=3)
        last = unit**2 * value[-1]
    ends = times[[len(times) // 2, -1]]
    axis.plot(ends, 1.1 * last * ends / ends[-1], color=INK, lw=1.1, ls=GUIDES[1][1], zorder=1)
    axis.xaxis.set_major_locator(FixedLocator(times[::max(1, len(times) // 5)]))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.xaxis.set_minor_locator(FixedLocator([]))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_title("mean square displacement")
    axis.set_ylabel("$X^2$"), axis.set_xlabel("T", style="italic", labelpad=1)
    return figure
