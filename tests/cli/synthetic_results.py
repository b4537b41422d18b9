"""A small results file with known numbers, for the test of the report: samples
are normal around a given curve with spread 0.3 A eta^2 and bias 0.05 A eta^2, A the
amplitude of the quantity.
Run as a program it writes the file named on the command line."""

import sys

import h5py
import numpy as np

QUANTITIES = [("front", "re", 0.30), ("flux", "re", 0.036), ("flux", "im", 0.033)]
ETA, SITES, BOX = [0.4, 0.3, 0.25], [32, 57, 82], [5.12, 5.13, 5.125]
TIMES = [0.25, 0.5, 0.75, 1.0]
ORDERS = [1, 2, 4, 6]
REALIZATIONS = 24
ROW = [("point", "i4"), ("eta", "f8"), ("sites", "i4"), ("box", "f8"), ("time", "f8"),
       ("observable", "S"), ("part", "S"), ("statistic", "S"), ("order", "f8"),
       ("realizations", "i4"), ("value", "f8"), ("low", "f8"), ("high", "f8")]


def limit(amplitude, time):
    return amplitude * (0.3 + 0.7 * (1 - np.exp(-2 * time)))


def sample_array(rng):
    samples = np.empty((len(ETA), REALIZATIONS, len(TIMES), len(QUANTITIES)))
    for p, eta in enumerate(ETA):
        for q, (_, _, amplitude) in enumerate(QUANTITIES):
            base = limit(amplitude, np.array(TIMES)) + 0.05 * amplitude * eta**2
            noise = 0.3 * abs(amplitude) * eta**2 * rng.standard_normal((REALIZATIONS, len(TIMES)))
            samples[p, :, :, q] = base + noise
    return samples


def summary_rows(samples):
    rows = []
    for p, eta in enumerate(ETA):
        point = (p, eta, SITES[p], BOX[p])
        for t, time in enumerate(TIMES):
            for q, (observable, part, amplitude) in enumerate(QUANTITIES):
                y, ref = samples[p, :, t, q], limit(amplitude, time)
                mean, se = y.mean(), y.std(ddof=1) / np.sqrt(len(y))

                def row(statistic, order, value, low, high):
                    rows.append(point + (time, observable, part, statistic, order, len(y), value,
                                         low, high))
                row("mean", 1, mean, mean - 2.07 * se, mean + 2.07 * se)
                row("standard_error", 1, se, se, se)
                row("reference", 1, ref, ref - 1e-9, ref + 1e-9)
                row("bias", 1, mean - ref, mean - ref - 2.07 * se, mean - ref + 2.07 * se)
                for r in ORDERS:
                    for name, centre in (("central_moment", mean), ("deviation_moment", ref)):
                        m = np.mean(abs(y - centre)**r)**(1 / r)
                        row(name, r, m, 0.85 * m, 1.2 * m)
        for check, worst in (("norm_drift", 3e-6), ("energy_drift", 5e-6)):
            rows.append(point + (np.nan, "", "", check, 1, REALIZATIONS, worst, worst, worst))
    for time in TIMES:
        for observable, part, _ in QUANTITIES:
            for name, orders in (("bias", [1]), ("central_moment", ORDERS),
                                 ("deviation_moment", ORDERS)):
                for r in orders:
                    lost = name == "bias" and part == "im"
                    value = (np.nan,) * 3 if lost else (2.0, 1.6, 2.4)
                    rows.append((-1, np.nan, -1, np.nan, time, observable, part, "rate:" + name, r,
                                 REALIZATIONS) + value)
    return rows


def put_field(group, axes, samples, reference):
    group.attrs["realizations"] = REALIZATIONS
    for name, values in axes.items():
        group[name] = values
    group["time"] = TIMES
    group["mean"] = samples.mean(axis=0)
    group["standard_error"] = samples.std(axis=0, ddof=1) / np.sqrt(REALIZATIONS)
    group["single"] = samples[0]
    group["reference"] = reference


def write_fields(file, rng):
    for p, sites in enumerate(SITES):
        group = file.create_group(f"fields/density/point_{p}")
        group.parent.attrs.update(long_name="density marginal along the first axis", units="1",
                                  axes=np.array(["X_1"], "S8"), axis_units=np.array(["1"], "S8"),
                                  axis_long_names=np.array(["position"], "S8"))
        x = (np.arange(sites) - sites // 2) * BOX[p] / sites
        reference = np.array([np.exp(-x**2 / (2 * s**2)) / np.sqrt(2 * np.pi * s**2)
                              for s in 0.4 + 0.5 * np.array(TIMES)])
        noise = 1 + 0.3 * ETA[p] * rng.standard_normal((REALIZATIONS, len(TIMES), sites))
        put_field(group, {"X_1": x}, reference * noise, reference)
        group = file.create_group(f"fields/husimi/point_{p}")
        group.parent.attrs.update(long_name="Husimi density along axis 1", units="1",
                                  axes=np.array(["X_1", "V_1"], "S8"),
                                  axis_units=np.array(["1", "1"], "S8"),
                                  axis_long_names=np.array(["position", "momentum"], "S8"))
        v = np.arange(16) / 16 - 0.5
        plane = reference[:, ::4, None] * (1 + 0.8 * np.cos(2 * np.pi * (v - 0.2)))
        noise = 1 + 0.3 * ETA[p] * rng.standard_normal((REALIZATIONS,) + plane.shape)
        put_field(group, {"X_1": x[::4], "V_1": v}, plane * noise, plane)


def write(path):
    rng = np.random.default_rng(7)
    samples = sample_array(rng)
    with h5py.File(path, "w") as file:
        file.attrs.update(format="kinlim-results", format_version=2, system="anderson",
                          study="system: anderson\neta: [0.4, 0.3, 0.25]\n", time_units="1/eta^2", version="0.1.0", git_revision="0123456789ab",
                          compiler="gcc 12.2.0", flags="-O3", host="node1", ranks="2")
        group = file.create_group("samples")
        group.attrs.update(columns=np.array(["eta", "sites", "box"], "S8"),
                           small_parameter_column=0, moment_orders=ORDERS)
        group["sample"] = samples
        group["done"] = np.ones(samples.shape[:2], "u1")
        group["time"] = TIMES
        group["observable"] = np.array([q[0] for q in QUANTITIES], "S8")
        group["part"] = np.array([q[1] for q in QUANTITIES], "S2")
        for name, values in (("eta", ETA), ("sites", SITES), ("box", BOX)):
            group[name] = values
        reference = [[[limit(q[2], t) for q in QUANTITIES] for t in TIMES] for _ in ETA]
        file["reference/value"] = reference
        file["reference/error"] = np.full(np.shape(reference), 1e-9)
        file["reference/note"] = np.array([""] * len(ETA), "S8")
        rows = summary_rows(samples)
        for i, (name, kind) in enumerate(ROW):
            column = [row[i] for row in rows]
            file[f"summary/{name}"] = np.array(column, "S32" if kind == "S" else kind)
        write_fields(file, rng)


if __name__ == "__main__":
    write(sys.argv[1])
