"""The batch scripts without SLURM, whose commands are stand-ins here: when that of jobs/large goes
back into the queue, and when it gives up; what an array's tasks do; what jobs/job.sh runs. The
launcher runs kinlim, or stops it before it has done anything.
"""
import os
import re
import shutil
import struct
import subprocess
import unittest

import xxhash

from kinlim_cli import KINLIM, Folder, study_text

# $WORK: "none", what the run does before it is stopped; or options of a run that is stopped
# after that; or nothing: it runs to its end.
LAUNCH = """\
#!/bin/bash
case ${WORK-} in
    '') exec "$@" ;;
    none) exit 75 ;;
    *) "$@" --quiet $WORK || exit; exit 75 ;;
esac
"""


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        shutil.copytree(os.path.join(os.environ["SOURCE_DIR"], "jobs"),
                        os.path.join(self.folder.path, "jobs"))
        self.folder.write("study.yaml", study_text())
        os.mkdir(os.path.join(self.folder.path, "bin"))
        for name, text in (("launch", LAUNCH), ("squeue", "#!/bin/bash\necho 1:00:00\n"),
                           ("scontrol", "#!/bin/bash\necho \"$@\" >>requeued\n")):
            os.chmod(self.folder.write("bin/" + name, text), 0o755)
        self.environment = dict(os.environ, KINLIM=KINLIM, LAUNCH="bin/launch", SLURM_JOB_ID="7",
                                PATH=os.path.join(self.folder.path, "bin") + ":" + os.environ["PATH"])

    def script(self, name, *args, **variables):
        """What a script in jobs/ does: (exit code, what it said)."""
        done = subprocess.run(["bash", f"jobs/{name}", *args], env=dict(self.environment, **variables),
                              cwd=self.folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        return done.returncode, done.stderr

    def stand_in(self, name, text):
        os.chmod(self.folder.write("bin/" + name, "#!/bin/bash\n" + text), 0o755)

    def called(self):
        """What the launcher was called with, and that is forgotten."""
        calls = self.folder.read("called").decode().splitlines() if self.folder.has("called") else []
        if calls:
            os.remove(os.path.join(self.folder.path, "called"))
        return calls


class TheBatchScript(InAFolder):
    def setUp(self):
        super().setUp()
        self.attempts = self.requeues = 0

    def attempt(self, work=None):
        """One start of the job; (exit code, requeued, what it said)."""
        code, said = self.script("large/job.sh", "study.yaml", "out.h5", WORK=work or "",
                                 SLURM_RESTART_COUNT=str(self.attempts))
        self.attempts += 1
        lines = self.folder.read("requeued").decode().splitlines() if self.folder.has("requeued") else []
        requeued, self.requeues = len(lines) - self.requeues, len(lines)
        self.assertEqual(set(lines) - {"requeue 7"}, set())
        return code, requeued, said

    def test_gives_up_after_three_runs_that_gained_nothing(self):
        self.assertEqual(self.attempt("--realizations 0:1")[:2], (75, 1))
        for _ in range(2):
            self.assertEqual(self.attempt("none")[:2], (75, 1))
        code, requeued, said = self.attempt("none")
        self.assertEqual((code, requeued), (75, 0))
        self.assertIn("3 runs in a row gained nothing", said)
        # Submitted again it has three more tries.
        self.attempts = 0
        self.assertEqual([self.attempt("none")[1] for _ in range(3)], [1, 1, 0])

    def test_goes_on_as_long_as_something_is_gained(self):
        for k in range(3):
            for _ in range(2):
                self.assertEqual(self.attempt("none")[:2], (75, 1))
            self.assertEqual(self.attempt(f"--realizations {k}:{k + 1}")[:2], (75, 1))
        self.assertEqual(self.attempt()[:2], (0, 0))
        self.assertFalse([name for name in os.listdir(self.folder.path) if "fruitless" in name])
        self.folder.run("study.yaml", "direct.h5")
        self.assertEqual(self.folder.samples("out.h5"), self.folder.samples("direct.h5"))

    def test_a_checkpoint_shows_in_what_the_script_compares(self):
        self.attempt("--realizations 0:1")
        folder = os.path.join(self.folder.path, "out.h5.journal")
        before = self.folder.good("info", "out.h5").out
        self.assertNotIn("in_flight", before)
        os.makedirs(folder, exist_ok=True)
        data = make_checkpoint(point=1, realization=3, time=2)
        self.folder.write("out.h5.journal/checkpoint-1-3-0", make_checkpoint(1, 3, 1))
        self.folder.write("out.h5.journal/checkpoint-1-3-1", data)
        self.folder.write("out.h5.journal/checkpoint-1-30-0", data[:20])  # torn
        self.assertIn("\nin_flight: point 1, realization 3, after 3 of its times\n",
                      self.folder.good("info", "out.h5").out)

    def test_what_failed_is_not_requeued(self):
        self.folder.write("study.yaml", "system: nothing\n")
        self.assertEqual(self.attempt()[:2], (2, 0))


class WhatTheScriptsAskFor(InAFolder):
    def setUp(self):
        super().setUp()
        self.stand_in("launch", 'shift\necho "$@" >>called\n')

    def test_an_arrays_tasks_do_their_shares_of_decimal_numbers(self):
        for task, tasks, realizations, share in ((0, "2", "08", "0:4"), (1, "2", "010", "5:10"),
                                                 (1, "08", "16", "2:4"), (2, "3", "10", "6:10")):
            code, said = self.script("large/job.sh", "study.yaml", "out.h5", tasks, realizations,
                                     SLURM_ARRAY_TASK_ID=str(task))
            self.assertEqual((code, said), (0, ""))
            self.assertEqual(self.called(), [f"run study.yaml -o out-part-{task}.h5 --resume "
                                             f"--realizations {share} --max-walltime 00:55:00"])

    def test_an_array_without_numbers_runs_nothing(self):
        for tasks, realizations in (("2", "many"), ("x", "8"), ("2", ""), ("2", "99999999999999999999")):
            code, said = self.script("large/job.sh", "study.yaml", "out.h5", tasks, realizations,
                                     SLURM_ARRAY_TASK_ID="0")
            self.assertEqual((code, said.count("\n"), self.called()), (2, 1, []), said)

    def test_a_job_at_its_end_has_a_second_and_one_without_limit_all_of_it(self):
        for left, walltime in (("0:00", "00:00:01"), ("0:01", "00:00:01"), ("0:09", "00:00:05"),
                               ("08:09", "00:04:05"), ("2-08:00:00", "55:55:00"), ("09-00:10:00", "216:05:00"),
                               ("UNLIMITED", None), ("INVALID", None), ("NOT_SET", None)):
            self.stand_in("squeue", f"echo {left}\n")
            with self.subTest(left):
                self.assertEqual(self.script("large/job.sh", "study.yaml", "out.h5"), (0, ""))
                self.assertEqual(self.called(), ["run study.yaml -o out.h5 --resume" + (
                    f" --max-walltime {walltime}" if walltime else "")])

    def test_an_array_is_submitted_with_decimal_numbers(self):
        self.stand_in("sbatch", 'echo "$@" >>called; echo 7\n')
        for tasks, realizations, words in (("2", "010", "out.h5 2 10"), ("08", "16", "out.h5 8 16"),
                                           ("16", "08", "out.h5 8 8")):
            self.assertEqual(self.script("large/array.sh", tasks, "study.yaml", "out.h5",
                                         REALIZATIONS=realizations), (0, ""))
            self.assertIn(f"jobs/large/job.sh study.yaml {words}", self.called()[0])

    def test_a_folder_runs_all_its_studies_and_a_file_its_own(self):
        for args, calls in ((["jobs/quickstart"], ["quickstart/study:quickstart/quickstart"]),
                            (["jobs/higher-mean/"], ["higher-mean/plane:higher-mean/plane",
                                                     "higher-mean/study:higher-mean/higher-mean"]),
                            (["jobs/higher-mean/plane.yaml"], ["higher-mean/plane:plane/plane"]),
                            (["jobs/quickstart/study.yaml"], ["quickstart/study:quickstart/quickstart"])):
            self.assertEqual(self.script("job.sh", *args), (0, ""))
            said = [call.replace("//", "/") for call in self.called()]
            self.assertEqual(said, ["run jobs/{}.yaml -o runs/{}.h5 --resume".format(*call.split(":"))
                                    for call in calls])

    def test_the_first_study_that_stops_stops_the_job(self):
        self.stand_in("launch", "echo x >>called; exit 75\n")
        self.assertEqual(self.script("job.sh", "jobs/higher-mean"), (75, ""))
        self.assertEqual(self.called(), ["x"])

    def test_nothing_to_run_is_one_line(self):
        os.mkdir(os.path.join(self.folder.path, "empty"))
        for args in ([], ["nothing.yaml"], ["empty"], ["a", "b"], ["/"]):
            code, said = self.script("job.sh", *args)
            self.assertEqual((code, said.count("\n"), self.called()), (2, 1, []), said)


class EveryReadme(unittest.TestCase):
    def test_names_scripts_and_studies_that_exist(self):
        source = os.environ["SOURCE_DIR"]
        names = [os.path.join("jobs", name, "README.md") for name in os.listdir(os.path.join(source, "jobs"))
                 if os.path.isdir(os.path.join(source, "jobs", name))]
        for name in ["README.md"] + names:
            with open(os.path.join(source, name)) as file:
                text = file.read()
            for path in re.findall(r"\bjobs/[a-z-]+(?:/[a-z-]*(?:\.(?:sh|yaml))?|\.sh)?(?![\w.])", text):
                if path != "jobs/site.sh":
                    self.assertTrue(os.path.exists(os.path.join(source, path)), f"{name}: {path}")


def make_checkpoint(point, realization, time):
    """The head of a checkpoint (src/run/checkpoint.c)."""
    head = struct.pack("<8sqqqqqiiIII", b"klchk02", realization, 1, 8, 8, time, point, time, 0, 0, 0)
    return head + struct.pack("<I", xxhash.xxh64_intdigest(head) & 0xffffffff)


if __name__ == "__main__":
    unittest.main()
