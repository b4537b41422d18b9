"""A place that keeps files which are removed while they are open, as NFS does: kept.c makes one of
any folder. Everything ends with 0, and what is kept is at most a warning.
"""
import os
import subprocess
import unittest
from unittest import mock

import faults
from kept import Kept


class UntilTheyAreClosed(Kept):
    ENVIRONMENT = {}

    def setUp(self):
        super().setUp()
        library = os.path.join(self.folder.path, "kept.so")
        subprocess.run(faults.COMPILER + ["-shared", "-fPIC", "-o", library,
                                          os.path.join(faults.HERE, "kept.c"), "-ldl"], check=True)
        environment = dict(self.ENVIRONMENT, LD_PRELOAD=library,
                           ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
        patch = mock.patch.dict(os.environ, environment)
        patch.start()
        self.addCleanup(patch.stop)


class ForEver(UntilTheyAreClosed):
    ENVIRONMENT = {"KEPT": "ever"}
    LEFT = (".journal",)

    def test_the_journal_that_stays_is_a_warning_and_in_nobodys_way(self):
        first = self.run_there("a.h5")
        self.assertRegex(first.err, r"^kinlim: warning: .* their journal stays: \./a\.h5\.journal: Directory not empty\n$")
        samples = self.folder.samples("a.h5")
        self.assertIn("realizations: 8/8", self.ends("info", "a.h5").out)
        self.run_there("a.h5", "--resume")
        os.unlink(os.path.join(self.folder.path, "a.h5"))
        self.run_there("a.h5", "--resume")
        self.assertEqual(self.folder.samples("a.h5"), samples)
        self.run_there("b.h5")
        os.unlink(os.path.join(self.folder.path, "b.h5"))
        self.ends("merge", "b.h5", "a.h5")
        self.assertEqual(self.folder.samples("b.h5"), samples)


class FilesOfSomebodyElse(faults.InAFolder):
    def test_in_the_journal_are_left_alone_and_a_warning(self):
        os.mkdir(os.path.join(self.folder.path, "o.h5.journal"))
        names = ("notes.txt", "lock.old", "study.h5", "snapshot-0.h5")
        for name in names:
            self.folder.write("o.h5.journal/" + name, "keep")
        for _ in range(2):
            result = self.folder.run("study.yaml", "o.h5", "--resume")
            self.assertIn("their journal stays: o.h5.journal: Directory not empty", result.err)
            self.assertEqual(sorted(os.listdir(os.path.join(self.folder.path, "o.h5.journal"))), sorted(names))
        self.assertEqual(self.folder.samples("o.h5"), self.whole())


if __name__ == "__main__":
    if not faults.can_preload():
        print("no compiler to make the library with")
        raise SystemExit(77)
    del Kept
    unittest.main(verbosity=2)
