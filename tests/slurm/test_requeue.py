"""When the batch script of jobs/large goes back into the queue, and when it gives up. SLURM's
commands are stand-ins here; the launcher runs kinlim, or stops it before it has done anything.
"""
import os
import shutil
import struct
import subprocess
import unittest
import zlib

from kinlim_cli import KINLIM, Folder, study_text

# $WORK: "none", what the run does before it is stopped; or options of a run that is stopped
# after that; or nothing: it runs to its end.
LAUNCH = """\
#!/bin/bash
[ "$1" != -n ] || shift 2
[ "$2" = run ] || exec "$@"
case ${WORK-} in
    '') exec "$@" ;;
    none) exit 75 ;;
    *) "$@" --quiet $WORK || exit; exit 75 ;;
esac
"""


class TheBatchScript(unittest.TestCase):
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
        self.attempts = self.requeues = 0

    def attempt(self, work=None):
        """One start of the job; (exit code, requeued, what it said)."""
        environment = dict(self.environment, SLURM_RESTART_COUNT=str(self.attempts))
        if work:
            environment["WORK"] = work
        done = subprocess.run(["bash", "jobs/large/job.sh", "study.yaml", "out.h5"], env=environment,
                              cwd=self.folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60)
        self.attempts += 1
        lines = self.folder.read("requeued").decode().splitlines() if self.folder.has("requeued") else []
        requeued, self.requeues = len(lines) - self.requeues, len(lines)
        self.assertEqual(set(lines) - {"requeue 7"}, set())
        return done.returncode, requeued, done.stderr

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


def make_checkpoint(point, realization, time):
    """The head of a checkpoint (src/run/checkpoint.c)."""
    head = struct.pack("<8sqqqqqiiIII", b"klchk01", realization, 1, 8, 8, time, point, time, 0, 0, 0)
    return head + struct.pack("<I", zlib.crc32(head))


if __name__ == "__main__":
    unittest.main()
