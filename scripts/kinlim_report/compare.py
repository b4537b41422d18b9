"""Points beside each other: sizes, taken to infinity, and variants of the same random numbers."""

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

import markup
import style
from markup import code, html, italic
from panels import bars, drawn, label_small, panels
from points import symbol
from style import GREY, INK, finite, fixed, measured, plain, small

MODELS = {0: ("plateau", "s"), 1: ("line", "^")}    # of rows X_limit:..., by their order


# ---- sizes -----------------------------------------------------------------------
def limit_rows(results, quantity, statistic="mean"):
    """Rows X_limit:STATISTIC of a quantity at the last station, in the order of the file."""
    name = f"{results.points.size}_limit:{statistic}"
    return [row for order in results.orders(name) for row in results.all(name, -1, results.last, quantity, order)
            if finite(row.value)]


def has_sizes(results):
    return bool(results.points.size) and results.has(f"{results.points.size}_limit:mean")


def belongs(results, row, point):
    """Whether a row of several sizes is of this point's set."""
    columns = results.points.columns
    return all(math.isclose(columns[name].values[point], value, rel_tol=1e-9) for name, value in row.given.items())


def main_variant(results):
    points = results.points
    if not points.variant:
        return points.all()
    first = min(points.columns[points.variant].values)
    return [p for p in points.all() if points.columns[points.variant].values[p] == first]


def sizes(results, quantities):
    """Means against 1/size, with what they are taken to at infinite size."""
    if not has_sizes(results):
        return None
    points, chosen = results.points, main_variant(results)
    size = points.columns[points.size].values
    quantities = [q for q in quantities if limit_rows(results, q)]
    if not quantities:
        return None
    colours = {points.order(p): p for p in chosen}
    shown = [colours[place] for place in drawn(sorted(colours), 4)]
    infinite = [limit for limit in results.limits
                if results.has(f"{points.size}_limit:bias") and limit.name != "reference"]
    handles = size_handles(points, shown, infinite)
    figure, stacks = panels(len(quantities), (2.3,), handles)
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        for rank, p in enumerate(shown):
            family = [o for o in chosen if points.order(o) == points.order(p)]
            draw_family(axis, results, family, quantity, (rank - (len(shown) - 1) / 2) * 0.02 / min(size), infinite)
        axis.set_xlim(-0.36 / min(size), 1.08 / min(size))
        ticks = MaxNLocator(5).tick_values(0, 1.05 / min(size))
        axis.xaxis.set_major_locator(FixedLocator([x for x in ticks if x >= 0]))
        axis.yaxis.set_major_locator(MaxNLocator(4))
        axis.axvline(0, color=GREY, lw=0.6, zorder=0)
        axis.set_xlabel(plain(f"1/{symbol(points.size)}"), labelpad=1)
    return figure


def size_handles(points, shown, infinite):
    def level(p):
        return points.shown(points.small, points.columns[points.small].values[p]) if points.small else "mean"
    handles = [Line2D([], [], color=style.colour(points, p), marker="o", ms=6, lw=0, label=plain(level(p)))
               for p in shown]
    handles += [Line2D([], [], color=GREY, marker=marker, ms=6, lw=0, mfc="white", label=word)
                for word, marker in MODELS.values()]
    return handles + [Line2D([], [], color=INK, marker="_", ms=10, lw=0, label=plain(limit.long_name))
                      for limit in infinite[:1]]


def draw_family(axis, results, family, quantity, aside, infinite):
    size, colour = results.points.columns[results.points.size].values, style.colour(results.points, family[0])
    for p in family:
        row = results.get("mean", p, results.last, quantity)
        if row:
            axis.errorbar(1 / size[p] + aside, row.value, yerr=bars(row), marker="o", ms=4.5, lw=0,
                          elinewidth=1.2, color=colour)
    for row in limit_rows(results, quantity):
        if row.order in MODELS and belongs(results, row, family[0]):
            axis.errorbar(aside - (0.12 + 0.14 * row.order) / min(size), row.value, yerr=bars(row),
                          marker=MODELS[row.order][1], ms=5, lw=0, elinewidth=1.2, color=colour, mfc="white")
    for limit in infinite[:1]:
        row = results.get(limit.value, family[-1], results.last, quantity)
        if row:
            axis.plot(aside, row.value, color=INK, marker="_", ms=12, lw=0, zorder=4)


def table_sizes(results, quantities):
    points, rows = results.points, []
    biased = results.has(f"{points.size}_limit:bias")
    for quantity in quantities:
        for i, row in enumerate(limit_rows(results, quantity)):
            def other(statistic):
                found = [r for r in limit_rows(results, quantity, statistic)
                         if (r.given, r.order) == (row.given, row.order)]
                return found[0] if found else None
            half = (row.high - row.low) / 2
            bias, chi2, chance, others = map(other, ("bias", "chi2", "chance", "others"))
            rows.append(("first" if i == 0 else "", [
                code(quantity.label) if i == 0 else "", ", ".join(points.shown(n, v) for n, v in row.given.items()),
                MODELS.get(row.order, (f"order {row.order:g}",))[0], measured(row.value, half / 1.96)] +
                ([between(bias) if bias else "–"] if biased else []) +
                [fixed(r.value, form) if r else "–"
                 for r, form in ((chi2, ".2f"), (chance, ".2g"), (others, ".2g"))]))
    head = ["quantity", "points", "model", "at infinite size"] + ["minus its limit"] * biased + [
        "χ²", "chance of χ²", "chance of the others"]
    return markup.table(head, rows, numeric=range(3, len(head)))


def words_sizes(results):
    name = italic(symbol(results.points.size))
    return html("The means at one set of the other parameters, taken to infinite {0} in two ways. <i>Plateau</i>: "
                "the weighted mean of the sizes that do not feel their edge. <i>Line</i>: a fit in 1/{0} through "
                "all of them. 95% intervals; χ² is per degree of freedom, and <i>chance</i> the probability of a "
                "larger one: below 0.01 the model does not describe the data; the last column is the probability "
                "that the sizes which are not on the plateau scatter about it so much by chance.", name)


# ---- variants ----------------------------------------------------------------------
def has_variants(results):
    return bool(results.points.prefix) and results.has(f"{results.points.prefix}:mean")


def compared(results, quantity, statistic="mean", order=1):
    name = f"{results.points.prefix}:{statistic}"
    rows = [(p, results.get(name, p, results.last, quantity, order)) for p in results.points.all()]
    return [(p, row) for p, row in rows if row]


def base_word(results):
    column = results.points.columns[results.points.variant]
    return results.points.word(results.points.variant, column.values[0])


def variants(results, quantities):
    """Paired differences from the first variant against the small parameter; of the largest size."""
    if not has_variants(results) or not results.points.small:
        return None
    points = results.points
    largest = {}
    for series in points.series:    # the largest size comes first
        largest.setdefault(points.mean(points.variant, series.points), series)
    chosen = [p for series in largest.values() for p in series.points]
    quantities = [q for q in quantities if any(p in chosen for p, _ in compared(results, q))]
    if not quantities:
        return None
    words = [s for s in largest.values() if any(p in s.points for q in quantities for p, _ in compared(results, q))]
    handles = [Line2D([], [], color=GREY, marker=style.marker(points, s.points[0]), ms=6, lw=0, label=plain(
        f"{points.shown_mean(points.variant, s.points)} − {base_word(results)}")) for s in words]
    figure, stacks = panels(len(quantities), (1.9,), handles)
    values = points.columns[points.small].values
    for (axis,), quantity in zip(stacks, quantities):
        axis.set_title(plain(quantity.label))
        axis.axhline(0, color=INK, lw=1.0, zorder=1)
        for p, row in compared(results, quantity):
            if p in chosen:
                rank = [s.index for s in words].index(points.series[points.rank[p]].index)
                at = values[p] * (1 + 0.012 * (rank - (len(words) - 1) / 2))
                axis.errorbar(at, row.value, yerr=bars(row), marker=style.marker(points, p), ms=5, lw=0,
                              elinewidth=1.2, color=style.colour(points, p))
        axis.yaxis.set_major_locator(MaxNLocator(4))
        label_small(axis, results, values[chosen])
    return figure


def between(row):
    if not finite(row.low, row.high):
        return small(row.value)
    return f"{small(row.value)} [{small(row.low)}, {small(row.high)}]"


def difference(row):
    """A difference with its interval, in grey where that includes zero."""
    if not row:
        return "–"
    said = between(row)
    quiet = finite(row.low, row.high) and row.low <= 0 <= row.high
    return html('<span class="quiet">{}</span>', said) if quiet else said


def table_variants(results, quantities):
    rows = []
    for quantity in quantities:
        spread = dict(compared(results, quantity, "central_moment", 2))
        for i, (p, row) in enumerate(compared(results, quantity)):
            rows.append(("first" if i == 0 else "", [
                code(quantity.label) if i == 0 else "",
                markup.dot(style.colour(results.points, p), results.points.label(p)),
                difference(row), difference(spread.get(p))]))
    head = ["quantity", "point", "difference of means", "difference of standard deviations"]
    return markup.table(head, rows, (2, 3))
