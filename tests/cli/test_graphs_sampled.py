"""The system `graphs` by sampling: against contours, against the sum over sites of the definition for a packet and an
observable of position, against all potentials for lines, against samples of `expansion`; layouts, resume, bad input."""
import itertools
import math
import unittest

import numpy as np

from kinlim_cli import Folder, check_refused, one, rows, select

STUDY = """\
system: graphs
method: sampled
dimension: 1
eta: 1
sites: 6
times: [1.5]
left: 2
right: 2
realizations: 2000
initial: {envelope: {shape: uniform}, phase: {momentum: [0.16666666666666666]}}
disorder: {distribution: gaussian, seed: 20261126}
observable: {position: {shape: uniform}, momentum: {mode: [1]}}
moments: [1]
"""
WIDTH, CENTRE, MOMENTUM, ETA, SITES, TIME, SPREAD = 0.9, 0.4, 0.3, 0.8, 8, 0.8, 0.68
PACKET = [f"eta={ETA}", f"sites={SITES}", f"times={TIME}",
          f"initial={{envelope: {{shape: gaussian, width: {SPREAD}}}, phase: {{momentum: [{MOMENTUM}]}}}}",
          f"observable={{position: {{shape: gaussian, center: [{CENTRE}], width: {WIDTH}}}, momentum: {{mode: [1]}}}}"]
CUMULANT = {"gaussian": {2: 1}, "laplace": {2: 1, 4: 3}}
BAD = {
    "odd": (["left=1"], "right: 3 vertices in all are not allowed"),
    "too many": (["left=6", "right=5"], "right: 11 vertices in all"),
    "no realizations": (["realizations=0"], "realizations"),
    "a tolerance beyond rounding": (["tolerance=1e-12", "times=[1000]"], "tolerance: 1e-12 cannot be reached"),
    "moments of contours": (["method=contour", "realizations=1"], "moments"),
    "realizations of contours": (["method=contour"], "realizations"),
}


def laplacian(sites):
    delta = np.zeros((sites, sites))
    for y in range(sites):
        delta[y, (y + 1) % sites] += 1
        delta[y, (y - 1) % sites] += 1
    return delta


def orders(potentials, psi, t):
    """psi^(n) of each step's own potential: the exponential of the block matrix, by squaring."""
    sites, n = len(psi), len(potentials) + 1
    block = np.kron(np.eye(n), laplacian(len(psi))).astype(complex)
    for k, potential in enumerate(potentials):
        block[(k + 1) * sites:(k + 2) * sites, k * sites:(k + 1) * sites] = np.diag(potential)
    step, term = np.eye(n * sites, dtype=complex), np.eye(n * sites, dtype=complex)
    for k in range(1, 30):
        term = term @ (-1j * t / 64 * block) / k
        step = step + term
    flow = np.linalg.matrix_power(step, 64)
    start = np.concatenate([psi, np.zeros((n - 1) * sites)])
    return (flow @ start).reshape(n, sites)


def centred(sites):
    return [(y + sites // 2) % sites - sites // 2 for y in range(sites)]


def packet():
    mu = ETA**2
    psi = np.array([sum(math.exp(-(mu * (x + n * SITES))**2 / (4 * SPREAD**2)) *
                        np.exp(2j * math.pi * MOMENTUM * (x + n * SITES)) for n in range(-9, 10))
                    for x in centred(SITES)])
    return psi / np.linalg.norm(psi)


def pairing(left, right):
    """<J,W> of conj(left) and right: mode 1, a Gaussian that is periodic over the torus, at y + 1/2."""
    mu = ETA**2
    return sum(sum(math.exp(-(mu * (x + 0.5 + n * SITES) - CENTRE)**2 / (2 * WIDTH**2)) for n in range(-9, 10)) *
               np.conj(left[y]) * right[(y + 1) % SITES] for y, x in enumerate(centred(SITES)))


def amplitude(name, left, right, law):
    """The definition: each block at each site, all its vertices there."""
    blocks = [[int(v) for v in block.split("-")] for block in name.split(".")]
    factor = math.prod(CUMULANT[law][len(block)] for block in blocks) * ETA**(left + right)
    total = 0
    for sites in itertools.product(range(SITES), repeat=len(blocks)):
        at = {v: np.eye(SITES)[x] for block, x in zip(blocks, sites) for v in block}
        lines = [[at[v] for v in range(1, left + 1)], [at[v] for v in range(left + right, left, -1)]]
        ends = [orders(line, packet(), TIME / ETA**2)[-1] for line in lines]
        total += pairing(*ends)
    return factor * total


class Sampled(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.place.cleanup)
        self.runs = 0

    def table(self, *assignments, ranks=None):
        self.runs += 1
        return self.folder.table(str(self.runs), STUDY, *assignments, ranks=ranks)

    def within(self, table, name, expected, least=0.0):
        """Within four standard errors, which are small enough to tell the value."""
        for part, its in (("re", expected.real), ("im", expected.imag)):
            mean = float(one(table, observable=name, part=part, statistic="mean")["value"])
            error = float(one(table, observable=name, part=part, statistic="standard_error")["value"])
            with self.subTest(name, part=part):
                self.assertLessEqual(abs(mean - its), 4 * error + 1e-9)
                self.assertLessEqual(error, least or 0.1)

    def sample_rows(self, output):
        return rows(self.folder.samples(output))

    @staticmethod
    def value(table, name):
        return complex(*(float(one(table, observable=name, part=part, statistic="mean")["value"]) for part in ("re", "im")))

    def test_means_are_the_amplitudes_by_contours(self):
        for law, left, right in (("gaussian", 2, 2), ("bernoulli", 2, 2), ("laplace", 1, 3), ("uniform", 0, 4),
                                 ("gaussian", 3, 3)):
            choice = (f"left={left}", f"right={right}", f"disorder.distribution={law}")
            self.folder.write("contour.yaml", STUDY.replace("sampled", "contour").replace("realizations: 2000\n", "")
                              .replace("moments: [1]\n", ""))
            self.folder.run("contour.yaml", f"c{self.runs}.h5", *[p for a in choice for p in ("--set", a)])
            exact = self.folder.summary(f"c{self.runs}.h5")
            sampled = self.table(*choice)
            names = {row["observable"] for row in exact if row["statistic"] == "mean"}
            self.assertEqual(names, {row["observable"] for row in sampled if row["statistic"] == "mean"})
            for name in names:
                self.within(sampled, name, self.value(exact, name))
            counts = [[(row["observable"], row["value"]) for row in select(t, statistic="count")] for t in (exact, sampled)]
            self.assertEqual(*counts)

    def test_a_packet_and_a_position_by_the_definition(self):
        for law, left, right in (("laplace", 2, 2), ("gaussian", 1, 3)):
            table = self.table(*PACKET, f"left={left}", f"right={right}", f"disorder.distribution={law}",
                               "realizations=4000")
            names = {row["observable"] for row in table if "-" in row["observable"]}
            self.assertEqual(len(names), 4 if law == "laplace" else 3)
            for name in names:
                expected = amplitude(name, left, right, law)
                self.assertGreater(abs(expected), 0.002)
                self.within(table, name, expected, least=abs(expected) / 3)

    def test_sums_over_lines_are_moments_over_all_potentials(self):
        """r = 2, 3 of X = <J, W^(1,1)>, over all 2^8 signs of the potential."""
        x = []
        for signs in itertools.product((-1, 1), repeat=SITES):
            psi = orders([ETA * np.array(signs)], packet(), TIME / ETA**2)
            x.append(pairing(psi[1], psi[1]))
        x, mean = np.array(x), np.mean(x)
        self.assertGreater(np.std(x), 0.01)
        for r in (2, 3):
            table = self.table(*PACKET, "left=1", "right=1", f"lines={r}", "disorder.distribution=bernoulli",
                               "realizations=4000")
            central = np.mean((x - mean)**r)    # of two and three lines the cumulant as well
            for name, expected in (("total", np.mean(x**r)), ("class.disconnected", mean**r),
                                   ("class.2-connected", central), ("class.connected", central)):
                self.within(table, name, expected, least=max(abs(expected) / 10, 2e-4))

    def test_lines_use_the_potentials_of_expansion(self):
        """Realization i of r lines: those of realizations r i .. r i + r - 1 there."""
        self.table(*PACKET, "left=1", "right=1", "lines=3", "realizations=2")
        found = {(row["realization"], row["observable"], row["part"]): float(row["value"])
                 for row in self.sample_rows("1.h5")}
        self.folder.write("orders.yaml", f"""\
system: expansion
dimension: 1
eta: {ETA}
sites: {SITES}
times: [{TIME}]
order: 1
realizations: 6
initial: {{envelope: {{shape: gaussian, width: {SPREAD}}}, phase: {{momentum: [{MOMENTUM}]}}}}
disorder: {{distribution: gaussian, seed: 20261126}}
observables:
  - {{name: J, position: {{shape: gaussian, center: [{CENTRE}], width: {WIDTH}}}, momentum: {{mode: [1]}}}}
propagator: {{precision: double, tolerance: 1.0e-9}}
boltzmann: {{reference: none}}
""")
        self.folder.run("orders.yaml", "orders.h5")
        x = {(row["realization"], row["part"]): float(row["value"]) for row in self.sample_rows("orders.h5")
             if row["observable"] == "J.1.1"}
        for i in range(2):
            its = [complex(x[str(k), "re"], x[str(k), "im"]) for k in range(3 * i, 3 * i + 3)]
            for name, expected in (("total", sum(v**3 for v in its) / 3), ("class.disconnected", math.prod(its))):
                value = complex(found[str(i), name, "re"], found[str(i), name, "im"])
                self.assertLessEqual(abs(value - expected), 1e-8)

    def test_ten_vertices(self):
        table = self.table("left=5", "right=5", "sites=4", "times=0.4", "realizations=2",
                           "initial.phase.momentum=[0.25]")
        self.assertEqual(float(one(table, statistic="count", observable="total")["value"]), 945)
        count = {row["observable"]: float(row["value"]) for row in select(table, statistic="count")}
        self.assertEqual(count["class.crossing"], 945 - 42)
        self.assertEqual(len({row["observable"] for row in table if "-" in row["observable"]}), 945)

    def test_samples_are_the_same_bytes_on_any_ranks_and_after_resume(self):
        self.table("left=1", "right=3", "realizations=5")
        for ranks in (2, 3):
            self.table("left=1", "right=3", "realizations=5", ranks=ranks)
        self.folder.write("study.yaml", STUDY)
        self.folder.run("study.yaml", "part.h5", "--set", "left=1", "--set", "right=3", "--set", "realizations=2")
        self.folder.run("study.yaml", "part.h5", "--resume", "--set", "left=1", "--set", "right=3", "--set",
                        "realizations=5")
        for other in ("2.h5", "3.h5", "part.h5"):
            self.assertEqual(self.folder.samples(other), self.folder.samples("1.h5"))

    def test_bad_input_is_one_line_and_nothing_written(self):
        self.folder.write("study.yaml", STUDY)
        check_refused(self, self.folder, BAD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
