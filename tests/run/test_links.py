"""Links in the way of what kinlim writes: at a file that is to be new they are replaced, never
followed; at the results they stay, and what they lead to is written; at the journal they are followed
where they lead to a folder, and refused with one line where they do not.
"""
import glob
import grp
import os
import stat
import unittest

import faults
from faults import MANY, InAFolder, at_record, can_preload

VICTIM = "not kinlim's\n"


class Links(InAFolder):
    def setUp(self):
        super().setUp()
        self.folder.write("victim", VICTIM)

    def path(self, name):
        return os.path.join(self.folder.path, name)

    def link(self, target, name):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        os.symlink(target, self.path(name))

    def is_left_alone(self):
        self.assertEqual(self.folder.read("victim"), VICTIM.encode())


class AtAFileThatIsToBeNew(Links):
    def test_of_results_is_replaced(self):
        samples = self.whole()
        self.link("victim", "a.h5.part")
        self.folder.run("study.yaml", "a.h5")
        self.link("victim", "a.h5.part")
        self.folder.run("study.yaml", "a.h5", "--resume")
        self.link("victim", "b.h5.part")
        self.folder.good("merge", "b.h5", "a.h5")
        for name in ("a.h5", "b.h5"):
            self.assertFalse(os.path.islink(self.path(name)))
            self.assertFalse(os.path.lexists(self.path(name + ".part")))
            self.assertEqual(self.folder.samples(name), samples)
        self.is_left_alone()

    def test_of_the_journals_study_is_replaced(self):
        self.link("../victim", "a.h5.journal/study.part")
        self.resumed("a.h5", self.whole())
        self.is_left_alone()

    @unittest.skipUnless(can_preload(), "no compiler to make the faults with")
    def test_of_a_checkpoint_is_replaced(self):
        few = ["--set", "realizations=1"]
        samples = self.whole(*few)
        faults.kill(self.folder, "a.h5", "study.yaml", *few, **at_record(KILL=1))
        for generation in (0, 1):
            self.link("../victim", f"a.h5.journal/checkpoint-1-0-{generation}.part")
        trace = faults.steps(self.folder, "a.h5", "study.yaml", *few, "--resume", "--checkpoint", "1e-6", STEPS="rename")
        self.assertGreater(sum("checkpoint-1-0" in line for line in trace), 0)
        self.assertEqual(self.folder.samples("a.h5"), samples)
        self.is_left_alone()

    def test_at_the_lock_is_refused(self):
        self.link("../victim", "a.h5.journal/lock")
        result = self.folder.kinlim("run", "study.yaml", "-o", "a.h5", "--resume", "--quiet")
        self.is_one_line(result, 2)
        self.assertIn("a.h5.journal/lock", result.err)
        self.is_left_alone()


class AtTheResults(Links):
    def test_what_it_leads_to_is_written(self):
        os.mkdir(self.path("disk"))
        samples = self.whole()
        self.link("disk/b.h5", "a.h5")
        self.link("../a.h5", "links/c.h5")  # of a link
        self.folder.run("study.yaml", "links/c.h5")
        self.assertTrue(os.path.islink(self.path("a.h5")) and os.path.islink(self.path("links/c.h5")))
        self.assertEqual(self.folder.samples("disk/b.h5"), samples)
        self.folder.run("study.yaml", "more.h5", "--set", "realizations=6")
        more = self.folder.samples("more.h5")
        self.folder.run("study.yaml", "a.h5", "--resume", "--set", "realizations=6")
        self.assertTrue(os.path.islink(self.path("a.h5")))
        self.assertEqual(self.folder.samples("disk/b.h5"), more)
        self.assertEqual(os.listdir(self.path("disk")), ["b.h5"])
        self.link("disk/m.h5", "m.h5")
        self.folder.good("merge", "m.h5", "a.h5")
        self.assertTrue(os.path.islink(self.path("m.h5")))
        self.assertEqual(self.folder.samples("disk/m.h5"), more)

    def test_the_journal_lies_beside_what_it_leads_to(self):
        os.mkdir(self.path("disk"))
        self.link("disk/b.h5", "a.h5")
        if can_preload():
            faults.kill(self.folder, "a.h5", "study.yaml", *MANY, **at_record(KILL=5))
            self.assertTrue(self.folder.has("disk/b.h5.journal"))
            self.assertIn("journal: 5 realizations", self.folder.good("info", "a.h5").out)
            for name in ("a.h5", "disk/b.h5"):
                self.is_one_line(self.folder.kinlim("run", "study.yaml", "-o", name, "--quiet"), 2)
            self.folder.run("study.yaml", "disk/b.h5", "--resume", *MANY)
            self.assertEqual(self.folder.samples("a.h5"), self.whole(*MANY))

    def test_in_a_circle_is_refused(self):
        self.link("b.h5", "a.h5")
        self.link("a.h5", "b.h5")
        for args in (["run", "study.yaml", "--quiet", "-o", "a.h5"], ["info", "a.h5"]):
            result = self.folder.kinlim(*args)
            self.is_one_line(result, 2)
            self.assertIn("a.h5", result.err)

    def test_a_resume_keeps_mode_and_group(self):
        self.folder.run("study.yaml", "a.h5")
        os.chmod(self.path("a.h5"), 0o640)
        groups = [group.gr_gid for group in grp.getgrall()] if os.geteuid() == 0 else os.getgroups()
        other = next((group for group in groups if group != os.stat(self.path("a.h5")).st_gid), os.getgid())
        os.chown(self.path("a.h5"), -1, other)
        self.link("a.h5", "l.h5")
        for name in ("a.h5", "l.h5"):
            self.folder.run("study.yaml", name, "--resume")
            info = os.stat(self.path("a.h5"))
            self.assertEqual((stat.S_IMODE(info.st_mode), info.st_gid), (0o640, other))


class AtTheJournal(Links):
    def test_to_nothing_is_refused_with_one_line(self):
        self.link("/nonexistent/scratch/j", "a.h5.journal")
        self.link("b.h5.journal", "b.h5.journal")
        self.link("victim", "c.h5.journal")
        for name in ("a.h5", "b.h5", "c.h5"):
            for option in ([], ["--resume"]):
                with self.subTest(name, option=option):
                    result = self.folder.kinlim("run", "study.yaml", "-o", name, "--quiet", *option, timeout=10)
                    self.is_one_line(result, 2, 3)
                    self.assertIn(name + ".journal", result.err)
            self.assertFalse(self.folder.has(name))
        self.is_left_alone()

    def test_to_a_folder_is_followed_and_stays(self):
        os.mkdir(self.path("scratch"))
        self.link("scratch", "a.h5.journal")
        result = self.folder.run("study.yaml", "a.h5", "--resume")
        self.assertEqual(result.err, "")
        self.assertEqual(self.folder.samples("a.h5"), self.whole())
        self.assertEqual(os.listdir(self.path("scratch")), [])
        self.assertTrue(os.path.islink(self.path("a.h5.journal")))


class AtASnapshot(Links):
    def test_is_refused_before_the_run(self):
        for name in ("a-snapshot-1.h5", "b-snapshot-0.xdmf"):
            self.link("victim" if name[0] == "a" else "none", name)
            result = self.folder.kinlim("run", "study.yaml", "-o", name[0] + ".h5", "--quiet", "--set", "snapshot=1")
            self.is_one_line(result, 2)
            self.assertIn(name, result.err)
            self.assertEqual(glob.glob(self.path(name[0] + ".h5*")), [])
        self.is_left_alone()
        self.assertFalse(self.folder.has("none"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
