"""Places that go, are taken, cannot be written, have no room for a name, or are no files: noticed in
time, one line, the right exit code, and nothing overwritten.
"""
import os
import shutil
import signal
import socket
import subprocess
import unittest

import faults
from faults import MANY, InAFolder, can_preload
from kinlim_cli import MOUNT, can_mount


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class APlaceThatGoesDuringTheRun(InAFolder):
    """Removed before the third record of 20 is on disk: noticed at the fourth."""

    def remove_folder(self, place):
        shutil.rmtree(place)

    def remove_journal(self, place):
        shutil.rmtree(os.path.join(place, "a.h5.journal"))

    def move_folder(self, place):
        os.rename(place, place + "-moved")

    def replace_folder(self, place):
        shutil.rmtree(place)
        os.makedirs(os.path.join(place, "a.h5.journal"))

    def replace_records(self, place):
        for name in os.listdir(os.path.join(place, "a.h5.journal")):
            if name.startswith("records-"):
                shutil.copy(os.path.join(place, "a.h5.journal", name), os.path.join(place, "copy"))
                os.rename(os.path.join(place, "copy"), os.path.join(place, "a.h5.journal", name))

    def goes(self, how, step, at, ranks=None, options=()):
        place = os.path.join(self.folder.path, "place")
        os.makedirs(place)
        trace = os.path.join(self.folder.path, "trace")
        with faults.stopped(self.folder, "place/a.h5", "study.yaml", *MANY, *options, ranks=ranks, STOP=step,
                            TRACE=trace, **at) as process:
            how(place)
        result = faults.result(process)
        self.is_one_line(result, 3)
        self.assertFalse(self.folder.has("place/a.h5"))
        lines = self.folder.read("trace").decode().splitlines()
        os.unlink(trace)
        for left in ("place", "place-moved"):
            shutil.rmtree(os.path.join(self.folder.path, left), ignore_errors=True)
        return result, len(lines)

    RECORD = dict(FILES=".journal/records-", STEPS="aio_fsync")

    def test_ends_it_within_one_record(self):
        for how in (self.remove_folder, self.remove_journal, self.move_folder, self.replace_folder,
                    self.replace_records):
            with self.subTest(how.__name__):
                result, records = self.goes(how, 3, self.RECORD)
                self.assertIn("removed or moved during the run", result.err)
                self.assertEqual(records, 3)

    def test_ends_all_groups(self):
        result, records = self.goes(self.remove_folder, 3, self.RECORD, ranks=2, options=["--groups", "2"])
        self.assertIn("removed or moved during the run", result.err)
        self.assertEqual(records, 6)

    def test_before_the_first_record_or_after_the_last_ends_it_too(self):
        for step, at in ((1, dict(FILES=".journal/records-", STEPS="open")),
                         (20, self.RECORD), (1, dict(FILES="a.h5.part", STEPS="open"))):
            with self.subTest(at=at):
                self.goes(self.remove_folder, step, at)
        self.goes(self.remove_journal, 20, self.RECORD)


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class TwoMergesToOnePlace(InAFolder):
    def setUp(self):
        super().setUp()
        self.samples = self.whole()
        for part in ("0:2", "2:4", "1:2"):
            self.folder.run("study.yaml", f"{part[0]}.h5", "--realizations", part)

    def stopped_merge(self, step, **at):
        first = faults.start_command(self.folder, "m.h5", ["merge", "m.h5", "0.h5", "2.h5"], STOP=step, **at)
        os.waitid(os.P_PID, first.pid, os.WSTOPPED)
        return first

    def test_the_second_is_refused_while_the_first_is_at_work(self):
        first = self.stopped_merge(1, STEPS="rename")  # all is solved and written: it is to be named
        second = self.folder.kinlim("merge", "m.h5", "0.h5", "1.h5")
        self.is_one_line(second, 2)
        self.assertIn("m.h5.journal", second.err)
        run = self.folder.kinlim("run", "study.yaml", "-o", "m.h5", "--resume", "--quiet")
        self.is_one_line(run, 2)
        os.kill(first.pid, signal.SIGCONT)
        self.assertEqual(faults.result(first).code, 0)
        self.assertEqual(self.folder.samples("m.h5"), self.samples)
        self.assertFalse(self.folder.has("m.h5.journal"))

    def test_the_slower_is_refused_when_the_other_has_ended(self):
        for step in (1, 2, 3):  # before it makes the journal's folder, opens the lock, takes it
            with self.subTest(step):
                first = self.stopped_merge(step)
                self.assertEqual(self.folder.kinlim("merge", "m.h5", "2.h5", "1.h5").code, 0)
                other = self.folder.samples("m.h5")
                os.kill(first.pid, signal.SIGCONT)
                result = faults.result(first)
                self.is_one_line(result, 2)
                self.assertIn("m.h5 exists", result.err)
                self.assertEqual(self.folder.samples("m.h5"), other)
                self.assertFalse(self.folder.has("m.h5.journal"))
                os.unlink(os.path.join(self.folder.path, "m.h5"))

    def test_a_merge_that_was_killed_is_in_nobodys_way(self):
        trace = faults.start_command(self.folder, "t.h5", ["merge", "t.h5", "0.h5", "2.h5"],
                                     TRACE=os.path.join(self.folder.path, "trace"))
        self.assertEqual(faults.result(trace).code, 0)
        for step in range(1, len(self.folder.read("trace").splitlines()) + 1):
            name = f"k-{step}.h5"
            killed = faults.result(faults.start_command(self.folder, name, ["merge", name, "0.h5", "2.h5"], KILL=step))
            self.assertEqual(killed.code, -signal.SIGKILL)
            again = self.folder.kinlim("merge", name, "0.h5", "2.h5")
            self.assertEqual(again.code, 2 if "exists" in again.err else 0, again)
            self.assertEqual(self.folder.samples(name), self.samples)

    def test_the_journal_of_a_run_is_not_merged_over(self):
        faults.kill(self.folder, "m.h5", "study.yaml", *MANY, **faults.at_record(KILL=5))
        result = self.folder.kinlim("merge", "m.h5", "0.h5", "2.h5")
        self.is_one_line(result, 2)
        self.assertIn("m.h5.journal", result.err)
        self.assertEqual(faults.journal_records(self.folder, "m.h5"), 5)


READ_ONLY = """\
mount -t tmpfs none disk && mount -o remount,ro disk || exit 99
"$KINLIM" merge disk/b.h5 none.h5; echo $?
"""


class AnUnwritablePlace(InAFolder):
    @unittest.skipUnless(can_mount(), "no right to mount a disk")
    def test_is_found_before_a_merge_reads_or_solves_anything(self):
        os.mkdir(os.path.join(self.folder.path, "disk"))
        done = subprocess.run(MOUNT + ["bash", "-c", READ_ONLY], cwd=self.folder.path, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout, "3\n", done)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("Read-only file system", done.stderr)


class WhatIsNoFile(InAFolder):
    def refused(self, *args):
        result = self.folder.kinlim(*args, timeout=10)
        self.is_one_line(result, 2)
        return result

    def test_is_refused_not_waited_for(self):
        self.folder.run("study.yaml", "a.h5")
        os.mkfifo(os.path.join(self.folder.path, "fifo.h5"))
        with socket.socket(socket.AF_UNIX) as server:
            here = os.getcwd()
            os.chdir(self.folder.path)
            server.bind("socket.h5")
            os.chdir(here)
        for name in ("fifo.h5", "/dev/zero", "socket.h5", "."):
            self.assertIn(name, self.refused("info", name).err)
        for args in (["export", "fifo.h5"], ["merge", "m.h5", "a.h5", "fifo.h5"], ["merge", "fifo.h5", "a.h5"],
                     ["run", "study.yaml", "-o", "fifo.h5", "--quiet"],
                     ["run", "study.yaml", "-o", "fifo.h5", "--resume", "--quiet"]):
            with self.subTest(args):
                self.assertIn("fifo.h5", self.refused(*args).err)
        self.assertFalse(self.folder.has("m.h5") or self.folder.has("m.h5.journal") or
                         self.folder.has("fifo.h5.journal"))

    def test_in_a_journal_is_one_line_or_passed_over(self):
        samples = self.whole()
        for name in ("study.yaml", "lock", "records-0000-0000", "checkpoint-0-0-0"):
            with self.subTest(name):
                journal = os.path.join(self.folder.path, "b.h5.journal")
                os.mkdir(journal)
                os.mkfifo(os.path.join(journal, name))
                result = self.folder.kinlim("run", "study.yaml", "-o", "b.h5", "--resume", "--quiet", timeout=10)
                if result.code == 0:
                    self.assertEqual(self.folder.samples("b.h5"), samples)
                    os.unlink(os.path.join(self.folder.path, "b.h5"))
                else:
                    self.is_one_line(result, 2, 3)
                shutil.rmtree(journal, ignore_errors=True)


class ANameThatIsTooLong(InAFolder):
    def test_for_the_files_beside_it_is_the_users(self):
        self.folder.run("study.yaml", "a.h5")
        longest = 255 - len(".journal")
        for length in (255, longest + 1):
            name = "n" * (length - 3) + ".h5"
            for args in (["run", "study.yaml", "-o", name, "--quiet"], ["merge", name, "a.h5"]):
                result = self.folder.kinlim(*args)
                self.is_one_line(result, 2)
                self.assertIn(f"at most {longest}", result.err)
        self.assertEqual(sorted(os.listdir(self.folder.path)), ["a.h5", "study.yaml"])
        name = "n" * (longest - 3) + ".h5"
        self.folder.run("study.yaml", name)
        os.unlink(os.path.join(self.folder.path, name))
        self.folder.good("merge", name, "a.h5")
        result = self.folder.kinlim("run", "study.yaml", "-o", "s" + name[1:], "--quiet", "--set", "snapshot=0")
        self.is_one_line(result, 2)

    def test_with_its_folders_is_the_users(self):
        deep = "/".join(["d" * 200] * 20)
        for args in (["run", "study.yaml", "--quiet", "-o", deep + "/a.h5"], ["merge", deep + "/a.h5", "b.h5"],
                     ["info", deep + "/a.h5"]):
            self.is_one_line(self.folder.kinlim(*args), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
