"""The limit `diffusion` of `anderson`: what the Boltzmann equation, solved by other means, becomes after long times."""
import unittest

from kinlim_cli import Folder, number, one, select

STUDY = """\
system: anderson
dimension: {d}
sites: 30
eta: {eta}
times: [5, 15]
realizations: 1
initial: {initial}
observables:
  - {{name: norm, position: {{shape: uniform}}, momentum: {{mode: [{zero}]}}}}
  - {{name: mode, position: {{shape: uniform}}, momentum: {{mode: [{two}]}}}}
  - {{name: here, position: {{shape: gaussian, center: [{center}], width: 1.5}}, momentum: {{mode: [{zero}]}}}}
propagator: {{tolerance: 1.0e-3}}
boltzmann: {{tolerance: 1.0e-6, fluctuations: none}}
diffusion: true
"""
PACKET = "{{envelope: {{shape: gaussian, width: 1.5}}, phase: {{momentum: [{p}]}}}}"


class Diffusion(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def write(self, d, initial, eta=0.8):
        zero = ", ".join(["0"] * d)
        text = STUDY.format(d=d, initial=initial, zero=zero, two=", ".join(["2"] + ["0"] * (d - 1)),
                            center=", ".join(["0.5"] * d), eta=eta)
        self.folder.write("study.yaml", text)

    def test_is_what_boltzmanns_equation_becomes(self):
        """The relative difference falls at least like 1/T, on a torus of side 19."""
        for d, p in ((2, "0.1, 0.2"), (3, "0.15, 0.2, 0.3")):
            self.write(d, PACKET.format(p=p))
            self.folder.run("study.yaml", f"{d}.h5")
            table = self.folder.summary(f"{d}.h5")

            def values(name, statistic):
                return [number(row["value"]) for row in select(table, observable=name, part="re", statistic=statistic)]
            for limit, late in zip(values("norm", "reference"), values("norm", "diffusion_reference")):
                self.assertAlmostEqual(late, 1, delta=1e-12)
                self.assertAlmostEqual(limit, 1, delta=1e-5)
            self.assertAlmostEqual(values("mode", "reference")[1], values("mode", "diffusion_reference")[1], delta=1e-3)  # exp(-g T)
            here, late = values("here", "reference"), values("here", "diffusion_reference")
            off = [abs(a / b - 1) for a, b in zip(here, late)]
            self.assertLess(off[1], 0.02)
            self.assertLess(off[1], 0.35 * off[0])
            self.assertEqual(len(select(table, statistic="diffusion_bias", observable="here")), 2)

    def test_is_refused_where_there_is_none(self):
        self.write(2, PACKET.format(p="0.1, 0.2"))
        result = self.folder.kinlim("run", "study.yaml", "--set", "initial.envelope={shape: bump, width: 4}")
        self.assertEqual(result.code, 2, result)
        self.assertEqual(len(result.err.splitlines()), 1)
        self.assertIn("diffusion", result.err)


if __name__ == "__main__":
    unittest.main()
