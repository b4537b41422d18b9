"""The model of docs/performance.md: time of one realization on n nodes, and what to
expect of a cluster, as Markdown tables.

    cluster_model.py [--double NS] [--single NS] [--cores N] [--triad GB/S] ...
"""
import argparse

BYTES = {"double": 72, "single": 40}      # of memory traffic per site and term, both chains
SIZE = {"double": 8, "single": 4}
HELD = {"double": 46, "single": 26}       # bytes per site of a run
TERMS = {"double": 667, "single": 643}    # R t = 610: eta = 0.1, T = 1; errors 1e-8, 1e-4


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--double", type=float, default=2.1, help="measured: ns per site and term, one core")
    p.add_argument("--single", type=float, default=1.4, help="measured: the same in single precision")
    p.add_argument("--once", type=float, default=35, help="measured: ns per site of disorder, start, observables")
    p.add_argument("--depth", type=int, default=16, help="terms of a block")
    p.add_argument("--cores", type=int, default=64, help="assumed: cores, and ranks, of a node")
    p.add_argument("--triad", type=float, default=400, help="assumed: STREAM triad of a node, GB/s")
    p.add_argument("--network", type=float, default=20, help="assumed: GB/s of a node, each way")
    p.add_argument("--latency", type=float, default=3e-6, help="assumed: seconds of an exchange")
    p.add_argument("--memory", type=float, default=256, help="assumed: GB of a node")
    return p.parse_args()


def seconds(a, sites, precision, nodes):
    """Of one realization by a group of whole nodes; None where slabs or memory do not allow it."""
    ranks = nodes * a.cores
    planes = sites / ranks
    if planes < 1 or HELD[precision] * sites**3 > 0.9e9 * a.memory * nodes:
        return None
    depth = int(max(1, min(a.depth, planes // 2)))
    core = getattr(a, precision) * 1e-9
    bandwidth = 4 / 3 * a.triad * 1e9 / a.cores               # of one rank, in place
    unblocked = max(core, BYTES[precision] / bandwidth)
    blocked = max(core, BYTES[precision] / depth / bandwidth)
    seam = min(1, (depth + 1) / planes)                       # part of the updates that is not blocked
    site = blocked * (1 - seam) + unblocked * seam
    plane = sites**2 * unblocked / 2                          # one chain
    exchange = a.latency
    if nodes > 1:
        exchange += 2 * sites**2 * SIZE[precision] / (a.network * 1e9)
    else:                                                     # through shared memory, two copies
        exchange += 4 * sites**2 * SIZE[precision] / bandwidth
    exposed = sum(max(0, exchange - 2 * (j - 1) * plane) for j in range(1, max(depth, 2)))
    terms = TERMS[precision]
    return (terms * planes * sites**2 * site + 2 * terms / depth * exposed
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
