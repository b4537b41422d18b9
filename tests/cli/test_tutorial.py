"""The pages for new users are true: every shell block of the tutorial and of the how-to runs as it stands, in one shell after
the other, and prints the lines that stand beneath it, numbers to a part in a thousand."""

import os
import re
import subprocess
import sys
import tempfile

try:
    import h5py, matplotlib    # noqa: E401,F401    for the report
except ImportError:
    sys.exit(77)

ROOT = os.environ["SOURCE_DIR"]
PAGES = ("tutorial", "howto")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]?\d+)?")


def blocks_of(page):
    """(language, text) of each block."""
    with open(os.path.join(ROOT, "docs", page + ".md"), encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def commands(page):
    """[shell text, lines that it prints]"""
    found = []
    for language, text in blocks_of(page):
        if language == "sh":
            found.append([text, []])
        elif language == "text":
            found[-1][1] += text.splitlines()
    return found


def alike(wanted, line):
    """Whether a line is the wanted one, or holds it, with numbers that are nearly the same."""
    pattern = r"\s+".join(map(re.escape, NUMBER.sub("\0", wanted).split())).replace(re.escape("\0"), r"(-?\d+\.?\d*(?:e[+-]?\d+)?)")
    match = re.search(pattern, line)
    return bool(match) and all(abs(float(a) - float(b)) <= 1e-3 * abs(float(a)) + 1e-12
                               for a, b in zip(NUMBER.findall(wanted), match.groups()))


def check_alike():
    assert alike("a,0.123,-2 b", "a,0.12301,-2  b") and not alike("a,0.123", "a,0.124") and not alike("a 1", "b 1")
    assert alike("exit code 2", "exit code 2") and not alike("exit code 2", "exit code 3")


def run(page, folder):
    """Runs the page's blocks in one shell and compares what each prints."""
    parts = commands(page)
    script = "set -e\n" + "".join(f"{{\n{text}}} >{folder}/{page}.{i} 2>&1\n" for i, (text, _) in enumerate(parts))
    done = subprocess.run(["bash", "-c", script], cwd=os.path.join(folder, "direction" if page == "howto" else ""),
                          env={**os.environ, "PATH": folder + "/build:" + os.environ["PATH"]}, capture_output=True, text=True, check=False)
    for i, (text, lines) in enumerate(parts):
        with open(f"{folder}/{page}.{i}", encoding="utf-8") as file:
            printed = file.read()
        for wanted in lines:
            assert any(alike(wanted, line) for line in printed.splitlines()), f"{page}.md: {text}prints\n{printed}\nnot\n{wanted}"
        assert done.returncode == 0 or os.path.exists(f"{folder}/{page}.{i + 1}"), f"{page}.md: {text}{printed}"
    assert done.returncode == 0, done.stderr


def main():
    check_alike()
    study = next(text for language, text in blocks_of("tutorial") if language == "yaml")
    assert sum(len(lines) for page in PAGES for _, lines in commands(page)) > 12, "the pages show no output"
    with tempfile.TemporaryDirectory() as folder:
        for place in ("build", "direction"):
            os.mkdir(os.path.join(folder, place))
        os.symlink(os.path.join(ROOT, "scripts"), os.path.join(folder, "scripts"))
        os.symlink(os.environ["KINLIM"], os.path.join(folder, "build", "kinlim"))
        os.symlink(sys.executable, os.path.join(folder, "build", "python3"))
        with open(os.path.join(folder, "direction", "direction.yaml"), "w", encoding="utf-8") as file:
            file.write(study)
        for page in PAGES:
            run(page, folder)


main()
