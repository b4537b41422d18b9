"""`--petsc` hands options to PETSc; without it there are none, whatever the environment says."""
import os
import subprocess
import unittest

from kinlim_cli import Folder, command, study_text

REFERENCE = ["--set", "boltzmann={tolerance: 1.0e-6}", "--set", "realizations=1", "--set", "eta=[0.5]", "--set",
             "sites=[17]"]


class Petsc(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.folder.write("study.yaml", study_text(3))

    def reference(self, output):
        return [line for line in self.folder.good("export", output).out.splitlines() if ",reference," in line]

    def test_looks_on_with_monitors_and_the_log(self):
        plain = self.folder.good("run", "study.yaml", "-o", "a.h5", *REFERENCE)
        self.assertEqual(plain.out, "")
        seen = self.folder.good("run", "study.yaml", "-o", "b.h5", "--petsc", "-ts_monitor -log_view", *REFERENCE)
        self.assertRegex(seen.out, r"\d+ TS dt [0-9.e-]+ time [0-9.e-]+")
        self.assertIn("TSStep", seen.out)
        self.assertGreater(len(self.reference("a.h5")), 0)
        self.assertEqual(self.reference("a.h5"), self.reference("b.h5"))

    def test_are_not_taken_from_the_environment(self):
        done = subprocess.run(command(["run", "study.yaml", "-o", "a.h5", "--quiet", *REFERENCE]),
                              cwd=self.folder.path, capture_output=True, text=True, check=True,
                              env={**os.environ, "PETSC_OPTIONS": "-ts_monitor -log_view"})
        self.assertEqual(done.stdout, "")

    def test_are_options(self):
        refused = self.folder.kinlim("run", "study.yaml", "--petsc", "log_view")
        self.assertEqual(refused.code, 2)
        self.assertIn("--petsc: log_view is not allowed", refused.err)


if __name__ == "__main__":
    unittest.main()
