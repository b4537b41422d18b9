"""The model of docs/performance.md: time of one realization on n nodes, and what to
expect of a cluster, as Markdown tables.

    cluster_model.py [--double NS] [--single NS] [--cores N] [--triad GB/S] ...
"""
import argparse

BYTES = {"double": 72, "single": 40}      # of memory traffic per site and term, both chains
SIZE = {"double": 8, "single": 4}
TERMS = {"double": 667, "single": 643}    # R t = 610: eta = 0.1, T = 1; errors 1e-8, 1e-4


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--double", type=float, default=2.1, help="measured: ns per site and term, one core")
    p.add_argument("--single", type=float, default=1.4, help="measured: the same in single precision")
    p.add_argument("--once", type=float, default=35, help="measured: ns per site of disorder, start, observables")
    p.add_argument("--cores", type=int, default=64, help="assumed: cores, and ranks, of a node")
    p.add_argument("--triad", type=float, default=400, help="assumed: STREAM triad of a node, GB/s")
    p.add_argument("--network", type=float, default=20, help="assumed: GB/s of a node, each way")
    p.add_argument("--latency", type=float, default=3e-6, help="assumed: seconds of an exchange")
    p.add_argument("--memory", type=float, default=256, help="assumed: GB of a node")
    return p.parse_args()


def depth_of(planes):
    """kl_blocking_depth() of slabs of that many planes."""
    quarter, half = int(planes // 4), int(planes // 2)
    if half >= 8:
        return min(16, max(8, quarter // 4 * 4))
    return 4 if half >= 4 else 2 if half >= 2 else 1


def held(planes, precision):
    """Bytes per site: psi, scratch, result, potential, ghost planes, planes between slabs."""
    size, depth = SIZE[precision], depth_of(planes)
    return 5 * size * (1 + 2 / planes) + 4 + (4 * size * (depth + 2) + 4 * depth) / planes


def seconds(a, sites, precision, nodes):
    """Of one realization by a group of whole nodes; None where slabs or memory do not allow it."""
    planes = sites / (nodes * a.cores)
    if planes < 1 or held(planes, precision) * sites**3 > 0.9e9 * a.memory * nodes:
        return None
    core = getattr(a, precision) * 1e-9
    bandwidth = 4 / 3 * a.triad * 1e9 / a.cores               # of one rank, in place
    sent = sites**2 * SIZE[precision] / (a.network * 1e9)     # one plane, by the one rank of a node that sends
    terms = TERMS[precision]
    if planes < 3:                                            # one step at a time, a plane each way
        site = max(core, BYTES[precision] / bandwidth)
        wait = a.latency + (sent if nodes > 1 else 0)
        return (terms * (planes * sites**2 * site + 2 * wait) + a.once * 1e-9 * planes * sites**2)
    depth = depth_of(planes)
    site = max(core, BYTES[precision] * (1 + depth / planes) / depth / bandwidth)
    passing = a.latency + (4 * depth * sent if nodes > 1 else 0)
    hidden = (planes - 2 * depth) * depth * sites**2 * site / 2   # one chain
    return (terms * planes * sites**2 * site + 2 * terms / depth * max(0, passing - hidden)
            + a.once * 1e-9 * planes * sites**2)


def groups_table(a):
    print("| L | | nodes of a group | planes per rank | s per realization | node seconds | efficiency |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for sites in (1024, 2048):
        for precision in ("single", "double"):
            first = None
            for nodes in (1, 2, 4, 8, 16, 32):
                t = seconds(a, sites, precision, nodes)
                if t is None:
                    continue
                first = first or nodes * t
                print(f"| {sites} | {precision} | {nodes} | {sites / (nodes * a.cores):g} | {t:.1f} "
                      f"| {nodes * t:.0f} | {first / (nodes * t):.2f} |")


def cluster_table(a, realizations):
    print(f"| L | | nodes | groups | nodes of a group | {realizations} realizations, minutes | node hours |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for sites in (1024, 2048):
        for precision in ("single", "double"):
            for nodes in (1, 4, 16, 64, 256, 1024):
                best = None
                for size in (1, 2, 4, 8, 16, 32):
                    t = seconds(a, sites, precision, size)
                    groups = min(nodes // size, realizations)
                    if t is None or groups == 0:
                        continue
                    wall = t * -(-realizations // groups)
                    if best is None or wall < best[0]:
                        best = (wall, groups, size)
                if best is None:
                    print(f"| {sites} | {precision} | {nodes} | does not fit | | | |")
                    continue
                wall, groups, size = best
                print(f"| {sites} | {precision} | {nodes} | {groups} | {size} | {wall / 60:.1f} "
                      f"| {groups * size * wall / 3600:.1f} |")


def main():
    a = arguments()
    groups_table(a)
    print()
    cluster_table(a, 64)


main()
