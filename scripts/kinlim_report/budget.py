"""Where the error comes from: the parts of the error budget side by side, and how the mean
square distance from the limit divides into bias and fluctuation."""

from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

import markup
import style
from markup import code, html
from panels import drawn, panels, point_handles
from points import number, symbol
from style import INK, PALE, finite, fixed, plain, small

MOST_PANELS = 6


def sources(results):
    """(statistic, label, words) of the parts, the rest of the bias last."""
    points = results.points
    known = [("error:statistical", "statistics", "half width of the 95% interval of the mean"),
             ("error:propagator", "evolution", "largest change of a sample with a finer evolution"),
             ("error:reference", "reference", "change of the limit's value with a finer solution")]
    if points.size:
        size = symbol(points.size)
        known.append((f"error:{points.size}", size, f"the limit at this {size} against that at infinite {size}"))
    here = {row.statistic for row in results.rows if row.statistic.startswith("error:")}
    rest = {f"error:{points.small}"} & here
    others = sorted(here - {name for name, _, _ in known} - rest - {"error:propagator_mean"})
    known += [(name, name[len("error:"):].replace("_", " "), name) for name in others]
    known += [(name, "rest", "the bias that is left for the small parameter") for name in rest]
    time = results.time(results.last)
    now = {row.statistic for row in results.rows if row.time == time or time is None}
    return [source for source in known if source[0] in now]


def with_rows(results, chosen, quantities, statistics, order=1):
    """The first quantities that have any of these numbers."""
    return [q for q in quantities if any(results.get(statistic, p, results.last, q, order)
                                         for statistic in statistics for p in chosen)][:MOST_PANELS]


def parts_figure(results, chosen, quantities):
    """Sizes of the parts on a logarithmic axis, a row per source, a mark per point."""
    shown, chosen = sources(results), drawn(chosen)
    quantities = with_rows(results, chosen, quantities, [name for name, _, _ in shown])
    if len(shown) < 2 or not quantities:
        return None
    figure, stacks = panels(len(quantities), (0.36 * len(shown) + 0.25,), point_handles(results, chosen))
    points = results.points
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        axis.set_xscale("log")
        for level, (name, _, _) in enumerate(shown):
            for i, point in enumerate(chosen):
                row = results.get(name, point, results.last, quantity)
                if row and row.value != 0:
                    y = level + 0.5 * ((i + 0.5) / len(chosen) - 0.5)
                    axis.plot(abs(row.value), y, color=style.colour(points, point),
                              marker=style.marker(points, point), ms=5)
        axis.set_yticks(range(len(shown)), [plain(label, 14) for _, label, _ in shown])
        axis.set_ylim(len(shown) - 0.5, -0.5)
        axis.xaxis.set_major_locator(LogLocator(numticks=6))
        axis.xaxis.set_minor_formatter(NullFormatter())
    return figure


def has_shares(results):
    time = results.time(results.last)
    return any(row.statistic == "bias_share" and row.order == 2 and (row.time == time or time is None)
               and finite(row.value) for row in results.rows)


def shares(results, chosen, quantities):
    """Bars of bias^2 and variance, a row per point."""
    chosen = drawn(chosen)
    quantities = with_rows(results, chosen, quantities, ["bias_share"], 2)
    if not quantities:
        return None
    handles = [Patch(color=INK, label="bias"), Patch(color=PALE, label="fluctuation")]
    figure, stacks = panels(len(quantities), (0.2 * len(chosen) + 0.15,), handles)
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        for i, point in enumerate(chosen):
            row = results.get("bias_share", point, results.last, quantity, 2)
            if row:
                axis.barh(i, 1 - row.value, 0.62, left=row.value, color=PALE)
                axis.barh(i, row.value, 0.62, color=INK)
        axis.set_xlim(0, 1)
        axis.set_ylim(len(chosen) - 0.5, -0.5)
        axis.set_yticks(range(len(chosen)), [plain(results.points.label(p, alone=True), 16) for p in chosen],
                        fontsize=8)
        for label, point in zip(axis.get_yticklabels(), chosen):
            label.set_color(style.colour(results.points, point))
        axis.xaxis.set_major_locator(MaxNLocator(4))
        axis.grid(False)
    return figure


def remaining(row):
    """The rest with the half width of its interval, in grey where it is not told from zero."""
    if not row or not finite(row.low, row.high):
        return "–"
    said = f"{small(row.value)} ± {small((row.high - row.low) / 2, 1)}"
    return html('<span class="quiet">{}</span>', said) if row.low <= 0 <= row.high else said


def table(results, quantities):
    """A row per quantity and point: the parts, then the share of bias for each order."""
    shown, points = sources(results), results.points
    shown = shown if len(shown) > 1 else []    # the interval of the mean alone tells nothing new
    orders = results.orders("bias_share")
    rows = []
    for quantity in quantities:
        for i, point in enumerate(points.all()):
            found = {name: results.get(name, point, results.last, quantity) for name, _, _ in shown}
            share = [results.get("bias_share", point, results.last, quantity, order) for order in orders]
            if any(found.values()) or any(share):
                rows.append(("first" if i == 0 else "", [
                    code(quantity.label) if i == 0 else "",
                    markup.dot(style.colour(points, point), points.label(point))] +
                    [remaining(found[name]) if label == "rest" else small(found[name].value) if found[name] else "–"
                     for name, label, _ in shown] +
                    [fixed(100 * row.value, ".0f") + "%" if row else "–" for row in share]))
    head = ["quantity", "point"] + [label for _, label, _ in shown] + [
        html("bias, <i>r</i>&nbsp;=&nbsp;{}", number(order)) for order in orders]
    return markup.table(head, rows, numeric=range(2, len(head)))


def parts(results, chosen, quantities, show):
    """The section of the page; nothing where neither budget nor shares are there."""
    if len(sources(results)) < 2 and not has_shares(results):
        return []
    found = [
        show("budget", parts_figure(results, chosen, quantities), html(
            "On a logarithmic axis, of at most {} quantities: {}.", MOST_PANELS, markup.joined(
                [html("<i>{}</i>, {}", label, said) for _, label, said in sources(results)], "; ")),
            "Parts of the error, per quantity and point",
            "statistics is the largest part; evolution and reference stay far below it."),
        show("shares", shares(results, chosen, quantities), html(
            "The mean square distance from the limit <i>F</i>, E|<i>Y</i> − <i>F</i>|² = bias² + variance: "
            "the share of each."), "Shares of bias and fluctuation, per quantity and point",
            "little dark: then more realizations help; where it is dark, only points nearer to the limit do.")]
    said = [html("The rest in grey where its interval includes zero.")] * any(
        label == "rest" for _, label, _ in sources(results))
    if results.has("bias_share"):
        said.append(html("The share of bias in E|<i>Y</i> − <i>F</i>|<sup><i>r</i></sup> is what would go "
                         "if the mean were <i>F</i>; for <i>r</i> other than 2 it may be negative."))
    return found + [markup.caption(markup.joined(said, " "))] * bool(said) + [table(results, results.quantities)]
