"""Fields: of one axis with their limit, of two as frames over the stations, of more in slices."""

from collections import namedtuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

import style
from kinlim.reader import array, fills, member, name_of, names, opened
from panels import drawn, panels
from points import number
from style import GREY, INK, WIDTH, plain

MOST_FRAMES, MOST_FIELDS, MOST_PLOTTED = 5, 12, 6
LEFT, RIGHT, TOP, BOTTOM, GAP, BETWEEN, HEIGHT, BAR = 0.78, 0.12, 0.40, 1.05, 0.16, 0.12, 1.75, 0.10    # inches

Axis = namedtuple("Axis", "name units long_name")
FieldPoint = namedtuple("FieldPoint", "coordinates mean error single reference")    # may be None but mean


class Field:
    """A named field as the report shows it: at the frames' stations, of more than two axes the slice
    through the middle of all but two, `kept`. fixed: the others, with their coordinate."""

    def __init__(self, name, group, frames, kept, wanted):
        self.name, self.frames, self.points, self.fixed = name_of(name), frames, {}, []
        self.title = name_of(group.attrs.get("long_name", "")) or self.name
        self.units = name_of(group.attrs.get("units", "1"))
        axes = [Axis(*words) for words in zip(*(
            names(group.attrs.get(key, group.attrs["axes"])) for key in ("axes", "axis_units", "axis_long_names")))]
        self.kept = kept[:len(axes)]
        self.axes = [axes[k] for k in self.kept]
        self._all, self._scales = axes, np.atleast_1d(group.attrs["axes"])
        for point in wanted:
            if f"point_{point}" in group:
                self._read(point, group[f"point_{point}"])

    def _read(self, point, group):
        coordinates = [array(member(group, scale)) for scale in self._scales]
        middle = [len(x) // 2 for x in coordinates]
        cut = tuple(slice(None) if k in self.kept else middle[k] for k in range(len(self._all)))
        self.fixed = [(axis, coordinates[k][middle[k]]) for k, axis in enumerate(self._all) if k not in self.kept]

        def known(name):
            if name not in group:
                return None
            fills(group[name])
            values = np.array([group[name][(frame, *cut)] for frame in self.frames])
            return values if np.isfinite(values).any() else None
        if known("mean") is not None:
            self.points[point] = FieldPoint([coordinates[k] for k in self.kept], *map(
                known, ("mean", "standard_error", "single", "reference")))

    def has_limit(self):
        return any(point.reference is not None for point in self.points.values())


def read(path, results):
    """The fields at the points of the first series, from the file that has been opened before: (fields, names
    of those left out)."""
    wanted = results.main().points
    frames = sorted({round(i) for i in np.linspace(0, results.last, min(MOST_FRAMES, results.last + 1))})
    fields, left = [], []
    with opened(path, again=True) as file:
        groups = {name: group for name, group in file.get("fields", {}).items() if hasattr(group, "keys")}
        for i, (name, group) in enumerate(groups.items()):
            if i >= MOST_FIELDS:
                left.append(name_of(name))
                continue
            count = len(names(group.attrs["axes"]))
            slices = [(0,)] if count == 1 else [(0, 1), (2, 3)] if count == 4 else [(0, 1)]
            fields += [Field(name, group, frames, kept, wanted) for kept in slices]
    return [field for field in fields if field.points], left


def units_of(thing):
    return f" [{plain(thing.units)}]" if thing.units not in ("", "1") else ""


def axis_label(axis):
    name, _, index = axis.name.partition("_")
    if index.isalnum() and name.isalpha():
        return f"${name}_{{{index}}}$" + units_of(axis)
    return plain(axis.name) + units_of(axis)


def frame_title(results, station):
    if not results.has_stations:
        return ""
    return plain(f"{results.station.symbol} = {number(results.station.values[station])}")


def draw(results, field, series):
    chosen = [p for p in series.points if p in field.points]
    return profile(results, field, chosen) if len(field.axes) == 1 else frames(results, field, chosen[-1])


# ---- one axis --------------------------------------------------------------------
def profile(results, field, chosen):
    """At the last station, a panel per point."""
    chosen = drawn(chosen, MOST_PLOTTED)
    handles = [Line2D([], [], color=GREY, lw=1.2, label="mean, 95% band" if results.random else "value")]
    if field.has_limit():
        handles.append(Line2D([], [], color=INK, lw=1.3, label=plain(limit_name(results))))
    figure, stacks = panels(len(chosen), (2.2,), handles, share="y")
    for (axis,), point in zip(stacks, chosen):
        data, colour = field.points[point], style.colour(results.points, point)
        x, mean = data.coordinates[0], data.mean[-1]
        if data.error is not None:
            half = 1.96 * data.error[-1]
            axis.fill_between(x, mean - half, mean + half, color=colour, alpha=0.28, lw=0)
        axis.plot(x, mean, color=colour, lw=1.2)
        if data.reference is not None:
            axis.plot(x, data.reference[-1], color=INK, lw=1.3)
        axis.set_title(plain(results.points.label(point, alone=True)))
        axis.set_xlabel(axis_label(field.axes[0]))
        axis.margins(x=0.01)
        axis.tick_params(labelleft=True)
    stacks[0][0].set_ylabel(plain(field.title if len(field.title) < 24 else field.name) + units_of(field))
    return figure


def limit_name(results):
    return results.limits[0].long_name if results.limits else "limit"


# ---- two axes --------------------------------------------------------------------
def rows_of(results, data):
    rows = [("one realization", data.single if results.random else None),
            (results.word, data.mean), (limit_name(results), data.reference)]
    return [(name, values) for name, values in rows if values is not None]


def scale_of(shown):
    """Colours for what the mean and the limit take on: from 0 up, or both signs alike."""
    low, high = min(np.nanmin(v) for v in shown), max(np.nanmax(v) for v in shown)
    if low < -0.02 * max(high, -low):
        top = max(high, -low)
        return "RdBu_r", Normalize(-top, top, clip=True)
    return "magma_r", PowerNorm(0.5, 0, high if high > 0 else 1, clip=True)


def frames(results, field, point):
    """The strip of one point; each column has one scale of colours, its bar beneath."""
    data = field.points[point]
    rows, count = rows_of(results, data), len(field.frames)
    total = TOP + len(rows) * HEIGHT + (len(rows) - 1) * BETWEEN + BOTTOM
    width = min(4.0, (WIDTH - LEFT - RIGHT - (count - 1) * GAP) / count)
    figure = plt.figure(figsize=(WIDTH, total))
    for column, station in enumerate(field.frames):
        cmap, norm = scale_of([v[column] for _, v in rows if v is not data.single and np.isfinite(v[column]).any()]
                              or [data.mean[column]])
        left = LEFT + column * (width + GAP)
        for row, (name, values) in enumerate(rows):
            bottom = total - TOP - (row + 1) * HEIGHT - row * BETWEEN
            axis = figure.add_axes([left / WIDTH, bottom / total, width / WIDTH, HEIGHT / total])
            draw_frame(axis, data.coordinates, values[column], cmap, norm)
            if row == 0:
                axis.set_title(frame_title(results, station))
            label(axis, field, name, column == 0, row + 1 == len(rows))
        place = [(left + 0.08 * width) / WIDTH, 0.38 / total, 0.84 * width / WIDTH, BAR / total]
        colour_bar(figure, figure.add_axes(place), cmap, norm, units_of(field) if column == 0 else "")
    return figure


def colour_bar(figure, axis, cmap, norm, units):
    bar = figure.colorbar(ScalarMappable(norm, cmap), cax=axis, orientation="horizontal")
    bar.set_ticks([norm.vmin, (norm.vmin + norm.vmax) / 2, norm.vmax])
    bar.ax.set_xticklabels([style.minus(f"{tick:.2g}") for tick in bar.get_ticks()], fontsize=8.5)
    bar.outline.set_linewidth(0.5)
    if units:
        axis.annotate(units.strip(), (0, -2.6), xycoords="axes fraction", va="top", fontsize=9)


def draw_frame(axis, coordinates, values, cmap, norm):
    edges = [(x[0] - (x[1] - x[0]) / 2, x[-1] + (x[-1] - x[-2]) / 2) if len(x) > 1 else (x[0] - 0.5, x[0] + 0.5)
             for x in coordinates]
    axis.imshow(values.T, origin="lower", aspect="auto", cmap=cmap, interpolation="nearest",
                norm=norm, rasterized=True, extent=[*edges[0], *edges[1]])
    axis.grid(False)
    for side in ("top", "right"):
        axis.spines[side].set_visible(True)
    for spine in axis.spines.values():
        spine.set_color(GREY)


def label(axis, field, name, first, last):
    axis.xaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.tick_params(labelleft=first, labelbottom=last)
    if first:
        axis.set_ylabel(axis_label(field.axes[1]))
        axis.annotate(plain(name), (0.04, 0.94), xycoords="axes fraction", va="top", color=INK,
                      fontweight="bold",
                      bbox={"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.7})
    if last:
        axis.set_xlabel(axis_label(field.axes[0]), labelpad=1)
