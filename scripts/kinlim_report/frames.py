"""Phase space over time: one realization, the ensemble and the limit, frame by frame."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.ticker import MaxNLocator

from data import number
from plots import axis_label
from style import GREY, INK, WIDTH

MOST_FRAMES = 5
LEFT, RIGHT, TOP, BOTTOM, GAP, BETWEEN, HEIGHT = 0.78, 0.12, 0.40, 0.50, 0.10, 0.12, 1.75    # inches


def chosen(times):
    """Frames, evenly spread over the times, the last one among them."""
    count = min(MOST_FRAMES, len(times))
    return sorted({round(i) for i in np.linspace(0, len(times) - 1, count)})


def rows_of(data):
    rows = [("one realization", data.single), ("ensemble", data.mean),
            ("kinetic limit", data.reference)]
    return [(name, values) for name, values in rows if values is not None]


def frames(results, shown):
    """The strip of the point with the smallest parameter; a column has one scale of colours."""
    point = [p for p in results.points_by_size() if p in shown.points][-1]
    data, times = shown.points[point], chosen(results.times)
    rows = rows_of(data)
    total = TOP + len(rows) * HEIGHT + (len(rows) - 1) * BETWEEN + BOTTOM
    width = (WIDTH - LEFT - RIGHT - (len(times) - 1) * GAP) / len(times)
    figure = plt.figure(figsize=(WIDTH, total))
    for column, time in enumerate(times):
        top = max(np.nanmax(values[time]) for _, values in rows[-2:])
        for row, (name, values) in enumerate(rows):
            box = [LEFT + column * (width + GAP),
                   total - TOP - (row + 1) * HEIGHT - row * BETWEEN, width, HEIGHT]
            axis = figure.add_axes([box[0] / WIDTH, box[1] / total, box[2] / WIDTH, box[3] / total])
            draw(axis, data.coordinates, values[time], top)
            if row == 0:
                axis.set_title(f"T = {number(results.times[time])}")
            label(axis, shown, name, column == 0, row + 1 == len(rows))
    return figure


def draw(axis, coordinates, values, top):
    x, v = coordinates
    dx, dv = x[1] - x[0], v[1] - v[0]
    axis.imshow(values.T, origin="lower", aspect="auto", cmap="magma_r", interpolation="bilinear",
                norm=PowerNorm(0.5, 0, top, clip=True), rasterized=True,
                extent=[x[0] - dx / 2, x[-1] + dx / 2, v[0] - dv / 2, v[-1] + dv / 2])
    axis.grid(False)
    for side in ("top", "right"):
        axis.spines[side].set_visible(True)
    for spine in axis.spines.values():
        spine.set_color(GREY)


def label(axis, shown, name, first, last):
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.tick_params(labelleft=first, labelbottom=last)
    if first:
        axis.set_ylabel(axis_label(shown.axes[1]))
        axis.annotate(name, (0.04, 0.94), xycoords="axes fraction", va="top", color=INK,
                      fontweight="bold")
    if last:
        axis.set_xlabel(axis_label(shown.axes[0]), labelpad=1)
