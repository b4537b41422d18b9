"""nav.py PAGES: the navigation of the site as YAML, from the tables of docs/README.md in the tree PAGES: a section for each
heading, an entry for each row, named by the page's own heading; and the READMEs of the studies."""

import glob
import json
import os
import re
import sys

STUDIES = "Studies"


def title(path):
    """A page's heading, without markup, and without what follows a colon."""
    with open(path, encoding="utf-8") as file:
        heading = re.search(r"^# (.*)$", file.read(), re.M).group(1)
    return re.sub(r"[`*]", "", heading).split(": ")[0]


def sections(pages):
    """(heading, [path of a page]) of the index."""
    with open(os.path.join(pages, "docs", "README.md"), encoding="utf-8") as file:
        parts = re.split(r"^## (.*)\n", file.read(), flags=re.M)
    for heading, text in zip(parts[1::2], parts[2::2]):
        found = re.findall(r"^\| \[[^\]]*\]\(([^)#]*\.md)\)", text, re.M)
        yield heading, [os.path.normpath(os.path.join("docs", name)) for name in found]
    names = sorted(glob.glob("jobs/*/README.md", root_dir=pages))
    yield STUDIES, names


def main():
    pages = sys.argv[1]
    print("nav:")
    for heading, names in sections(pages):
        print(f"  - {json.dumps(heading)}:")
        for name in names:
            print(f"    - {json.dumps(title(os.path.join(pages, name)), ensure_ascii=False)}: {name}")


main()
