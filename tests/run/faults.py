"""What the tests of faults share: kinlim with faults.c preloaded, and work with its leftovers."""
import atexit
import contextlib
import functools
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import unittest

from kinlim_cli import Folder, Result, command, study_text

HERE = os.path.dirname(os.path.abspath(__file__))
MANY = ["--set", "realizations=10"]  # at each of two points
COMPILER = shlex.split(os.environ.get("CC", "cc"))


def can_preload():
    return shutil.which(COMPILER[0]) is not None and sys.platform == "linux"


@functools.cache
def library():
    """faults.c, compiled; it lasts as long as the tests."""
    folder = Folder()
    atexit.register(folder.place.cleanup)
    path = os.path.join(folder.path, "faults.so")
    subprocess.run(COMPILER + ["-shared", "-fPIC", "-o", path, os.path.join(HERE, "faults.c"), "-ldl"],
                   check=True)
    return path


def start(folder, output, *args, ranks=None, **faults):
    """`kinlim run ARGS -o OUTPUT` in FOLDER, as start_command()."""
    return start_command(folder, output, ["run", *args, "-o", output, "--quiet"], ranks, **faults)


def start_command(folder, output, args, ranks=None, **faults):
    """`kinlim ARGS` in FOLDER; faults without FAULT_, e.g. KILL=3. FILES are all of the output's,
    unless given. Every record is synced, so that faults can be told by their records."""
    environment = dict(os.environ, LD_PRELOAD=library(), FAULT_FILES=output, KINLIM_SYNC="0",
                       ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    environment.update({f"FAULT_{name}": str(value) for name, value in faults.items()})
    return subprocess.Popen(command(args, ranks), cwd=folder.path, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process):
    try:
        out, err = process.communicate(timeout=200)
    finally:
        process.kill()  # nothing to do if it has ended
    return Result(process.returncode, out, err)


def run(*args, **options):
    return result(start(*args, **options))


def kill(*args, **options):
    """A run that is killed at that step, and did reach it."""
    killed = run(*args, **options)
    assert killed.code == -signal.SIGKILL, f"not killed: {killed}"


def steps(folder, output, *args, **options):
    """What a run that must succeed does on disk, one line each."""
    traced = run(folder, output, *args, TRACE=os.path.join(folder.path, output + ".trace"), **options)
    assert traced.code == 0, traced
    return folder.read(output + ".trace").decode().splitlines()


def at_record(**faults):
    """The fault at the n-th record of a process, which is written by then, e.g. KILL=3."""
    return dict(FILES=".journal/records-", STEPS="aio_fsync", **faults)


def ranks_of(process, ranks):
    """Process ids of the program on so many ranks, as far as they are started."""
    if ranks is None:
        return [process.pid]
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
        return [int(pid) for pid in file.read().split()]


def of_process(pid, key):
    """A line of what the system says of a process."""
    with open(f"/proc/{pid}/status") as file:
        return next(line.split(":", 1)[1].split() for line in file if line.startswith(key + ":"))


def send(process, number, ranks=None):
    """A signal to the run; every rank, stopped, has it when this returns."""
    process.send_signal(number)
    for pid in ranks_of(process, ranks):
        while not int(of_process(pid, "ShdPnd")[0], 16) >> number - 1 & 1:
            time.sleep(0.01)


@contextlib.contextmanager
def stopped(folder, output, *args, ranks=None, **faults):
    """A run that stops at that step on every rank; it goes on in the end."""
    process = start(folder, output, *args, ranks=ranks, **faults)

    def at_rest():
        found = ranks_of(process, ranks)
        return len(found) == (ranks or 1) and all(of_process(pid, "State")[0] == "T" for pid in found)
    while process.poll() is None and not at_rest():
        time.sleep(0.01)
    assert process.returncode is None, f"not stopped: {result(process)}"
    try:
        yield process
    finally:
        for pid in ranks_of(process, ranks):
            os.kill(pid, signal.SIGCONT)


def flip(data, bit):
    """The bytes with one bit changed."""
    return data[:bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1:]


def journal_records(folder, output):
    """Whole records in the journal of an output, by the lengths in their heads."""
    count = 0
    for entry in os.scandir(os.path.join(folder.path, output + ".journal")):
        if entry.name.startswith("records-"):
            with open(entry.path, "rb") as file:
                data = file.read()
            at = 0
            while at + 32 <= len(data):
                at += 32 + int.from_bytes(data[at + 8:at + 16], "little")
                count += at <= len(data)
    return count


def journal_size(folder, output):
    """Bytes of records in the journal of an output."""
    try:
        return sum(entry.stat().st_size
                   for entry in os.scandir(os.path.join(folder.path, output + ".journal"))
                   if entry.name.startswith("records-"))
    except FileNotFoundError:
        return 0


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())

    def whole(self, *options):
        """The samples of a run in peace."""
        self.folder.run("study.yaml", "whole.h5", *options)
        return self.folder.samples("whole.h5")

    def is_one_line(self, result, *codes):
        self.assertIn(result.code, codes, result)
        self.assertEqual((result.out, result.err.count("\n")), ("", 1), result)
        self.assertNotRegex(result.err, "HDF5-DIAG|PETSC|MPI_|rror in file")

    def resumed_records(self, output, samples, *options, ranks=None):
        """As resumed(); the number of records that were still to be written."""
        written = steps(self.folder, output, "study.yaml", *options, "--resume", ranks=ranks, **at_record())
        self.assertEqual(self.folder.samples(output), samples)
        self.assertFalse(self.folder.has(output + ".journal"))
        return len(written)

    def resumed(self, output, samples, *options, ranks=None):
        self.folder.run("study.yaml", output, "--resume", *options, ranks=ranks)
        self.assertEqual(self.folder.samples(output), samples)
        self.assertFalse([name for name in os.listdir(self.folder.path)
                          if name.startswith(output + ".")], "leftovers")
