"""Memory of a run with one output time: the peak of a lattice of 192 sites a side
above that of one of 128, per site; halos, buffers and measurements included. At most
30 bytes in single precision and 56 in double, on one rank and on two together.

The largest lattice of a machine with 24 GB, too long for a test: docs/performance.md.
"""
import os
import resource
import subprocess
import sys
import tempfile

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


def peak(folder, sites, precision, ranks):
    """Bytes at the peak of the largest rank."""
    study = os.path.join(folder, "study.yaml")
    with open(study, "w") as file:
        file.write(STUDY.format(sites=sites, precision=precision))
    command = [os.environ["KINLIM"], "run", study, "-o", os.path.join(folder, "out.h5")]
    if ranks > 1:
        command = [os.environ["MPIEXEC"], "-n", str(ranks)] + command + ["--groups", "1"]
    # Peaks of children are one maximum over all of them: a fresh process for each run.
    child = os.fork()
    if child == 0:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        with open(os.path.join(folder, "peak"), "w") as file:
            file.write(str(kilobytes * 1024))
        os._exit(done.returncode)
    status = os.waitpid(child, 0)[1]
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    os.remove(os.path.join(folder, "out.h5"))
    with open(os.path.join(folder, "peak")) as file:
        return int(file.read())


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for precision, limit in LIMIT.items():
            for ranks in (1, 2):
                more = peak(folder, LARGE, precision, ranks) - peak(folder, SMALL, precision, ranks)
                each = ranks * more / (LARGE**3 - SMALL**3)
                print(f"{precision}, {ranks} ranks: {each:.1f} bytes per site, at most {limit}")
                failures += not 0 < each <= limit
    sys.exit(failures > 0)


main()
