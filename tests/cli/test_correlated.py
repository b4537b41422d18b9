"""A potential with a correlation length: the same samples for any layout, a limit with its own spectrum, where there is
none the reason said, refused where it has no meaning; what is nearly white scatters like white noise, long waves scatter
less."""
import unittest

from kinlim_cli import Folder, one, select, study_text

STUDY = """\
system: anderson
dimension: 2
sites: [40]
eta: [0.4]
times: [1.0]
realizations: 60
initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.15, 0.2]}}
observables: [{name: cos1, position: {shape: uniform}, momentum: {mode: [1, 0]}}]
disorder: {seed: 5}
boltzmann: {reference: none}
"""


class Correlated(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def made(self, name, study, *changes, ranks=None, groups=1):
        self.folder.write("study.yaml", study)
        sets = [word for change in changes for word in ("--set", change)]
        return self.folder.run("study.yaml", name, "--groups", groups, *sets, ranks=ranks)

    def test_is_the_same_for_any_layout(self):
        for d in (1, 2, 3):
            for field in ("gaussian", "speckle"):
                changes = ("disorder.correlation.length=0.9", f"disorder.correlation.field={field}")
                names = [f"{d}-{field}-{ranks}.h5" for ranks in (1, 3)]
                self.made(names[0], study_text(d), *changes)
                self.made(names[1], study_text(d), *changes, ranks=3)
                self.assertEqual(*(self.folder.samples(name) for name in names))

    def test_nears_the_limit_of_its_own_spectrum(self):
        """Within 0.02, five standard errors, of the equation with its spectrum; that without is 0.2 away."""
        white = self.solved("white.h5")
        for field in ("gaussian", "speckle"):
            rows = self.solved(field + ".h5", "disorder.correlation.length=2", "disorder.correlation.field=" + field)
            self.assertLess(abs(rows["mean"] - rows["reference"]), 0.02)
            self.assertGreater(rows["reference"], white["reference"] + 0.2)

    def solved(self, name, *changes):
        self.made(name, STUDY, "boltzmann={tolerance: 1.0e-5}", "eta=[0.25]", "sites=[80]", *changes)
        return {row["statistic"]: float(row["value"]) for row in self.folder.summary(name)
                if row["part"] == "im" and row["statistic"] in ("mean", "reference")}

    def test_says_where_it_has_no_limit(self):
        for changes, said in (
                (["initial={envelope: {shape: delta}}"], "solved for packets with phase.momentum alone"),
                (["boltzmann.fluctuations=solve"], "no limit of the fluctuations is solved for a correlated")):
            name = f"{len(said)}.h5"
            result = self.made(name, STUDY, "disorder.correlation.length=2", "boltzmann.reference=solve", *changes)
            self.assertIn(said, result.err)
            rows = self.folder.summary(name)
            self.assertEqual(len(select(rows, statistic="reference")) > 0, "momentum" not in said)
            self.assertEqual(select(rows, statistic="central_moment_limit"), [])

    def test_is_refused_where_it_has_no_meaning(self):
        for change, said in (("length=20", "it needs 185 per side at least"), ("length=0.1", "[0.5, 1000]"),
                             ("length=-1", "[0.5, 1000]"), ("field=red", "gaussian, speckle"),
                             ("width=3", "width")):
            self.folder.write("study.yaml", STUDY.replace("{seed: 5}", "{correlation: {length: 2}}"))
            result = self.folder.kinlim("run", "study.yaml", "--set", "disorder.correlation." + change)
            self.assertEqual((result.code, result.err.count("\n")), (2, 1), result)
            self.assertIn(said, result.err)
        for distribution in ("uniform", "[gaussian, bernoulli]"):
            result = self.folder.kinlim("run", "study.yaml", "--set", f"disorder.distribution={distribution}")
            self.assertEqual(result.code, 2)
            self.assertIn("goes with distribution: gaussian alone", result.err)

    def left(self, name):
        """Of the packet's own sin(2 pi V_1), 0.809 at the start, which is 0 on average over an energy shell."""
        row = one(self.folder.summary(name), statistic="mean", part="im")
        return float(row["value"]) / 0.809

    def test_scatters_less_the_longer_its_waves(self):
        """White noise leaves exp(-2 pi N T); scattering by long waves is forward and leaves more."""
        self.made("white.h5", STUDY)
        for length in (0.5, 2, 4):
            self.made(f"{length}.h5", STUDY, f"disorder.correlation.length={length}")
        white, near, far, farther = (self.left(name) for name in ("white.h5", "0.5.h5", "2.h5", "4.h5"))
        self.assertAlmostEqual(near, white, delta=0.1)
        self.assertLess(white + 0.15, far)
        self.assertLess(far, farther)
        self.assertLess(farther, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
