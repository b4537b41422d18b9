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
# Measured: ns per site, one core, single precision, L = 128: what else a realization needs.
ONCE = {"potential": 4.1, "start": 1.1, "norm": 1.95, "observables": 3.05, "energy": 1.23, "checksum": 1.0}
PIECES = 128                              # of a pencil, in each of which the energy goes from rank to rank


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--double", type=float, default=1.30, help="measured: ns per site and term, one core")
    p.add_argument("--single", type=float, default=0.69, help="measured: the same in single precision")
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
        once = 1e-9 * (sum(ONCE.values()) + ONCE["energy"])           # which is measured twice
        self.once = once * max(sites**3 / self.ranks, sites**2)       # slabs: a rank has a plane or none
        self.ideal = 2 * self.terms * sites**3 / self.ranks * self.core + once * sites**3 / self.ranks

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
        if planes >= 16:
            return max(((k, min(64, int(planes / k))) for k in (16, 15, 14, 13)), key=lambda kt: kt[0] * kt[1])
        for depth in (12, 8, 4):
            if planes >= depth:
                return depth, 1
        return None

    def border(self, nodes):
        return (2 * self.L / nodes[1] if nodes[0] > 1 else 0) + (2 * self.L / nodes[0] if nodes[1] > 1 else 0)

    def term(self, parts, nodes):
        """Seconds of a term of one chain: fronts, or the network."""
        depth, thick = self.front(parts)
        # A rank has at most so many sides on other nodes: both of an axis if it is alone there.
        far = sum((2 if parts[i] == nodes[i] else 1) for i in (0, 1) if nodes[i] > 1)
        fronts = ((self.L - 1) / thick + 1) / depth + 2 * depth / self.terms    # the last ones of a sweep
        work = self.L**3 / self.ranks * self.site(self.block(depth)) + (LOOK + MESSAGE * far / 2) * fronts
        sent = self.border(nodes) * self.L * self.s / (self.a.network * 1e9)    # while fronts are at work
        return max(work, sent, self.a.latency * fronts)

    def around(self, parts, nodes):
        """Seconds of all else: what is made and measured in pencils, by nodes together, and by ranks with a plane."""
        ns, sites, few = ONCE, self.L**3 / self.ranks, self.ranks > self.L
        node = self.L**3 / self.nodes                                           # sites
        alone = (1 if few else self.L / self.ranks) * self.L**2                  # sites of planes that a rank packs
        chain = 1 + (parts[1] - 1) / PIECES                                     # ranks across, one after the other
        t = (ns["potential"] + 2 * ns["start"] + ns["norm"] + ns["observables"]) * sites  # the start in slabs, too
        t += 2 * ns["energy"] * sites * chain + ns["checksum"] * alone
        # Sums go from rank to rank of a node, plane after plane, for modes along axis 0 and others, twice.
        hops = 4 * (self.L / self.nodes + self.a.cores) * 2 * MESSAGE if few else 0
        # The result leaves: it is read, comes, and is put in its place: five passes; planes of another node at the
        # ends of a node's planes come twice.
        bytes_out = 2 * self.s * node
        memory = 5 * bytes_out / (self.bandwidth * self.a.cores)
        network = (bytes_out * (1 - 1 / nodes[1]) + 2 * 2 * self.s * self.L**2) / (self.a.network * 1e9)
        return t * 1e-9 + hops + memory + network

    def pencils(self):
        possible = [(self.term(p, n), p[1], p, n) for p, n in self.grids() if self.front(p)]
        if not possible or (self.nodes == 1 and self.ranks <= self.L) or not self.fits((5 * self.s + 4.5) * self.L**3):
            return None
        term, _, parts, nodes = min(possible)
        depth, thick = self.front(parts)
        t = 2 * self.terms * term + self.around(parts, nodes)
        return t, f"pencils {parts[0]}x{parts[1]}, K = {depth}, {thick} planes"

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
