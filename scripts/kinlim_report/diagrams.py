"""Diagrams: points on lines, groups of them joined, each with its value and kind, the largest first. The lines
lie above each other and every second one runs backwards, so that one path goes through all points."""

import math

import matplotlib.pyplot as plt
from matplotlib.patches import Arc

from style import GREY, INK, PALE, WIDTH, measured, plain, small

MOST_DRAWN, COLUMNS = 120, 8
CELL, GAP = 1.3, 0.9                 # inches: height of a cell; between two lines, in points' distances
COLOURS = ["#2a6f97", "#c1553b", "#5b8c5a", "#8a5a9e", "#b08a2e", "#4a4e57"]


def size(results, point, diagram):
    """The modulus of the mean at the last station."""
    rows = [results.get("mean", point, results.last, q) for q in results.quantities if q.observable == diagram.observable]
    return math.hypot(*(row.value for row in rows if row))


def ranked(results, point):
    return sorted(results.diagrams, key=lambda d: -size(results, point, d))[:MOST_DRAWN]


def kinds(results):
    """{kind: how many}, in the order of the file."""
    found = {}
    for diagram in results.diagrams:
        found[diagram.kind] = found.get(diagram.kind, 0) + 1
    return found


def places(diagram):
    """{point: (x, y, line)}; the lines have one length and their points are spread evenly."""
    found, number, most = {}, 0, max(diagram.lines + [1])
    for line, count in enumerate(diagram.lines):
        for k in range(count):
            x = (k + 1) * (most + 1) / (count + 1)
            number += 1
            found[number] = (x if line % 2 == 0 else most + 1 - x, -GAP * line, line)
    return found, most + 1


def draw_arc(axis, a, b, last, colour):
    """On one line: away from the other lines."""
    up = a[2] < last or last == 0
    low, high = sorted((a[0], b[0]))
    height = 0.45 + 0.5 * (high - low - 1) / max(1, high - low)
    axis.add_patch(Arc(((low + high) / 2, a[1]), high - low, 2 * height, theta1=0 if up else 180,
                       theta2=180 if up else 360, color=colour, lw=1.2))


def draw_group(axis, ends, last, colour):
    if len(ends) == 2 and ends[0][2] == ends[1][2]:
        draw_arc(axis, *ends, last, colour)
    elif len(ends) == 2:
        axis.plot(*zip(*(end[:2] for end in ends)), color=colour, lw=1.2, ls=(0, (3, 1.5)))
    else:
        x, y = (sum(end[i] for end in ends) / len(ends) for i in (0, 1))
        if len({end[2] for end in ends}) == 1:
            y += 0.6 if ends[0][2] < last or last == 0 else -0.6
        for end in ends:
            axis.plot([end[0], x], [end[1], y], color=colour, lw=1.2)
        axis.plot([x], [y], "s", color=colour, ms=3)


def draw_one(axis, diagram):
    at, length = places(diagram)
    last = len(diagram.lines) - 1
    for line in range(last + 1):
        axis.plot([0, length], [-GAP * line] * 2, color=GREY, lw=1, zorder=0)
        if line < last:    # where the path turns
            x = length if line % 2 == 0 else 0
            axis.plot([x, x], [-GAP * line, -GAP * (line + 1)], color=PALE, lw=2.5, zorder=0)
    for i, group in enumerate(diagram.groups):
        draw_group(axis, [at[v] for v in group], last, COLOURS[i % len(COLOURS)])
    for x, y, _ in at.values():
        axis.plot([x], [y], "o", color=INK, ms=3)
    axis.set(xlim=(-0.2, length + 0.2), ylim=(-GAP * last - 1.05, 1.05))
    axis.axis("off")


def value(results, point, diagram):
    """Each part as far as it is known."""
    said = []
    for quantity in results.quantities:
        row = results.get("mean", point, results.last, quantity)
        if row and quantity.observable == diagram.observable:
            error = results.error(point, results.last, quantity)
            text = measured(row.value, error) if results.random else small(row.value, 4)
            said.append(f"{text}{' i' if quantity.part == 'im' else ''}")
    return "  ".join(said)


def draw(results, point, chosen):
    rows = math.ceil(len(chosen) / COLUMNS)
    figure = plt.figure(figsize=(WIDTH, rows * CELL + 0.1))
    for i, diagram in enumerate(chosen):
        column, row = i % COLUMNS, i // COLUMNS
        left, bottom = column / COLUMNS, 1 - (row * CELL + 0.9) / (rows * CELL + 0.1)
        axis = figure.add_axes([left + 0.012, bottom, 1 / COLUMNS - 0.024, 0.9 / (rows * CELL + 0.1)])
        draw_one(axis, diagram)
        for line, text in enumerate((diagram.kind, diagram.observable, value(results, point, diagram))):
            figure.text(left + 0.5 / COLUMNS, bottom - 0.12 * line / (rows * CELL + 0.1), plain(text, 32),
                        ha="center", va="top", fontsize=7, color=INK if line == 2 else GREY)
    return figure
