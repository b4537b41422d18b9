"""The house: the pipeline knows no system (of the report test_report.py says the same), no circle of files stands anywhere, files and
functions are short, and file names are told apart."""
import os
import re

ROOT = os.environ["SOURCE_DIR"]
PIPELINE = ["src/contract", "src/study", "src/summary", "src/run", "src/ensemble", "src/statistics",
            "src/config"]
# Of the systems, and what is theirs alone.
WORDS = ("anderson boltzmann localization lyapunov fermi hartree semiclassical "
         "trotter vlasov eta sites box psi lattice torus disorder universality wigner husimi "
         "msd departure petsc fftw").split()
MOST_LINES, MOST_FUNCTION = 600, 60


def sources(*folders, endings=(".c", ".h")):
    for folder in folders:
        for place, _, files in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(files):
                if name.endswith(endings):
                    yield os.path.join(place, name)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def without_comments(path):
    return re.sub(r"/\*.*?\*/", "", read(path), flags=re.S)


def no_word_of_a_system_in_the_pipeline():
    pattern = re.compile(r"(?<![A-Za-z])(" + "|".join(WORDS) + r")(?![A-Za-z])", re.I)
    found = []
    for path in sources(*PIPELINE, endings=(".c", ".h")):
        for line in without_comments(path).splitlines():
            if pattern.search(line):
                found.append(f"{os.path.relpath(path, ROOT)}: {line.strip()}")
    assert not found, "\n".join(found)


def includes():
    """file -> the project's files that it includes; NAME.c, NAME.h and NAME_private.h are one."""
    graph = {}

    def plain(path):
        return os.path.splitext(path)[0].replace("_private", "")
    for path in sources("src", "include"):
        name = plain(os.path.relpath(path, ROOT)).replace("src/", "", 1)
        name = name.replace("include/", "", 1)
        others = {plain(other) for other in re.findall(r'#include "(.*?)"', read(path))}
        graph.setdefault(name, set()).update(others - {name})
    return graph


def no_circle_of_files():
    graph, done, stack = includes(), set(), []

    def visit(name):
        if name in done:
            return
        assert name not in stack, " -> ".join(stack[stack.index(name):] + [name])
        stack.append(name)
        for other in sorted(graph.get(name, ())):
            visit(other)
        stack.pop()
        done.add(name)
    for name in sorted(graph):
        visit(name)


def files_and_functions_are_short():
    long = []
    for path in sources("src", "include", "scripts", "tests", endings=(".c", ".h", ".py", ".sh")):
        lines = read(path).splitlines()
        name = os.path.relpath(path, ROOT)
        if len(lines) > MOST_LINES:
            long.append(f"{name}: {len(lines)} lines")
        if not path.endswith(".c"):
            continue
        start = None
        for number, line in enumerate(lines):
            if line == "{":
                start = number
            if line == "}" and start is not None:
                if number - start - 1 > MOST_FUNCTION:
                    long.append(f"{name}:{start}: a function of {number - start - 1} lines")
                start = None
    assert not long, "\n".join(long)


def names_are_told_apart():
    places = {}
    for path in sources("src"):
        places.setdefault(os.path.basename(path), []).append(os.path.relpath(path, ROOT))
    twice = [p for p in places.values() if len(p) > 1]
    assert not twice, twice


def complex_numbers_are_made_as_every_compiler_can():
    """glibc has no CMPLX under clang: base/complex.h has."""
    without = []
    for path in sources("src", "tests"):
        with open(path) as file:
            text = file.read()
        if "CMPLX(" in text and not path.endswith("base/complex.h") and '#include "base/complex.h"' not in text:
            without.append(os.path.relpath(path, ROOT))
    assert not without, without


def main():
    no_word_of_a_system_in_the_pipeline()
    no_circle_of_files()
    files_and_functions_are_short()
    names_are_told_apart()
    complex_numbers_are_made_as_every_compiler_can()


if __name__ == "__main__":
    main()
