"""How statistics change with size, and where their curves cross."""

import markup
from markup import Html, code, html, italic
from style import finite, fixed, small
from tables import dotted

SLOPE, CRITICAL = "size_slope:", "critical:"


def of(results, prefix):
    """Names of statistics that have rows PREFIX..., in the order of the file."""
    return list(dict.fromkeys(row.statistic[len(prefix):] for row in results.rows if row.statistic.startswith(prefix)))


def has_any(results):
    return bool(of(results, SLOPE) or of(results, "critical_chi2:"))


def between(row):
    ends = f" [{small(row.low, 5)}, {small(row.high, 5)}]" if finite(row.low, row.high) else ""
    return small(row.value, 5) + ends


def given(results, row):
    points = results.points
    return ", ".join(points.shown(name, value) for name, value in row.given.items()) or "all"


def table_critical(results):
    """A row per set of curves: critical value, the statistic there, exponent, quality of the fit."""
    rows = []
    for name in of(results, "critical_chi2:"):
        for chi2 in (row for row in results.rows if row.statistic == "critical_chi2:" + name):
            same = {row.statistic.split(":")[0]: row for row in results.rows
                    if row.statistic.endswith(":" + name) and row.point < 0
                    and (row.given, row.observable, row.order, str(row.time)) ==
                    (chi2.given, chi2.observable, chi2.order, str(chi2.time))}
            cells = [between(same[kind]) if kind in same else "none" if kind == "critical" else "–"
                     for kind in ("critical", "critical_value", "critical_exponent")]
            rows.append(("first", [code(name), given(results, chi2)] + cells + [
                fixed(chi2.value, ".2f"),
                fixed(same["critical_chance"].value, ".2g") if "critical_chance" in same else "–",
                small(same["critical_from"].value, 5) if "critical_from" in same else "–"]))
    if not rows:
        return Html("")
    head = ["statistic", "points", "critical value", "the statistic there", html("exponent {}", italic("ν")),
            "χ²", "chance of χ²", "smallest size"]
    return markup.table(head, rows, numeric=range(2, len(head)))


def table_slopes(results):
    rows = []
    for name in of(results, SLOPE):
        found = [row for row in results.rows if row.statistic == SLOPE + name]
        rows += [("first" if i == 0 else "", [code(name) if i == 0 else "", dotted(results, row.point), between(row)])
                 for i, row in enumerate(found)]
    return markup.table(["statistic", "up to", "logarithmic slope"], rows, (2,)) if rows else Html("")


def words():
    return html("<i>Logarithmic slope</i>: from the next smaller size to this one, all else equal. Curves over the "
                "small parameter, one for each size, cross where it changes its sign; a fit of functions of "
                "(x − x<sub>c</sub>) size<sup>1/ν</sup>, with terms up to the second power, gives the place, from all sizes or "
                "without the smallest ones, which do not scale yet. None is given where its interval is not among the "
                "points or every fit is poor. 95% intervals; χ² is per "
                "degree of freedom.")
