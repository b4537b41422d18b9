"""Memory of a run with one output time: the peak of a lattice of 192 sites a side
above that of one of 128, per site; halos, buffers and measurements included. At most
30 bytes in single precision and 56 in double, on one rank and on two together; in pencils 26 and
46, in slabs of two nodes 27.5 in single (docs/performance.md: 24 + 352/n for n planes), and within 5% of what the plan
says.

The largest lattice of a machine with 24 GB, too long for a test: docs/performance.md.
"""
import os
import subprocess
import sys
import tempfile
import time

STUDY = """
system: anderson
dimension: 3
sites: [{sites}]
eta: [0.5]
times: [0.5]
realizations: 1
initial: {{envelope: {{shape: gaussian, width: 1, center: [0, 0, 0]}}, phase: {{momentum: [0.15, 0.2, 0.3]}}}}
disorder: {{distribution: gaussian, seed: 1}}
observables:
  - {{name: mass, position: {{shape: gaussian, center: [0, 0, 0], width: 1}}, momentum: {{mode: [0, 0, 0]}}}}
  - {{name: flux, position: {{shape: uniform}}, momentum: {{mode: [1, 0, 0]}}}}
moments: [2]
propagator: {{method: chebyshev, precision: {precision}, tolerance: 1.0e-4}}
boltzmann: {{reference: none}}
"""
SMALL, LARGE = 128, 192
LIMIT = {"single": 30, "double": 56}
OF_PENCILS = {"single": 26, "double": 46}
OF_NODES = 27.5


def held(folder):
    """Bytes that the program's processes hold now; what several share counts once."""
    total = 0
    for process in os.listdir("/proc"):
        if not process.isdigit():
            continue
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if words[0] != os.environ["KINLIM"].encode() or not any(folder.encode() in word for word in words):
                continue
            with open(f"/proc/{process}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
        except OSError:
            pass  # it has ended
    return total


def peak(folder, sites, precision, ranks, team):
    """Bytes at the peak of all ranks together, seen every few milliseconds."""
    study = os.path.join(folder, "study.yaml")
    with open(study, "w") as file:
        file.write(STUDY.format(sites=sites, precision=precision))
    command = [os.environ["KINLIM"], "run", study, "-o", os.path.join(folder, "out.h5")]
    if ranks > 1:
        command = [os.environ["MPIEXEC"], "-n", str(ranks)] + command + ["--groups", "1"]
    most = 0
    os.environ["KINLIM_TEAM"] = team
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            most = max(most, held(folder))
            time.sleep(0.005)
    if run.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    os.remove(os.path.join(folder, "out.h5"))
    return most


def planned(folder, sites, precision, ranks):
    """Bytes of all ranks by the program's own plan."""
    study = os.path.join(folder, "study.yaml")
    with open(study, "w") as file:
        file.write(STUDY.format(sites=sites, precision=precision))
    plan = subprocess.run([os.environ["MPIEXEC"], "-n", str(ranks), os.environ["KINLIM"], "run", study, "--groups", "1",
                           "--dry-run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    return ranks * 1e9 * float(next(line for line in plan.splitlines() if line.startswith("memory")).split()[1])


def on_two_nodes(folder, precision, ranks, grid, node, most):
    """Whether two nodes hold what they may, and what is planned."""
    os.environ.update(KINLIM_GRID=grid, KINLIM_NODE=node)
    sites = LARGE**3 - SMALL**3
    each = (peak(folder, LARGE, precision, ranks, "1") - peak(folder, SMALL, precision, ranks, "1")) / sites
    plan = (planned(folder, LARGE, precision, ranks) - planned(folder, SMALL, precision, ranks)) / sites
    os.environ.update(KINLIM_GRID="", KINLIM_NODE="")
    how = "in pencils" if grid else "in slabs of two nodes"
    print(f"{precision}, {ranks} ranks {how}: {each:.1f} bytes per site, at most {most}, planned {plan:.1f}")
    return each <= most and abs(each - plan) <= 0.05 * plan


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for precision, limit in LIMIT.items():
            for ranks, team in ((1, "0"), (2, "0"), (2, "1")):
                more = peak(folder, LARGE, precision, ranks, team) - peak(folder, SMALL, precision, ranks, team)
                each = more / (LARGE**3 - SMALL**3)
                how = ", fronts shared" if team == "1" else ""
                print(f"{precision}, {ranks} ranks{how}: {each:.1f} bytes per site, at most {limit}")
                failures += not 0 < each <= limit
            failures += not on_two_nodes(folder, precision, 2, "1x2", "1x1", OF_PENCILS[precision])
        failures += not on_two_nodes(folder, "single", 4, "", "2", OF_NODES)
    sys.exit(failures > 0)


main()
