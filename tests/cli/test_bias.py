"""The point of it all: the mean comes to the Boltzmann value as eta falls, about like eta^2.

d = 3, T = 1, position uniform, mode (0,0,1), 400 realizations at eta = 0.5, 0.4, 0.3. For both
parts:

  - the biases at different eta are apart, and each is at least 8 standard errors from 0;
  - the exponent p between 0.5 and 0.3, with its standard error s < 0.15, is within 0.35 + 4 s of 2.
    0.35 is for the next order (500 realizations, down to eta = 0.25, gave 2.21(8) and 2.12(11) over
    the range); exponents 1 and 3 fail. False alarm at another seed: below 1e-3 in all.
"""
import math
import unittest

from kinlim_cli import Folder, one

STUDY = """\
system: anderson
dimension: 3
box: 4.5
eta: [0.5, 0.4, 0.3]
times: [1.0]
realizations: 400
initial:
  envelope: {shape: gaussian, width: 0.4}
  phase: {momentum: [0.15, 0.20, 0.30]}
disorder: {seed: 20261120}
observables:
  - {name: cos3, position: {shape: uniform}, momentum: {mode: [0, 0, 1]}}
moments: [2]
"""


class TheBias(unittest.TestCase):
    def test_falls_like_eta_squared(self):
        with Folder() as folder:
            folder.write("study.yaml", STUDY)
            folder.run("study.yaml", "a.h5", ranks=2)
            table = folder.summary("a.h5")
        for part in ("re", "im"):
            bias, error = {}, {}
            for eta in (0.5, 0.4, 0.3):
                bias[eta] = float(one(table, statistic="bias", part=part, eta=eta)["value"])
                error[eta] = float(one(table, statistic="standard_error", part=part, eta=eta)["value"])
                self.assertGreater(abs(bias[eta]), 8 * error[eta])
            for a, b in ((0.5, 0.4), (0.4, 0.3)):
                self.assertGreater(abs(bias[a]) - abs(bias[b]), 2 * math.hypot(error[a], error[b]))
            self.assertGreater(bias[0.5] * bias[0.3], 0)
            p = math.log(bias[0.5] / bias[0.3]) / math.log(0.5 / 0.3)
            s = math.hypot(error[0.5] / bias[0.5], error[0.3] / bias[0.3]) / math.log(0.5 / 0.3)
            self.assertLess(s, 0.15)
            self.assertLess(abs(p - 2), 0.35 + 4 * s, f"{part}: exponent {p:.3f}({s:.3f})")


if __name__ == "__main__":
    unittest.main(verbosity=2)
