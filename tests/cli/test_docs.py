"""The site of the documentation: it builds without a warning, every page is in its navigation, every link leads to a place
that is there; in a browser, formulas are typeset, nothing complains and nothing stands out on a wide or a narrow screen."""

import functools
import glob
import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from html.parser import HTMLParser

import browser

ROOT = os.environ["SOURCE_DIR"]
OUTSIDE = ("http://", "https://", "mailto:", "javascript:")


class Site(HTMLParser):
    """Links and names of places of one page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.names, self.loads = [], {""}, []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if tag in ("script", "link", "img") and (attrs.get("src") or attrs.get("href")):
            self.loads.append(attrs.get("src") or attrs["href"])


def pages_of_the_repository():
    names = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
    for pattern in ("docs/**/*.md", "jobs/*/README.md"):
        names += glob.glob(pattern, root_dir=ROOT, recursive=True)
    return sorted(names)


def check_navigation():
    said = subprocess.run([sys.executable, os.path.join(ROOT, "scripts/site/nav.py"), ROOT], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^    - .*: (\S+\.md)$", said, re.M)
    assert sorted(set(listed) | {"docs/README.md"}) == pages_of_the_repository(), (
        "not in docs/README.md:", set(pages_of_the_repository()) ^ set(listed))
    assert len(listed) == len(set(listed)), "a page twice"


def build(folder):
    done = subprocess.run([os.path.join(ROOT, "scripts/docs"), folder], capture_output=True, text=True, check=False)
    if done.returncode == 3:
        print(done.stderr)
        sys.exit(77)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}/index.html\n", ""), done
    return sorted(glob.glob("**/*.html", root_dir=folder, recursive=True))


def check_nothing_is_swallowed():
    """What Markdown would take for a tag, <J,F>, stands in code or in a formula, and a bar in a table does not end its cell."""
    for page in pages_of_the_repository():
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            text = re.sub(r"^```.*?^```$", lambda block: "\n" * block[0].count("\n"), file.read(), flags=re.S | re.M)
        tag = re.search(r"<[A-Za-z/][^>\n]*>", re.sub(r"^    .*|`[^`]*`|\$[^$]*\$", "", text, flags=re.M))
        assert not tag, f"{page}: {tag[0]} is lost: it looks like a tag"
        width = 0
        for number, line in enumerate(text.splitlines(), 1):
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not width or cells in (0, width), f"{page}:{number}: {cells - 1} cells of {width - 1}"
            width = cells


def check_a_broken_link_is_named(folder):
    """In a tree with one: exit code 2, a line for it, no site."""
    tree = os.path.join(folder, "tree")
    for name in ("docs", "jobs", "scripts"):
        shutil.copytree(os.path.join(ROOT, name), os.path.join(tree, name), ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "CITATION.cff"):
        shutil.copy(os.path.join(ROOT, name), tree)
    with open(os.path.join(tree, "docs", "tutorial.md"), "a", encoding="utf-8") as file:
        file.write("\n[nowhere](no-such-page.md)\n")
    done = subprocess.run([os.path.join(tree, "scripts/docs"), os.path.join(folder, "broken")], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1, done
    assert "docs/tutorial.md" in done.stderr and "no-such-page.md" in done.stderr, done.stderr


def check_links(folder, pages):
    sites = {page: Site(os.path.join(folder, page)) for page in pages}
    assert len(pages) > 30
    for page, site in sites.items():
        for link in site.loads:
            assert not link.startswith(OUTSIDE + ("//",)), f"{page} loads {link}"
        for link in site.links:
            if link.startswith(OUTSIDE) or page == "404.html":
                continue
            path, _, name = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
            assert os.path.exists(os.path.join(folder, target)), f"{page}: {link}"
            if target in sites:
                assert name in sites[target].names, f"{page}: {link} leads to no place"


def check_no_formula_is_left(folder, pages):
    """Formulas are marked for typesetting: no dollars in the text outside code."""
    count = 0
    for page in pages:
        with open(os.path.join(folder, page), encoding="utf-8") as file:
            text = re.sub(r"<(pre|code|script)\b.*?</\1>", "", file.read(), flags=re.S)
        count += text.count('class="arithmatex"')
        assert "$" not in text, (page, re.findall(r".{30}\$.{30}", text)[:3])
    assert count > 150, f"only {count} formulas"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def check_in_a_browser(folder, pages):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with browser.Browser() as view:
        for page in pages:
            view.open(f"http://127.0.0.1:{server.server_port}/{page}")
            left = view.run("[...document.querySelectorAll('.arithmatex')].filter((e) => !e.querySelector('.katex')).length")
            assert left == 0, (page, f"{left} formulas are not typeset")
            assert not view.complaints, (page, view.complaints)
            for width in (1300, 400):
                view.resize(width)
                assert not view.too_wide(), (page, width, view.too_wide())
    server.shutdown()


def main():
    check_navigation()
    check_nothing_is_swallowed()
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.join(folder, "site")
        pages = build(folder)
        check_a_broken_link_is_named(os.path.dirname(folder))
        check_links(folder, pages)
        check_no_formula_is_left(folder, pages)
        if browser.program():
            check_in_a_browser(folder, [page for page in pages if page != "404.html"])


main()
