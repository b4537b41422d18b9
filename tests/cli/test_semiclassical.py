"""The system `semiclassical` as a user sees it: exponents of the bias with and without its next order, coherent states,
errors that hold, potentials from files, stops, bad input."""
import math
import unittest

from kinlim_cli import Folder, check_refused, one, select

STUDY = """\
system: semiclassical
dimension: 1
eps: [0.03125, 0.015625, 0.00390625]
box: 8
times: [1, 3]
potential: {terms: [{power: [4], coefficient: 0.25}]}
initial: {envelope: {shape: gaussian, width: 0.25, center: [0.5]},
          phase: {momentum: [0.4], waves: [{wave: [0.15915494309], sine: 0.3}]}}
observables:
  - {name: A, position: {shape: gaussian, center: [0.3], width: 0.5}, momentum: {shape: uniform}}
  - {name: AB, position: {shape: gaussian, center: [0.3], width: 0.5},
     momentum: {shape: gaussian, center: [0.2], width: 0.5}}
propagator: {method: chin4, tolerance: 1.0e-10}
"""
COHERENT = STUDY.replace("eps: [0.03125, 0.015625, 0.00390625]", "eps: [0.0025, 0.00125, 0.000625]").replace(
    """{shape: gaussian, width: 0.25, center: [0.5]},
          phase: {momentum: [0.4], waves: [{wave: [0.15915494309], sine: 0.3}]}""",
    "{shape: coherent, center: [0.5]}, phase: {momentum: [0.4]}").replace("times: [1, 3]", "times: [0.7]")
PLANE = """\
system: semiclassical
dimension: 2
eps: [0.2]
box: 9
times: [0.5, 1]
potential: {terms: [{power: [2, 0], coefficient: 0.5}, {power: [2, 2], coefficient: 0.2}]}
initial: {packets: [{envelope: {shape: gaussian, width: 0.4, center: [0.5, 0]}, phase: {momentum: [0, 1]}},
                    {envelope: {shape: gaussian, width: 0.3, center: [-0.8, 0]}, weight: 2, angle: 0.25}]}
observables:
  - {name: xp, position: {power: [1, 1]}, momentum: {power: [0, 1]}}
  - {name: box, position: {shape: box, low: [-1, 0], high: [0.2, 3]}}
  - {name: E, energy: true}
fields: [{type: density, axis: 2}, {type: momentum, axis: 1}, {type: husimi, positions: 8, momenta: 8},
         {type: wigner, axis: 2, positions: 8, momenta: 8}]
limits: reference
limit_tolerance: 1.0e-6
propagator: {tolerance: 1.0e-6}
"""

BAD = {
    "windows below eps/2": (["observables.1.position.width=0.02", "observables.1.momentum.width=0.5"],
                            "observables.1.momentum.width: 0.5 is not allowed at eps 0.03125"),
    "a packet outside the box": (["initial.envelope.center=[3.5]"], "initial: the packet lies outside the box"),
    "a box that psi leaves": (["potential={}", "times=[30]"], "box: 8 is not allowed: at eps 0.03125 psi comes to"),
    "a potential without a bottom": (["potential.terms.0={power: [3], coefficient: -1}"], "potential: psi runs away"),
    "a grid too coarse": (["sites=[64, 64, 64]"], "sites: 64 cannot resolve psi at eps 0.03125"),
    "an odd grid": (["sites=[1001, 2000, 9000]"], "sites: 1001 is not allowed: must be a multiple of 4"),
    "grids of some eps": (["sites=[1000]"], "sites: 1 of them"),
    "powers above the limit": (["observables.0={name: x5, position: {power: [3]}, momentum: {power: [2]}}"],
                               "observables.0.momentum.power: degree 5 is not allowed"),
    "a power of V above the limit": (["potential.terms.0.power=[9]"], "potential.terms.0.power.0"),
    "powers of another dimension": (["observables.0.position={power: [1, 1]}"], "observables.0.position.power"),
    "a window of two kinds": (["observables.0.position={power: [1], shape: uniform}"], "shape"),
    "boxes of x and p": (["observables.0.position={shape: box, low: [0], high: [1]}",
                          "observables.0.momentum={shape: box, low: [0], high: [1]}"], "box is not allowed beside box"),
    "an empty box": (["observables.0.position={shape: box, low: [1], high: [1]}"], "high: 1 is not allowed"),
    "harmonic of a quartic": (["propagator.method=harmonic"], "propagator.method: harmonic goes with"),
    "a coherent state with a lens": (["initial.envelope={shape: coherent}"], "initial.phase.waves"),
    "eps of 0": (["eps=[0.1, 0]"], "eps.1"),
    "two wigners of a plane": (["dimension=2", "potential={}", "initial={envelope: {shape: coherent}}",
                                "observables=[{name: E, energy: true}]",
                                "fields=[{type: wigner}, {type: wigner, name: w, axis: 2}]"], "fields.1.type"),
    "negativity twice": (["fields=[{type: wigner}]", "observables.0.name=negativity"], "negativity"),
    "a file that is missing": (["potential={file: none.txt}"], "potential.file: none.txt: No such file"),
    "realizations": (["realizations=2"], "realizations"),
}


def value(row):
    return float(row["value"])


class Semiclassical(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)

    def table(self, name, text, *options, ranks=None):
        self.folder.write(name + ".yaml", text)
        self.folder.run(name + ".yaml", name + ".h5", *options, ranks=ranks)
        return self.folder.summary(name + ".h5")

    def exponent(self, table, statistic, low, high, **want):
        row = one(table, statistic="rate:" + statistic, part="re", **want)
        self.assertTrue(low <= float(row["low"]) and float(row["high"]) <= high, (statistic, want, row))

    def test_the_bias_is_of_second_order_and_explained(self):
        table = self.table("study", STUDY)
        self.assertEqual(list(table[0])[:2], ["eps", "sites"])
        for time in (1., 3.):
            for name in ("A", "AB"):
                want = {"time": time, "observable": name}
                self.exponent(table, "bias", 1.8, 2.2, **want)
                self.exponent(table, "next_order_bias", 3.5, 4.5, **want)
                bias, rest = (abs(value(one(table, eps=0.00390625, part="re", statistic=s, **want)))
                              for s in ("bias", "next_order_bias"))
                self.assertLess(rest, 0.01 * bias)
                for eps in (0.03125, 0.00390625):  # next_order_reference = reference + c eps^2
                    c = [(value(one(table, eps=e, statistic="next_order_reference", **want)) -
                          value(one(table, eps=e, statistic="reference", **want))) / e ** 2 for e in (eps, 0.015625)]
                    self.assertAlmostEqual(c[0], c[1], delta=1e-6 * abs(c[0]))
                husimi = [value(one(table, eps=e, statistic="husimi_bias", **want)) for e in (0.015625, 0.00390625)]
                self.assertTrue(2.5 < husimi[0] / husimi[1] < 6, (name, time, husimi))  # eps, not eps^2: 4, not 16
        for check in ("norm_drift", "energy_drift", "symplectic", "grid", "edge", "band"):
            self.assertTrue(all(value(row) < 1e-9 for row in select(table, statistic=check)))

    def test_coherent_states_are_of_first_order(self):
        table = self.table("study", COHERENT)
        for name in ("A", "AB"):
            self.exponent(table, "bias", 0.8, 1.2, observable=name)
            self.exponent(table, "next_order_bias", 1.7, 2.3, observable=name)

    def test_the_husimi_function_in_a_plane_is_psi_seen_through_wider_windows(self):
        """At the start: smearing W or the window by eps/2 is the same. S is not quadratic and couples the axes."""
        eps, width = 0.1, 0.8
        wider = math.sqrt(width ** 2 + eps / 2)
        window = "{{shape: gaussian, center: [{}], width: {!r}}}"
        entry = "  - {{name: {}, position: {}, momentum: {}}}\n"
        text = PLANE[:PLANE.index("initial:")] + """\
initial: {envelope: {shape: gaussian, width: 0.3, center: [0.4, 0]},
          phase: {momentum: [0.4, -0.2], hessian: [[0.2, 0.1], [0.1, -0.3]],
                  waves: [{wave: [0.15915494309, 0.1], sine: 0.5}]}}
limits: [husimi]
limit_tolerance: 1.0e-4
propagator: {tolerance: 1.0e-6}
observables:
""" + "".join(entry.format(name, window.format("0.3, 0.1", w), window.format("0.2, 0", w))
              for name, w in (("J", width), ("wide", wider)))
        table = self.table("husimi", text, "--set", f"eps=[{eps}]", "--set", "times=[0]")
        limit = one(table, statistic="husimi_reference", observable="J")
        psi = value(one(table, statistic="mean", observable="wide")) * (width / wider) ** 4
        self.assertTrue(float(limit["low"]) <= psi <= float(limit["high"]), (limit, psi))
        self.assertLess(float(limit["high"]) - float(limit["low"]), 1e-4)
        self.assertGreater(abs(psi - value(one(table, statistic="mean", observable="J"))), 1e-2)

    def test_errors_hold_what_finer_runs_change(self):
        for name, text, finer in (("line", STUDY, ["sites=[2000, 3000, 10000]"]), ("plane", PLANE, ["sites=[200]"])):
            rough = self.table(name, text, "--set", "propagator.tolerance=1.0e-5", "--set", "limits=reference")
            fine = self.table(name + "2", text, "--set", "propagator.tolerance=1.0e-10", "--set", "limits=reference",
                              *[word for one in finer for word in ("--set", one)])
            for row in select(rough, statistic="mean"):
                other = one(fine, statistic="mean", eps=float(row["eps"]), time=float(row["time"]),
                            observable=row["observable"])
                self.assertTrue(float(row["low"]) <= float(other["high"]) and
                                float(other["low"]) <= float(row["high"]), (row, other))
                self.assertLess(float(row["high"]) - float(row["low"]), 2e-3)

    def test_files_of_values_are_the_function(self):
        waves = "{waves: [{wave: [0.125], cosine: -1.5}, {wave: [0.25], sine: 0.2}]}"
        values = [-1.5 * math.cos(2 * math.pi * 0.125 * x) + 0.2 * math.sin(2 * math.pi * 0.25 * x)
                  for x in (-4 + 8 * i / 24 for i in range(24))]
        self.folder.write("V.txt", "\n".join(f"{v:.17g}" for v in values) + "\n")
        few = ["--set", "eps=[0.1]", "--set", "times=[1]", "--set", "initial.phase={momentum: [0.2]}"]
        one_way = self.table("waves", STUDY, *few, "--set", "potential=" + waves)
        other = self.table("file", STUDY, *few, "--set", "potential={file: V.txt}")
        for name in ("A", "AB"):
            for statistic in ("mean", "reference", "next_order_reference"):
                a, b = (value(one(t, observable=name, statistic=statistic)) for t in (one_way, other))
                self.assertAlmostEqual(a, b, delta=1e-10)
        self.folder.write("ramp.txt", " ".join(str(i) for i in range(24)))
        said = self.folder.kinlim("run", "file.yaml", "-o", "no.h5", *few, "--set", "potential={file: ramp.txt}")
        self.assertEqual(said.code, 2)
        self.assertEqual(len(said.err.splitlines()), 1)
        self.assertIn("not periodic and smooth to the accuracy of 1e-10", said.err)

    def test_a_stopped_run_goes_on_to_the_same_bits(self):
        slow = STUDY.replace("method: chin4, tolerance: 1.0e-10", "method: strang, tolerance: 3.0e-9").replace(
            "0.03125, 0.015625, 0.00390625", "0.015625")
        self.folder.write("study.yaml", slow)
        self.folder.run("study.yaml", "whole.h5", "--set", "limits=reference")
        stopped = self.folder.kinlim("run", "study.yaml", "-o", "part.h5", "--quiet", "--set", "limits=reference",
                                     "--max-walltime", "00:00:01")
        self.assertIn(stopped.code, (0, 75), str(stopped))
        self.folder.run("study.yaml", "part.h5", "--resume", "--set", "limits=reference")
        self.assertEqual(self.folder.samples("whole.h5"), self.folder.samples("part.h5"))

    def test_planes_are_the_same_on_any_ranks(self):
        self.table("one", PLANE)
        self.table("three", PLANE, "--groups", "1", ranks=3)
        self.assertEqual(self.folder.samples("one.h5"), self.folder.samples("three.h5"))

    def test_negativity_stands_beside_the_wigner_function(self):
        table = self.table("study", STUDY, "--set", "eps=[0.0625]", "--set", "times=[0, 3]", "--set",
                           "fields=[{type: wigner}, {type: husimi}]", "--set", "limits=reference")
        start, later = (one(table, observable="negativity", time=t, statistic="mean") for t in (0., 3.))
        self.assertLess(float(start["low"]), 0.1)
        self.assertGreater(float(later["low"]), float(start["high"]))
        self.assertLess(value(one(table, statistic="marginals")), 1e-10)

    def test_bad_input_is_one_line(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main()
