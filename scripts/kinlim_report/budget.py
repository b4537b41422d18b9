"""Where the error comes from: the parts of the error budget side by side, and how the mean
square distance from the limit divides into bias and fluctuation."""

from html import escape

from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

import markup
import plots
import style
from data import number
from style import INK, PALE, finite, minus

SOURCES = [("error:statistical", "statistics"), ("error:propagator", "evolution"),
           ("error:reference", "reference"), ("error:box", "box"), ("error:eta", "rest")]
WORDS = {"statistics": "half width of the 95% interval of the mean",
         "evolution": "largest change of a sample with a finer evolution",
         "reference": "change of the limit's value with a finer solution",
         "box": "the limit in this box against infinite space",
         "rest": "the bias that is left for the small parameter"}


def known(results, time):
    """The sources that have a number at this time."""
    have = {row.statistic for row in results.rows if row.time == time}
    return [(name, label) for name, label in SOURCES if name in have]


def is_measured(results, time):
    return len(known(results, time)) > 1


def sources(results, time):
    """Sizes of the parts on a logarithmic axis, a row per source, a mark per point."""
    shown = known(results, time)
    if not is_measured(results, time):
        return None
    figure, stacks = plots.panels(len(results.quantities), (0.36 * len(shown) + 0.25,),
                                  plots.point_handles(results))
    colour, marker = style.colours(results), style.markers(results)
    points = results.points_by_size()
    for (axis,), quantity in zip(stacks, results.quantities):
        axis.set_title(quantity.label)
        axis.set_xscale("log")
        for level, (name, _) in enumerate(shown):
            for i, point in enumerate(points):
                row = results.get(name, point, time, quantity)
                if row and finite(row.value) and row.value != 0:
                    y = level + 0.5 * ((i + 0.5) / len(points) - 0.5)
                    axis.plot(abs(row.value), y, color=colour[point], marker=marker[point], ms=5)
        axis.set_yticks(range(len(shown)), [label for _, label in shown])
        axis.set_ylim(len(shown) - 0.5, -0.5)
        axis.xaxis.set_major_locator(LogLocator(numticks=6))
        axis.xaxis.set_minor_formatter(NullFormatter())
    return figure


def shares(results, time):
    """Bars of bias^2 and variance, a row per point."""
    points = results.points_by_size()
    if not any(results.get("bias_share", p, time, q, 2) for p in points for q in results.quantities):
        return None
    handles = [Patch(color=INK, label="bias"), Patch(color=PALE, label="fluctuation")]
    figure, stacks = plots.panels(len(results.quantities), (0.2 * len(points) + 0.15,), handles)
    colour = style.colours(results)
    for (axis,), quantity in zip(stacks, results.quantities):
        axis.set_title(quantity.label)
        for i, point in enumerate(points):
            row = results.get("bias_share", point, time, quantity, 2)
            if row and finite(row.value):
                axis.barh(i, 1 - row.value, 0.62, left=row.value, color=PALE)
                axis.barh(i, row.value, 0.62, color=INK)
        axis.set_xlim(0, 1)
        axis.set_ylim(len(points) - 0.5, -0.5)
        axis.set_yticks(range(len(points)), [results.point_label(p) for p in points], fontsize=8)
        for label, point in zip(axis.get_yticklabels(), points):
            label.set_color(colour[point])
        axis.xaxis.set_major_locator(MaxNLocator(4))
        axis.grid(False)
    return figure


def cell(row):
    if not row or not finite(row.value):
        return "–"
    return minus(f"{row.value:.1e}")


def remaining(row):
    """The rest with the half width of its interval, and whether it is told from zero."""
    if not row or not finite(row.value, row.low, row.high):
        return "–"
    zero = row.low <= 0 <= row.high
    text = minus(f"{row.value:.1e}") + f" ± {(row.high - row.low) / 2:.0e}"
    return f'<span class="quiet">{text}</span>' if zero else text


def table(results, time):
    """A row per quantity and point: the parts, then the share of bias for each order."""
    shown, colour = known(results, time), style.colours(results)
    orders = results.orders("bias_share")
    rows = []
    for quantity in results.quantities:
        for i, point in enumerate(results.points_by_size()):
            parts = [(remaining if name == "error:eta" else cell)(
                results.get(name, point, time, quantity)) for name, _ in shown]
            share = [results.get("bias_share", point, time, quantity, order) for order in orders]
            rows.append(("first" if i == 0 else "", [
                f"<code>{escape(quantity.label)}</code>" if i == 0 else "",
                markup.dotted(results, point, colour)] + parts +
                [minus(f"{100 * row.value:.0f}%") if row and finite(row.value) else "–"
                 for row in share]))
    head = ["quantity", "point"] + [label for _, label in shown] + [
        f"bias, <i>r</i> = {number(order)}" for order in orders]
    return markup.table(head, rows, numeric=range(2, len(head)))


def figures(results, time):
    """(name, figure), None where there is nothing to show."""
    return [("budget", sources(results, time)), ("shares", shares(results, time))]


def parts(results, names):
    """The section of the page; nothing where neither limit nor budget is there."""
    time = results.times[-1]
    found = []
    if "budget" in names:
        found.append(markup.figure(
            "budget", "Sizes on a logarithmic axis: " + "; ".join(
                f"<i>{label}</i>, {WORDS[label]}" for _, label in known(results, time)) + ".",
            "Parts of the error, per quantity and point"))
    if "shares" in names:
        found.append(markup.figure(
            "shares", "The mean square distance from the limit, E|<i>Y</i> − <i>F</i>|² = bias² + variance: "
            "the share of each.", "Shares of bias and fluctuation, per quantity and point"))
    if not found:
        return []
    words = ('<p class="caption">The rest in grey where its interval includes zero. The share of bias in '
             "E|<i>Y</i> − <i>F</i>|<sup><i>r</i></sup> is what would go if the mean were <i>F</i>.</p>")
    return found + [words, table(results, time)]
