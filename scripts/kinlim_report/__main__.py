"""report RESULTS.h5 [-o DIR]: a static HTML page with plots and tables."""

import argparse
import logging
import os
import sys
import warnings

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))    # the package beside this one

from data import Results    # noqa: E402
from kinlim.seal import NotResults    # noqa: E402

ABOUT = "A static HTML page with plots and tables of a results file: DIR/index.html."


def import_plotting(folder):
    """matplotlib with nothing of the user's: its settings are looked for in the current folder, in
    MATPLOTLIBRC and in MPLCONFIGDIR, when it is imported."""
    os.environ["MATPLOTLIBRC"] = os.devnull
    os.environ["MPLCONFIGDIR"] = folder
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    try:
        import style
        style.setup()
    finally:
        os.fchdir(here)
        os.close(here)


def make_page(results, path, pictures):
    """Saves the figures and returns the page."""
    cache = os.path.join(os.path.dirname(os.path.abspath(pictures)), "matplotlib")
    os.mkdir(cache)
    import_plotting(cache)
    import fields
    import page
    import picture
    return page.render(results, *fields.read(path, results), picture.shower(results, pictures))


def write(path, folder):
    results = Results(path)
    if not results.done.any():
        raise NotResults(f"{path}: no realization is finished yet")
    import folder as place
    try:
        return place.write(folder, lambda pictures: make_page(results, path, pictures))
    except place.NotOurs as error:
        raise NotResults(str(error)) from None


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(prog="scripts/report", description=ABOUT)
    parser.add_argument("results", metavar="RESULTS.h5")
    parser.add_argument("-o", metavar="DIR", help="default: RESULTS-report beside the file")
    options = parser.parse_args()
    folder = options.o or os.path.splitext(options.results)[0] + "-report"
    try:
        print(write(options.results, folder))
    except NotResults as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename or folder}: {error.strerror or error}", file=sys.stderr)
        return 3
    except MemoryError:
        print(f"{options.results}: not enough memory", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        print(f"{options.results}: a fault of the report: {type(error).__name__}: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
