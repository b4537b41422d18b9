"""nav.py PAGES: the navigation of the site as YAML, from the tables of docs/README.md in the tree PAGES: a section for each
heading, an entry for each row, named by the page's own heading, and after an index of a folder what that lists; and the
READMEs of the studies. Pages that are not there are left out: the link to them is what the build complains of."""

import glob
import json
import os
import re
import sys

STUDIES = "Studies"


def title(text):
    """A page's heading, without markup, and without what follows a colon."""
    heading = re.search(r"^# (.*)$", text, re.M).group(1)
    return re.sub(r"[`*]", "", heading).split(": ")[0]


def read(pages, path):
    with open(os.path.join(pages, path), encoding="utf-8") as file:
        return file.read()


def listed(pages, folder, text):
    """The pages in the first column of the tables of an index in that folder."""
    for name in re.findall(r"^\| \[[^\]]*\]\(([^)#]*\.md)\)", text, re.M):
        path = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(os.path.join(pages, path)):
            yield path
            if os.path.basename(path) == "README.md" and os.path.dirname(path):
                yield from listed(pages, os.path.dirname(path), read(pages, path))


def sections(pages):
    """(heading, [path of a page])"""
    parts = re.split(r"^## (.*)\n", read(pages, "docs/README.md"), flags=re.M)
    for heading, text in zip(parts[1::2], parts[2::2]):
        yield heading, list(listed(pages, "docs", text))
    names = sorted(glob.glob("jobs/*/README.md", root_dir=pages))
    yield STUDIES, names


def main():
    pages = sys.argv[1]
    print("nav:")
    for heading, names in sections(pages):
        print(f"  - {json.dumps(heading)}:")
        for name in names:
            print(f"    - {json.dumps(title(read(pages, name)), ensure_ascii=False)}: {name}")


main()
