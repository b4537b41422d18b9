"""Which program made which realization: resumes and merges across revisions, versions and compilers
say so on standard error and record how many each made; files and journals of before are read.
"""
import os
import re
import sys
import unittest

try:
    import h5py
except ImportError as error:
    print(error)
    sys.exit(77)

import faults
from faults import MANY, InAFolder, at_record, can_preload

OLD = "kinlim 0.0.9, revision deadbeef0000, cc 1.2.3"


class Builds(InAFolder):
    def setUp(self):
        super().setUp()
        lines = dict(re.findall(r"(?m)^(\w+) +(.*)$", self.folder.good("info").out))
        self.own = f"kinlim {lines['kinlim']}, revision {lines['git_revision']}, {lines['compiler']}"

    def change(self, name, **attributes):
        with h5py.File(os.path.join(self.folder.path, name), "r+") as file:
            file.attrs.update(attributes)

    def old(self, name, *options):
        """Results of another program."""
        self.folder.run("study.yaml", name, *options)
        self.change(name, version="0.0.9", git_revision="deadbeef0000", compiler="cc 1.2.3")

    def builds(self, name):
        """As `info` says it: {program: realizations}, and the revision of the program that wrote it."""
        lines = dict(line.split(": ", 1) for line in self.folder.good("info", name).out.splitlines() if ": " in line)
        found = {}
        for entry in lines["builds"].split("; ") if "builds" in lines else []:
            build, count = re.fullmatch(r"(.*): (\d+) realizations", entry).groups()
            found[build] = int(count)
        return found

    def warns(self, result, *words):
        lines = [line for line in result.whole_err.splitlines() if "not all realizations are made by" in line]
        self.assertEqual(len(lines), 1, result)
        for word in words:
            self.assertIn(word, lines[0])

    def test_of_one_program_is_in_no_more_words_than_before(self):
        result = self.folder.run("study.yaml", "a.h5")
        self.assertEqual((result.err, self.builds("a.h5")), ("", {}))
        self.folder.run("study.yaml", "a.h5", "--resume", "--set", "realizations=6")
        self.folder.good("merge", "m.h5", "a.h5")
        for name in ("a.h5", "m.h5"):
            with h5py.File(os.path.join(self.folder.path, name)) as file:
                self.assertNotIn("build", file["samples"])
                self.assertNotIn("builds", file.attrs)

    def test_a_resume_records_and_warns(self):
        self.old("a.h5")
        result = self.folder.run("study.yaml", "a.h5", "--resume", "--set", "realizations=7")
        self.warns(result, OLD + ": 8 realizations", self.own)
        self.assertEqual(self.builds("a.h5"), {OLD: 8, self.own: 6})
        with h5py.File(os.path.join(self.folder.path, "a.h5")) as file:
            self.assertEqual(file["samples/build"][:].tolist(), 2 * [4 * [1] + 3 * [0]])
            self.assertEqual(list(file["samples"].attrs["other_builds"]), [OLD])
        self.assertEqual(self.folder.samples("a.h5"), self.whole("--set", "realizations=7"))
        # and so does one more, by a third
        self.change("a.h5", git_revision="feed")
        third = self.own.replace(self.own.split("revision ")[1].split(",")[0], "feed")
        result = self.folder.run("study.yaml", "a.h5", "--resume", "--set", "realizations=8")
        self.warns(result, OLD + ": 8 realizations", third + ": 6 realizations")
        self.assertEqual(self.builds("a.h5"), {OLD: 8, third: 6, self.own: 2})

    def test_a_resume_with_nothing_to_do_keeps_whose_they_are(self):
        self.old("a.h5")
        self.folder.run("study.yaml", "a.h5", "--resume")
        self.assertEqual(self.builds("a.h5"), {OLD: 8})

    def test_a_merge_records_and_warns(self):
        self.old("a.h5", "--realizations", "0:3")
        self.folder.run("study.yaml", "b.h5", "--realizations", "2:4")  # one of them is in both
        for name, order in (("m.h5", ["a.h5", "b.h5"]), ("n.h5", ["b.h5", "a.h5"])):
            result = self.folder.good("merge", name, *order)
            self.warns(result, OLD, self.own)
            made = {OLD: 6, self.own: 2} if name == "m.h5" else {OLD: 4, self.own: 4}
            self.assertEqual(self.builds(name), made)
            self.assertEqual(self.builds_after_merge(name), made)

    def builds_after_merge(self, name):
        self.folder.good("merge", "again-" + name, name)
        return self.builds("again-" + name)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_journal_says_who_made_its_records(self):
        samples = self.whole(*MANY)
        study = "a.h5.journal/study.yaml"
        faults.kill(self.folder, "a.h5", "study.yaml", *MANY, **at_record(KILL=5))
        text = self.folder.read(study).decode()
        self.assertIn(f"# attempts from 0: {self.own}\n", text)
        self.folder.write(study, text.replace(self.own, OLD))
        faults.kill(self.folder, "a.h5", "study.yaml", *MANY, "--resume", **at_record(KILL=3))
        self.assertIn(f"# attempts from 0: {OLD}\n# attempts from 1: {self.own}\n", self.folder.read(study).decode())
        faults.kill(self.folder, "a.h5", "study.yaml", *MANY, "--resume", **at_record(KILL=1))
        self.assertEqual(self.folder.read(study).count(b"# attempts"), 2)
        result = self.folder.run("study.yaml", "a.h5", "--resume", *MANY, ranks=2)
        self.warns(result, OLD + ": 5 realizations")
        self.assertEqual(self.builds("a.h5"), {OLD: 5, self.own: 15})
        self.assertEqual(self.folder.samples("a.h5"), samples)

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_a_journal_of_before_does_not_and_is_gone_on_with(self):
        study = "a.h5.journal/study.yaml"
        faults.kill(self.folder, "a.h5", "study.yaml", *MANY, **at_record(KILL=5))
        self.folder.write(study, re.sub("# attempts.*\n", "", self.folder.read(study).decode()))
        result = self.folder.run("study.yaml", "a.h5", "--resume", *MANY)
        self.warns(result, "not recorded: 5 realizations")
        self.assertEqual(self.builds("a.h5"), {"kinlim of a revision that is not recorded": 5, self.own: 15})


if __name__ == "__main__":
    unittest.main(verbosity=2)
