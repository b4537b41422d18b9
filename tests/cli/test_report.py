"""The report of a small file with known numbers: the figures are there, the page
says what the file holds, needs nothing from outside, and bad input is one line."""

import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser

try:
    import h5py
    import matplotlib  # noqa: F401
    import numpy as np
except ImportError:
    sys.exit(77)
import synthetic_results

REPORT = os.path.join(os.environ["SOURCE_DIR"], "scripts", "report")


class Links(HTMLParser):
    """Everything the page points to; and that its tags are balanced."""

    def __init__(self):
        super().__init__()
        self.links, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for key, value in attrs if key in ("src", "href")]
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def report(*arguments):
    return subprocess.run([REPORT, *arguments], capture_output=True, text=True, check=False)


def check_page(folder, path):
    with open(os.path.join(folder, "index.html"), encoding="utf-8") as file:
        page = file.read()
    parser = Links()
    parser.feed(page)
    assert not parser.open, parser.open
    for name in ("headline", "means", "convergence", "histogram", "field-density",
                     "field-husimi"):
        assert name + ".svg" in parser.links, name
    for link in parser.links:
        assert "//" not in link, f"{link} needs the network"
        assert os.path.getsize(os.path.join(folder, link)) > 1000, link
    with h5py.File(path) as file:
        mean = np.mean(file["samples/sample"][2, :, -1, 0])
        deviation = np.std(file["samples/sample"][2, :, -1, 0], ddof=1)
    said = re.search(r"η = 0.25</td><td class=n>(0\.\d+)\((\d+)\)", page)
    places = len(said[1]) - 2
    assert abs(float(said[1]) - mean) <= 0.51 * 10**-places
    assert abs(int(said[2]) * 10**-places - deviation / 24**0.5) <= 0.51 * 10**-places
    for word in ("1/600", "2.00 [1.60, 2.40]", "norm drift", "0123456789ab", "flux.im"):
        assert word in page, word


def check_same_bytes(folder, path):
    """The same results give the same page: a report can be compared with another."""
    def contents():
        return {name: open(os.path.join(folder, name), "rb").read()
                for name in os.listdir(folder) if not name.endswith(".png")}
    before = contents()
    assert report(path, "-o", folder).returncode == 0
    assert contents() == before


def check_partial(work, path):
    """Unfinished realizations and missing limits are left out, not plotted as zero."""
    partial = os.path.join(work, "partial.h5")
    with open(path, "rb") as source, open(partial, "wb") as target:
        target.write(source.read())
    with h5py.File(partial, "r+") as file:
        file["samples/done"][2] = 0
        file["samples/sample"][2] = np.nan
        file["reference/value"][...] = np.nan
        keep = file["summary/point"][...] != 2
        keep &= ~np.isin(file["summary/statistic"][...], [b"bias", b"reference", b"rate:bias"])
        for name, data in list(file["summary"].items()):
            values = data[...][keep]
            del file["summary"][name]
            file["summary"][name] = values
        del file["fields"]
    done = report(partial, "-o", os.path.join(work, "partial"))
    assert done.returncode == 0, done.stderr
    with open(os.path.join(work, "partial", "index.html"), encoding="utf-8") as file:
        page = file.read()
    assert "48 of 72 done" in page
    assert "kinetic limit" not in page
    assert not re.search(r"\bnan\b", page)


def check_written(work):
    """A file of the program's own writer (tests/results/example.h): the layout is shared."""
    path, folder = os.path.join(work, "written.h5"), os.path.join(work, "written")
    subprocess.run(["./results_test_file", path], check=True)
    done = report(path, "-o", folder)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    with open(os.path.join(folder, "index.html"), encoding="utf-8") as file:
        page = file.read()
    for word in ("η = 0.5", "5 of 6 done", "no limit in one dimension", "norm drift"):
        assert word in page, word


def check_errors(work):
    missing = report(os.path.join(work, "none.h5"))
    text = os.path.join(work, "text.h5")
    with open(text, "w", encoding="utf-8") as file:
        file.write("not HDF5")
    other = os.path.join(work, "other.h5")
    h5py.File(other, "w").close()
    for done in (missing, report(text), report(other)):
        assert done.returncode == 2, done
        assert done.stderr.count("\n") == 1, done.stderr


def main():
    with tempfile.TemporaryDirectory() as work:
        path, folder = os.path.join(work, "syn.h5"), os.path.join(work, "page")
        synthetic_results.write(path)
        done = report(path, "-o", folder)
        assert done.returncode == 0, done.stderr
        assert done.stderr == "" and done.stdout.strip().endswith("index.html")
        check_page(folder, path)
        check_same_bytes(folder, path)
        check_partial(work, path)
        check_written(work)
        check_errors(work)


main()
