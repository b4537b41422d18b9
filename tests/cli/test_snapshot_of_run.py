"""The key `snapshot`: |psi|^2 of one realization, at every time, beside the results; it agrees
with the marginal density that the results hold.
"""
import os
import sys
import unittest
import xml.etree.ElementTree as xml

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

from kinlim_cli import Folder, study_text

TIMES = [0, 0.05, 0.06, 0.5]


FIELDS = "fields: [{type: density}]\n"


class ASnapshot(unittest.TestCase):
    def check(self, folder, d, point, sites, mu):
        name = f"a-snapshot-{point}"
        with h5py.File(os.path.join(folder.path, "a.h5"), "r") as file:
            marginal = file[f"fields/density/point_{point}/single"][:]      # time, X
            x = file[f"fields/density/point_{point}/X_1"][:]
        half = sites // 2
        np.testing.assert_allclose(x, mu * (np.arange(sites) - half), rtol=1e-14)
        with h5py.File(os.path.join(folder.path, name + ".h5"), "r") as file:
            self.assertEqual(sorted(file), [f"density_{i:06d}" for i in range(4)])
            for i, time in enumerate(TIMES):
                frame = file[f"density_{i:06d}"]
                self.assertEqual((frame.shape, frame.dtype), ((sites,) * d, np.float32))
                self.assertEqual(frame.attrs["time"], time)
                density = frame[:].astype(float)
                self.assertAlmostEqual(density.sum(), 1, delta=1e-4)
                along = density.reshape(sites, -1).sum(axis=1)
                # index 0 of a snapshot is the site 0; the marginal begins at -floor(L/2)
                np.testing.assert_allclose(np.roll(along, half) / mu, marginal[i], rtol=0,
                                           atol=1e-6 * marginal.max())
        grids = xml.parse(os.path.join(folder.path, name + ".xdmf")).getroot().findall("Domain/Grid/Grid")
        self.assertEqual([float(grid.find("Time").get("Value")) for grid in grids], TIMES)
        for grid in grids:
            file, path = grid.find("Attribute/DataItem").text.split(":")
            self.assertEqual((file, path[:8]), (name + ".h5", "/density"))

    def test_agrees_with_the_density_of_the_results_on_any_ranks(self):
        for d, ranks, groups in ((1, 1, 1), (2, 3, 1), (3, 2, 1), (3, 4, 2)):
            with self.subTest(d=d, ranks=ranks), Folder() as folder:
                folder.write("study.yaml", study_text(d) + FIELDS)
                folder.run("study.yaml", "a.h5", "--set", "snapshot=0", "--groups", groups, ranks=ranks)
                sites = {1: (41, 30), 2: (17, 12), 3: (17, 12)}[d]
                for point in (0, 1):
                    self.check(folder, d, point, sites[point], (0.25, 0.36)[point])

    def test_can_be_asked_for_later(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2) + FIELDS)
            folder.run("study.yaml", "a.h5")
            samples = folder.samples("a.h5")
            self.assertFalse(folder.has("a-snapshot-0.xdmf"))
            folder.run("study.yaml", "a.h5", "--resume", "--set", "snapshot=0")
            for point, sites, mu in ((0, 17, 0.25), (1, 12, 0.36)):
                self.check(folder, 2, point, sites, mu)
            self.assertEqual(folder.samples("a.h5"), samples)
            self.assertFalse(folder.has("a.h5.journal"))

    def test_is_not_written_unless_asked_for(self):
        with Folder() as folder:
            folder.write("study.yaml", study_text(2) + FIELDS)
            folder.run("study.yaml", "a.h5")
            self.assertEqual(sorted(os.listdir(folder.path)), ["a.h5", "study.yaml"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
