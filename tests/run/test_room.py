"""Room on the disk: what the plan says is what a run takes, and a file system that has less is warned of."""
import json
import os
import unittest
from unittest import mock

import faults
from kinlim_cli import MOUNT, Folder, can_mount, command, study_text

STUDY = ["study.yaml", "--set", "realizations=40", "--set", f"times={[0.002 * i for i in range(40)]}"]


class Room(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(1))

    @unittest.skipUnless(faults.can_preload(), "no compiler to make the faults with")
    def test_that_the_plan_asks_for_is_what_a_run_takes(self):
        """Killed when all is written and only to be named, with small samples and with large ones."""
        for large in ("1e9", "0"):
            with self.subTest(large=large), mock.patch.dict(os.environ, KINLIM_LARGE=large):
                output = f"{large}.h5"
                disk = json.loads(self.folder.good("run", *STUDY, "--dry-run", "--json", "-o", output).out)["disk"]
                faults.kill(self.folder, output, *STUDY, STEPS="rename", KILL=2)
                there = {"journal": 0, "results": 0}
                for path, size, _ in self.folder.listing():
                    there["journal"] += size if f"{output}.journal/" in path else 0
                    there["results"] += size if path.endswith(f"{output}.part") else 0
                for name, size in there.items():
                    self.assertGreater(size, 0)
                    self.assertLess(abs(disk[name] - size), 0.2 * size, name)

    @unittest.skipUnless(can_mount(), "no file system can be mounted")
    def test_that_is_not_there_is_warned_of(self):
        os.makedirs(os.path.join(self.folder.path, "disk"))
        for size, warned in (("300k", True), ("20m", False)):
            words = " ".join(command(["run", *(f"'{word}'" for word in STUDY), "--dry-run", "-o", "disk/a.h5"]))
            done = faults.subprocess.run([*MOUNT, "sh", "-c", f"mount -t tmpfs -o size={size} none disk && {words}"],
                                         cwd=self.folder.path, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual("disk: not enough room" in done.stderr, warned, done.stderr)
            self.assertIn("\ndisk  ", done.stdout)


if __name__ == "__main__":
    unittest.main()
