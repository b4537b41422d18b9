"""The report as one HTML page: words, tables and figures from the data. `show(name, figure, words,
alternative, good)` saves a figure and gives its place on the page, nothing where there is no figure; good
says what a good result looks like."""

import base64
import hashlib
import os

import budget
import compare
import diagrams
import fields as field_figures
import fluctuations
import scaling
import tables
from convergence import convergence, derived, derived_over_stations
from data import EXACT
from markup import (GENERATOR, Html, caption, code, contents, details, good, html, italic, joined, listed,
                    section)
from means import guide_figure, means, over_stations
from panels import MOST_PANELS, MOST_POINTS
from points import number, symbol
from samples import headline, histogram
from study import definitions
from style import exact, finite, fixed, measured, small

HERE = os.path.dirname(os.path.abspath(__file__))
MOST_SERIES, FEWER_PANELS = 6, 3    # with figures; quantities of the figures of all but the first


def plural(count, word):
    return f"{count} {word}{'s' * (count != 1)}"


def when(results, before="at"):
    """" at T = 1", as markup; nothing where there are no stations."""
    if not results.has_stations:
        return Html("")
    return html(" {} {} = {}", before, italic(results.station.symbol), number(results.station.values[results.last]))


def the_limit(results, limit):
    return "the limit" if len(results.limits) == 1 else f"the {limit.long_name}"


def part_of(results, quantities):
    """Says which quantities a figure shows, where it does not show all."""
    if len(quantities) == len(results.shown()):
        return ""
    return f"The {len(quantities)} best known of {len(results.shown())} quantities; all are in the tables. "


# ---- words at the top --------------------------------------------------------------
def facts(results):
    said = [results.system, plural(results.npoints, "point")]
    done = [results.finished(p) for p in range(results.npoints)]
    if results.random:
        counts = str(done[0]) if len(set(done)) == 1 else f"{min(done)} to {max(done)}"
        said.append(f"{counts} realizations" + " each" * (results.npoints > 1))
        if results.members > 1:
            said.append(f"in lockstep by {results.members}")
    asked = int(results.asked.sum())
    if results.done.sum() < asked:
        said.append(f"{int(results.done.sum())} of {asked} done")
    if over_stations(results):
        said.append(html("{} up to {}", italic(results.station.symbol), number(results.station.values[results.last])))
    elif results.has_stations:
        said.append(html("{} = {}", italic(results.station.symbol), number(results.station.values[0])))
    return joined(said, " · ")


def sentence_mean(results, point, quantity):
    row = results.get("mean", point, results.last, quantity)
    if not row:
        return ""
    error = results.error(point, results.last, quantity)
    said = html("At {}{} the {} of {} is {}", results.points.label(point), when(results, "and"), results.word,
                code(quantity.label), measured(row.value, error))
    limit, its = results.limit_of(point, results.last, quantity)
    if limit:
        away = small(abs(row.value - its.value), 3)
        if results.random and finite(error) and error > 0:
            away = f"{abs(row.value - its.value) / error:.1f} standard errors"
        said = html("{}, {} from {} ({})", said, away, exact(its.value, error), limit.long_name)
    return html("{}.", said)


def sentence_agreement(results, point):
    """How many means agree with the first limit that there is."""
    for limit in results.limits if results.random else ():
        rows = [results.get(limit.bias, point, results.last, q) for q in results.quantities]
        rows = [row for row in rows if row and finite(row.low, row.high)]
        values = [results.get("mean", point, results.last, q) for q in results.quantities]
        rounding = EXACT * max((abs(row.value) for row in values if row), default=0)
        if len(rows) > 1:
            agree = sum(row.low <= 0 <= row.high or abs(row.value) <= rounding for row in rows)
            return (f"There, {agree} of {len(rows)} means agree with {the_limit(results, limit)} within their 95% "
                    f"intervals ({0.95 * len(rows):.1f} would if no bias were left).")
    return ""


def span_of(rates, form=".2f"):
    values = sorted(row.value for row in rates)
    ends = [fixed(values[0], form), fixed(values[-1], form)]
    if len(values) == 1:
        return f"exponent {ends[0]}"
    return f"exponents {ends[0]}" + (f" to {ends[1]}" if ends[1] != ends[0] else "")


def rates_of(results, series, name, order=1):
    rates = [results.of_series(name, series, results.last, q, order) for q in results.quantities]
    return [rate for rate in rates if rate]


def sentence_spread(results, series, quantity):
    """How the spread of single samples falls, and its exponents."""
    points = [p for p in series.points if results.finished(p)]
    ends = [results.get("central_moment", p, results.last, quantity, 2) for p in (points[0], points[-1])]
    rates, said = rates_of(results, series, "rate:central_moment", 2), []
    if len(points) > 1 and all(ends):
        said.append(html("The standard deviation of one sample of {} goes from {} at {} to {} at {}.",
                         code(quantity.label), small(ends[0].value), results.points.label(points[0], True),
                         small(ends[1].value), results.points.label(points[-1], True)))
    if rates:
        proven = f"; proven is at least {tables.fraction(results.proven / 2)}" if results.proven > 0 else ""
        said.append(html("Fitted as powers of {}, the standard deviations have {}{}.",
                         italic(symbol(results.points.small)), span_of(rates), proven))
    return joined(said, " ")


def sentence_bias(results, series):
    """The exponents of the distance from each limit."""
    said = []
    for limit in results.limits:
        rates = rates_of(results, series, "rate:" + limit.bias)
        if rates:
            point = results.finest(series)
            limited = sum(results.get(limit.bias, point, results.last, q) is not None for q in results.quantities)
            count = "" if len(rates) == limited else f" ({len(rates)} of {limited} quantities have one)"
            said.append(html("Towards {}, the {} closes in with {} in {}{}.", the_limit(results, limit), results.word,
                             span_of(rates), italic(symbol(results.points.small)), count))
    return joined(said, " ")


def notes(results):
    """What the limits say about points: which ones, unless it is all."""
    said = []
    for note, points in results.notes.items():
        where = "" if len(points) == results.npoints else html(
            " ({})", results.points.label(min(points)) if len(points) == 1 else plural(len(points), "point"))
        said.append(html("About the limit{}: {}.", where, note.rstrip(".")))
    return joined(said, " ")


def summary(results, series, quantity):
    point = results.finest(series)
    return joined([said for said in (sentence_mean(results, point, quantity), sentence_agreement(results, point),
                                     sentence_bias(results, series), sentence_spread(results, series, quantity),
                                     fluctuations.sentence(results, point),
                                     notes(results)) if said], " ")


# ---- the model -----------------------------------------------------------------------
def model(results):
    """The system's own words, and the observables as the study defines them."""
    found = definitions(results.study)
    if not results.model and not found:
        return Html("")
    rows = [[code(name), said] for name, said in found]
    table = joined([caption("The observables, as the study defines them."),
                    tables.markup.table(["observable", "definition"], rows)]) if found else ""
    return section("The model", html("<p>{}</p>", results.model) if results.model else "", table)


# ---- sections ------------------------------------------------------------------------
def smooth_words(results):
    return ("Ticks are the limit's values, dark where the points share them, else in the colour of the point; a "
            "curve, where they are dense enough to tell one, is the cubic spline through them. ")


def station_words(results):
    station = results.station
    said = html("{} is the {}", italic(station.symbol), station.long_name) if station.long_name else ""
    if said and station.units not in ("", "1"):
        said = html("{}, in units of {}", said, station.units)
    return html("{}. ", said) if said else ""


def words_means(results, chosen, quantities):
    bars = "95% intervals" if results.random else "their own errors"
    over = html("over {}", italic(results.station.symbol)) if over_stations(results) else html(
        "against {}{}", italic(symbol(results.points.small)), when(results))
    said = [part_of(results, quantities), html("{} {} with {}", "Means" if results.random else "Values", over, bars)]
    if over_stations(results):
        if len(chosen) > 1:
            said.append(", set apart sideways where they would cover each other")
        if len(chosen) > MOST_POINTS:
            said.append(f", at {MOST_POINTS} of {len(chosen)} points")
    said.append(". ")
    if results.limits:
        said.append(smooth_words(results) if over_stations(results) else "Dark ticks: the limit. ")
        said.append(f"Beneath: {results.word} minus {results.limits[0].long_name}. ")
    return joined(said + [station_words(results) if over_stations(results) else ""])


def good_means(results):
    """What to look for in means beside a limit."""
    if not results.limits:
        return ""
    if not results.random:
        return "the values approach the ticks of the limit from point to point, by much more than their own errors."
    name = symbol(results.points.small)
    falls = html(", and what is left of the differences shrinks with {}", italic(name)) if name else ""
    return html("the marks lie on the limit’s curve; beneath, 19 of 20 intervals reach the line at zero{}.", falls)


def means_section(results, series, quantities, show):
    at_once = not over_stations(results)    # all series fit into one figure
    chosen = results.points.all() if at_once else series.points
    chosen = [p for p in chosen if results.finished(p)]
    several = at_once and results.points.several()
    limited = [q for q in quantities if any(results.limit_of(p, results.last, q)[0] for p in chosen)]
    others = [q for q in quantities if q not in limited]
    alternative = f"{results.word} of each quantity and point"
    place = show("means", means(results, chosen, limited or others, several),
                 words_means(results, chosen, quantities), alternative, good_means(results))
    if limited and others:
        place = joined([place, show("means-without", means(results, chosen, others, several),
                                    "The quantities without a limit.", alternative)])
    what = "Means" if results.random else "Values"
    title = f"{what} against the limit" if results.limits else what
    return section(title, main_words(results, series) if not at_once else "", place) if place else Html("")


def main_words(results, series):
    """Which series a figure is of; the others have theirs further down."""
    if not results.points.several():
        return ""
    return caption(html("Points with {}; the other series follow below.", series.label))


def numbers_section(results):
    said = "Digits in brackets are the standard error of the last digits. " if results.random else \
        "Digits in brackets are the value's own error in the last digits. "
    if results.has("central_moment"):
        said = html("{}<i>Standard deviation</i> is that of one realization. ", said)
    zero = [q for q in results.vanishing() if q not in results.shown()]
    if zero:
        said = html("{}Left out, for they are zero within their errors everywhere: {}.", said, listed(
            code(q.label) for q in zero))
    wanted = "differences from the limit of at most two standard errors, or such that fall from point to point." \
        if results.random and results.limits else ""
    return section(html("Numbers{}", when(results)), caption(said), good(wanted), tables.outcome(results))


def derived_section(results, series, show):
    if not results.derived():
        return Html("")
    name = italic(symbol(results.points.small))
    words = html("Functions of the {}s against {}{}. Grey lines: fitted powers, where there are any.",
                 results.word, name, " with 95% intervals" if results.random else "")
    if any(row.statistic.startswith("proven_rate:") for row in results.rows):
        words = html("{} Dotted: a line with the proven exponent, at an arbitrary height.", words)
    return section("Derived statistics",
                   show("derived", derived(results, results.points.all()), words,
                        "Functions of the means against the small parameter"),
                   show("derived-stations", derived_over_stations(results, series.points),
                        html("Functions of the {}s over {}. {}", results.word, italic(results.station.symbol),
                             smooth_words(results)),
                        "Functions of the means over the stations"),
                   tables.derived(results))


def guides_section(results, series, show):
    words = html("{}, on logarithmic axes, between lines that the system suggests. A line without a coefficient of "
                 "its own is drawn through the last value of the last point. {}",
                 "Means" if results.random else "Values", station_words(results))
    place = show("guides", guide_figure(results, series.points), words, "Means on logarithmic axes with guides",
                 "the marks run along one of the lines; where they bend from one to another, a regime ends.")
    return section("On logarithmic axes", main_words(results, series), place) if place else Html("")


def proven_words(k):
    """k/r: 1/(300 r)"""
    said = tables.fraction(k)
    return html("1/({} <i>r</i>)", said[2:]) if said.startswith("1/") else html("{}/<i>r</i>", said)


def words_convergence(results, quantities, drawn):
    what = []
    if results.limits:
        what.append(f"the absolute difference of {results.word} and limit (bias)")
    if results.has("central_moment"):
        what.append(html("the central moments (E|<i>Y</i> − E<i>Y</i>|<sup><i>r</i></sup>)<sup>1/<i>r</i></sup>"))
    said = html("{}Shown: {} against {}, logarithmic axes, {}; set apart sideways. ", part_of(results, quantities),
                listed(what), italic(symbol(results.points.small)),
                "95% intervals" if results.random else "with errors where known")
    if "open" in drawn:
        said = html("{}Open marks: the interval includes zero. ", said)
    if "fit" in drawn:
        said = html("{}Lines: fitted powers, for what has an exponent. ", said)
    if "proven" in drawn:
        said = html("{}Dotted: a line with the proven exponent, {}, at an arbitrary height. ", said,
                    proven_words(results.proven))
    return said


def good_convergence(results, drawn):
    """What to look for in biases and moments."""
    if "fit" not in drawn:
        return "all marks fall towards the left, along straight lines."
    said = ["all marks fall towards the left along their lines, and the exponents of different quantities agree"]
    if "open" in drawn:
        said.append("a bias that is open everywhere is too small for this many realizations to see")
    if "proven" in drawn:
        said.append("the moments fall at least as steeply as the dotted line")
    return joined([joined(said, "; "), "."])


def diagrams_section(results, series, show):
    if not results.diagrams:
        return Html("")
    point = results.finest(series)
    chosen = diagrams.ranked(results, point)
    kinds = listed(f"{count} {kind}" for kind, count in diagrams.kinds(results).items())
    left = len(results.diagrams) - diagrams.MOST_DRAWN
    words = html(
        "{}{}, by size. Points are numbered from the outer end of the first line to the outer end of the last; joined "
        "are those of one group, by an arc on one line, by a rung from line to line, by spokes where there are more "
        "than two. {}", results.points.label(point), when(results, ","),
        f"The {diagrams.MOST_DRAWN} largest of {len(results.diagrams)}." if left > 0 else "")
    return section("Diagrams", caption(f"{plural(len(results.diagrams), 'diagram')}: {kinds}."),
                   show("diagrams", diagrams.draw(results, point, chosen), words,
                        "Each diagram with its value and kind, by size"))


def convergence_section(results, series, quantities, show):
    figure, drawn = convergence(results, series, quantities, results.last)
    place = show("convergence", figure, words_convergence(results, quantities, drawn),
                 "Bias and moments against the small parameter, with fitted powers", good_convergence(results, drawn))
    bias, moments = tables.bias_rates(results), tables.moment_rates(results)
    parts = [main_words(results, series)] * bool(place) + [place]
    if results.random and results.moments_note not in ("", "none"):
        parts.append(html('<p class="note">About the moments: {}.</p>', results.moments_note.rstrip(".")))
    if bias or moments:
        parts.append(caption(
            "Fitted exponents with 95% intervals; – where the data allow no honest exponent, for a difference from "
            "a limit with what its intervals stay below at every point. A fit is called poor above "
            f"χ² = {tables.POOR_FIT} per degree of freedom."))
    parts += [bias, moments]
    return section(html("Convergence{}", when(results)), *parts) if any(parts) else Html("")


def fluctuations_section(results, series, quantities, show):
    """Moments beside their limits."""
    parts = []
    for i, limit in enumerate(results.moment_limits if results.random else ()):
        name = "fluctuations" if i == 0 else limit.name.replace("_", "-")
        parts.append(show(name, fluctuations.figure(results, series, quantities, limit), html(
            "{}Central moments{} against {}, logarithmic axes, with 95% intervals; the lines are their {}, which has no "
            "free parameter. Beneath: measured over limit, order {}.", part_of(results, quantities), when(results),
            italic(symbol(results.points.small)), limit.long_name, number(fluctuations.shown_orders(results, limit)[0])),
            "Central moments on the lines of their limit"))
        table = fluctuations.ratio_table(results, limit)
        if table:
            parts += [caption(html("Measured over limit, with 95% intervals: {}.", limit.long_name)), table]
    point = results.finest(series)
    if fluctuations.matrices(results, point):
        parts.append(show("correlations", fluctuations.correlation_figure(results, point),
                          fluctuations.correlation_words(results, point), "Matrices of correlations"))
    title = html("Fluctuations and their limit{}", when(results))
    return section(title, main_words(results, series), *parts) if any(parts) else Html("")


def sizes_section(results, quantities, show):
    if not compare.has_sizes(results):
        return Html("")
    name = symbol(results.points.size)
    place = show("sizes", compare.sizes(results, quantities[:6]), html(
        "Means{} against 1/{}, and left of 0 what the two models make of them; the points of one colour share {}. Set "
        "apart sideways. 95% intervals.", when(results), italic(name), italic(symbol(results.points.small))),
        f"Means against 1/{name}",
        "the two models agree within their intervals, and no chance in the table is below 0.01.")
    return section(html("Infinite {}{}", name, when(results)), place, caption(compare.words_sizes(results)),
                   compare.table_sizes(results, results.quantities))


def scaling_section(results):
    if not scaling.has_any(results):
        return Html("")
    return section("Scaling with size", caption(scaling.words()), scaling.table_critical(results),
                   scaling.table_slopes(results))


def variants_section(results, quantities, show):
    if not compare.has_variants(results):
        return Html("")
    name, base = results.points.variant, compare.base_word(results)
    place = show("variants", compare.variants(results, quantities[:6]), html(
        "Mean difference of samples{} from those of {}, at the largest size there is, against {}. 95% intervals.",
        when(results), base, italic(symbol(results.points.small))),
        f"Differences between {name} against the small parameter",
        "differences that include zero, or fall to the left: then the limit does not tell the variants apart.")
    return section(html("One {} against another{}", name.replace("_", " "), when(results)), caption(html(
        "Points that differ in {} alone share their random numbers, so samples are compared in pairs, with {}. In "
        "grey where the 95% interval includes zero.", name, base)), place,
        compare.table_variants(results, results.quantities))


def chances_section(results):
    if not results.orders("probability"):
        return Html("")
    return section(html("Far from the limit{}", when(results)), caption(html(
        "The fraction of samples farther from the limit than <i>δ</i>, with its 95% interval, and the bound of "
        "Chebyshev’s inequality from the moments, an estimate itself.")), tables.chances(results))


def samples_section(results, series, quantities, show):
    line = f" The dark line is the {results.limits[0].long_name}." if results.limits else ""
    place = show("histogram", histogram(results, series.points, quantities), html(
        "{}Every realization{}: one ridge per point, ticks are the samples.{}", part_of(results, quantities),
        when(results), line),
        "Histograms of the samples per quantity and point",
        "one hump each, which narrows from ridge to ridge around the limit’s line." if line else
        "one hump each, which narrows from ridge to ridge.")
    return section("Samples", main_words(results, series), place) if place else Html("")


def other_series(results, show):
    """The figures of the series after the first, folded away; of at most a few."""
    others = [s for s in results.points.series
              if s is not results.main() and results.finest(s) is not None]
    parts = []
    for i, series in enumerate(others[:MOST_SERIES - 1]):
        quantities, name = results.best(series, FEWER_PANELS), f"series-{i + 2}"
        figure, drawn = convergence(results, series, quantities, results.last)
        figures = [show(f"{name}-convergence", figure, words_convergence(results, quantities, drawn), "Convergence"),
                   show(f"{name}-histogram", histogram(results, series.points, quantities),
                        html("Every realization{}.", when(results)), "Histograms of the samples")]
        if over_stations(results):
            figures.insert(0, show(f"{name}-means", means(results, series.points, quantities), html(
                "{}{} over {}.", part_of(results, quantities), "Means" if results.random else "Values",
                italic(results.station.symbol)),
                "Means over the stations"))
        if any(figures):
            parts.append(details(series.label, *figures))
    if not parts:
        return Html("")
    left = len(others) - len(parts)
    rest = caption(f"{plural(left, 'more')} without figures; all numbers are in the tables.") if left > 0 else ""
    return section("The other series", *parts, rest)


# ---- fields ----------------------------------------------------------------------------
def words_field(results, field, series):
    if len(field.axes) == 1:
        line = f", beside the {results.limits[0].long_name}." if field.has_limit() and results.limits else "."
        said = html("{}{}{}", "The mean over realizations with its 95% band" if results.random else "The value",
                    when(results), line)
        more = len([p for p in series.points if p in field.points]) - field_figures.MOST_PLOTTED
        said = html("{} {} of the points.", said, field_figures.MOST_PLOTTED) if more > 0 else said
    else:
        point = [p for p in series.points if p in field.points][-1]
        rows = listed(name for name, _ in field_figures.rows_of(results, field.points[point]))
        said = html("At {}: {}. One scale of colours in each column, given beneath it (a square root where nothing "
                    "is negative; what exceeds it is cut).", results.points.label(point), rows)
        if results.random and field.points[point].single is not None:
            said = html("{} The one realization is the first.", said)
    if field.fixed:
        said = html("{} A slice of {} axes, at {}.", said, len(field.axes) + len(field.fixed), listed(
            f"{axis.name} = {number(x)}" for axis, x in field.fixed))
    axes = [html("{}: {}{}", axis.name, axis.long_name, f" [{axis.units}]" if axis.units not in ("", "1") else "")
            for axis in field.axes if axis.long_name != axis.name]
    units = f" In units of {field.units}." if field.units not in ("", "1") else " Without units."
    return joined([said, units] + [html(" {}.", joined(axes, "; "))] * bool(axes))


def field_sections(results, fields, left, series, show):
    for i, field in enumerate(fields):
        title = field.title[:1].upper() + field.title[1:]
        wanted = f"the {results.word} looks like the {results.limits[0].long_name}." \
            if field.has_limit() and results.limits else ""
        yield section(title, show(f"field-{i + 1}", field_figures.draw(results, field, series),
                                  words_field(results, field, series), field.title, wanted), name=f"fields-{i + 1}")
    if left:
        yield caption(html("Further fields without a figure: {}.", listed(left)))


# ---- the page ----------------------------------------------------------------------------
def sections(results, fields, left, show):
    series = results.main()
    quantities, best = results.best(series, MOST_PANELS), results.best(series, 1)[0]
    yield show("headline", headline(results, series, best), html(
        "The quantity that is known best, {}{}.", code(best.label), when(results, "up to")),
        "Mean, samples and convergence of one quantity")
    yield model(results)
    yield means_section(results, series, quantities, show)
    yield numbers_section(results)
    yield diagrams_section(results, series, show)
    yield derived_section(results, series, show)
    yield guides_section(results, series, show)
    yield convergence_section(results, series, quantities, show)
    yield fluctuations_section(results, series, quantities, show)
    yield sizes_section(results, quantities, show)
    yield scaling_section(results)
    yield variants_section(results, quantities, show)
    parts = budget.parts(results, series.points, quantities, show)
    title = "Where the error comes from" if len(budget.sources(results)) > 1 else "Bias and fluctuation"
    yield section(html("{}{}", title, when(results)), *parts) if parts else ""
    yield chances_section(results)
    yield samples_section(results, series, quantities, show)
    yield other_series(results, show)
    yield from field_sections(results, fields, left, series, show)
    constants = tables.constants(results)
    yield section("Constants", caption("Numbers that follow from the study alone."), constants,
                  folded=True) if constants else ""
    worst = "over realizations and stations" if results.random else "over the stations"
    yield section("Points and checks", caption(joined(
        [tables.parameters(results), f"Checks are the worst {worst}." if results.checks() else ""])),
        tables.points(results), folded=True)
    yield section("Provenance", tables.provenance(results), details(
        "The study, resolved", html("<pre>{}</pre>", results.study)), folded=True)


def text_of(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def policy(script):
    """The page takes nothing from outside, and of scripts its own alone."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Html(f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'")


def render(results, fields, left, show):
    series, script = results.main(), text_of("page.js")
    head, *rest = [part for part in sections(results, fields, left, show)]
    body = joined(filter(None, rest), "\n")
    said = summary(results, series, results.best(series, 1)[0])
    return html('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{0}\n'
                '<meta http-equiv="Content-Security-Policy" content="{1}">'
                '<meta name="viewport" content="width=device-width, initial-scale=1">'
                "<title>{2} · kinlim</title><style>\n{3}</style></head>\n<body><main>"
                '<h1>{2}</h1><p class="facts">{4}</p>{5}\n{6}\n{7}\n{8}</main><script>{9}</script></body></html>\n',
                GENERATOR, policy(script), results.name, Html(text_of("page.css")), facts(results),
                html('<p class="summary">{}</p>', said) if said else "", contents(body), head, body, Html(script))
