"""200 kills at seeded moments, alone and on two ranks: 120 of runs and resumes, 50 of merges, 30 of
reports. Every output ends with the samples of a run in peace, what is read is never touched, and
most kills of runs fall between the first and last journalled realization. Prints how many. KILLS and
SEED in the environment change the numbers.
"""
import os
import random
import signal
import subprocess
import time
import unittest

from faults import Folder, journal_records, journal_size, study_text

KILLS = int(os.environ.get("KILLS", 200))
SEED = int(os.environ.get("SEED", 20261120))
MERGES, REPORTS = KILLS // 4, KILLS * 3 // 20
RUNS = KILLS - MERGES - REPORTS
SLOW = ["--set", "sites=[32, 28]", "--set", "times=[0, 1, 2, 10]", "--set", "realizations=40"]
QUICK = ["--set", "realizations=40"]  # its limit, which a merge solves, takes no longer than the rest


def processes_of(launcher):
    """The launcher and what it has started, ranks first."""
    try:
        with open(f"/proc/{launcher}/task/{launcher}/children") as file:
            return [int(pid) for pid in file.read().split()] + [launcher]
    except OSError:
        return [launcher]


class Kills(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text())
        self.draw = random.Random(SEED)

    def killed(self, process):
        """Was it alive?"""
        alive = process.poll() is None
        for pid in processes_of(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.communicate()
        return alive

    def amid(self, output):
        """Some realizations of the 80 are journalled, and some are not."""
        return self.folder.has(output + ".journal") and 0 < journal_records(self.folder, output) < 80

    def wait(self, process, output):
        """Until the moment for the kill: some time after the start, or after some records more."""
        start = journal_size(self.folder, output)
        if self.draw.random() < 0.25:
            end = time.monotonic() + self.draw.uniform(0.02, 0.6)
            size = float("inf")
        else:
            end = time.monotonic() + 60
            size = start + self.draw.uniform(0, 20000)
        while process.poll() is None and time.monotonic() < end:
            if journal_size(self.folder, output) > size:
                time.sleep(self.draw.uniform(0, 0.02))
                return
            time.sleep(0.001)

    def kill(self, output, ranks):
        """A run that is killed. Was it alive, and did it have some of its realizations by then?"""
        process = self.folder.start("run", "study.yaml", "--quiet", *SLOW, "-o", output, "--resume",
                                    ranks=ranks)
        self.wait(process, output)
        alive = self.killed(process)
        return alive, alive and self.amid(output)

    def test_of_runs_and_resumes_are_recovered(self):
        self.folder.run("study.yaml", "whole.h5", *SLOW)
        samples = self.folder.samples("whole.h5")
        kills = inside = outputs = 0
        while kills < RUNS:
            output = f"{outputs}.h5"
            for _ in range(self.draw.randrange(1, 8)):
                alive, amid = self.kill(output, self.draw.choice([None, None, 2]))
                kills += alive
                inside += amid
                if kills == RUNS or self.folder.has(output):
                    break
            self.folder.run("study.yaml", output, "--resume", *SLOW, ranks=self.draw.choice([None, 2, 3]))
            self.assertEqual(self.folder.samples(output), samples, output)
            self.assertFalse(self.folder.has(output + ".journal"))
            self.assertFalse(self.folder.has(output + ".part"))
            outputs += 1
        print(f"{kills} kills, {inside} of them between the first and the last journalled realization; "
              f"{outputs} of {outputs} outputs recovered, samples identical")
        self.assertGreaterEqual(2 * inside, kills)

    def seconds(self, start):
        begin = time.monotonic()
        process = start()
        process.communicate()
        self.assertEqual(process.returncode, 0)
        return time.monotonic() - begin

    def test_of_merges_lose_nothing(self):
        self.folder.run("study.yaml", "quick.h5", *QUICK)
        samples = self.folder.samples("quick.h5")
        parts = {}
        for half in ("0:17", "17:40"):
            name = half.replace(":", "-") + ".h5"
            self.folder.run("study.yaml", name, *QUICK, "--realizations", half)
            parts[name] = self.folder.read(name)

        def merge(output, ranks=None):
            return self.folder.start("merge", output, *parts, ranks=ranks)
        lasts = self.seconds(lambda: merge("first.h5"))
        kills = outputs = published = 0
        while kills < MERGES:
            output = f"merged-{outputs}.h5"
            process = merge(output, self.draw.choice([None, None, 2]))
            time.sleep(self.draw.uniform(0.02, 1.2 * lasts))
            kills += self.killed(process)
            if self.folder.has(output):
                published += 1
            elif self.draw.random() < 0.7 and kills < MERGES:
                continue  # once more, beside what this one has left
            else:
                self.folder.good("merge", output, *parts)
                self.assertFalse(self.folder.has(output + ".journal") or self.folder.has(output + ".part"))
            self.assertEqual(self.folder.samples(output), samples, output)
            outputs += 1
        self.assertEqual({name: self.folder.read(name) for name in parts}, parts)
        print(f"{kills} kills of merges; {outputs} outputs whole, {published} of them before the kill")

    def test_of_reports_lose_nothing(self):
        self.folder.run("study.yaml", "whole.h5")
        before = self.folder.read("whole.h5")

        def report():
            return subprocess.Popen([os.path.join(os.environ["SOURCE_DIR"], "scripts", "report"), "whole.h5", "-o", "page"],
                                    cwd=self.folder.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lasts = self.seconds(report)
        kills = 0
        while kills < REPORTS:
            process = report()
            time.sleep(self.draw.uniform(0.02, 1.1 * lasts))
            kills += self.killed(process)
            self.assertEqual(self.folder.read("whole.h5"), before)
        self.seconds(report)
        self.assertTrue(self.folder.has("page/index.html"))
        print(f"{kills} kills of reports; the results are untouched, and the next report is whole")


if __name__ == "__main__":
    unittest.main(verbosity=2)
