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
    plt.rcParams.update({
        "font.family": "STIXGeneral", "mathtext.fontset": "stix", "font.size": 11,
        "axes.titlesize": 12, "axes.titleweight": "bold", "axes.titlelocation": "left",
        "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK, "axes.linewidth": 0.7,
        "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
        "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
        "xtick.direction": "out", "ytick.direction": "out", "xtick.labelsize": 10,
        "ytick.labelsize": 10, "grid.color": "#eceef1", "grid.linewidth": 0.7, "axes.grid": True,
        "legend.frameon": False, "legend.fontsize": 11, "lines.solid_capstyle": "round",
        "svg.hashsalt": "kinlim", "figure.facecolor": "none", "savefig.facecolor": "none",
        "axes.facecolor": "none", "axes.formatter.useoffset": False,
        "axes.formatter.limits": (-3, 4), "axes.formatter.use_mathtext": True,
    })


def colours(results):
    """One colour per value of the small parameter, warm to dark as it falls; per
    point where there is none. Legible in grey and to colour-blind eyes."""
    values = [results.columns[results.small][p] if results.small else -p
              for p in range(results.npoints)]
    levels = sorted(set(values), reverse=True)
    scale = {value: 0.78 - 0.70 * (i / max(1, len(levels) - 1)) for i, value in enumerate(levels)}
    return [to_hex(colormaps["plasma"](scale[value])) for value in values]


def markers(results):
    """One marker per point among those of the same small parameter."""
    seen, chosen = {}, []
    for point in range(results.npoints):
        value = results.columns[results.small][point] if results.small else 0
        seen[value] = seen.get(value, -1) + 1
        chosen.append(MARKERS[(seen[value] if results.small else 0) % len(MARKERS)])
    return chosen


def several_series(results):
    """Whether points share their small parameter: boxes or distributions side by side."""
    return bool(results.small) and len(set(markers(results))) > 1


def finite(*values):
    return all(v is not None and math.isfinite(v) for v in values)


def decimals(error):
    """Decimals that show two digits of an error that starts with 1, else one."""
    exponent = math.floor(math.log10(error))
    if round(error / 10**exponent, 6) < 1.95:
        exponent -= 1
    return max(0, -exponent)


def measured(value, error):
    """0.3041(5): the digits in brackets are the standard error of the last ones."""
    if not finite(value):
        return "–"
    if not finite(error) or error <= 0:
        return minus(f"{value:.6g}")
    places = decimals(error)
    if abs(value) < 1e-4 and error < 1e-5:
        exponent = math.floor(math.log10(max(abs(value), error)))
        return measured(value / 10**exponent, error / 10**exponent) + f"·10{superscript(exponent)}"
    return minus(f"{value:.{places}f}({round(error * 10**places)})")


def exact(value, error):
    """A value known better than the given standard error, with one digit more."""
    if not finite(value):
        return "–"
    places = decimals(error) + 1 if finite(error) and error > 0 else 6
    return minus(f"{value:.{min(places, 12)}f}")


def interval(row, places=2):
    if row is None or not finite(row.value):
        return "–"
    main = minus(f"{row.value:.{places}f}")
    if not finite(row.low, row.high):
        return main
    return f"{main} [{minus(f'{row.low:.{places}f}')}, {minus(f'{row.high:.{places}f}')}]"


def minus(string):
    return string.replace("-", "−")


def superscript(exponent):
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
