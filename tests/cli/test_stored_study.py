"""The study that a results file stores: another YAML reader, of YAML 1.1, takes every value as
kinlim did, and kinlim itself takes the stored text as the same study."""
import os
import unittest

import h5py
import yaml

from kinlim_cli import Folder

# As a user may write them; what follows # is the value that kinlim documents.
REALS = ["1e-9", "1.0E-8", ".000001", "1e-05", "0.00010", "010e-3", "0.1", "0.3", "0.30000000000000004",
         "1", "+2.", "03.5", "010", "12.50", "16.0", "1e2", "0123", "1.5e2", "99999.5", "1E+5",
         "123456.789012345678", "1000000", "12345678", "1e+8"]
NAMES = ["on", "Off", "yes", "No", "y", "N", "'null'", "'true'", "'1e5'", "'010'", "0x",
         "2026-11-20", "1_000", "0b1", "'0x1f'", "e5", "_1", "front-2"]
WORDS = [name.strip("'") for name in NAMES]

STUDY = """\
system: anderson
dimension: 2
sites: [016]
eta: .5
times: [0, 1e-1]
realizations: 02
deltas: [{deltas}]
initial:
  envelope: {{shape: gaussian, width: 4e-1}}
  phase: {{momentum: [+.15, -0.20]}}
disorder: {{distribution: "gaussian", seed: 018446744073709551615}}
observables:
{observables}
boltzmann: {{reference: none}}
"""


def text():
    line = "  - {{name: {}, position: {{shape: uniform}}, momentum: {{mode: [{}, 0]}}}}"
    return STUDY.format(deltas=", ".join(REALS),
                        observables="\n".join(line.format(name, "01") for name in NAMES))


class StoredStudy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.folder.write("study.yaml", text())
        cls.folder.run("study.yaml", "a.h5")
        with h5py.File(os.path.join(cls.folder.path, "a.h5"), "r") as file:
            cls.stored = str(file.attrs["study"])
        cls.read = yaml.safe_load(cls.stored)

    @classmethod
    def tearDownClass(cls):
        cls.folder.__exit__()

    def test_every_number_is_the_number_that_was_meant(self):
        self.assertEqual([float(x) for x in self.read["deltas"]], [float(x) for x in REALS])
        self.assertEqual([type(x) for x in self.read["deltas"]],
                         [float if any(c in x for c in ".eE") else int for x in REALS])
        self.assertEqual(self.read["realizations"], 2)
        self.assertEqual(self.read["sites"], [16])
        self.assertEqual(self.read["disorder"]["seed"], 2**64 - 1)
        self.assertEqual(self.read["initial"]["phase"]["momentum"], [0.15, -0.2])
        self.assertEqual(self.read["propagator"]["tolerance"], 1e-5)  # a default

    def test_every_word_is_a_string(self):
        self.assertEqual([o["name"] for o in self.read["observables"]], WORDS)

    def test_the_stored_text_is_the_same_study_to_the_bit(self):
        self.folder.write("stored.yaml", self.stored)
        self.folder.run("stored.yaml", "a.h5", "--resume")  # refused if any key differed
        self.folder.run("stored.yaml", "b.h5")
        self.assertEqual(self.folder.samples("a.h5"), self.folder.samples("b.h5"))
        with h5py.File(os.path.join(self.folder.path, "b.h5"), "r") as file:
            self.assertEqual(str(file.attrs["study"]), self.stored)


if __name__ == "__main__":
    unittest.main(verbosity=2)
