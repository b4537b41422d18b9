"""How the program starts: a signal at any moment stops it with 75 and nothing is left; what needs
no ranks needs no MPI, nor its temporary files and shared memory; what cannot be printed is one line.
"""
import os
import signal
import subprocess
import time
import unittest

import faults
from kinlim_cli import KINLIM, MOUNT, Result, can_mount, command, study_text

SIGNALS = ("SIGTERM", "SIGINT", "SIGUSR1", "SIGHUP", "SIGXCPU", "SIGUSR2")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.c")


class InAFolder(faults.InAFolder):
    def kinlim(self, *args, ranks=None, environment={}, stdout=subprocess.PIPE):
        done = subprocess.run(command(args, ranks), cwd=self.folder.path, stdout=stdout,
                              stderr=subprocess.PIPE, text=True, timeout=120,
                              env=dict(os.environ, **environment))
        return Result(done.returncode, done.stdout or "", done.stderr)


@unittest.skipUnless(faults.can_preload(), "no compiler to make the faults with")
class Preloaded(InAFolder):
    def setUp(self):
        super().setUp()
        self.library = os.path.join(self.folder.path, "start.so")
        subprocess.run(faults.COMPILER + ["-shared", "-fPIC", "-o", self.library, SOURCE, "-ldl"], check=True)

    def preloaded(self, *args, ranks=None, **start):
        environment = {f"START_{key}": str(value) for key, value in start.items()}
        return self.kinlim(*args, ranks=ranks, environment=dict(environment, LD_PRELOAD=self.library))


class ASignalWhileTheProgramStarts(Preloaded):
    def check(self, *args, name, at, ranks=None):
        before = self.folder.listing()
        result = self.preloaded(*args, ranks=ranks, SIGNAL=int(getattr(signal, name)), AT=at)
        with self.subTest(name, at=at, ranks=ranks):
            self.is_one_line(result, 75)
            self.assertIn("stopped before anything began", result.err)
            self.assertEqual(self.folder.listing(), before)

    def test_stops_a_run_that_has_not_begun(self):
        for name in SIGNALS:
            self.check("run", "study.yaml", name=name, at="before")
        for at in ("after", "study.yaml", "/proc/meminfo"):
            self.check("run", "study.yaml", name="SIGTERM", at=at)
        self.check("run", "study.yaml", name="SIGXCPU", at="after", ranks=2)
        self.check("run", "study.yaml", "--dry-run", name="SIGHUP", at="study.yaml")

    def test_stops_a_merge_that_has_not_begun(self):
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:2")
        self.check("merge", "b.h5", "a.h5", name="SIGTERM", at="before")

    def test_does_not_keep_what_does_not_save_from_ending(self):
        for args in (["--version"], ["info"]):
            self.assertEqual(self.preloaded(*args, SIGNAL=int(signal.SIGTERM), AT="before").code, 0)
        self.folder.run("study.yaml", "a.h5", "--realizations", "0:2")
        process = subprocess.Popen([KINLIM, "export", "a.h5", "--samples"], cwd=self.folder.path,
                                   stdout=subprocess.PIPE, env=dict(os.environ, LD_PRELOAD=self.library,
                                                                    START_SIGNAL="15", START_AT="a.h5"))
        process.stdout.close()
        self.assertLess(process.wait(60), 0)


class ASignalAtAnyTime(InAFolder):
    def test_from_a_tenth_of_a_second_on_ends_with_75(self):
        self.folder.write("study.yaml", study_text().replace("sites: [17, 12]", "sites: [32, 28]")
                          .replace("0.06, 0.5]", "1, 10]").replace("realizations: 4", "realizations: 1000"))
        for i, delay in enumerate((0.1, 0.13, 0.17, 0.22, 0.3, 0.5)):
            process = self.folder.start("run", "study.yaml", "-o", f"{i}.h5", "--quiet")
            time.sleep(delay)
            process.send_signal(getattr(signal, SIGNALS[i]))
            self.is_one_line(faults.result(process), 75)


class AStudyFromAPipe(InAFolder):
    """As `kinlim run <(make study)`; a shell opens it for writing when it can."""

    def setUp(self):
        super().setUp()
        self.pipe = os.path.join(self.folder.path, "pipe.yaml")
        os.mkfifo(self.pipe)

    def test_is_read_to_its_end_however_slowly_it_is_written(self):
        writer = subprocess.Popen(["bash", "-c", "(sleep 1.5; head -3 study.yaml; sleep .5; tail -n +4 study.yaml)"
                                   " >pipe.yaml"], cwd=self.folder.path)
        result = self.kinlim("run", "pipe.yaml", "--dry-run")
        self.assertEqual((result.code, result.err, writer.wait(60)), (0, "", 0), result)

    def test_that_nobody_writes_is_refused(self):
        for ranks in (None, 2):
            result = self.kinlim("run", "pipe.yaml", ranks=ranks)
            self.is_one_line(result, 2)
            self.assertIn("pipe.yaml: a pipe that nobody writes to", result.err)

    def test_that_never_ends_is_left_at_a_signal(self):
        for name in ("SIGTERM", "SIGUSR1"):
            end = os.open(self.pipe, os.O_RDWR)
            process = self.folder.start("run", "pipe.yaml")
            time.sleep(0.5)
            process.send_signal(getattr(signal, name))
            self.is_one_line(faults.result(process), 75)
            os.close(end)


class WhatNeedsNoRanks(Preloaded):
    def test_needs_no_mpi(self):
        self.folder.run("study.yaml", "a.h5")
        for args, code in ((["--help"], 0), (["--version"], 0), (["run", "--help"], 0), (["info"], 0),
                           (["info", "a.h5"], 0), (["export", "a.h5"], 0), (["export", "a.h5", "--samples"], 0),
                           ([], 2), (["runn"], 2), (["run"], 2), (["run", "study.yaml", "-xy"], 2),
                           (["run", "study.yaml", "--groups", "x"], 2), (["merge", "a.h5"], 2),
                           (["export", "nothing.h5"], 2), (["info", "study.yaml"], 2)):
            for ranks in (None, 3):
                with self.subTest(args, ranks=ranks):
                    result = self.preloaded(*args, ranks=ranks, NO_MPI=1)
                    self.assertEqual(result.code, code, result)
                    self.assertEqual(result.err.count("\n"), 1 if code else 0, result)
                    self.assertEqual(result.out, self.kinlim(*args).out)
                    self.assertEqual(result.out == "", code != 0)
        self.assertEqual(self.preloaded("run", "study.yaml", NO_MPI=1).code, 99)

    @unittest.skipUnless(can_mount(), "no right to mount a small disk")
    def test_works_where_temporary_files_and_shared_memory_are_full(self):
        self.folder.run("study.yaml", "a.h5")
        for name in ("full", "out"):
            os.mkdir(os.path.join(self.folder.path, name))
        script = """\
for folder in full /dev/shm; do
    mount -t tmpfs -o size=4k none $folder || exit 99
    head -c 5000 /dev/zero >$folder/x 2>out/nothing
done
export TMPDIR=$PWD/full
for args in --version info "info a.h5" "export a.h5" "run --help"; do "$KINLIM" $args >>out/all || exit; done
"$KINLIM" run; [ $? = 2 ]
"""
        done = subprocess.run(MOUNT + ["bash", "-c", script], cwd=self.folder.path, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, "run: no study file given: see kinlim run --help\n"))


class ARun(InAFolder):
    def test_needs_neither_home_nor_a_folder_for_temporary_files(self):
        environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "TMPDIR")}
        for more in ({}, {"TMPDIR": "/proc/none", "HOME": "/proc/none"}):
            done = subprocess.run(command(["run", "study.yaml", "--dry-run"]), cwd=self.folder.path, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment, **more))
            result = Result(done.returncode, done.stdout, done.stderr)
            self.assertEqual((result.code, result.err), (0, ""), result)


    def test_leaves_its_results_and_snapshots_alone_without_a_word(self):
        before = set(os.listdir(self.folder.path))
        result = self.kinlim("run", "study.yaml", "--quiet", "--set", "snapshot=1")
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        self.assertEqual(set(os.listdir(self.folder.path)) - before, {"study.h5"} | {
            f"study-snapshot-{point}.{kind}" for point in (0, 1) for kind in ("h5", "xdmf")})

    def test_without_a_launcher_starts_no_other_process_and_makes_no_temporary_files(self):
        place = os.path.join(self.folder.path, "temporary")
        os.mkdir(place)
        process = subprocess.Popen(command(["run", "study.yaml", "--set", "realizations=1000000", "--quiet"]),
                                   cwd=self.folder.path, env=dict(os.environ, TMPDIR=place), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(600):
            if self.folder.has("study.h5.journal"):
                break
            time.sleep(0.1)
        with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
            self.assertEqual(file.read(), "")
        self.assertEqual(os.listdir(place), [])
        process.send_signal(signal.SIGTERM)
        self.is_one_line(faults.result(process), 75)


class AFullStandardOutput(InAFolder):
    def test_is_one_line_of_the_environment(self):
        self.folder.run("study.yaml", "a.h5")
        for args in (["run", "study.yaml", "--dry-run"], ["info"], ["export", "a.h5"], ["--help"],
                     ["export", "a.h5", "--samples"], ["--version"]):
            with self.subTest(args), open("/dev/full", "w") as full:
                result = self.kinlim(*args, stdout=full)
                self.is_one_line(result, 3)
                self.assertRegex(result.err, "writing|No space left")


if __name__ == "__main__":
    unittest.main(verbosity=2)
