"""What a figure shows, for the page: the numbers behind it, where their marks are, and which artists an
entry of its legend stands for: those that look like it, as a reader would say."""

import csv
import io
import json
import math

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from panels import limit_label
from style import GREY, INK, PALE, plain, small

MOST_MARKS = 3000      # of a figure that tell their value
MOST_CELLS = 100000    # of images that are written as a table
NEUTRAL = (INK, GREY, PALE)
HEAD = ["panel", "series", "x_name", "x", "y_name", "y", "low", "high"]
IMAGE_HEAD = ["panel", "series", "x_name", "x", "y_name", "y", "value"]


# ---- looks ---------------------------------------------------------------------
def look(artist):
    """(colour, marker or None, dashes or None) of an artist."""
    if isinstance(artist, Line2D):
        marker = artist.get_marker()
        marker = marker if marker not in (None, "", " ", "None") and artist.get_markersize() > 0 else None
        dashes = getattr(artist, "_unscaled_dash_pattern", artist.get_linestyle())
        return to_hex(artist.get_color()), marker, dashes
    face = np.atleast_2d(artist.get_facecolor())
    edge = np.atleast_2d(artist.get_edgecolor())
    return to_hex((face if face.size and face[0][3] > 0 else edge)[0]), None, None


def alike(entry, artist):
    """Whether an artist looks like the handle of an entry, whose own colour decides, and if it has none
    its marker or its dashes. What is drawn of a limit says so."""
    handle, told = entry["handle"], str(artist.get_label())
    if told.startswith("_limit ") and entry["limit"] is not None:
        return told == limit_label(entry["limit"])
    (colour, marker, dashes), (its_colour, its_marker, its_dashes) = look(handle), look(artist)
    if not isinstance(handle, Line2D) or colour not in NEUTRAL:
        return its_colour == colour
    if its_marker:
        return its_marker == marker
    drawn = handle.get_linewidth() > 0 and marker != "_"
    return drawn and its_dashes in (dashes, None) and (its_colour == colour or its_colour not in NEUTRAL)


def entries_of(artist, axis, entries):
    """The indices of the entries that an artist belongs to. A legend is of the axes that begin no
    further left than itself."""
    left = axis.get_position().x0 + 0.01
    found = [i for i, entry in enumerate(entries) if entry["left"] <= left and alike(entry, artist)]
    if look(artist)[1] is None:    # a line: of one of the entries without a colour of their own
        lines = [i for i in found if look(entries[i]["handle"])[0] in NEUTRAL]
        same = [i for i in lines if look(entries[i]["handle"])[0] == look(artist)[0]]
        found = [i for i in found if i not in lines] + (same or lines)[:1]
    return found


def read_entries(figure, renderer, limits):
    """Each entry of the figure's legends: its handle, words, place in points from the top left, and
    which of the limits it is, by its words."""
    found = []
    for legend in figure.legends:
        legend.draw(renderer)    # which sets its words in their places
        left = legend.get_window_extent(renderer).x0 / figure.bbox.width
        handles = getattr(legend, "legend_handles", None) or legend.legendHandles
        for handle, words in zip(handles, legend.get_texts()):
            area = words.get_window_extent(renderer)
            (x0, y0), (x1, y1) = place(figure, area.x0, area.y1), place(figure, area.x1, area.y0)
            said = words.get_text()
            found.append({"handle": handle, "words": bare(said), "left": left, "artists": [handle, words],
                          "limit": limits.index(said) if said in limits else None,
                          "area": [round(v, 1) for v in (x0 - 26, y0 - 3, x1 + 3, y1 + 3)], "parts": []})
    return found


# ---- words and places ----------------------------------------------------------
def bare(words):
    """Words of a figure without their markup."""
    return words.replace(r"\$", "\0").replace("$", "").replace("{", "").replace("}", "").replace("\0", "$")


def place(figure, x, y):
    """Points from the top left of the figure, of a place in pixels."""
    scale = 72 / figure.dpi
    return x * scale, figure.get_figheight() * 72 - y * scale


def words_of(axis, get, same, order):
    """The words of an axis, or of the nearest of its row or column that has some."""
    mine = axis.get_position()
    others = [other for other in axis.figure.axes if abs(getattr(other.get_position(), same) - getattr(mine, same)) < 1e-6
              and order(other.get_position(), mine) and get(other)]
    nearest = min(others, key=lambda o: abs(o.get_position().x0 - mine.x0) + abs(o.get_position().y0 - mine.y0), default=None)
    return bare(get(nearest)) if nearest else ""


def names_of(axis):
    """(panel, name of x, name of y)."""
    title = words_of(axis, lambda a: a.get_title(loc="left"), "x0", lambda o, m: o.y0 >= m.y0)
    x = words_of(axis, lambda a: a.get_xlabel(), "x0", lambda o, m: o.y0 <= m.y0)
    y = words_of(axis, lambda a: a.get_ylabel(), "y0", lambda o, m: o.x0 <= m.x0)
    return title, x, y


def nearest(known, x):
    """A value that was set apart sideways, put back."""
    return min(known, key=lambda value: abs(value - x)) if known else x


def category(axis, y):
    """The words of the tick nearest to y, where an axis has words for numbers; "" elsewhere."""
    if not isinstance(axis.yaxis.get_major_locator(), FixedLocator):
        return ""
    ticks = zip(axis.get_yticks(), axis.get_yticklabels())
    return bare(min(ticks, key=lambda tick: abs(tick[0] - y))[1].get_text())


# ---- what the axes hold --------------------------------------------------------
def bars_of(container):
    """The ends of an error bar, {x: (low, high)}."""
    segments = [s for lines in container[2] for s in lines.get_segments() if len(s) == 2]
    return {float(s[0][0]): (float(s[0][1]), float(s[1][1])) for s in segments if s[0][0] == s[1][0]}


def ends_of(band):
    """The same of a band between two curves."""
    ends = {}
    for x, y in band.get_paths()[0].vertices if band.get_paths() else ():
        low, high = ends.get(float(x), (y, y))
        ends[float(x)] = float(min(low, y)), float(max(high, y))
    return ends


def marked(axis):
    """(line, {x: (low, high)}, artists that go with it) of everything with marks."""
    done = set()
    for container in axis.containers:
        if isinstance(container, ErrorbarContainer) and container[0] is not None:
            done.add(container[0])
            yield container[0], bars_of(container), [container[0], *container[1], *container[2]]
    for line in axis.lines:
        if line not in done and line.get_transform() == axis.transData:
            yield line, {}, [line]


def numbers_of(axis, line, ends, known):
    """(x, y, low, high, place) of each mark; low, high: None where there is no bar."""
    for x, y in zip(np.atleast_1d(line.get_xdata()).astype(float), np.atleast_1d(line.get_ydata()).astype(float)):
        if math.isfinite(x) and math.isfinite(y):
            low, high = ends.get(float(x), (None, None))
            if low is not None and 0 < low < 1e-8 * abs(y):    # cut at the bottom of a logarithmic axis
                low = 0.0
            low, high = (None, None) if low == high else (low, high)
            yield nearest(known, x), y, low, high, axis.transData.transform((x, y))


def said(names, label, x, y, low, high):
    """What a mark tells under the pointer."""
    between = "" if low is None else f"  [{small(low, 4)}, {small(high, 4)}]"
    x_name, y_name = names[1] or "x", names[2] or names[0] or "value"
    return "\n".join(filter(None, [label, f"{x_name} = {small(x, 5)}", f"{y_name} = {small(y, 6)}{between}"]))


class Reading:
    """Of a whole figure: rows of its table, marks, and entries with their artists."""

    def __init__(self, figure, known, limits):
        self.figure, self.rows, self.marks, self.head = figure, [], [], HEAD
        self.entries = read_entries(figure, figure.canvas.get_renderer(), limits)
        for axis in figure.axes:
            if axis.get_visible():
                _ = axis.viewLim    # sets the limits, on which places depend
                self._read(axis, known)
        cells = [image for axis in figure.axes for image in axis.images]
        if cells and not self.rows:
            self.head = IMAGE_HEAD
            if sum(np.size(image.get_array()) for image in cells) <= MOST_CELLS:
                for image in cells:
                    self._read_image(image)

    def _label(self, found):
        return ", ".join(self.entries[i]["words"] for i in found)

    def _belongs(self, axis, artists, first):
        found = entries_of(first, axis, self.entries)
        for i in found:
            self.entries[i]["parts"] += artists
        return found

    def _read(self, axis, known):
        """Of one axis; the marks first, for lines are numbers only where there are none."""
        names = names_of(axis)
        with_marks = False
        for line, ends, artists in marked(axis):
            found = self._belongs(axis, artists, line)
            if look(line)[1] is not None:
                with_marks = True
                self._read_marks(axis, names, line, ends, known, found)
        if not with_marks:
            bands = {look(band)[0]: ends_of(band) for band in axis.collections if isinstance(band, PolyCollection)}
            for line, _, _ in marked(axis):
                found, ends = entries_of(line, axis, self.entries), bands.get(look(line)[0], {})
                self.rows += [[names[0], self._label(found), names[1], x, names[2], y, low, high]
                              for x, y, low, high, _ in numbers_of(axis, line, ends, [])]
        for artist in [*axis.patches, *axis.collections]:
            if not isinstance(artist, LineCollection):
                found = self._belongs(axis, [artist], artist)
                if isinstance(artist, Rectangle):
                    self._read_bar(axis, names, artist, found)

    def _read_marks(self, axis, names, line, ends, known, found):
        label = self._label(found)
        for x, y, low, high, at in numbers_of(axis, line, ends, known.get(names[1], [])):
            row = category(axis, y)
            self.rows.append([names[0], label, names[1], x, names[2], row or y, low, high])
            if line.get_marker() != "|":    # of one sample
                self._mark(at, f"{row}\n{label}: {small(x, 5)}" if row else said(names, label, x, y, low, high), found)

    def _read_bar(self, axis, names, bar, found):
        x, y, label = bar.get_width(), bar.get_y() + bar.get_height() / 2, self._label(found)
        row = category(axis, y)
        self.rows.append([names[0], label, names[1], x, names[2], row, None, None])
        self._mark(axis.transData.transform((bar.get_x() + x / 2, y)), f"{row}\n{label}: {small(x, 4)}", found)

    def _mark(self, at, words, found):
        if len(self.marks) < MOST_MARKS:
            self.marks.append([*(round(v, 1) for v in place(self.figure, *at)), words, found])

    def _read_image(self, image):
        axis, values = image.axes, np.ma.filled(image.get_array(), np.nan)
        title, x_name, y_name = names_of(axis)
        label = words_of(axis, lambda a: a.texts[0].get_text() if a.texts else "", "y0", lambda o, m: o.x0 <= m.x0)
        left, right, bottom, top = image.get_extent()
        rows, columns = values.shape
        for j in range(rows):
            y = bottom + (j + 0.5) * (top - bottom) / rows
            self.rows += [[title, label, x_name, left + (i + 0.5) * (right - left) / columns, y_name, y, values[j, i]]
                          for i in range(columns)]

    # ---- for the page ----
    def name_artists(self):
        """Names the artists of the entries, so that the picture's markup has them."""
        count, names = 0, {}
        for entry in self.entries:
            for artist in entry["artists"] + entry["parts"]:
                if artist not in names:
                    names[artist] = f"a{count}"
                    artist.set_gid(names[artist])
                    count += 1
        return names

    def data(self, names):
        """What the script of the page knows of the figure."""
        entries = [{"area": entry["area"], "words": entry["words"], "own": [names[a] for a in entry["artists"]],
                    "parts": [names[a] for a in entry["parts"]]} for entry in self.entries]
        return json.dumps({"entries": entries, "marks": self.marks}, ensure_ascii=False, separators=(",", ":"))

    def csv(self):
        """The table behind the figure; empty where it is too large for the page."""
        if not self.rows:
            return ""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.head)
        writer.writerows([["" if v is None else f"{v:.10g}" if isinstance(v, float) else v for v in row]
                          for row in self.rows])
        return file.getvalue()

    def words(self):
        """What a picture of it would say: its panels and series."""
        panels = list(dict.fromkeys(filter(None, (bare(axis.get_title(loc="left")) for axis in self.figure.axes))))
        series = list(dict.fromkeys(entry["words"] for entry in self.entries))
        told = [f"{len(panels)} panel{'s' * (len(panels) != 1)}: {', '.join(panels)}"] * bool(panels)
        return ". ".join(told + [f"Legend: {', '.join(series)}"] * bool(series))


def known_places(results):
    """({name of an axis: values on it}, from which marks may be set apart sideways, names of the limits)."""
    from points import symbol
    points, known = results.points, {}
    if results.has_stations:
        known[results.station.symbol or results.station.name] = [float(x) for x in results.station.values]
    if points.small:
        known[symbol(points.small)] = sorted({float(x) for x in points.columns[points.small].values})
    if points.size:
        known[f"1/{symbol(points.size)}"] = [0.0] + sorted({1 / float(x) for x in points.columns[points.size].values})
    return known, [plain(limit.long_name) for limit in results.limits]
