"""The model of docs/performance.md: time of one realization on n nodes, as Markdown tables.

    cluster_model.py [--double NS] [--single NS] [--cores N] [--triad GB/S] [--cache MB] ...

Bytes are those that the tests count: tests/dynamics/test_traffic (a full node's caches), mpi_pencils and
mpi_overlap (what is sent), test_memory.py (what is held).
"""
import argparse
import math

SIZE = {"double": 8, "single": 4}
TERMS = {"double": 667, "single": 643}    # R t = 610: eta = 0.1, T = 1; errors 1e-8, 1e-4
LOOK, MESSAGE = 0.7e-6, 1e-6              # seconds of a front: flags of neighbours; a message each way


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--double", type=float, default=1.30, help="measured: ns per site and term, one core")
    p.add_argument("--single", type=float, default=0.69, help="measured: the same in single precision")
    p.add_argument("--once", type=float, default=7.1, help="measured: ns per site of disorder, start, observables")
    p.add_argument("--cores", type=int, default=64, help="assumed: cores, and ranks, of a node")
    p.add_argument("--triad", type=float, default=400, help="assumed: STREAM triad of a node, GB/s")
    p.add_argument("--network", type=float, default=20, help="assumed: GB/s of a node, each way")
    p.add_argument("--latency", type=float, default=3e-6, help="assumed: seconds of an exchange")
    p.add_argument("--memory", type=float, default=256, help="assumed: GB of a node")
    p.add_argument("--cache", type=float, default=2, help="assumed: MB of a core's own cache, all that is counted on")
    p.add_argument("--time", type=float, default=1, help="T of the realization: terms grow with it")
    return p.parse_args()


class Machine:
    """One realization of L^3 sites on whole nodes."""

    def __init__(self, a, sites, precision, nodes):
        self.a, self.L, self.nodes, self.s = a, sites, nodes, SIZE[precision]
        self.ranks = nodes * a.cores
        self.core = getattr(a, precision) * 1e-9 / 2                  # of one chain
        self.bandwidth = 4 / 3 * a.triad * 1e9 / a.cores              # of a rank, in place
        self.terms = TERMS[precision] * a.time
        self.once = a.once * 1e-9 * max(sites**3 / self.ranks, sites**2)   # slabs: a rank has a plane or none
        self.ideal = 2 * self.terms * sites**3 / self.ranks * self.core + a.once * 1e-9 * sites**3 / self.ranks

    def site(self, bytes_moved):
        """Seconds of a site, term and chain."""
        return max(self.core, bytes_moved / self.bandwidth)

    def working(self):
        return 4 * self.s + 4

    def block(self, depth, more=0):
        """Bytes per site and term: two vectors and two accumulators in and out, the potential."""
        return min((8 * self.s + 4) * (1 + more) / depth, 4 * self.s + 4)

    def fits(self, bytes_held):
        return bytes_held / 1e9 <= 0.9 * self.a.memory * self.nodes

    def team(self):
        """Fronts shared by the ranks of a node, whose slab drifts if there are several."""
        planes, several = self.L / self.nodes, self.nodes > 1
        depth = self.deepest(planes) if several else 16
        seams = (4 * self.s * (depth + 2) + 4 * depth) / planes if several else 0
        rows = 2 / 3 * self.a.cache * 2**20 * self.a.cores / ((depth + 2) * self.L * self.working())
        if planes < 4 or self.L < self.ranks or rows < 2 * depth or not self.fits((5 * self.s + 4 + seams) * self.L**3):
            return None
        front = depth * min(rows, self.L) * self.L / self.a.cores * self.core
        site = self.site(self.block(depth, depth / planes if several else 0)) / self.a.cores   # of the node
        work = planes * self.L**2 * site * (1 + LOOK / front * (1 + 2 * depth / planes))
        left = self.not_hidden(planes, depth, site, math.ceil(self.L / rows)) if several else 0
        return 2 * self.terms * (work + left) + self.once, f"{self.nodes} node slabs, K = {depth}" if several else "fronts shared"

    @staticmethod
    def deepest(planes):
        """kl_blocking_depth()."""
        quarter, half = int(planes // 4), int(planes // 2)
        return min(16, max(8, quarter // 4 * 4)) if half >= 8 else 4 if half >= 4 else 2 if half >= 2 else 1

    def not_hidden(self, planes, depth, site, messages=1, far=True):
        """Seconds of a term in which slabs wait for what passes between them, from 2K planes of a front to its last."""
        passing = messages * self.a.latency + ((4 * depth + 1) * self.L**2 * self.s / (self.a.network * 1e9) if far else 0)
        return max(0, passing - max(0, (planes - 2 * depth) * depth * self.L**2 * site)) / depth

    def slabs(self):
        """Slabs that drift, each with tiles for its own cache."""
        planes = self.L / self.ranks
        if planes < 2:
            return None
        deepest = self.deepest(planes)
        held = 5 * self.s * (1 + 2 / planes) + 4 + (4 * self.s * (deepest + 2) + 4 * deepest) / planes
        if not self.fits(held * self.L**3):
            return None
        own = 2 / 3 * self.a.cache * 2**20
        depth = max((k for k in range(1, deepest + 1) if (k + 2) * 2 * k * self.L * self.working() <= own), default=0)
        moved = self.block(depth, depth / planes) if depth else 4 * self.s + 4
        depth = depth or 1
        work = planes * self.L**2 * self.site(moved)
        left = self.not_hidden(planes, depth, self.site(moved), far=self.nodes > 1)
        return 2 * self.terms * (work + left) + self.once, "slabs"

    def grids(self):
        """As kl_pencil_grid_best() sees them: parts of axes 0 and 2, nodes across."""
        for across in (n for n in range(1, self.nodes + 1) if self.nodes % n == 0):
            for box in (n for n in range(1, self.a.cores + 1) if self.a.cores % n == 0):
                parts = self.nodes // across * (self.a.cores // box), across * box
                if parts[0] <= self.L and (parts[1] == 1 or self.L // parts[1] >= 64):
                    yield parts, (self.nodes // across, across)

    def front(self, parts):
        """K and planes of a front; None: the part is too large."""
        section = (self.L // parts[0]) * (self.L // parts[1])
        planes = 2 / 3 * self.a.cache * 2**20 / (2 * 1.15 * self.working() * section)
        for depth in (16, 12, 8, 4):
            if planes >= depth:
                return depth, min(64, int(planes / depth))
        return None

    def border(self, nodes):
        return (2 * self.L / nodes[1] if nodes[0] > 1 else 0) + (2 * self.L / nodes[0] if nodes[1] > 1 else 0)

    def pencils(self):
        possible = [(self.border(n), p[1], p, n) for p, n in self.grids() if self.front(p)]
        if not possible or (self.nodes == 1 and self.ranks <= self.L) or not self.fits((5 * self.s + 4.5) * self.L**3):
            return None
        border, _, parts, nodes = min(possible)
        depth, thick = self.front(parts)
        fronts = (self.L + depth - 1) // thick + 2 * depth + 1
        sides = 2 * (nodes[0] > 1) + 2 * (nodes[1] > 1)
        work = self.L**3 / self.ranks * self.site(self.block(depth)) + (LOOK + MESSAGE * sides / 2) * fronts / depth
        sent = border * self.L * self.s / (self.a.network * 1e9)      # while fronts are at work
        t = 2 * self.terms * max(work, sent, self.a.latency * fronts / depth)
        # To pencils and back: psi, result and potential, copied three times; between nodes across once.
        moved = (4 * self.s + 8) * self.L**3 / self.nodes
        t += 6 * moved / (self.bandwidth * self.a.cores) + moved * (1 - 1 / nodes[1]) / (self.a.network * 1e9)
        return t + self.once, f"pencils {parts[0]}x{parts[1]}, K = {depth}, {thick} planes"

    def best(self):
        """As the program takes it (kl_pencil_grid_best())."""
        large = 160 * self.L * self.working() > self.a.own * 2**20
        terms = max((self.front(parts)[0] for parts, _ in self.grids() if self.front(parts)), default=0)
        least = 2 if terms >= 8 else 1                                       # planes of a rank
        drift = self.team() if large and (self.nodes == 1 or self.L >= least * self.ranks) else None
        return drift or self.pencils() or self.slabs()


def table(a):
    print(f"| L | | nodes | cut | s per realization | efficiency | with `cache: {2 * a.cache:g}` |")
    print("|---:|---|---:|---|---:|---:|---:|")
    a.own = a.cache
    more = argparse.Namespace(**{**vars(a), "cache": 2 * a.cache})
    for sites in (1024, 2048, 4096):
        for precision in ("single", "double"):
            for nodes in (1, 4, 16, 64, 256, 1024):
                machine, larger = Machine(a, sites, precision, nodes), Machine(more, sites, precision, nodes)
                found = machine.best()
                if found:
                    t, how = found
                    print(f"| {sites} | {precision} | {nodes} | {how} | {t:.3g} | {machine.ideal / t:.2f} "
                          f"| {larger.ideal / larger.best()[0]:.2f} |")


table(arguments())
