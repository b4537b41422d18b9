"""The list of observables in the text of a study, a line each: no more of YAML than the program itself
writes (mappings in blocks, lists of mappings, values on one line)."""

import re

KEY = re.compile(r"( *)(- )?([A-Za-z_][A-Za-z0-9_.-]*): ?(.*)")


def flow(lines):
    """{key: value, ...} of a block of (depth, key, value) as one line."""
    parts, at = [], 0
    while at < len(lines):
        depth, key, value = lines[at]
        inner = at + 1
        while inner < len(lines) and lines[inner][0] > depth:
            inner += 1
        nested = flow(lines[at + 1:inner])
        parts.append(f"{key}: {value or '{' + nested + '}'}")
        at = inner
    return ", ".join(parts)


def definitions(study):
    """(name, definition) of each entry of the list `observables`; none where it is not understood."""
    found = re.search(r"^observables:[ ]*\n((?:[ -].*\n)+)", study + "\n", re.MULTILINE)
    entries = []
    for line in found.group(1).splitlines() if found else ():
        match = KEY.fullmatch(line)
        if not match or (match.group(2) is None and not entries):
            return []
        if match.group(2):
            entries.append([])
        depth = len(match.group(1)) + len(match.group(2) or "")
        entries[-1].append((depth, match.group(3), match.group(4)))
    named = [(next((v for d, k, v in entry if k == "name" and d == entry[0][0]), ""),
              flow([item for item in entry if item[1] != "name" or item[0] != entry[0][0]])) for entry in entries]
    return named if all(name for name, _ in named) else []
