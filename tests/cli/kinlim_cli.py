"""What the tests of the program share: small studies, running `kinlim`, reading its CSV.

The environment comes from ctest: KINLIM (the program), MPIEXEC (the launcher).
"""
import csv
import io
import os
import shlex
import signal
import subprocess
import tempfile

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored under nohup, and then by the programs started here

KINLIM = os.environ["KINLIM"]
MPIEXEC = shlex.split(os.environ.get("MPIEXEC", "mpiexec"))

# Before a command that mounts: it gets a file system of its own.
MOUNT = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]

# d -> the parts of a small study in that dimension; axis 0 is cut among ranks.
SMALL = {
    1: dict(sites=[41, 30], momentum=[0.15], center=[0.3], far=[-1.5], mode=[15], other=[-3]),
    2: dict(sites=[17, 12], momentum=[0.15, 0.2], center=[0.3, -0.2], far=[-1.0, 1.2],
            mode=[6, 1], other=[-4, 0]),
    3: dict(sites=[17, 12], momentum=[0.15, 0.2, 0.3], center=[0.3, -0.2, 0.1],
            far=[-0.5, -1.0, 0.7], mode=[6, 0, -1], other=[-3, 2, 1]),
}

STUDY = """\
system: anderson
dimension: {d}
sites: {sites}
eta: [0.5, 0.6]
times: [0, 0.05, 0.06, 0.5]
realizations: 4
initial:
  envelope: {{shape: gaussian, width: 0.37, center: {center}}}
  phase: {{momentum: {momentum}}}
disorder: {{distribution: gaussian, seed: 20261120}}
observables:
  - {{name: place, position: {{shape: gaussian, center: {far}, width: 0.6}}, momentum: {{mode: {zero}}}}}
  - {{name: cross, position: {{shape: gaussian, center: {far}, width: 0.6}}, momentum: {{mode: {mode}}}}}
  - {{name: whole, position: {{shape: uniform}}, momentum: {{mode: {other}}}}}
moments: [1, 2, 4]
propagator: {{method: chebyshev, precision: single, tolerance: 1.0e-4}}
boltzmann: {{reference: none}}
"""


def study_text(d=3):
    return STUDY.format(d=d, zero=[0] * d, **SMALL[d])


def can_mount():
    try:
        return subprocess.run(MOUNT + ["mount", "-t", "tmpfs", "none", "/tmp"],
                              stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def but_for_moments(err):
    """Standard error without the line that every study of few realizations begins with; what it
    says is tested in test_csv.py."""
    return "".join(line for line in err.splitlines(keepends=True)
                   if not line.startswith("kinlim: warning: too few realizations for an interval"))


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err, self.whole_err = code, out, but_for_moments(err), err

    def __str__(self):
        return f"exit code {self.code}\n--- standard error:\n{self.err}--- standard output:\n{self.out}"


def command(args, ranks=None):
    """The command line of `kinlim ARGS`; ranks=None: without a launcher."""
    launcher = [] if ranks is None else MPIEXEC + ["-n", str(ranks)]
    return launcher + [KINLIM] + [str(a) for a in args]


class Folder:
    """A temporary folder in which kinlim is run."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory(prefix="kinlim-test-")
        self.path = self.place.name

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.place.cleanup()

    def write(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def has(self, name):
        return os.path.exists(os.path.join(self.path, name))

    def listing(self):
        """Every file and folder below, with sizes and times of change."""
        found = []
        for folder, folders, files in os.walk(self.path):
            for name in folders + files:
                path = os.path.join(folder, name)
                info = os.lstat(path)
                found.append((path, info.st_size, info.st_mtime_ns if name in files else 0))
        return sorted(found)

    def start(self, *args, ranks=None):
        """A running `kinlim ARGS`, in a process group of its own."""
        return subprocess.Popen(command(args, ranks), cwd=self.path, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def kinlim(self, *args, ranks=None, timeout=120):
        done = subprocess.run(command(args, ranks), cwd=self.path, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=timeout)
        return Result(done.returncode, done.stdout, done.stderr)

    def many(self, commands, ranks):
        """As kinlim() of each command line, all in one process on each rank (program_many.c)."""
        with tempfile.TemporaryDirectory() as place:
            path = os.path.join(place, "cases")
            with open(path, "wb") as file:
                for words in commands:
                    file.write(b"".join(word.encode() + b"\0" for word in (str(len(words)), *words)))
            program = os.path.join(os.environ["TESTS"], "cli_program_many")
            done = subprocess.run([*MPIEXEC, "-n", str(ranks), program, path, place], cwd=self.path, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done

            def read(i, ending):
                with open(os.path.join(place, f"{i}.{ending}")) as file:
                    return file.read()
            return [Result(int(read(i, "code")), read(i, "out"), read(i, "err")) for i in range(len(commands))]

    def good(self, *args, ranks=None):
        """As kinlim(), for what must succeed."""
        result = self.kinlim(*args, ranks=ranks)
        assert result.code == 0, f"kinlim {' '.join(map(str, args))} on {ranks} ranks: {result}"
        return result

    def run(self, study, output, *options, ranks=None):
        return self.good("run", study, "-o", output, "--quiet", *options, ranks=ranks)

    def samples(self, output):
        """The bytes of `export --samples`."""
        return self.good("export", output, "--samples").out

    def checksums(self, output):
        """The checksum of psi of every (point, realization)."""
        import h5py
        with h5py.File(os.path.join(self.path, output), "r") as file:
            return file["samples/checksum"][()].tolist()

    def summary(self, output):
        return rows(self.good("export", output).out)

    def table(self, name, text, *settings, ranks=None):
        """The summary of a study, run as NAME.yaml into NAME.h5 with settings KEY=VALUE."""
        self.write(name + ".yaml", text)
        self.run(name + ".yaml", name + ".h5", *assigned(settings), ranks=ranks)
        return self.summary(name + ".h5")


def assigned(settings):
    """The options --set for settings KEY=VALUE."""
    return [word for setting in settings for word in ("--set", setting)]


def check_refused(case, folder, bad):
    """Each of `bad`, {what: (assignments, words)}, given to study.yaml by --set, ends with 2 and one line with the words,
    and nothing is written."""
    before = folder.listing()
    for what, (assignments, words) in bad.items():
        result = folder.kinlim("run", "study.yaml", *assigned(assignments))
        with case.subTest(what):
            case.assertEqual(result.code, 2, result)
            case.assertEqual(len(result.err.splitlines()), 1, result)
            case.assertIn(words, result.err)
            case.assertEqual(folder.listing(), before)


def rows(text):
    """CSV as a list of dictionaries; cells stay text."""
    return list(csv.DictReader(io.StringIO(text)))


def number(cell):
    return float(cell) if cell != "" else None


def select(table, **want):
    """Rows whose cells equal the given values; numbers compare as numbers."""
    def same(cell, value):
        if isinstance(value, str):
            return cell == value
        return cell != "" and float(cell) == value
    return [row for row in table if all(same(row[key], value) for key, value in want.items())]


def one(table, **want):
    found = select(table, **want)
    assert len(found) == 1, f"{len(found)} rows with {want}"
    return found[0]
