"""The system `fermi` as a user sees it: its tables, limits and constants, pairs of realizations, resume, bad
input."""
import math
import unittest

from kinlim_cli import Folder, check_refused, one, select

STUDY = """\
system: fermi
dimension: 3
eta: [0.4, 0.3]
sites: [8, 10]
times: [0.5, 1.0]
realizations: 12
start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5, 0.25]}
vectors: 2
observables:
  - {name: cos1, momentum: {mode: [1, 0, 0]}}
  - {name: e, momentum: {energy: 1}}
moments: [1]
disorder: {seed: 4}
"""
PAIRS = """\
system: fermi
dimension: 2
eta: 0.5
sites: 8
times: 1
realizations: 12
start: {type: step, mu: 0.1, a: [1, 0.5]}
observables: [{name: c, momentum: {mode: [1, 0]}}]
determinants: {sites: [[0, 0], [1, 0], [0, 1]], antithetic: true}
moments: [1]
"""
PACKET = """\
system: fermi
dimension: 2
eta: 0.3
box: 3.6
times: [0, 0.5]
realizations: 100
start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5], envelope: {shape: gaussian, width: 0.3}}
observables:
  - {name: n, momentum: {mode: [0, 0]}}
  - {name: here, position: {shape: gaussian, width: 0.2, center: [0, 0]}, momentum: {mode: [0, 0]}}
  - {name: there, position: {shape: gaussian, width: 0.2, center: [0.5, 0]}, momentum: {mode: [0, 0]}}
moments: [1]
"""
BAD = {
    "beta 0": (["start.beta=0"], "start.beta: 0 is not allowed: must be in (0, 1000]"),
    "J above 1": (["start={type: table, file: above.txt}"], "start.file: above.txt: J = 1.5 is not allowed"),
    "no file": (["start={type: table, file: none.txt}"], "start.file: none.txt: No such file"),
    "not a cube": (["start={type: table, file: five.txt}"], "five.txt has 5 numbers: must be n^3"),
    "empty": (["start={type: step, mu: -9}"], "start: is empty: J = 0 at every momentum of 8 sites"),
    "a mode beyond the box": (["observables.0.momentum.mode=[5, 0, 0]"], "mode 5 is not allowed on 8 sites"),
    "too many sites": (["dimension=1", "sites=[4, 4]", "start.a=1", "observables.0.momentum.mode=1",
                        "determinants={sites: [[0], [1], [2], [3], [4]]}"],
                       "determinants.sites: 5 sites are not allowed: must be at most 4"),
    "one site twice": (["determinants={sites: [[0, 0, 0], [8, 0, 0]]}"],
                       "determinants.sites: 1 and 2 are one site modulo 8"),
    "more orders than sites": (["determinants={sites: [[0, 0, 0], [1, 0, 0]], orders: [3]}"],
                               "determinants.orders: 3 is not allowed: must be at most 2"),
    "sites of a plane": (["determinants={sites: [[0, 0], [1, 0], [0, 1]]}"],
                         "determinants.sites: each site must have 3 numbers"),
    "half a site": (["determinants={sites: [[0, 0, 0.5]]}"], "0.5 is not allowed: must be a whole number"),
    "no vectors": (["vectors=0"], "vectors: 0 is not allowed"),
    "all of too many": (["sites=[8, 17]", "vectors=all"], "vectors: all is not allowed on 17^3 sites"),
    "a tolerance": (["propagator.tolerance=1.0e-9"], "propagator.tolerance: 1e-09 cannot be reached"),
}


class Fermi(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def run_study(self, text, *settings, ranks=None, name="s"):
        self.folder.write(name + ".yaml", text)
        options = [x for s in settings for x in ("--set", s)]
        self.folder.run(name + ".yaml", name + ".h5", *options, ranks=ranks)
        return self.folder.summary(name + ".h5")

    def value(self, table, **want):
        return float(one(table, **want)["value"])

    def test_tables(self):
        table = self.run_study(STUDY)
        self.assertEqual(list(table[0])[:3], ["eta", "sites", "box"])
        for eta in (0.4, 0.3):
            for time, limit in ((0.5, -.1454547), (1, -.1247806)):
                self.assertAlmostEqual(self.value(table, eta=eta, time=time, observable="cos1", part="re",
                                                  statistic="reference"), limit, places=6)
            row = one(table, eta=eta, observable="e", statistic="fermi_dirac_shift")
            self.assertEqual(row["time"], "")
            self.assertAlmostEqual(float(row["value"]), .2235, places=4)
            one(table, eta=eta, observable="cos1", part="re", statistic="fermi_dirac_shift")
            one(table, eta=eta, time=1, observable="e", statistic="disorder_moment", order=2)
        self.assertLess(self.value(table, eta=0.3, statistic="norm_drift"), 1e-4)

    def test_a_step_and_a_table_are_the_same_where_they_agree(self):
        settings = ["sites=[4, 4]", "reference=none", "vectors=all", "times=0.5"]
        step = self.run_study(STUDY, "start={type: step, mu: 0.3}", *settings, name="step")
        numbers = [float(sum(math.cos(math.pi / 2 * k) for k in (a, b, c)) < 0.3)
                   for a in range(4) for b in range(4) for c in range(4)]
        self.folder.write("J.txt", "\n".join(map(str, numbers)))
        table = self.run_study(STUDY, "start={type: table, file: J.txt}", *settings, name="table")
        for want in ({"observable": "cos1", "part": "re"}, {"observable": "e"}):
            self.assertEqual(self.value(step, eta=0.4, statistic="mean", **want),
                             self.value(table, eta=0.4, statistic="mean", **want))

    def test_pairs_are_the_independent_samples(self):
        table = self.run_study(PAIRS)
        samples = [float(line.split(",")[-1]) for line in self.folder.samples("s.h5").splitlines()
                   if ",det.2,re," in line]
        self.assertEqual(len(samples), 12)
        pairs = [(a + b) / 2 for a, b in zip(samples[::2], samples[1::2])]
        mean = sum(pairs) / 6
        error = math.sqrt(sum((x - mean) ** 2 for x in pairs) / 30)
        self.assertAlmostEqual(self.value(table, observable="det", statistic="expected_det", order=2), mean, places=14)
        self.assertAlmostEqual(self.value(table, observable="det.2", statistic="standard_error"), error, places=14)
        row = one(table, observable="det", statistic="expected_det", order=2)
        self.assertAlmostEqual(float(row["high"]) - mean, 2.570582 * error, places=7)  # Student, 5 degrees of freedom
        ratio = self.value(table, observable="det", statistic="det_ratio", order=3)
        self.assertAlmostEqual(ratio + 1, self.value(table, observable="det", statistic="expected_det", order=3) /
                               self.value(table, observable="det", statistic="det_of_expected", order=3), places=12)
        self.assertEqual(select(table, statistic="response"), [])  # of d = 3
        odd = self.run_study(PAIRS, "realizations=5", name="odd")
        self.assertEqual(one(odd, observable="c", part="re", statistic="mean")["realizations"], "4")

    def test_a_packet_keeps_its_number(self):
        """Over momenta one by one; the sum of g^2 over sites is its integral to 2 exp(-2 (pi width/eta^2)^2)."""
        table = self.run_study(STUDY, "start.envelope={shape: gaussian, width: 0.15}", "vectors=all", "eta=[0.4]",
                               "sites=[8]", "realizations=1", "observables=[{name: n, momentum: {mode: [0, 0, 0]}}]")
        for time in (0.5, 1):
            row = one(table, time=time, observable="n", statistic="mean")
            limit = self.value(table, time=time, observable="n", statistic="reference")
            self.assertLess(abs(float(row["value"]) / limit - 1), 2e-3)

    def test_a_packet_moves_by_the_boltzmann_equation(self):
        """At T = 0 the reference is a product of integrals; later the lattice is within five standard errors and two
        tenths of what has changed (eta^2 is 0.09)."""
        table = self.run_study(PACKET)
        number = self.value(table, time=0, observable="n", statistic="reference")
        here = 2 * math.pi * 0.2 ** 2 / (1 + 0.2 ** 2 / 0.3 ** 2) / 3.6 ** 2
        whole = 2 * math.pi * 0.3 ** 2 / 3.6 ** 2
        self.assertAlmostEqual(self.value(table, time=0, observable="here", statistic="reference") / number, here / whole,
                               places=3)
        for name in ("here", "there"):
            row = one(table, time=0.5, observable=name, statistic="mean")
            limit, start = (self.value(table, time=t, observable=name, statistic="reference") for t in (0.5, 0))
            error = self.value(table, time=0.5, observable=name, statistic="standard_error")
            if name == "here":
                self.assertGreater(abs(limit - start), 5 * error)
            self.assertLess(abs(float(row["value"]) - limit), 5 * error + 0.2 * abs(limit - start))

    def test_resumed_and_shared_out_is_the_same(self):
        self.run_study(PAIRS, name="whole")
        self.run_study(PAIRS, "realizations=4", name="part", ranks=2)
        self.folder.run("part.yaml", "part.h5", "--resume", ranks=3)
        self.assertEqual(self.folder.samples("whole.h5"), self.folder.samples("part.h5"))

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", STUDY)
        self.folder.write("above.txt", "0 1.5\n")
        self.folder.write("five.txt", "0 1 0 1 0\n")
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
