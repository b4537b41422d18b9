"""A potential and a start that somebody else made, from HDF5: the samples are those of dense linear algebra, the same
for any layout; wrong files are refused in one line; and no run goes on with a file that is not the one it was."""
import unittest

import h5py
import numpy as np

from kinlim_cli import Folder, select

L, D, N, ETA, T = 6, 2, 3, 0.7, 1.2
STUDY = f"""\
system: anderson
dimension: {D}
sites: [{L}]
eta: [{ETA}]
times: [0, {T}]
realizations: {N}
initial: {{file: {{path: made.h5, dataset: psi}}}}
observables: [{{name: b, position: {{shape: uniform}}, momentum: {{mode: [1, 0]}}}}]
disorder: {{file: {{path: made.h5, dataset: "a/V"}}}}
propagator: {{precision: double, tolerance: 1.0e-9}}
"""
TABLE = """\
system: fermi
dimension: 1
eta: 0.3
sites: 16
times: 0.5
realizations: 2
start: {type: table, file: table.txt}
observables: [{name: c, momentum: {mode: [1]}}]
"""
BAD = {
    "disorder.file.path=none.h5": "disorder.file.path: none.h5: No such file",
    "disorder.file.path=study.yaml": "study.yaml: not an HDF5 file",
    "disorder.file.dataset=W": "made.h5: W: there is no such dataset",
    "disorder.file.dataset=psi": "disorder.file.dataset: psi is complex: must be real",
    "disorder.file.dataset=odd": "made.h5: odd: must have the shape [L, L] or [n, L, L]",
    "sites=7": "made.h5: a/V has 6 sites per side, the study asks for 7",
    "realizations=4": "realizations: 4 is not allowed: there are 3 of them",
    "disorder.distribution=uniform": "disorder.distribution: goes without a file",
    "disorder.correlation.length=0.5": "disorder.correlation: goes without a file",
    "initial.phase={}": "initial.phase: goes without a file",
    "initial.file.dataset=a/V": "a/V has an axis more than the lattice",
    "disorder.file.checksum=\"0123456789abcdef\"": "made.h5 is not the file it was",
}

WRONG_NUMBERS = {  # which are seen when they are read
    "initial.file.dataset=nothing": "made.h5: nothing cannot be normalised",
    "initial.file.dataset=hole": "made.h5: hole: has a number that is not finite",
}


def made():
    rng = np.random.default_rng(3)
    psi = rng.normal(size=(L,) * D) + 1j * rng.normal(size=(L,) * D)
    return psi, rng.normal(size=(N,) + (L,) * D).astype("f4")


def dense(psi, v, t):
    """sum_p exp(2 pi i p_1) |psi^_t(p)|^2 = <psi_t, a shift along axis 1 of it>."""
    hop = np.zeros((L, L))
    for i in range(L):
        hop[i, (i + 1) % L] = hop[(i + 1) % L, i] = 1
    one = np.eye(L)
    energy, mode = np.linalg.eigh(np.kron(hop, one) + np.kron(one, hop) + ETA * np.diag(v.ravel().astype("f8")))
    psi = mode @ (np.exp(-1j * t * energy) * (mode.T @ psi.ravel()))
    hat = np.fft.fftn(psi.reshape(L, L), norm="ortho")
    p = np.arange(L) / L
    return (np.exp(2j * np.pi * p)[:, None] * abs(hat) ** 2).sum() / (abs(hat) ** 2).sum()


class InputFiles(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.psi, self.v = made()
        self.make("made.h5", self.v)
        self.folder.write("study.yaml", STUDY)

    def make(self, name, v):
        with h5py.File(f"{self.folder.path}/{name}", "w") as file:
            file["psi"], file["a/V"], file["odd"] = self.psi, v, np.zeros((L, L + 1))
            file["nothing"], file["hole"] = np.zeros((L, L)), np.full((L, L), np.nan)

    def test_samples_are_those_of_dense_linear_algebra(self):
        result = self.folder.run("study.yaml", "one.h5")
        self.assertIn("disorder.file: its statistics are not known: there is no reference", result.err)
        for row in self.folder.samples("one.h5").splitlines()[1:]:
            _, _, _, r, time, _, part, value = row.split(",")
            exact = dense(self.psi, self.v[int(r)], float(time) / ETA**2)
            self.assertAlmostEqual(float(value), exact.real if part == "re" else exact.imag, delta=1e-8)
        self.folder.run("study.yaml", "three.h5", "--groups", 1, ranks=3)
        self.assertEqual(self.folder.samples("one.h5"), self.folder.samples("three.h5"))
        self.assertEqual(select(self.folder.summary("one.h5"), statistic="reference"), [])

    def test_wrong_files_are_refused(self):
        for change, said in BAD.items():
            with self.subTest(change):
                result = self.folder.kinlim("run", "study.yaml", "-o", "bad.h5", "--set", change)
                self.assertEqual((result.code, result.err.count("\n")), (2, 1), result.err)
                self.assertIn(said, result.err)
                self.assertFalse(self.folder.has("bad.h5"))

    def test_wrong_numbers_are_refused(self):
        for change, said in WRONG_NUMBERS.items():
            result = self.folder.kinlim("run", "study.yaml", "-o", "bad.h5", "--quiet", "--set", change, ranks=2)
            self.assertEqual(result.code, 2)
            self.assertIn(said, result.err)

    def test_no_run_goes_on_with_another_file(self):
        self.folder.run("study.yaml", "part.h5", "--set", "realizations=2")
        self.make("made.h5", self.v + 1)
        result = self.folder.kinlim("run", "study.yaml", "-o", "part.h5", "--resume")
        self.assertEqual((result.code, result.err.count("\n")), (2, 1), result.err)
        self.assertIn("made.h5 is not the file it was", result.err)
        self.make("made.h5", self.v)

    def test_no_run_goes_on_with_another_table(self):
        self.folder.write("table.yaml", TABLE)
        self.folder.write("table.txt", "0 0.5 1 0.5\n")
        self.folder.run("table.yaml", "table.h5")
        self.folder.write("table.txt", "0 0.5 0.9 0.5\n")
        result = self.folder.kinlim("run", "table.yaml", "-o", "table.h5", "--resume", "--set", "realizations=4")
        self.assertEqual((result.code, result.err.count("\n")), (2, 1), result.err)
        self.assertIn("table.txt is not the file it was", result.err)
        self.folder.write("table.txt", "0 0.5 1 0.5\n")
        self.folder.run("table.yaml", "table.h5", "--resume", "--set", "realizations=4")


if __name__ == "__main__":
    unittest.main()
