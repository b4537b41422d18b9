"""The Python package gives what the program gives: the table of `export` to the last digit, every sample of
`export --samples`, the fields of the file; and runs, watches and reports through the program."""
import io
import os
import sys
import tomllib
import unittest
from unittest import mock

import numpy as np
import pandas as pd

from kinlim_cli import Folder, study_text

SCRIPTS = os.path.join(os.environ["SOURCE_DIR"], "scripts")
sys.path.insert(0, SCRIPTS)
import kinlim  # noqa: E402

LYAPUNOV = """\
system: lyapunov
width: [2.0, 1.0]
energy: [0.5, 0.0]
times: [100, 200]
realizations: 3
disorder: {distribution: uniform, seed: 1}
"""


def parsed(text):
    table = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""], float_precision="round_trip")
    texts = [c for c in table.columns if c in ("observable", "part", "statistic", "distribution")]
    return table.fillna({c: "" for c in texts})


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        before = os.getcwd()
        os.chdir(self.folder.path)
        self.addCleanup(os.chdir, before)

    def made(self, text, name="a.h5", *options):
        self.folder.write("study.yaml", text)
        self.folder.run("study.yaml", name, *options)
        return kinlim.open(name)


class AResultsFile(InAFolder):
    def check(self, results, samples=True):
        summary = parsed(self.folder.good("export", results.path).out)
        self.assertEqual(list(results.summary.columns), list(summary.columns))
        pd.testing.assert_frame_equal(results.summary, summary, check_dtype=False, check_exact=True)
        rows = parsed(self.folder.good("export", results.path, "--samples").out)
        done = results.samples.done.values.astype(bool)
        self.assertEqual(results.samples.sample.values[done].size, len(rows))
        np.testing.assert_array_equal(results.samples.sample.values[done].ravel(), rows.value)

    def test_of_particles_with_fields_and_a_limit(self):
        results = self.made(study_text(2).replace("reference: none", "tolerance: 1.0e-4"))
        self.check(results)
        self.assertEqual(results.columns, ["eta", "sites", "box"])
        self.assertEqual(results.samples.sample.dims, ("point", "realization", "time", "quantity"))
        self.assertEqual(float(results.samples.sample.sel(quantity="whole.im", time=0.5)[1, 3]),
                         results.samples.sample.values[1, 3, 3, -1])
        rows = results.rows("reference", observable="place", eta=0.5)
        self.assertEqual(sorted(rows.time), [0, 0.05, 0.06, 0.5])
        self.assertEqual(results.reference.value.dims, ("point", "time", "quantity"))
        self.assertIn("system: anderson", results.study)
        self.assertEqual(results.attrs["seed"], "20261120")

    def test_of_words_and_of_stations_that_are_no_times(self):
        self.check(self.made(study_text(1).replace("distribution: gaussian", "distribution: [gaussian, bernoulli]")))
        results = self.made(LYAPUNOV, "l.h5")
        self.check(results)
        self.assertEqual(results.samples.sample.dims, ("point", "realization", "length", "quantity"))

    def test_with_fields(self):
        results = self.made(study_text(2) + "fields: [{type: density, axis: 1}]\n")
        self.assertEqual([f.sizes["X_1"] for f in results.fields["density"]], [17, 12])
        for field in results.fields["density"]:
            spacing = float(field.X_1[1] - field.X_1[0])
            np.testing.assert_allclose(field["mean"].sum("X_1") * spacing, 1, rtol=1e-3)
            self.assertEqual(field.attrs["realizations"], 4)

    def test_that_is_large_stays_in_the_file(self):
        """As the report has it, too."""
        from kinlim import reader
        sys.path.insert(0, os.path.join(SCRIPTS, "kinlim_report"))
        import data
        with mock.patch.dict(os.environ, KINLIM_LARGE="0"):
            self.check(self.made(study_text(1)))
            in_place = data.Results("a.h5")
            with reader.opened("a.h5") as file:
                self.assertIsInstance(reader.array_in_place(file["samples/sample"]), np.memmap)
                self.assertNotIsInstance(reader.array_in_place(file["samples/observable"]), np.memmap)
        in_memory = data.Results("a.h5")
        self.assertIsInstance(in_place.samples, np.memmap)
        self.assertNotIsInstance(in_memory.samples, np.memmap)
        for point in range(2):
            for quantity in in_memory.quantities:
                self.assertEqual(in_place.samples_at(point, 3, quantity).tolist(),
                                 in_memory.samples_at(point, 3, quantity).tolist())

    def test_that_is_none_is_refused(self):
        self.folder.write("text.h5", "no results")
        for name, error in (("none.h5", FileNotFoundError), ("text.h5", OSError)):
            with self.assertRaises(error):
                kinlim.open(name)

    def test_that_is_damaged_is_refused(self):
        self.made(LYAPUNOV)
        with open("a.h5", "rb") as file:
            data = bytearray(file.read())
        self.assertEqual(bytes(data[-32:-16]), b"\nkinlim seal v2\n")
        data[len(data) // 2] ^= 1
        with open("b.h5", "wb") as file:
            file.write(data)
        with self.assertRaisesRegex(kinlim.NotResults, "b.h5: damaged: its bytes"):
            kinlim.open("b.h5")


class TheProgram(InAFolder):
    def test_runs_a_file_a_dictionary_and_a_grid(self):
        self.folder.write("study.yaml", study_text(1))
        a = kinlim.run("study.yaml", set={"realizations": 3, "eta": [0.5, 0.45]}, options=["--set", "moments=[1]"])
        self.assertEqual((a.path, a.samples.sizes["realization"]), ("study.h5", 3))
        self.assertEqual(list(a.samples.eta.values), [0.5, 0.45])
        more = kinlim.run("study.yaml", ranks=2, set={"realizations": 5, "eta": [0.5, 0.45], "moments": [1]})
        np.testing.assert_array_equal(more.samples.sample[:, :3], a.samples.sample)
        grid = kinlim.run("study.yaml", "g.h5", set={"eta": [0.5, 0.6]}, grid={"disorder.seed": [1, 2], "realizations": [2]})
        self.assertEqual([chosen for chosen, _ in grid], [{"disorder.seed": s, "realizations": 2} for s in (1, 2)])
        self.assertEqual([r.path for _, r in grid], [f"g-seed={s}-realizations=2.h5" for s in (1, 2)])
        self.assertNotEqual(*(float(r.samples.sample[0, 0, -1, 0]) for _, r in grid))
        study = {"system": "lyapunov", "width": [1.0], "energy": [0.5], "times": [100], "realizations": 2,
                 "disorder": {"distribution": "uniform"}}
        self.assertEqual(len(kinlim.run(study, "l.h5").samples.done), 1)

    def test_says_what_is_wrong_in_its_one_line(self):
        with self.assertRaises(kinlim.Error) as caught:
            kinlim.run({"system": "anderson", "eta": [9]}, "x.h5")
        self.assertEqual(caught.exception.code, 2)
        self.assertIn("study.yaml:1:", str(caught.exception))
        self.folder.write("study.yaml", study_text(1))
        kinlim.run("study.yaml", "a.h5")
        with self.assertRaisesRegex(kinlim.Error, "a.h5 exists"):
            kinlim.run("study.yaml", "a.h5", resume=False)

    def test_watches_and_reports(self):
        results = self.made(study_text(1))
        self.assertEqual(kinlim.status("a.h5")["state"], "done")
        self.assertEqual(kinlim.info("a.h5")["system"], "anderson")
        self.assertIn("anderson", kinlim.info()["systems"])
        page = kinlim.report(results)
        self.assertEqual(page, os.path.join("a-report", "index.html"))
        with open(page, encoding="utf-8") as file:
            self.assertIn("<html", file.read())


class ThePackage(unittest.TestCase):
    def test_is_described_as_it_is(self):
        with open(os.path.join(SCRIPTS, "pyproject.toml"), "rb") as file:
            project = tomllib.load(file)
        self.assertEqual(project["project"]["name"], "kinlim")
        for package in project["tool"]["setuptools"]["packages"]:
            self.assertTrue(os.path.isdir(os.path.join(SCRIPTS, package)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
