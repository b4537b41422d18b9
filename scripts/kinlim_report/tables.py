"""The tables of the page."""

import math

import markup
import style
from convergence import limit_statistic, station_of, title_of
from markup import Html, code, dot, html, italic, joined
from points import number, symbol
from style import exact, finite, fixed, interval, measured, small

POOR_FIT = 3    # chi^2 per degree of freedom


def dotted(results, point):
    return dot(style.colour(results.points, point), results.points.label(point))


def first(i, label):
    """The cell of a group's name: in its first row alone."""
    return code(label) if i == 0 else Html("")


def grouped(results, cells_of):
    """Rows per quantity and point, from the cells of each; None: no row."""
    rows = []
    for quantity in results.shown():
        found = [(point, cells_of(point, quantity)) for point in results.points.all()]
        for i, (point, cells) in enumerate((p, c) for p, c in found if c):
            rows.append(("first" if i == 0 else "", [first(i, quantity.label), dotted(results, point)] + cells))
    return rows


# ---- numbers ---------------------------------------------------------------------
def outcome(results):
    """Means and limits at the last station."""
    last, limits = results.last, [limit for limit in results.limits if results.has(limit.value)]
    effect = f"{results.points.size}_effect" if results.has(f"{results.points.size}_effect") else ""
    moment = results.has("central_moment")

    def cells_of(point, quantity):
        mean = results.get("mean", point, last, quantity)
        if not mean:
            return None
        error, cells = results.error(point, last, quantity), []
        for limit in limits:
            value, bias = (results.get(name, point, last, quantity) for name in (limit.value, limit.bias))
            cells += [exact(value.value, error) if value else "–", bias_cell(results, bias, error)]
            if results.random:
                cells.append(fixed(bias.value / error, "+.1f") if bias and error > 0 else "–")
        extra = results.get(effect, point, last, quantity) if effect else None
        spread = results.get("central_moment", point, last, quantity, 2) if moment else None
        return ([measured(mean.value, error)] + cells + [small(extra.value) if extra else "–"] * bool(effect) +
                [small(spread.value, 3) if spread else "–"] * moment)
    head = ["quantity", "point", results.word]
    for limit in limits:
        head += [limit.long_name, f"{results.word} − limit"] + ["in standard errors"] * results.random
    head += [f"effect of {symbol(results.points.size)} on the limit"] * bool(effect) + ["standard deviation"] * moment
    return markup.table(head, grouped(results, cells_of), numeric=range(2, len(head)))


def bias_cell(results, bias, error):
    if not bias:
        return "–"
    if results.random:
        return measured(bias.value, error)
    half = (bias.high - bias.low) / 2 if finite(bias.low, bias.high) else math.nan
    return measured(bias.value, half) if half > 1e-6 * abs(bias.value) else small(bias.value, 4)


# ---- exponents -------------------------------------------------------------------
def exponent(results, name, series, station, quantity, order=1):
    """A fitted exponent, or the bound that stands for it, and whether the power law fits."""
    rate, bound, quality = (results.of_series(kind + name, series, station, quantity, order)
                            for kind in ("rate:", "rate_bound:", "rate_chi2:"))
    said = interval(rate) if rate else f"none; below {small(bound.value)}" if bound else "–"
    if quality and quality.value > POOR_FIT:
        said += f"; poor fit, χ² = {quality.value:.1f}"
    return said


def series_cells(results, series):
    return [series.label] if results.points.several() else []


def bias_rates(results):
    """A row per quantity and series, a column per limit."""
    limits = [limit for limit in results.limits
              if any(results.has(kind + limit.bias) for kind in ("rate:", "rate_bound:", "rate_chi2:"))]
    rows = []
    for quantity in results.shown():
        cells = [(series, [exponent(results, limit.bias, series, results.last, quantity) for limit in limits])
                 for series in results.points.series]
        cells = [(series, found) for series, found in cells if any(c != "–" for c in found)]
        for i, (series, found) in enumerate(cells):
            rows.append(("first" if i == 0 else "", [first(i, quantity.label)] + series_cells(results, series) +
                         found))
    if not rows:
        return Html("")
    head = ["quantity"] + ["points"] * results.points.several() + [
        f"exponent of {results.word} − {limit.long_name}" for limit in limits]
    return markup.table(head, rows)


MOMENTS = [("central_moment", "central"), ("deviation_moment", "about the limit")]


def moment_rates(results):
    """A row per quantity, kind of moment and series, a column per order."""
    orders = sorted({order for name, _ in MOMENTS for order in results.orders("rate:" + name)})
    rows = []
    for quantity in results.shown():
        count = 0
        for name, label in MOMENTS:
            for series in results.points.series:
                cells = [exponent(results, name, series, results.last, quantity, order) for order in orders]
                if any(cell != "–" for cell in cells):
                    rows.append(("first" if count == 0 else "", [first(count, quantity.label), label] +
                                 series_cells(results, series) + cells))
                    count += 1
    if not rows:
        return Html("")
    several = results.points.several()
    if results.proven > 0:
        rows.append(("first quiet", ["", "proven for central moments, at least"] + [""] * several +
                     [fraction(results.proven / order) for order in orders]))
    head = ["quantity", "moment"] + ["points"] * several + [
        html("<i>r</i>&nbsp;=&nbsp;{}", number(order)) for order in orders]
    return markup.table(head, rows)


def fraction(value):
    """1/600 rather than 0.0016667."""
    inverse = 1 / value
    whole = inverse > 1.5 and abs(inverse - round(inverse)) < 1e-6 * inverse
    return f"1/{round(inverse)}" if whole else number(value)


# ---- the rest --------------------------------------------------------------------
def chances(results):
    """How likely a sample is farther from the limit than delta, beside Chebyshev's bound."""
    deltas = results.orders("probability")

    def cells_of(point, quantity):
        cells = []
        for delta in deltas:
            row = results.get("probability", point, results.last, quantity, delta)
            bound = results.get("chebyshev_bound", point, results.last, quantity, delta)
            said = f"{row.value:.2f} ({row.low:.2f} to {row.high:.2f})" if row else "–"
            cells.append(said + (f"; ≤ {small(bound.value)}" if bound else ""))
        return cells if any(cell != "–" for cell in cells) else None
    head = ["quantity", "point"] + [html("<i>δ</i>&nbsp;=&nbsp;{}", number(delta)) for delta in deltas]
    return markup.table(head, grouped(results, cells_of))


def limits_with(results, items):
    return [limit for limit in results.limits if any(results.has(limit_statistic(limit, i)) for i in items)]


def derived(results):
    """Functions of the means: a row per point, then the fitted exponents."""
    items, rows = results.derived(), []
    limits = limits_with(results, items)
    for item in items:
        station, count = station_of(results, item), 0
        for point in results.points.all():
            row = results.get(item.name, point, station, item.quantity, item.order)
            its = [results.get(limit_statistic(limit, item), point, station, item.quantity, item.order)
                   for limit in limits]
            if not row and not any(its):
                continue
            between = row and finite(row.low, row.high) and row.low < row.high
            rows.append(("first" if count == 0 else "", [
                title_of(item) if count == 0 else "", dotted(results, point),
                small(row.value, 5) if row else "–",
                f"{small(row.low, 5)} to {small(row.high, 5)}" if between else "–"] +
                [small(limit.value, 5) if limit else "–" for limit in its]))
            count += 1
        rows += derived_rates(results, item, station, len(limits))
    head = ["statistic", "point", "value", "95% interval" if results.random else "within its error"] + [
        f"from the {limit.long_name}" for limit in limits]
    return markup.table(head, rows, numeric=range(2, len(head)))


def derived_rates(results, item, station, nlimits):
    rows = []
    for series in results.points.series:
        told = f" ({series.label})" if series.label else ""
        rate, proven = (results.of_series(kind + item.name, series, station, item.quantity, item.order)
                        for kind in ("rate:", "proven_rate:"))
        if rate:
            said = html("exponent in {}{}", italic(symbol(results.points.small)), told)
            rows.append(("quiet", ["", said, fixed(rate.value, ".3f"),
                                   f"{fixed(rate.low, '.3f')} to {fixed(rate.high, '.3f')}"] + [""] * nlimits))
        if proven:
            said = html("exponent of the proven bound{}", told)
            rows.append(("quiet", ["", said, fixed(proven.value, ".3f"), ""] + [""] * nlimits))
    return rows


def constants(results):
    """Numbers that follow from the study: a row each and point, then their exponents."""
    rows = []
    for name, quantity, order in results.constants():
        label = joined([code(name), html(" of {}", code(quantity.label)) if quantity else "",
                        f", order {number(order)}" if order != 1 else ""])
        found = [(p, results.get(name, p, None, quantity, order)) for p in results.points.all()]
        found = [(p, row) for p, row in found if row]
        if len(found) == results.npoints > 1 and len({row.value for _, row in found}) == 1:
            rows.append(("first", [label, "all", small(found[0][1].value, 4)]))
        else:
            rows += [("first" if i == 0 else "", [label if i == 0 else "", dotted(results, p), small(row.value, 4)])
                     for i, (p, row) in enumerate(found)]
        for series in results.points.series:
            rate = results.of_series("rate:" + name, series, None, quantity, order)
            if rate:
                told = f" ({series.label})" if series.label else ""
                said = html("exponent in {}{}", italic(symbol(results.points.small)), told)
                rows.append(("quiet", ["", said, interval(rate)]))
    return markup.table(["number", "point", "value"], rows, (2,)) if rows else Html("")


def points(results):
    """Every parameter of every point, and the worst of each check."""
    names, checks, columns = list(results.columns), results.checks(), results.columns
    worst = {(row.point, row.statistic): row.value for row in results.rows
             if row.statistic in checks and not row.observable}
    rows = [[dotted(results, p)] + [results.points.word(name, columns[name].values[p]) for name in names] +
            [str(results.finished(p))] * results.random +
            [small(worst[p, check]) if (p, check) in worst else "–" for check in checks]
            for p in results.points.all()]
    head = ["point"] + [italic(symbol(n)) if symbol(n) != n else n for n in names] + [
        "realizations"] * results.random + [check.replace("_", " ") for check in checks]
    return markup.table(head, rows, numeric=range(1, len(head)))


def parameters(results):
    """What the columns are, in words."""
    told = [html("{}: {}{}", italic(symbol(name)), column.long_name,
                 f", in {column.units}" if column.units not in ("", "1") else "")
            for name, column in results.columns.items() if column.long_name]
    return html("{}. ", joined(told, "; ")) if told else Html("")


def provenance(results):
    rows = joined(html('<tr><td class="quiet">{}</td><td class="long">{}</td></tr>', key.replace("_", " "), value)
                  for key, value in results.provenance.items())
    return html('<div class="wide"><table><tbody>{}</tbody></table></div>', rows)
