"""No exponent is fitted to numerical error: a moment or a bias counts in a rate only where it is above
what is known of the error of the samples (the propagator's tolerance) and of the limit; the interval of
a moment about the limit holds both."""
from kinlim_cli import Folder, select

STUDY = """\
system: anderson
dimension: 2
eta: [0.5, 0.4, 0.3]
sites: [16, 24, 40]
times: [1.0e-12, 0.2]
realizations: 64
initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.1, 0.2]}}
disorder: {distribution: bernoulli, seed: 3}
observables:
  - {name: k, position: {shape: uniform}, momentum: {mode: [1, 1]}}
  - {name: far, position: {shape: gaussian, width: 0.01, center: [1.9, 1.9]}, momentum: {mode: [0, 0]}}
moments: [2]
propagator: {tolerance: 1.0e-5}
"""


def main():
    with Folder() as folder:
        folder.write("study.yaml", STUDY)
        folder.run("study.yaml", "out.h5")
        rows = folder.summary("out.h5")
    tolerance = 1e-5 * (2 + 1e-5)

    def of(statistic, time, name):
        return select(rows, statistic=statistic, time=time, observable=name)
    # At T = 1e-12 samples differ by rounding alone; far from the packet they are nothing but error.
    for time, name in ((1e-12, "k"), (1e-12, "far"), (0.2, "far")):
        small = [float(r["value"]) for r in of("central_moment", time, name)]
        assert small and all(value < tolerance for value in small), (time, name, small)
        assert not of("rate:central_moment", time, name), (time, name)
    assert not of("rate:bias", 0.2, "far") and not of("rate:deviation_moment", 0.2, "far")
    # What is well above it keeps its exponent.
    assert len(of("rate:central_moment", 0.2, "k")) == 2
    # The interval of a moment about the limit is at least that wide to each side.
    for row in of("deviation_moment", 1e-12, "k"):
        value, low, high = (float(row[c]) for c in ("value", "low", "high"))
        assert low <= value - tolerance and high >= value + tolerance, row


if __name__ == "__main__":
    main()
