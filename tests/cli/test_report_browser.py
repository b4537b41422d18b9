"""The report's page in a real browser: nothing to complain of, nothing stands out at 1300 and 400 pixels in either colour
scheme, the first screen tells the outcome; marks tell their values, series come and go, tables sort and copy, paper gets it all."""

import csv
import os
import re
import subprocess
import sys
import tempfile

try:
    import h5py
except ImportError:
    sys.exit(77)
import browser
import synthetic_results as synthetic

ROOT = os.environ["SOURCE_DIR"]
FILES = ("random", "old", "plain", "lengths", "hostile")
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => (part.open = true))"
# Of one element, all it takes: where it is on the screen, and whether it is seen.
HELPERS = """
const seen = (e) => e && e.getClientRects().length > 0;
const figure = document.getElementById("means"), data = JSON.parse(figure.dataset.marks);
const spot = (x, y) => { const p = new DOMPoint(x, y).matrixTransform(figure.querySelector("svg").getScreenCTM());
                         return [p.x, p.y]; };
"""


def hostile_study(path):
    """Names that are markup, would they not be escaped."""
    synthetic.deterministic_study(path, synthetic.LENGTHS)
    bad = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    with h5py.File(path, "r+") as file:
        file.attrs.update(system=bad, host=bad)
        file["samples"].attrs.update(station_symbol=bad, model=bad, limit_long_names=[bad])
        del file["samples/observable"], file["summary/observable"]
        file["samples/observable"] = [bad.encode()]
        file["summary/observable"] = synthetic.texts([bad] * len(file["summary/value"]))


def pages_of(work):
    synthetic.write_all(work)
    hostile_study(os.path.join(work, "hostile.h5"))
    for name in FILES:
        folder = os.path.join(work, name)
        subprocess.run([os.path.join(ROOT, "scripts", "report"), folder + ".h5", "-o", folder], check=True, capture_output=True)
        yield name, os.path.join(folder, "index.html")


# ---- looks -------------------------------------------------------------------------
def check_nothing_to_complain_of(view, pages):
    for name, page in pages.items():
        for width, dark in ((1300, False), (1300, True), (400, False)):
            view.open(page, width, dark=dark)
            view.run(OPEN_ALL)
            assert not view.too_wide(), (name, width, view.too_wide())
            assert not view.complaints, (name, width, view.complaints)
            assert view.run("typeof window.hacked") == "undefined", name
            assert view.run("[...document.querySelectorAll('figure svg')].every((svg) => svg.clientWidth >= 760 && "
                            "svg.getAttribute('aria-label').length > 40)"), name


def check_one_look(view, page):
    """Words, list of sections and headline stand on the first screen."""
    view.open(page, 1300, 900)
    ends = view.run("['.summary', 'nav', '#headline svg'].map((s) => document.querySelector(s).getBoundingClientRect().bottom)")
    assert ends == sorted(ends) and ends[-1] < 900, ends
    assert view.run("document.querySelectorAll('nav a').length === document.querySelectorAll('section').length")


def check_dark(view, page):
    """Ink is light on dark paper, of figures too."""
    for dark in (False, True):
        view.open(page, dark=dark)
        ink, paper = view.run("""['color', 'backgroundColor'].map((key) => getComputedStyle(document.body)[key]
            .match(/\\d+/g).reduce((sum, v) => sum + Number(v), 0))""")
        assert (ink > paper + 300) if dark else (paper > ink + 300), (ink, paper)
        assert ("invert" in view.run("getComputedStyle(document.querySelector('figure svg')).filter")) == dark


# ---- what it does --------------------------------------------------------------------
def check_marks_tell_their_values(view, page):
    view.open(page, 1300, 900)
    view.run(HELPERS + "figure.scrollIntoView({block: 'center'});")
    place, words, value = view.run("""(() => { const mark = data.marks.find((m) => m[2].startsWith("η = 0.3\\nT = 0.5"));
        return [spot(mark[0], mark[1]), mark[2], document.querySelector(".tip").hidden]; })()""")
    assert value is True
    view.point(*place)
    assert view.run("document.querySelector('.tip').textContent") == words, words
    assert view.run("!document.querySelector('.tip').hidden") and words.startswith("η = 0.3\nT = 0.5\nmean = 0.2"), words
    drawn = view.run("""(() => { // the mark is where the pointer is
        const names = data.entries[1].parts.map((part) => document.getElementById("means-" + part));
        return names.flatMap((e) => [...e.querySelectorAll("use")]).some((use) => { const b = use.getBoundingClientRect();
            return Math.hypot(b.x + b.width / 2 - PLACE[0], b.y + b.height / 2 - PLACE[1]) < 2; }); })()""".replace("PLACE", str(place)))
    assert drawn, "no mark there"
    view.point(5, 5)
    assert view.run("document.querySelector('.tip').hidden")


def check_keys_tell_all_values(view, page):
    """Without a pointer: Tab comes to the figure, arrows step through every mark that is shown, each is said and ringed."""
    view.open(page, 1300, 900)
    view.run(HELPERS + "[...figure.previousElementSibling.parentElement.querySelectorAll('a[download]')].find("
             "(a) => a.download === 'means.csv').focus();")
    view.press("Tab")
    assert view.run("document.activeElement === figure.querySelector('svg') && document.activeElement.ariaLabel.includes('Arrow keys')")
    words = view.run("data.marks.map((mark) => mark[2])")
    series = view.run("data.marks.map((mark) => mark[3].join())")
    now = "[document.querySelector('.spoken').textContent, document.querySelector('.tip').textContent]"

    def told(key):
        view.press(key)
        said, shown = view.run(now)
        assert said == shown.replace("\n", ", ") and not view.run("document.querySelector('.tip').hidden"), (said, shown)
        return shown
    assert len(words) > 20 and [told("ArrowRight") for _ in words] == words
    assert told("ArrowRight") == words[-1] and told("ArrowLeft") == words[-2], "nothing beyond the last"
    assert view.run("""(() => { const b = figure.querySelector(".here").getBoundingClientRect(), p = spot(...data.marks.at(-2));
        return Math.hypot(b.x + b.width / 2 - p[0], b.y + b.height / 2 - p[1]) < 1; })()"""), "the ring is elsewhere"
    starts = [i for i in range(len(series)) if i == 0 or series[i] != series[i - 1]]
    assert told("Home") == words[0] and [told("ArrowDown") for _ in starts[1:]] == [words[i] for i in starts[1:]]
    assert [told("ArrowUp") for _ in starts[1:]] == [words[i] for i in starts[-2::-1]] and told("End") == words[-1]
    area = view.run("(([a, b, c, d]) => spot((a + c) / 2, (b + d) / 2))(data.entries[1].area)")
    view.point(*area, click=True)    # what is hidden is passed over
    told("Home")
    seen = [told("ArrowRight") for _ in words]
    of = view.run("data.marks.filter((mark) => !mark[3].includes(1)).map((mark) => mark[2])")
    assert seen[:len(of) - 1] == of[1:] and len(of) < len(words)
    view.press("Escape")
    assert view.run("document.querySelector('.tip').hidden && !figure.querySelector('.here')")
    assert view.run("document.querySelector('[role=status][aria-live=polite]').textContent") == ""


def check_series_come_and_go(view, page):
    view.open(page, 1300, 900)
    count = """data.entries.map((entry) => entry.parts.filter((part) => seen(document.getElementById("means-" + part))).length)"""
    view.run(HELPERS + "figure.scrollIntoView({block: 'center'});")
    before = view.run(count)
    assert len(before) == 5 and min(before) > 0, before    # three points, two limits
    x, y = view.run("spot((data.entries[1].area[0] + data.entries[1].area[2]) / 2, (data.entries[1].area[1] + data.entries[1].area[3]) / 2)")
    view.point(x, y, click=True)
    after = view.run(count)
    assert after == [before[0], 0, *before[2:]], (before, after)
    view.point(x, y, click=True)
    assert view.run(count) == before


def check_tables_sort_and_copy(view, page):
    view.open(page)
    rows = "[...document.querySelectorAll('#section-numbers-at-t-1 tbody tr')].map((r) => [...r.cells].map((c) => c.textContent))"
    before = view.run(rows)
    assert [row[0] for row in before] == ["front"] * 9 + ["flux.re"] * 9 + ["flux.im"] * 9, "names in every row"
    press = "document.querySelectorAll('#section-numbers-at-t-1 th button')[{}].click()"
    view.run(press.format(2))    # the mean: 0.2716(5)
    values = [float(row[2].split("(")[0]) for row in view.run(rows)]
    assert values == sorted(values) and len(set(values)) > 15, values
    view.run(press.format(2))
    values = [float(row[2].split("(")[0]) for row in view.run(rows)]
    assert values == sorted(values, reverse=True)
    view.run(press.format(1))    # the point: "η = 0.3, ell = 4, normal"
    etas = [float(row[1].split(",")[0].split("=")[1]) for row in view.run(rows)]
    assert etas == sorted(etas)
    view.run(press.format(4))    # negative numbers and powers of ten, -8(10)·10⁻⁵, in the order of numbers
    signed = [float(re.sub(r"\(\d+\)", "", row[4]).translate(PLAIN).replace("·10", "e")) for row in view.run(rows)]
    assert signed == sorted(signed) and signed[0] < 0 < signed[-1], signed
    copied = view.run("""new Promise((done) => {
        addEventListener("copy", (event) => done(event.clipboardData.getData("text/plain")));
        document.querySelector("#section-numbers-at-t-1 .copy").click(); })""")
    lines = list(csv.reader(copied.splitlines(), delimiter="\t"))
    assert [line[0] for line in lines[1:]] == [row[0] for row in view.run(rows)] and lines[0][:3] == ["quantity", "point", "mean"]
    assert all(len(line) == len(lines[0]) for line in lines), lines


def check_paper(view, page):
    view.open(page)
    closed = "[...document.querySelectorAll('details')].filter((part) => !part.open).length"
    assert view.run(closed) > 2
    view.run("dispatchEvent(new Event('beforeprint'))")
    assert view.run(closed) == 0
    view.print_media()
    assert view.run("['nav', 'button', '.tip'].every((s) => getComputedStyle(document.querySelector(s)).display === 'none')")
    assert view.run("getComputedStyle(document.querySelector('.wide')).maxHeight") == "none"


def main():
    if not browser.program():
        sys.exit(77)
    with tempfile.TemporaryDirectory() as work:
        pages = dict(pages_of(work))
        with browser.Browser() as view:
            check_nothing_to_complain_of(view, pages)
            for check in (check_one_look, check_dark, check_marks_tell_their_values, check_keys_tell_all_values, check_series_come_and_go,
                          check_tables_sort_and_copy, check_paper):
                check(view, pages["random"])
            assert not view.complaints, view.complaints


main()
