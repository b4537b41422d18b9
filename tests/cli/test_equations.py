"""docs/equations.md has every numbered formula of the two papers once, and the file that it names for one cites it."""

import os
import re

ROOT = os.environ["SOURCE_DIR"]
# The last formula of each section.
PAPERS = {"R": ({2: 38, 3: 22, 4: 16, 5: 49, 6: 44}, "2010"), "N": ({2: 16, 3: 31, 4: 18, 5: 42, 6: 18}, "2011")}


def numbers(label):
    """(section, number) of every formula of '(2.3)-(2.5)', '(5.9)'."""
    found = re.fullmatch(r"\((\d)\.(\d+)\)(?:-\((\d)\.(\d+)\))?", label)
    if not found:
        return []
    section, first = int(found[1]), int(found[2])
    assert found[3] in (None, found[1]), label
    return [(section, number) for number in range(first, int(found[4] or first) + 1)]


def rows(text):
    """(paper, label, last cell) of the tables of both papers."""
    for heading, body in re.findall(r"^## \d+\. (\[[RN]\].*?)$(.*?)(?=^## )", text, re.M | re.S):
        for line in re.findall(r"^\| (.*) \|$", body, re.M):
            label, _, here = line.split(" | ", 2)
            yield heading[1], label, here


def main():
    with open(os.path.join(ROOT, "docs/equations.md"), encoding="utf-8") as file:
        text = file.read()
    seen = {paper: [] for paper in PAPERS}
    for paper, label, here in rows(text):
        seen[paper] += numbers(label)
        named = re.findall(r"`(src/\S+)`", here)
        if numbers(label) and named:
            with open(os.path.join(ROOT, named[0]), encoding="utf-8") as file:
                header = re.sub(r"\n \* ?", " ", file.read().split("*/")[0])
            assert label in header and "Chen" in header and PAPERS[paper][1] in header, f"{named[0]} does not cite {label} of [{paper}]"
    for paper, (last, _) in PAPERS.items():
        wanted = [(section, number) for section in last for number in range(1, last[section] + 1)]
        assert sorted(seen[paper]) == wanted, (paper, sorted(set(wanted) ^ set(seen[paper])), "or twice")


main()
