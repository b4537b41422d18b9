"""100 kills at seeded moments, across runs and resumes, alone and on two ranks: every output ends
with the samples of a run in peace, and most kills fall between its first and last journalled
realization. Prints how many. KILLS and SEED in the environment change the numbers.
"""
import os
import random
import signal
import time
import unittest

from faults import Folder, journal_records, journal_size, study_text

KILLS = int(os.environ.get("KILLS", 100))
SEED = int(os.environ.get("SEED", 20261120))
SLOW = ["--set", "sites=[32, 28]", "--set", "times=[0, 1, 2, 10]", "--set", "realizations=40"]


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
        self.folder.run("study.yaml", "whole.h5", *SLOW)
        self.samples = self.folder.samples("whole.h5")

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
        alive = process.poll() is None
        for pid in processes_of(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.communicate()
        return alive, alive and self.amid(output)

    def test_all_are_recovered(self):
        kills = inside = outputs = 0
        while kills < KILLS:
            output = f"{outputs}.h5"
            for _ in range(self.draw.randrange(1, 8)):
                alive, amid = self.kill(output, self.draw.choice([None, None, 2]))
                kills += alive
                inside += amid
                if kills == KILLS or self.folder.has(output):
                    break
            self.folder.run("study.yaml", output, "--resume", *SLOW, ranks=self.draw.choice([None, 2, 3]))
            self.assertEqual(self.folder.samples(output), self.samples, output)
            self.assertFalse(self.folder.has(output + ".journal"))
            self.assertFalse(self.folder.has(output + ".part"))
            outputs += 1
        print(f"{kills} kills, {inside} of them between the first and the last journalled realization; "
              f"{outputs} of {outputs} outputs recovered, samples identical")
        self.assertGreaterEqual(2 * inside, kills)


if __name__ == "__main__":
    unittest.main(verbosity=2)
