"""report RESULTS.h5 [-o DIR]: a static HTML page with plots and tables."""

import argparse
import os
import sys

import matplotlib.pyplot as plt

import budget
import frames
import page
import plots
import spreading
import style
from data import NotResults, Results


def figures(results):
    """(name, figure) for everything there is to show."""
    last = len(results.times) - 1
    yield "headline", plots.headline(results, last)
    yield "means", plots.means(results)
    yield "spreading", spreading.spreading(results)
    yield "derived", plots.derived(results)
    yield "convergence", plots.convergence(results, results.times[last])
    yield "histogram", plots.histogram(results, last)
    yield from budget.figures(results, results.times[last])
    for field in results.fields:
        if len(field.axes) == 1:
            yield f"field-{field.name}", plots.field(results, field, last)
        else:
            yield f"field-{field.name}", frames.frames(results, field)


def write(results, folder):
    os.makedirs(folder, exist_ok=True)
    names = []
    style.setup()
    for name, figure in figures(results):
        if figure is None:
            continue
        names.append(name)
        figure.savefig(os.path.join(folder, name + ".svg"), dpi=200, metadata={"Date": None})
        figure.savefig(os.path.join(folder, name + ".png"), dpi=200, facecolor="white")
        plt.close(figure)
    path = os.path.join(folder, "index.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page.render(results, names))
    return path


def main():
    parser = argparse.ArgumentParser(prog="scripts/report", description=__doc__.split(": ", 1)[1])
    parser.add_argument("results", metavar="RESULTS.h5")
    parser.add_argument("-o", metavar="DIR", help="default: RESULTS-report beside the file")
    options = parser.parse_args()
    folder = options.o or os.path.splitext(options.results)[0] + "-report"
    try:
        results = Results(options.results)
    except NotResults as error:
        print(error, file=sys.stderr)
        return 2
    if not results.done.any():
        print(f"{options.results}: no realization is finished yet", file=sys.stderr)
        return 2
    try:
        print(write(results, folder))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
