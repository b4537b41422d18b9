"""The report as one HTML page: words and tables from the data, figures beside it."""

import math
import os
from html import escape

import budget
import style
from data import number, symbol
from markup import dotted, figure, table
from style import exact, finite, interval, measured, minus

CSS_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.css")


def italic(name):
    return f"<i>{escape(symbol(name))}</i>"


def listed(words):
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


# ---- words -------------------------------------------------------------------
def facts(results):
    parts = [escape(results.system), f"{results.npoints} point{'s' * (results.npoints > 1)}"]
    done = [results.finished(p) for p in range(results.npoints)]
    counts = str(done[0]) if len(set(done)) == 1 else f"{min(done)} to {max(done)}"
    parts.append(f"{counts} realizations each" if results.npoints > 1 else f"{counts} realizations")
    asked = int(results.asked.sum())
    if results.done.sum() < asked:
        parts.append(f"{int(results.done.sum())} of {asked} done")
    parts.append(f"<i>T</i> up to {number(results.times[-1])}")
    return " · ".join(parts)


def sentence_mean(results, point, time):
    quantity = results.clearest(point, len(results.times) - 1)
    row = results.get("mean", point, time, quantity)
    if not row or not finite(row.value):
        return ""
    error = results.standard_error(point, time, quantity)
    said = (f"At {escape(results.point_label(point))} and <i>T</i> = {number(time)} the mean of "
            f"<code>{escape(quantity.label)}</code> is {measured(row.value, error)}")
    limit = results.reference_at(point, len(results.times) - 1, quantity)
    if not math.isfinite(limit):
        return said + "."
    said += f"; its kinetic limit is {exact(limit, error)}"
    if finite(error) and error > 0:
        said += f", {abs(row.value - limit) / error:.1f} standard errors away"
    return said + "."


def sentence_agreement(results, point, time):
    rows = [results.get("bias", point, time, q) for q in results.quantities]
    rows = [row for row in rows if row and finite(row.low, row.high)]
    if not rows:
        return ""
    agree = sum(row.low <= 0 <= row.high for row in rows)
    return (f"There, {agree} of {len(rows)} means agree with the limit within their 95% intervals "
            f"({0.95 * len(rows):.1f} would if no bias were left).")


def sentence_spread(results, time):
    """How the spread of single samples falls, for the clearest quantity, and its exponents."""
    points = [p for p in results.points_by_size() if results.finished(p)]
    if len(points) < 2 or not results.small or len(set(results.columns[results.small])) < 2:
        return ""
    quantity = results.clearest(points[-1], len(results.times) - 1)
    ends = [results.get("central_moment", p, time, quantity, 2) for p in (points[0], points[-1])]
    said = ""
    if all(row and finite(row.value) for row in ends):
        said = (f"The standard deviation of one sample of <code>{escape(quantity.label)}</code> "
                f"goes from {ends[0].value:.2g} at {escape(results.point_label(points[0]))} to "
                f"{ends[1].value:.2g} at {escape(results.point_label(points[-1]))}.")
    last = len(results.times) - 1
    limited = [q for q in results.quantities
               if math.isfinite(results.reference_at(points[-1], last, q))]
    rates = [results.get("rate:central_moment", -1, time, q, 2)
             for q in limited or results.quantities]
    rates = sorted(row.value for row in rates if row and finite(row.value))
    if rates:
        span = f"{rates[0]:.2f}"
        span += f" to {rates[-1]:.2f}" if len(rates) > 1 else ""
        said += (f" Fitted as powers of {italic(results.small)}, the standard deviations have "
                 f"exponents {minus(span)}")
        said += f"; proven is at least 1/{2 * results.proven}." if results.proven else "."
    return said


def summary(results):
    time = results.times[-1]
    smallest = results.finest()
    said = [sentence_mean(results, smallest, time), sentence_agreement(results, smallest, time),
            sentence_spread(results, time)]
    notes = sorted({note for note in results.notes if note})
    said += [f"About the limit: {escape(note)}." for note in notes]
    return " ".join(part for part in said if part)


# ---- tables ------------------------------------------------------------------
def table_outcome(results):
    time, rows, colour = results.times[-1], [], style.colours(results)
    for quantity in results.quantities:
        for i, point in enumerate(results.points_by_size()):
            mean = results.get("mean", point, time, quantity)
            if not mean:
                continue
            error = results.standard_error(point, time, quantity)
            limit = results.reference_at(point, len(results.times) - 1, quantity)
            bias = mean.value - limit
            moment = results.get("central_moment", point, time, quantity, 2)
            compared = [exact(limit, error), measured(bias, error),
                        minus(f"{bias / error:+.1f}") if finite(bias, error) and error > 0 else "–"]
            rows.append(("first" if i == 0 else "", [
                f"<code>{escape(quantity.label)}</code>" if i == 0 else "",
                dotted(results, point, colour), measured(mean.value, error)] +
                (compared if results.has_limit() else []) +
                [f"{moment.value:.3g}" if moment and finite(moment.value) else "–"]))
    compared = ["limit", "mean − limit", "in standard errors"] if results.has_limit() else []
    head = ["quantity", "point", "mean"] + compared + ["standard deviation"]
    return table(head, rows, numeric=range(2, len(head)))


RATES = [("rate:bias", "bias"), ("rate:central_moment", "central moment"),
         ("rate:deviation_moment", "moment about the limit")]


POOR_FIT = 3    # chi^2 per degree of freedom


def of_series(results, row):
    """An exponent or the bound that stands for it, whether the power law fits, and which points it
    is of if not of the last or only series."""
    if not row:
        return interval(row)
    name = row.statistic.split(":", 1)[1]
    said = interval(row)
    if row.statistic.startswith("rate_bound:"):
        said = f"none; below {row.value:.1e}"
    quantity = next(q for q in results.quantities if (q.observable, q.part) == (row.observable, row.part))
    for quality in results.all("rate_chi2:" + name, -1, row.time, quantity, row.order):
        if quality.series == row.series and quality.value > POOR_FIT:
            said += f"; poor fit, \u03c7\u00b2 = {quality.value:.1f}"
    return said + (f" ({escape(row.series)})" if row.series else "")


def table_rates(results):
    """Fitted exponents: a row per quantity and statistic, a column per order."""
    time, rows, known = results.times[-1], [], {name for name, _ in RATES}
    others = sorted({r.statistic for r in results.rows if r.statistic.startswith("rate:")} - known)
    apart = {"rate:" + name for name, _ in results.derived()}
    statistics = RATES + [(name, name[len("rate:"):].replace("_", " ")) for name in others
                          if name not in apart]
    orders = sorted({order for name, _ in statistics
                     for order in results.orders(name[len("rate:"):])})
    for quantity in results.quantities:
        first = True
        for name, label in statistics:
            measured_orders = results.orders(name[len("rate:"):])
            if not measured_orders:
                continue
            cells = [results.all(name, -1, time, quantity, order) +
                     results.all(name.replace("rate:", "rate_bound:"), -1, time, quantity, order) or
                     ([None] if order in measured_orders else []) for order in orders]
            rows.append(("first" if first else "", [
                f"<code>{escape(quantity.label)}</code>" if first else "", label] +
                ["<br>".join(of_series(results, row) for row in cell) for cell in cells]))
            first = False
    if not rows:
        return ""
    if results.proven:
        rows.append(("first quiet", ["", "proven for central moments, at least"] +
                     [f"1/{number(results.proven * order)}" for order in orders]))
    head = ["quantity", "statistic"] + [f"<i>r</i> = {number(order)}" for order in orders]
    words = ('<p class="caption">Fitted exponents with 95% intervals; – where the data allow no '
             'honest exponent, for a bias with what its intervals stay below at every point. '
             'A fit is called poor above \u03c7\u00b2 = 3 per degree of freedom. Several in one cell: '
             'one per series of points.</p>')
    return words + table(head, rows)


def table_chances(results):
    """How likely a sample is farther from the limit than delta, beside Chebyshev's bound."""
    time, rows, colour = results.times[-1], [], style.colours(results)
    deltas = results.orders("probability")
    for quantity in results.quantities:
        for i, point in enumerate(results.points_by_size()):
            cells = []
            for delta in deltas:
                row = results.get("probability", point, time, quantity, delta)
                bound = results.get("chebyshev_bound", point, time, quantity, delta)
                said = f"{row.value:.2f} ({row.low:.2f} to {row.high:.2f})" if row else "\u2013"
                cells.append(said + (f"; \u2264 {bound.value:.2g}" if bound else ""))
            if any(cell != "\u2013" for cell in cells):
                rows.append(("first" if i == 0 else "", [
                    f"<code>{escape(quantity.label)}</code>" if i == 0 else "",
                    dotted(results, point, colour)] + cells))
    head = ["quantity", "point"] + [f"<i>\u03b4</i> = {number(delta)}" for delta in deltas]
    return table(head, rows)


def table_derived(results):
    """Statistics without a time: a row per point, then the fitted exponent."""
    rows, colour = [], style.colours(results)
    for name, quantity in results.derived():
        label = (f"{escape(name.replace('_', ' '))} of <code>{escape(quantity.label)}</code>")
        for i, point in enumerate(results.points_by_size()):
            limit = results.get("reference:" + name, point, math.nan, quantity)
            row = results.get(name, point, math.nan, quantity)
            shown = ["–", "–"]
            if row and finite(row.value):
                between = finite(row.low, row.high)
                shown = [f"{row.value:.5g}", f"{row.low:.5g} to {row.high:.5g}" if between else "–"]
            rows.append(("first" if i == 0 else "", [
                label if i == 0 else "", dotted(results, point, colour)] + shown +
                [f"{limit.value:.5g}" if limit else "–"]))
        rate = results.get("rate:" + name, -1, math.nan, quantity)
        if rate:
            rows.append(("quiet", ["", f"exponent in {italic(results.small)}", f"{minus(f'{rate.value:.3f}')}",
                                   minus(f"{rate.low:.3f} to {rate.high:.3f}"), ""]))
        proven = results.get("proven_rate:" + name, -1, math.nan, quantity)
        if proven:
            rows.append(("quiet", ["", "proven, up to logarithms", minus(f"{proven.value:.3f}"), "", ""]))
    return table(["statistic", "point", "value", "95% interval", "from the limit"], rows,
                 numeric=(2, 3, 4))


def table_checks(results):
    names = sorted({r.statistic for r in results.rows if not r.observable and r.point >= 0})
    colour = style.colours(results)
    worst = {(r.point, r.statistic): r.value for r in results.rows if r.statistic in names}
    columns = [name for name in results.columns]
    rows = [[dotted(results, p, colour)] + [results.parameter(c, p) for c in columns] +
            [str(results.finished(p))] +
            [f"{worst[p, name]:.1e}" if (p, name) in worst else "–" for name in names]
            for p in results.points_by_size()]
    head = ["point"] + [italic(c) if symbol(c) != c else escape(c) for c in columns] + [
        "realizations"] + [escape(name.replace("_", " ")) for name in names]
    return table(head, rows, numeric=range(1, len(head)))


def table_provenance(results):
    rows = [f'<tr><td class="quiet">{escape(key.replace("_", " "))}</td>'
            f'<td class="long">{escape(value)}</td></tr>'
            for key, value in results.provenance.items()]
    return f'<div class="wide"><table><tbody>{"".join(rows)}</tbody></table></div>'


# ---- the page ----------------------------------------------------------------
def section(title, *parts):
    return f"<section><h2>{title}</h2>{''.join(parts)}</section>"


def time_words(results):
    units = results.time_units
    return f"<i>T</i> is in units of {escape(units)}." if units not in ("", "1") else ""


def sections(results, names):
    time = f"<i>T</i> = {number(results.times[-1])}"
    if "headline" in names:
        yield figure("headline", "The quantity that is known best, "
                     f"<code>{escape(results.clearest(results.finest(), -1).label)}</code>: its mean "
                     f"over time, its samples at {time}, and how both close in on the limit.",
                     "Mean, samples and convergence of one quantity")
    limit = results.has_limit()
    lines = "Lines: the kinetic limit. Beneath each panel: mean minus limit. " if limit else ""
    yield section("Means against the limit" if limit else "Means", figure(
        "means", "Ensemble means over macroscopic time with 95% intervals, set apart sideways where "
        f"they would cover each other. {lines}{time_words(results)}",
        "Ensemble means over time, per quantity and point"))
    yield section(f"Numbers at {time}", '<p class="caption">Digits in brackets are the standard '
                  'error of the last digits. <i>Standard deviation</i> is that of one realization.'
                  '</p>', table_outcome(results))
    if results.derived():
        yield section("Derived statistics", figure(
            "derived", f"Functions of the means against {italic(results.small)}, logarithmic axes, "
            "95% intervals. The dotted line has the proven exponent, at an arbitrary height."
            if any(row.statistic.startswith("proven_rate:") for row in results.rows) else
            "95% intervals.", "Derived statistics against the small parameter")
            if "derived" in names else "", table_derived(results))
    if "spreading" in names:
        yield section("Spreading", figure(
            "spreading", "The mean square displacement in macroscopic units. Lines: ballistic (free "
            "motion, <i>X</i>² = 2<i>d T</i>²) and, through the last point, diffusive "
            "(<i>X</i>² proportional to <i>T</i>).", "Mean square displacement over time"))
    if "convergence" in names:
        proven = (f" The dotted line has the proven exponent, 1/({results.proven}<i>r</i>)."
                  if results.proven else "")
        yield section("Convergence", figure(
            "convergence", f"At {time}: the absolute bias and the central moments "
            f"(E|<i>Y</i> − E<i>Y</i>|<sup><i>r</i></sup>)<sup>1/<i>r</i></sup> against "
            f"{italic(results.small)}, logarithmic axes, 95% intervals. Open circles: "
            f"the interval includes zero. Grey lines: fitted powers.{proven}",
            "Bias and moments against the small parameter, with fitted powers"),
            table_rates(results))
    parts = budget.parts(results, names)
    if parts:
        yield section("Where the error comes from", *parts)
    if results.orders("probability"):
        yield section("Far from the limit", f'<p class="caption">At {time}: the fraction of samples '
                      'farther from the limit than <i>\u03b4</i>, with its 95% interval, and the bound of '
                      'Chebyshev\u2019s inequality from the moments, an estimate itself.</p>',
                      table_chances(results))
    if "histogram" in names:
        line = ", the dark line is the kinetic limit." if limit else "."
        yield section("Samples", figure(
            "histogram", f"Every realization at {time}: one ridge per point, ticks are the samples"
            + line, "Histograms of the samples per quantity and point"))
    for field in results.fields:
        title = escape(field.title[:1].upper() + field.title[1:])
        if len(field.axes) == 1:
            line = ", beside the kinetic limit." if field.has_limit() else "."
            words = f"At {time}: mean over realizations with its 95% band" + line
        else:
            point = [p for p in results.points_by_size() if p in field.points][-1]
            words = (f"At {escape(results.point_label(point))}: realization 0, the mean of all"
                     + (", and the kinetic limit, smoothed alike" if field.has_limit() else "")
                     + ". One scale of colours (a square root) in each column.")
        yield section(title, figure(f"field-{field.name}", words, f"{field.title} over time"))
    yield section("Points and checks", '<p class="caption">Drifts are the worst over realizations '
                  'and times; a run stops if one exceeds its tolerance.</p>', table_checks(results))
    yield section("Provenance", table_provenance(results), "<details><summary>The study, resolved"
                  f"</summary><pre>{escape(results.study)}</pre></details>")


def render(results, names):
    title = escape(results.name)
    with open(CSS_FILE, encoding="utf-8") as file:
        css = file.read()
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title} · kinlim</title><style>\n{css}</style></head>\n<body><main>"
            f'<h1>{title}</h1><p class="facts">{facts(results)}</p>'
            f'<p class="summary">{summary(results)}</p>\n'
            + "\n".join(sections(results, names)) + "</main></body></html>\n")
