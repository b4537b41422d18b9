"""The program: runs, status, provenance and reports. $KINLIM names it; else the one in PATH, else the one that
was built beside these sources."""

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile

from .results import Results, open as open_results

HERE = os.path.dirname(os.path.abspath(__file__))


class Error(RuntimeError):
    """The program's one line; `code`: its exit code (2 the input, 3 the environment, 4 a bug, 75 stopped)."""

    def __init__(self, code, message):
        super().__init__(message or f"exit code {code}")
        self.code = code


def program():
    root = os.path.dirname(os.path.dirname(HERE))
    beside = [os.path.join(root, build, "kinlim") for build in ("build", "build-test")]
    for candidate in [os.environ.get("KINLIM"), shutil.which("kinlim"), *beside]:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise Error(3, "the program kinlim is not found: name it in the variable KINLIM, or build it with scripts/run")


def one_line(done):
    """What a process that failed said: the program's line is the last, a launcher's text begins with the cause."""
    lines = [line for line in done.stderr.splitlines() if line.strip(" -")]
    return lines[-1 if done.returncode in (2, 3, 4, 75) else 0] if lines else ""


def call(*args, ranks=None, launcher=None):
    """Standard output of `kinlim ARGS`; Error if it fails."""
    start = [] if not ranks or ranks == 1 else [*(launcher or ["mpiexec"]), "-n", str(ranks)]
    done = subprocess.run([*start, program(), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="replace")
    if done.returncode != 0:
        raise Error(done.returncode, one_line(done))
    return done.stdout


def as_yaml(value):
    """JSON is YAML; numbers keep all digits."""
    return json.dumps(value) if not isinstance(value, str) else value


def study_file(study, folder):
    """The path of a study that is given as a path or as nested dictionaries."""
    if not isinstance(study, dict):
        return os.fspath(study)
    path = os.path.join(folder, "study.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(study, file)
    return path


def default_output(study):
    if isinstance(study, dict):
        raise ValueError("output: must be given with a study that is no file")
    return os.path.splitext(os.path.basename(os.fspath(study)))[0] + ".h5"


def run_one(study, output, ranks, changes, options, launcher):
    sets = [word for key, value in changes.items() for word in ("--set", f"{key}={as_yaml(value)}")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            call("run", study_file(study, folder), "-o", output, "--quiet", *sets, *options, ranks=ranks,
                 launcher=launcher)
        except Error as error:
            raise Error(error.code, str(error).replace(folder + os.sep, "")) from None
    return open_results(output)


def run(study, output=None, ranks=1, set=None, grid=None, resume=True, options=(), launcher=None):
    """Runs a study and returns its Results.

    study     a file, or nested dictionaries
    output    where to; default: the study's name with .h5, here
    ranks     MPI ranks; launcher: the words that start them, default ["mpiexec"]
    set       {"key.path": value}: changes of the study
    grid      {"key.path": [values]}: runs every combination, each into a file of its own, named by the values,
              and returns [(combination, Results)]
    resume    go on with what is there; False: existing output is an Error
    options   more words of `kinlim run`
    """
    output = os.fspath(output) if output else default_output(study)
    changes, options = dict(set or {}), [*options, *(["--resume"] if resume else [])]
    if grid is None:
        return run_one(study, output, ranks, changes, options, launcher)
    found = []
    base, ending = os.path.splitext(output)
    for values in itertools.product(*grid.values()):
        chosen = dict(zip(grid, values))
        name = "".join(f"-{key.rpartition('.')[2]}={as_yaml(value)}".replace("/", "_").replace(" ", "")
                       for key, value in chosen.items())
        found.append((chosen, run_one(study, base + name + ending, ranks, {**changes, **chosen}, options, launcher)))
    return found


def status(name=None):
    """How far a run is, as `kinlim status --json` tells it; `name`: a results file or a study."""
    return json.loads(call("status", *([os.fspath(name)] if name is not None else []), "--json"))


def info(name=None):
    """Versions of the build, or the provenance of a file, or what a system is."""
    return json.loads(call("info", *([os.fspath(name)] if name is not None else []), "--json"))


def report(results, output=None):
    """Makes the HTML report of Results or of a file; the path of its index.html."""
    path = results.path if isinstance(results, Results) else os.fspath(results)
    output = os.fspath(output) if output else os.path.splitext(path)[0] + "-report"
    done = subprocess.run([sys.executable, os.path.join(os.path.dirname(HERE), "kinlim_report"), path, "-o", output],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        raise Error(done.returncode, one_line(done))
    return os.path.join(output, "index.html")
