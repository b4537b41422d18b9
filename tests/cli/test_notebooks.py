"""The notebooks of docs/notebooks run from the first cell to the last, without an error or a warning."""
import os
import tempfile
import unittest
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")    # of the notebook's own packages
    import nbformat
    from nbclient import NotebookClient

SOURCE = os.environ["SOURCE_DIR"]
FOLDER = os.path.join(SOURCE, "docs", "notebooks")


class EveryNotebook(unittest.TestCase):
    def test_runs(self):
        os.environ["PYTHONPATH"] = os.path.join(SOURCE, "scripts")
        os.environ["KINLIM_SOURCE"] = SOURCE
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"    # a warning of the kernel's own
        names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".ipynb"))
        self.assertEqual(names, ["convergence.ipynb", "first-look.ipynb", "your-own-study.ipynb"])
        for name in names:
            with self.subTest(name), tempfile.TemporaryDirectory() as home:
                os.environ.update(HOME=home, TMPDIR=home)
                notebook = nbformat.read(os.path.join(FOLDER, name), 4)
                NotebookClient(notebook, timeout=200, kernel_name="python3",
                               resources={"metadata": {"path": home}}).execute()
                outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
                self.assertFalse([o for o in outputs if o.output_type == "stream" and o.name == "stderr"])
                self.assertGreaterEqual(sum("image/png" in o.get("data", {}) for o in outputs), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
