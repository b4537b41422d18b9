"""Colours, type and numbers: the same in every figure and on the page."""

import math

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib import colormaps
from matplotlib.colors import to_hex

INK = "#20242b"
GREY = "#7b828c"
PALE = "#d9dce1"
WIDTH = 11.25    # inches; 1080 CSS pixels
MARKERS = ["o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "*", "h"]


def setup():
    """Our settings over the defaults of matplotlib; the user's own are not read, see __main__.py."""
    plt.rcParams.update({
        "font.family": ["STIXGeneral", "DejaVu Sans"], "mathtext.fontset": "stix", "font.size": 11,
        "axes.titlesize": 12, "axes.titleweight": "bold", "axes.titlelocation": "left",
        "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "axes.linewidth": 0.7,
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
        "xtick.direction": "out", "ytick.direction": "out", "xtick.labelsize": 10,
        "ytick.labelsize": 10, "grid.color": "#eceef1", "grid.linewidth": 0.7, "axes.grid": True,
        "legend.frameon": False, "legend.fontsize": 11, "lines.solid_capstyle": "round",
        "svg.hashsalt": "kinlim", "figure.facecolor": "none", "savefig.facecolor": "none",
        "axes.facecolor": "none",
    })


def plain(words, most=48):
    """Text of a results file for matplotlib: no formula, and not longer than its place."""
    words = words if len(words) <= most else words[:most - 1] + "…"
    return words.replace("$", r"\$")


def colour(points, point):
    """One colour per value of the small parameter, warm to dark as it falls; per point where there
    is none. Legible in grey and to colour-blind eyes."""
    return to_hex(colormaps["plasma"](0.78 - 0.70 * points.order(point)))


def marker(points, point):
    """One marker per series of points."""
    return MARKERS[points.rank[point] % len(MARKERS)]


def finite(*values):
    return all(v is not None and math.isfinite(v) for v in values)


def decimals(error):
    """Decimals that show two digits of an error that starts with 1, else one."""
    exponent = math.floor(math.log10(error))
    if round(error / 10**exponent, 6) < 1.95:
        exponent -= 1
    return max(0, -exponent)


def fixed(value, form):
    """A number that is never "-0.0"."""
    said = format(value, form)
    if float(said.rstrip("%")) == 0:
        said = format(0.0, form)
    return minus(said)


def measured(value, error):
    """0.3041(5): the digits in brackets are the error of the last ones."""
    if not finite(value):
        return "–"
    if not finite(error) or error <= 0 or error < 1e-12 * abs(value):
        return fixed(value, ".9g")
    top = max(abs(value), error)
    if top < 1e-4 or top >= 1e6:
        exponent = math.floor(math.log10(top))
        return measured(value / 10**exponent, error / 10**exponent) + f"·10{superscript(exponent)}"
    places = decimals(error)
    digits = round(error * 10**places)
    return fixed(value, f".{places}f") + f"({digits})" if digits < 1000 else fixed(value, ".3g")


def exact(value, error):
    """A value known better than the given error of another, with one digit more."""
    if not finite(value):
        return "–"
    if finite(error) and error > 0 and 1e-4 <= max(abs(value), error) < 1e6:
        places = decimals(error) + 1
        return fixed(value, f".{places}f" if places < 10 else ".10g")
    return small(value, 6)


def small(value, digits=2):
    """A size: 0.0042, 1.3·10⁻⁷."""
    if not finite(value):
        return "–"
    said = f"{value:.{digits}g}"
    if "e" not in said and (value == 0 or abs(value) >= 1e-4):
        return minus(said)
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{minus(mantissa)}·10{superscript(int(exponent))}"


def tick(value):
    """0.001, 5·10⁻⁴, 10⁻⁵"""
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return minus(f"{value:.6g}")
    mantissa, exponent = f"{value:.5e}".split("e")
    power = "10" + superscript(int(exponent))
    return {1.0: power, -1.0: "−" + power}.get(float(mantissa), f"{minus(f'{float(mantissa):g}')}·{power}")


def interval(row, form=".2f"):
    if row is None or not finite(row.value):
        return "–"
    main = fixed(row.value, form)
    if not finite(row.low, row.high) or row.low == row.high:
        return main
    return f"{main} [{fixed(row.low, form)}, {fixed(row.high, form)}]"


def minus(string):
    return string.replace("-", "−")


def superscript(exponent):
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
