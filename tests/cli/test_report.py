"""The report of small files with known numbers: the page says what a file holds and nothing else, needs nothing from
outside, is safe against what a file says and what the user's settings are, and is replaced in one step."""

import base64
import csv
import hashlib
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser

try:
    import h5py
    import matplotlib.image
    import numpy as np
    import xxhash
except ImportError:
    sys.exit(77)
import synthetic_results as synthetic

ROOT = os.environ["SOURCE_DIR"]
REPORT = os.path.join(ROOT, "scripts", "report")
MODULES = os.path.join(ROOT, "scripts", "kinlim_report")
# Of the systems there are and of their studies; the report knows none of them.
WORDS = ("anderson boltzmann localization lyapunov lattice schroedinger fermi hartree vlasov trotter wigner husimi disorder "
         "sites box psi packet msd t_star departure shell universality concentration infinite_reference kinetic").split()


class Page(HTMLParser):
    """What a page points to, its tags, its text; and that its tags are balanced."""

    def __init__(self, path):
        super().__init__()
        self.links, self.tables, self.open, self.tags, self.text, self.scripts = [], {}, [], set(), "", []
        with open(path, encoding="utf-8") as file:
            self.source = file.read()
        self.feed(self.source)
        assert not self.open, self.open
        self._only_our_script()

    def _only_our_script(self):
        with open(os.path.join(MODULES, "page.js"), encoding="utf-8") as file:
            ours = file.read()
        assert self.scripts == [ours], self.scripts
        digest = base64.b64encode(hashlib.sha256(ours.encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'" in self.source

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for key, value in attrs:
            assert not key.startswith("on"), f"{key}={value}"
            if key in ("src", "href") and value.startswith("data:text/csv;charset=utf-8;base64,"):
                self.tables[dict(attrs)["download"]] = base64.b64decode(value.split(",")[1]).decode()
            elif key in ("src", "href") and value.startswith("#"):
                assert f'id="{value[1:]}"' in self.source, value
            elif key in ("src", "href"):
                self.links.append(value)
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif "style" not in self.open:
            self.text += " " + data


def report(*arguments, **options):
    return subprocess.run([REPORT, *arguments], capture_output=True, text=True, check=False, **options)


def page_of(path, folder, **options):
    done = report(path, "-o", folder, **options)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "" and done.stdout == os.path.join(folder, "index.html") + "\n", done
    page = Page(os.path.join(folder, "index.html"))
    for link in page.links:
        assert "//" not in link and ".." not in link, f"{link} is outside"
        assert os.path.getsize(os.path.join(folder, link)) > 1000, link
    return page


def figures(page):
    return {os.path.basename(link)[:-4] for link in page.links if link.endswith(".svg")}


def fails(done, code):
    assert done.returncode == code and done.stdout == "", done
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr, done.stderr
    return done.stderr


def contents(folder):
    return {os.path.join(where, name): open(os.path.join(where, name), "rb").read()
            for where, _, names in os.walk(folder) for name in names}


# ---- content -----------------------------------------------------------------------
def check_everything_is_shown(work):
    """Several sizes and variants, two limits, fields of one to four axes: a figure or a table for each."""
    path = os.path.join(work, "random.h5")
    page = page_of(path, os.path.join(work, "random"))
    wanted = {"headline", "means", "derived", "derived-stations", "guides", "convergence", "sizes", "variants", "budget",
              "shares", "histogram", "series-2-means", "series-3-convergence"} | {f"field-{i}" for i in range(1, 5)}
    assert not wanted - figures(page), wanted - figures(page)
    for word in ("2.00 [1.60, 2.40]", "none; below 0.012", "mean-field limit", "endless limit", "1/600", "norm drift", "peak",
                 "−3.00", "0.0034 [0.001, 0.006]", "0.057 [0.05, 0.06]", "effect of ell", "slope of front, order 3", "crossing",
                 "A toy that moves & rests, x < y.", "shape: gaussian, width: 0.6", "flux.im", "ell = 6, coin", "0123456789ab",
                 "needs 64", "coarse", "A slice of 4 axes", "1/ell", "in units of 1/eta^2", "toy time"):
        assert word in page.text, word
    assert "-0" not in page.text.replace("-0.", "") and "−0%" not in page.text and not re.search(r"\bnan\b", page.text)
    with h5py.File(path) as file:    # the numbers themselves, of the last point of the first variant
        samples = file["samples/sample"][5, :, -1, 0]
    said = re.search(r"η = 0.25, ell = 6, normal</td><td class=n>(0\.\d+)\((\d+)\)", page.source)
    places = len(said[1]) - 2
    assert abs(float(said[1]) - np.mean(samples)) <= 0.51 * 10**-places
    assert abs(int(said[2]) * 10**-places - np.std(samples, ddof=1) / 24**0.5) <= 0.51 * 10**-places
    assert "χ²" in page.text and "chance of the others" not in page.text, "a column without content"


def rows_of(page, name):
    return list(csv.DictReader(page.tables[name].splitlines()))


def check_tables_behind_figures(work):
    """The numbers of the file, each with its series, though figures set points apart sideways; fields cell by cell."""
    path = os.path.join(work, "random.h5")
    page = Page(os.path.join(work, "random", "index.html"))
    with h5py.File(path) as file:
        table = {name: file["summary"][name][...] for name in ("point", "time", "observable", "part", "statistic", "value", "low")}
        field = file["fields/cube/point_5/mean"][...]
        samples = file["samples/sample"][3:6, :, -1, 0]
    for p, eta in enumerate(synthetic.ETA):
        for time in synthetic.TIMES:
            at = [(table["point"] == p + 3) & (table["time"] == time) & (table["observable"] == b"flux") & (
                table["part"] == b"im") & (table["statistic"] == statistic) for statistic in (b"mean", b"bias")]
            for name, where in zip(("mean", "mean − limit"), at):
                row, = [r for r in rows_of(page, "means.csv") if (r["panel"], r["series"], r["y_name"]) == (
                    "flux.im", f"η = {eta:g}", name) and float(r["x"]) == time]
                for key, column in (("y", "value"), ("low", "low")):
                    assert abs(float(row[key]) - table[column][where][0]) <= 1e-8 * abs(float(row["y"])), (row, column)
        ticks = sorted(float(r["x"]) for r in rows_of(page, "histogram.csv") if (r["panel"], r["y"]) == ("front", f"η = {eta:g}"))
        assert np.allclose(ticks, np.sort(samples[p]), rtol=1e-8)
    limits = [r for r in rows_of(page, "means.csv") if r["panel"] == "front" and r["series"] == "endless limit"]
    assert [float(r["x"]) for r in limits] == synthetic.TIMES
    assert np.allclose([float(r["y"]) for r in limits], [synthetic.limit(0.3, t) + 0.01 for t in synthetic.TIMES], rtol=1e-8)
    cells = [float(r["value"]) for r in rows_of(page, "field-1.csv") if (r["panel"], r["series"]) == ("T = 1", "mean")]
    assert np.allclose(cells, field[-1, :, :, 6].T.ravel(), rtol=1e-8), "field"


def check_nothing_else_is_shown(work):
    """A deterministic study has no statistics of samples, without stations it has no time."""
    plain = page_of(os.path.join(work, "plain.h5"), os.path.join(work, "plain"))
    lengths = page_of(os.path.join(work, "lengths.h5"), os.path.join(work, "lengths"))
    assert {"means", "convergence"} <= figures(plain) and not figures(plain) & {"histogram", "headline", "shares"}
    for page in (plain, lengths):
        for word in ("sample", "realization", "ensemble", "moment", "deviation", "standard error", "mean", "histogram"):
            assert word not in page.text.lower(), word
        for word in ("2.00 [2.00, 2.00]", "exact limit", "exponent 2.00 in"):
            assert word in page.text, word
    assert "1.00062500(10)" in plain.text and "T =" not in plain.text.replace("J = 1 + eps^2 T", "")
    for word in ("N  = 10000", "length of the chain", "in units of sites"):
        assert word in lengths.text, word
    assert "time" not in lengths.text
    path = os.path.join(work, "zero.h5")
    synthetic.deterministic_study(path, synthetic.LENGTHS, zero=True)
    zero = page_of(path, os.path.join(work, "zero"))
    assert "zero within their errors everywhere:  J.im" in zero.text and "12 best" not in zero.text
    assert "<td><code>J.im" not in zero.source and "<td><code>J.re" in zero.source
    assert {row["panel"] for row in rows_of(zero, "means.csv")} == {"J.re"}


def check_old_files(work):
    """Files of version 0.1.0: what they do not say about themselves is guessed or left out."""
    path, folder = os.path.join(work, "old.h5"), os.path.join(work, "old")
    with h5py.File(path, "r+") as file:    # unfinished realizations and missing limits
        file["samples/done"][2] = 0
        file["samples/sample"][2] = np.nan
        keep = file["summary/point"][...] != 2
        keep &= ~np.isin(file["summary/statistic"][...], [b"bias", b"reference", b"rate:bias", b"rate_bound:bias"])
        for name, data in list(file["summary"].items()):
            values = data[...][keep]
            del file["summary"][name]
            file["summary"][name] = values
    page = page_of(path, folder)
    assert {"means", "histogram", "field-1", "field-2"} <= figures(page)
    for word in ("48 of 72 done", "η = 0.3", "2.00 [1.60, 2.40]"):
        assert word in page.text, word
    assert "against the limit" not in page.text and "proven" not in page.text and not re.search(r"\bnan\b", page.text)


def check_diagrams(work):
    """Quantities that can be drawn are, the largest first; what cannot be a diagram is a damaged file."""
    path, folder = os.path.join(work, "diagrams.h5"), os.path.join(work, "diagrams")
    said = {"1-4.2-3": ("ladder", 0.1), "1-2.3-4": ("loops", -0.7), "1-2-3-4": ("knot", 0.3), "all": ("", 0.9)}

    def write(diagrams):
        table = synthetic.Table({"eta": [0.2]})
        with h5py.File(path, "w") as file:
            synthetic.root(file, "system: toy\n")
            group = synthetic.samples_group(file, {"eta": [0.2]}, np.ones((1, 2, 1, len(said))), ["1"], [""])
            group["time"] = [1.0]
            synthetic.put_quantities(group, [(name, "re") for name in said])
            group["diagram"] = synthetic.texts(diagrams)
            for name, (_, value) in said.items():
                table.add(0, 1.0, (name, "re"), "mean", (value, value - 0.1, value + 0.1))
                table.add(0, 1.0, (name, "re"), "standard_error", 0.05)
            table.write(file)
    good = [f"2 2|{name}|{kind}" if kind else "" for name, (kind, _) in said.items()]
    write(good)
    page = page_of(path, folder)
    assert "diagrams" in figures(page) and "3 diagrams: 1 ladder, 1 loops and 1 knot" in page.text, page.text
    sys.path[:0] = MODULES, os.path.dirname(MODULES)
    import data
    import diagrams
    assert not {"pandas", "xarray"} & set(sys.modules), "the report needs neither"
    results = data.Results(path)
    assert [d.observable for d in diagrams.ranked(results, 0)] == ["1-2.3-4", "1-2-3-4", "1-4.2-3"]
    at, length = diagrams.places(results.diagrams[0])    # points 1, 4 and 2, 3 are above each other
    assert [(at[v][0], at[v][2]) for v in (1, 2, 3, 4)] == [(1, 0), (2, 0), (2, 1), (1, 1)] and length == 3
    for bad in ("2 2|1-4.2-5|x", "2 2|1-4.2|x", "2|1-2", "2 2|1-2.3-4|x|y", "a|1|x", "-1 3|1-2|x"):
        write(good[:2] + [bad, ""])
        fails(report(path), 2)


def check_many_observables(work):
    """200 complex observables: pictures of a page's size, all numbers in tables, in bounded time."""
    path, count = os.path.join(work, "many.h5"), 200
    rng, columns = np.random.default_rng(3), {"eta": [0.2, 0.1]}
    pairs = [(f"c{i}", part) for i in range(count) for part in ("re", "im")]
    table = synthetic.Table(columns)
    with h5py.File(path, "w") as file:
        synthetic.root(file, "system: toy\n")
        group = synthetic.samples_group(file, columns, rng.standard_normal((2, 5, 2, 2 * count)), ["1"], [""])
        group["time"] = [0.5, 1.0]
        synthetic.put_quantities(group, pairs)
        for p in range(2):
            for q, pair in enumerate(pairs):
                for at in (0.5, 1.0):
                    table.add(p, at, pair, "mean", (q + 1.0, q + 0.5, q + 1.5))
                    table.add(p, at, pair, "standard_error", 0.25)
        table.write(file)
    begin = time.time()
    page = page_of(path, os.path.join(work, "many"))
    assert time.time() - begin < 120
    assert all(f"c{i}.im" in page.text for i in range(count)) and "12 best known of 400" in page.text
    for link in page.links:
        if link.endswith(".png"):
            height, width = matplotlib.image.imread(os.path.join(work, "many", link)).shape[:2]
            assert height < 3000 and width < 2500, (link, height, width)


# ---- safety ------------------------------------------------------------------------
HOSTILE = "<script>alert(1)</script>\" onerror='x' $\\frac{$ ../../../x \x1b é"


def check_hostile_names(work):
    """Whatever a file says, it is text: of names, words, units, notes, fields and their axes."""
    path, folder = os.path.join(work, "hostile<b>$.h5"), os.path.join(work, "deep", "hostile")
    name = HOSTILE.replace("/", "\\").replace("..", ".")
    synthetic.deterministic_study(path, synthetic.LENGTHS)
    with h5py.File(path, "r+") as file:
        file.attrs.update(system=HOSTILE, study="observables:\n  - name: " + HOSTILE + "\n    a: <b>\n",
                          host=HOSTILE, **{"<i>key": "<b>"})
        group = file["samples"]
        group.attrs.update(station_symbol=HOSTILE, model=HOSTILE, limit_long_names=[HOSTILE], column_long_names=[HOSTILE],
                           columns=[name], guides=[f"J|{HOSTILE}|nan|1"])
        group["length"].attrs.update(units=HOSTILE, long_name=HOSTILE)
        group.move("eps", name)
        del group["observable"]
        group["observable"] = [name.encode()]
        names = file["summary/observable"][...]
        del file["summary/observable"], file["reference/note"]
        file["summary/observable"] = np.array([name.encode() if n else b"" for n in names])
        file["reference/note"] = np.array([HOSTILE.encode()] * 3)
        field = file.create_group("fields").create_group(name).create_group("point_2")
        field.parent.attrs.update(long_name=HOSTILE, units=HOSTILE, axes=[name], axis_units=[HOSTILE], axis_long_names=[HOSTILE])
        field[name], field["mean"] = np.arange(5.0), np.ones((4, 5))
    page = page_of(path, folder)
    assert not page.tags & {"iframe", "object", "img"} and page.source.count("<script") == 1, page.tags
    assert page.text.count("<script>alert(1)</script>") > 10 and "field-1" in figures(page)
    assert os.listdir(os.path.join(work, "deep")) == ["hostile"] and len(os.listdir(folder)) == 2
    for link in page.links:
        assert re.fullmatch(r"figures-[0-9a-f]{12}/[a-z0-9-]+\.(svg|png)", link), link


def check_seal(work):
    """A file of the program's own writer passes, with its seal cut off too; any flipped bit is one line and no page."""
    path, folder = os.path.join(work, "written.h5"), os.path.join(work, "written")
    subprocess.run(["./results_test_file", path], check=True)
    with open(path, "rb") as file:
        whole = file.read()
    assert whole[-32:-16] == b"\nkinlim seal v2\n"
    assert whole[-8:] == xxhash.xxh64_intdigest(whole[:-32]).to_bytes(8, "little")
    for word in ("5 of 6 done", "no limit in one dimension", "norm drift"):
        assert word in page_of(path, folder).text, word
    def put(name, data):
        with open(os.path.join(work, name), "wb") as file:
            file.write(data)
        return os.path.join(work, name)

    paths = []
    for bit in (0, 8 * 1000 + 3, 8 * (len(whole) // 2) + 7, 8 * (len(whole) - 33), 8 * (len(whole) - 1)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        paths.append(put(f"flipped-{bit}.h5", damaged))
    assert "damaged: its bytes" in fails(report(paths[0]), 2)
    assert not os.path.exists(os.path.join(work, "flipped-0-report"))
    paths += [put("shorter.h5", whole[:1000] + whole[1001:]), put("unsealed.h5", whole[:-32])]
    said = readings(paths)
    assert all("damaged: its bytes" in line for line in said[:5]), said
    assert "damaged: its length" in said[5] and said[6] == "", said
    check_seal_of_0_1(work, whole[:-32])


def check_seal_of_0_1(work, body):
    """FNV-1a, the hash of 0.1.0, from its definition; its published value for "foobar"."""
    def fnv1a(data, value=0xcbf29ce484222325):
        for byte in data:
            value = (value ^ byte) * 0x100000001b3 % (1 << 64)
        return value

    assert fnv1a(b"foobar") == 0x85944171f73967e8
    seal = b"\nkinlim seal v1\n" + len(body).to_bytes(8, "little") + fnv1a(body).to_bytes(8, "little")
    broken = bytearray(body)
    broken[len(body) // 3] ^= 4
    paths = [os.path.join(work, name) for name in ("sealed-0.1.h5", "broken-0.1.h5")]
    for path, data in zip(paths, (body, broken)):
        with open(path, "wb") as file:
            file.write(data + seal)
    said = readings(paths)
    assert said[0] == "" and "damaged: its bytes" in said[1], said


def check_damage_without_a_seal(work):
    """Some of it crashes libhdf5, in a child process: one line."""
    with open(os.path.join(work, "unsealed.h5"), "rb") as file:
        whole = file.read()
    draw, paths = random.Random(11), [os.path.join(work, f"damaged-{i}.h5") for i in range(60)]
    for path in paths:
        damaged = bytearray(whole)
        for _ in range(draw.choice((1, 8))):
            damaged[draw.randrange(20000)] ^= 1 << draw.randrange(8)
        with open(path, "wb") as file:
            file.write(damaged)
    said = readings(paths)
    crashed = [path for path, line in zip(paths, said) if "breaks down" in line]
    assert crashed and sum(line != "" for line in said) > 10, said
    assert all(line.startswith(path) for path, line in zip(paths, said) if line), said
    fails(report(crashed[0]), 2)
    assert not os.path.exists(crashed[0][:-3] + "-report")


READINGS = """
import data, sys
from kinlim.seal import NotResults
for path in sys.argv[1:]:
    try:
        data.Results(path)
        print()
    except NotResults as error:
        print(str(error).replace("\\n", "?"))
"""


def readings(paths):
    """What is said of each file when it is read into memory; nothing: no complaint."""
    done = subprocess.run([sys.executable, "-c", READINGS, *paths], cwd=MODULES, capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": os.path.join(ROOT, "scripts")})
    assert done.stderr == "", done.stderr
    return done.stdout.split("\n")[:len(paths)]


def check_settings_of_the_user(work):
    """Settings of matplotlib and python that break figures do not matter: the same bytes."""
    path, folders = os.path.join(work, "lengths.h5"), [os.path.join(work, "set", name) for name in "ab"]
    page_of(path, folders[0])
    settings = os.path.join(work, "settings")
    os.mkdir(settings)
    with open(os.path.join(settings, "matplotlibrc"), "w", encoding="latin-1") as file:
        file.write("text.usetex: True\nlines.linewidth: 9\naxes.prop_cycle: cycler('linestyle', ['-','--'])\n"
                   "savefig.bbox: tight\nno such line\n# \xff\n")
    done = report(os.path.relpath(path, settings), "-o", "../set/b", cwd=settings, env={
        **os.environ, "MPLCONFIGDIR": settings, "MATPLOTLIBRC": settings, "PYTHONOPTIMIZE": "2", "HOME": "/nowhere",
        "TMPDIR": "/nowhere"})
    assert (done.returncode, done.stdout, done.stderr) == (0, "../set/b/index.html\n", ""), done
    assert os.listdir(settings) == ["matplotlibrc"]
    first = [{os.path.relpath(name, folder): data for name, data in contents(folder).items()} for folder in folders]
    assert first[0] == first[1]


def limit_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))


def check_replaced_in_one_step(work):
    """Another report in its place, or an older one of version 0.1.0, goes with its pictures; other files stay; a report
    that cannot be written leaves the old one."""
    folder = os.path.join(work, "replaced")
    os.mkdir(folder)
    for name, text in (("index.html", '<title>x · kinlim</title><img src="means.svg"><a href="../plain.h5">'), ("means.svg", "old"),
                       ("other.svg", "mine"), ("notes.txt", "mine")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    page_of(os.path.join(work, "plain.h5"), folder)
    assert sorted(n for n in os.listdir(folder) if not n.startswith("figures-")) == ["index.html", "notes.txt", "other.svg"]
    assert os.path.exists(os.path.join(work, "plain.h5"))
    before = contents(folder)
    said = fails(report(os.path.join(work, "lengths.h5"), "-o", folder, preexec_fn=limit_size), 3)
    assert "None" not in said and "too large" in said, said
    assert contents(folder) == before
    page_of(os.path.join(work, "plain.h5"), folder)    # the same again: the same bytes
    assert contents(folder) == before
    page = page_of(os.path.join(work, "lengths.h5"), folder)
    inside = {os.path.relpath(name, folder) for name in contents(folder)}
    assert inside == set(page.links) | {"index.html", "notes.txt", "other.svg"}, inside


def check_errors(work):
    good, text, other = (os.path.join(work, name) for name in ("plain.h5", "text.h5", "other.h5"))
    with open(text, "w", encoding="utf-8") as file:
        file.write("not HDF5")
    h5py.File(other, "w").close()
    os.mkdir(os.path.join(work, "folder.h5"))
    os.mkfifo(os.path.join(work, "fifo.h5"))
    for name in ("none.h5", "text.h5", "other.h5", "folder.h5", "fifo.h5"):
        assert name in fails(report(os.path.join(work, name)), 2)
        assert not os.path.exists(os.path.join(work, name[:-3] + "-report"))
    assert "not a folder" in fails(report(good, "-o", text), 2)
    assert "not a folder" in fails(report(good, "-o", os.path.join(text, "inside")), 2)
    theirs = os.path.join(work, "theirs")
    os.mkdir(theirs)
    with open(os.path.join(theirs, "index.html"), "w", encoding="utf-8") as file:
        file.write("<title>My home</title>")
    fails(report(good, "-o", theirs), 2)
    assert os.listdir(theirs) == ["index.html"]
    with h5py.File(other, "w") as file:    # a number of bytes that is not there
        file.attrs.update(format="kinlim-results", format_version=2)
        file.create_dataset("samples/sample", (10**6, 10**6, 10, 10))
    assert "bytes" in fails(report(other), 2)


# ---- words -------------------------------------------------------------------------
def check_no_system_is_known():
    for name in sorted(os.listdir(MODULES)):
        if name.endswith(".py"):
            with open(os.path.join(MODULES, name), encoding="utf-8") as file:
                text = file.read().lower()
            found = [word for word in WORDS if re.search(rf"(?<![a-z]){word}(?![a-z])", text)]
            assert not found, f"{name}: {found}"


def check_terminal_table(work):
    """The short table of a deterministic study: no statistics of samples, its limit, its exponent."""
    path = os.path.join(work, "summary.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("eps,time,observable,part,statistic,order,realizations,value,low,high\n")
        for eps in (0.1, 0.05):
            for name, value in (("mean", 1 + eps**2), ("far_reference", 1), ("far_bias", eps**2), ("width", 3)):
                file.write(f"{eps},{'' if name == 'width' else 2},J,re,{name},1,1,{value},{value},{value}\n")
        file.write(",2,J,re,rate:far_bias,1,1,2,1.99,2.01\n")
    said = subprocess.run([sys.executable, os.path.join(MODULES, "outcome.py"), path], capture_output=True, text=True, check=True).stdout
    for word in ("At the last station, 2", "far_reference", "+1.0e-02", "2.00 [1.99, 2.01]", "exponents in eps", "width"):
        assert word in said, (word, said)
    for word in ("mean", "std", "600", "nan"):
        assert word not in said, (word, said)


def main():
    before = set(os.listdir(MODULES))
    check_no_system_is_known()
    with tempfile.TemporaryDirectory() as work:
        synthetic.write_all(work)
        check_terminal_table(work)
        check_errors(work)
        check_diagrams(work)
        check_nothing_else_is_shown(work)
        check_replaced_in_one_step(work)
        check_settings_of_the_user(work)
        check_hostile_names(work)
        check_seal(work)
        check_damage_without_a_seal(work)
        check_old_files(work)
        check_many_observables(work)
        check_everything_is_shown(work)
        check_tables_behind_figures(work)
    assert set(os.listdir(MODULES)) - before <= {"__pycache__"}


main()
