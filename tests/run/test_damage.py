"""Damaged files of each kind, a rank that dies, a read-only disk: refused with one line or done
again, never silently wrong, and a resume ends with the samples of a run in peace.
"""
import os
import random
import shutil
import subprocess
import unittest
from unittest import mock

import faults
from faults import MANY, InAFolder, at_record, can_preload, flip, journal_records
from kinlim_cli import MOUNT, can_mount


@unittest.skipUnless(can_preload(), "no compiler to make the faults with")
class ARankThatDies(InAFolder):
    def test_costs_only_what_was_in_flight(self):
        many = ["--set", "realizations=100"]  # the other rank goes on until it is killed
        samples = self.whole(*many)
        for victim, groups in ((0, 1), (1, 2)):  # the leader of the first or second group
            output = f"rank-{victim}.h5"
            with mock.patch.dict(os.environ, KINLIM_NODE="1"):  # each has a journal of its own
                died = faults.run(self.folder, output, "study.yaml", *many, "--groups", groups, ranks=2,
                                  FILES=f"/records-0000-000{victim}", STEPS="aio_fsync", KILL=4)
            self.assertNotIn(died.code, (0, 75), died)
            self.assertFalse(self.folder.has(output))
            kept = journal_records(self.folder, output)
            self.assertIn(kept, range(4, 200))
            self.assertEqual(self.resumed_records(output, samples, *many, ranks=3), 200 - kept)


class DamagedFiles(InAFolder):
    def damaged(self, data, seed):
        """Copies with a bit flipped, cut short, with a page of zeros, with a tail."""
        draw = random.Random(seed)
        for _ in range(8):
            yield "flipped", flip(data, draw.randrange(8 * len(data)))
        for _ in range(3):
            yield "cut", data[:draw.randrange(len(data))]
        for _ in range(2):
            at = draw.randrange(len(data))
            yield "zeroed", data[:at] + bytes(min(4096, len(data) - at)) + data[at + 4096:]
        yield "empty", b""
        yield "appended", data + b"\0" * 100

    def test_results_are_refused_or_right(self):
        samples = self.whole()
        refused = 0
        for kind, data in self.damaged(self.folder.read("whole.h5"), 1):
            with self.subTest(kind):
                self.folder.write("a.h5", data)
                export = self.folder.kinlim("export", "a.h5", "--samples")
                resume = self.folder.kinlim("run", "study.yaml", "-o", "a.h5", "--resume", "--quiet")
                if export.code == 0:
                    self.assertEqual(export.out, samples)
                    self.assertEqual(resume.code, 0, resume)
                    self.assertEqual(self.folder.samples("a.h5"), samples)
                    continue
                refused += 1
                for result in (export, resume):
                    self.is_one_line(result, 2, 3)
                    self.assertIn("a.h5", result.err)
                self.assertEqual(self.folder.read("a.h5"), data)
        self.assertGreater(refused, 8)

    def journal(self):
        """The folder of a run that was killed in the middle."""
        faults.kill(self.folder, "a.h5", "study.yaml", *MANY, **at_record(KILL=14))
        self.assertFalse(self.folder.has("a.h5"))
        return os.path.join(self.folder.path, "a.h5.journal")

    def restored(self, saved, name, data):
        target = os.path.join(self.folder.path, "a.h5.journal")
        if self.folder.has("a.h5"):
            os.unlink(os.path.join(self.folder.path, "a.h5"))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(saved, target)
        with open(os.path.join(target, name), "wb") as file:
            file.write(data)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_records_of_a_journal_are_done_again(self):
        samples = self.whole(*MANY)
        saved = shutil.copytree(self.journal(), os.path.join(self.folder.path, "saved"))
        name = "records-0000-0000"
        with open(os.path.join(saved, name), "rb") as file:
            data = file.read()
        for kind, damaged in self.damaged(data, 2):
            with self.subTest(kind):
                self.restored(saved, name, damaged)
                self.resumed("a.h5", samples, *MANY)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_the_study_of_a_journal_is_refused_or_done_again(self):
        samples = self.whole(*MANY)
        saved = shutil.copytree(self.journal(), os.path.join(self.folder.path, "saved"))
        with open(os.path.join(saved, "study.yaml"), "rb") as file:
            data = file.read()
        for kind, damaged in self.damaged(data, 3):
            with self.subTest(kind):
                self.restored(saved, "study.yaml", damaged)
                result = self.folder.kinlim("run", "study.yaml", "--quiet", *MANY, "-o", "a.h5", "--resume")
                if result.code == 0:
                    self.assertEqual(self.folder.samples("a.h5"), samples)
                    continue
                self.is_one_line(result, 2)
                self.assertIn("a.h5.journal", result.err)
                self.assertFalse(self.folder.has("a.h5"))


READ_ONLY = """\
mount -t tmpfs none disk && cp whole.h5 disk/ && mount -o remount,ro disk || exit 99
"$KINLIM" run study.yaml --quiet -o disk/a.h5; echo $?
"$KINLIM" run study.yaml --quiet -o disk/whole.h5 --resume --set realizations=5; echo $?
"$KINLIM" merge disk/b.h5 whole.h5; echo $?
"$KINLIM" export disk/whole.h5 --samples
"""


@unittest.skipUnless(can_mount(), "no right to mount a disk")
class AReadOnlyDisk(InAFolder):
    def test_is_one_line_of_the_environment_and_can_be_read(self):
        samples = self.whole()
        os.mkdir(os.path.join(self.folder.path, "disk"))
        done = subprocess.run(MOUNT + ["bash", "-c", READ_ONLY], cwd=self.folder.path,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        codes, exported = done.stdout.split("\n", 3)[:3], done.stdout.split("\n", 3)[3]
        self.assertEqual(codes, ["3", "3", "3"], done)
        self.assertEqual(exported, samples)
        self.assertEqual([line.count("Read-only file system") for line in done.stderr.splitlines()],
                         [1, 1, 1], done)


if __name__ == "__main__":
    unittest.main(verbosity=2)
