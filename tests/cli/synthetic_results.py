"""Small results files with known numbers, for the tests of the report. They know no system.

  random_study         three series of two variants and two sizes, three strengths, five times, fields; samples are normal around a
                       curve with spread 0.3 A eta^2 and bias 0.05 A eta^2, A the amplitude of the quantity
  old_study            as version 0.1.0 wrote it: one series, without what newer files say about themselves
  deterministic_study  J = 1 + eps^2 T at eps 0.1, 0.05, 0.025, of its limit 1; at four lengths or without stations

Run as a program it writes the files into the folder named on the command line."""

import os
import sys

import h5py
import numpy as np

QUANTITIES = [("front", "re", 0.30), ("flux", "re", 0.036), ("flux", "im", 0.033)]
ETA = [0.4, 0.3, 0.25]
TIMES = [0.125, 0.25, 0.5, 0.75, 1.0]
ORDERS = [1, 2, 4, 6]
REALIZATIONS = 24
MEMBERS = ["time", "observable", "part", "statistic", "order", "realizations", "value", "low", "high"]
TEXTS = ("observable", "part", "statistic")
NAN = np.nan


def texts(values):
    return np.array([str(v).encode() for v in values])


class Table:
    """The rows of /summary: of a point, or of several with some of its columns."""

    def __init__(self, columns):
        self.columns, self.rows = columns, []

    def add(self, point, time, quantity, statistic, value, order=1, realizations=REALIZATIONS, given=None):
        value = value if np.ndim(value) else (value, value, value)
        parameters = {name: values[point] if point >= 0 else (given or {}).get(name, NAN)
                      for name, values in self.columns.items()}
        observable, part = quantity[:2] if quantity else ("", "")
        self.rows.append({"point": point, **parameters, **dict(zip(
            MEMBERS, (time, observable, part, statistic, order, realizations, *value)))})

    def write(self, file):
        for name in ["point", *self.columns, *MEMBERS]:
            column = [row[name] for row in self.rows]
            kind = np.int32 if name in ("point", "realizations") else float
            file[f"summary/{name}"] = texts(column) if name in TEXTS else np.array(column, kind)


# ---- random studies --------------------------------------------------------------
def limit(amplitude, time):
    return amplitude * (0.3 + 0.7 * (1 - np.exp(-2 * time)))


def sample_array(rng, eta):
    samples = np.empty((len(eta), REALIZATIONS, len(TIMES), len(QUANTITIES)))
    for p, strength in enumerate(eta):
        for q, (_, _, amplitude) in enumerate(QUANTITIES):
            base = limit(amplitude, np.array(TIMES)) + 0.05 * amplitude * strength**2
            noise = 0.3 * abs(amplitude) * strength**2 * rng.standard_normal((REALIZATIONS, len(TIMES)))
            samples[p, :, :, q] = base + noise
    return samples


def add_number(table, p, t, q, y):
    """The rows of one number at a point, from its samples y."""
    quantity, ref = QUANTITIES[q], limit(QUANTITIES[q][2], TIMES[t])
    mean, se = y.mean(), y.std(ddof=1) / np.sqrt(len(y))

    def row(statistic, value, order=1):
        table.add(p, TIMES[t], quantity, statistic, value, order)
    row("mean", (mean, mean - 2.07 * se, mean + 2.07 * se))
    row("standard_error", se)
    row("reference", (ref, ref - 1e-9, ref + 1e-9))
    row("bias", (mean - ref, mean - ref - 2.07 * se, mean - ref + 2.07 * se))
    for r in ORDERS:
        for name, centre in (("central_moment", mean), ("deviation_moment", ref)):
            m = np.mean(abs(y - centre)**r)**(1 / r)
            row(name, (m, 0.85 * m, 1.2 * m), r)
        row("bias_share", -0.001, r)


def add_rates(table, given):
    """Exponents of a series: 2.00 [1.60, 2.40], the imaginary bias lost in noise."""
    for time in TIMES:
        for quantity in QUANTITIES:
            if quantity[1] == "im":
                table.add(-1, time, quantity, "rate_bound:bias", (0.0123, 0, 0.0123), given=given)
            else:
                table.add(-1, time, quantity, "rate:bias", (2.0, 1.6, 2.4), given=given)
            for name in ("central_moment", "deviation_moment"):
                for r in ORDERS:
                    table.add(-1, time, quantity, "rate:" + name, (2.0, 1.6, 2.4), r, given=given)


def samples_group(file, columns, samples, units, long_names):
    group = file.create_group("samples")
    group.attrs.update(columns=texts(columns), column_units=texts(units), column_long_names=texts(long_names),
                       small_parameter_column=0, moment_orders=ORDERS)
    group["sample"], group["done"] = samples, np.ones(samples.shape[:2], "u1")
    for name, values in columns.items():
        group[name] = np.array(values, float)
    return group


def root(file, study, units="1/eta^2"):
    file.attrs.update(format="kinlim-results", format_version=2, system="toy", study=study, time_units=units,
                      version="0.1.0", git_revision="0123456789ab", compiler="gcc 12.2.0", host="node1")


def put_quantities(group, quantities):
    group["observable"], group["part"] = (texts(q[k] for q in quantities) for k in (0, 1))


def old_study(path):
    """As version 0.1.0 wrote it: eta and what follows from it."""
    rng, columns = np.random.default_rng(7), {"eta": ETA, "sites": [32, 57, 82]}
    samples, table = sample_array(rng, ETA), Table(columns)
    with h5py.File(path, "w") as file:
        root(file, "system: toy\neta: [0.4, 0.3, 0.25]\n")
        group = samples_group(file, columns, samples, ["1", "1"], ["strength", "sites per side"])
        group["time"] = TIMES
        put_quantities(group, QUANTITIES)
        for p in range(len(ETA)):
            for t in range(len(TIMES)):
                for q in range(len(QUANTITIES)):
                    add_number(table, p, t, q, samples[p, :, t, q])
            table.add(p, NAN, None, "norm_drift", 3e-6)
        add_rates(table, None)
        table.write(file)
        file["reference/note"] = texts(["", "", ""])
        write_fields(file, rng, len(ETA), ["density", "husimi"])


STUDY = """system: toy
eta: [0.4, 0.3, 0.25]
observables:
  - name: front
    position:
      shape: gaussian
      width: 0.6
    momentum:
      mode: [0, 0]
  - name: flux
    position:
      shape: uniform
    momentum:
      mode: [1, 0]
moments: [1, 2, 4, 6]
"""


def random_study(path):
    """Two sizes, and a variant at the larger one, with all that newer files say."""
    rng = np.random.default_rng(8)
    series = [(4.0, 0), (6.0, 0), (6.0, 1)]    # side, kind of noise
    points = [(eta, 10 * ell, ell, kind) for ell, kind in series for eta in ETA]
    columns = dict(zip(("eta", "cells", "ell", "noise"), map(list, zip(*points))))
    samples, table = sample_array(rng, columns["eta"]), Table(columns)
    with h5py.File(path, "w") as file:
        root(file, STUDY)
        file.attrs["moments_note"] = "too few realizations for an interval: moments of order 6 (needs 64)"
        group = samples_group(file, columns, samples, ["1"] * 4, ["strength", "cells", "side", "kind of noise"])
        group.attrs.update(
            column_words=texts(["", "", "", "normal coin"]), column_roles=texts(["small", "follows", "size", "variant"]),
            column_statistics=texts(["", "", "", "sameness"]), station="time", station_symbol="T", ensemble="independent",
            limits=texts(["reference", "endless"]), limit_long_names=texts(["mean-field limit", "endless limit"]),
            proven_moment_exponent=1 / 300, model="A toy that moves & rests, x < y.",
            guides=texts(["front|straight|0.4|1", "front|through the end|nan|0.5"]))
        group["time"] = TIMES
        group["time"].attrs.update(units="1/eta^2", long_name="toy time")
        group["series"] = [kind + (ell > 5) for _, _, ell, kind in points]
        put_quantities(group, QUANTITIES)
        for p in range(len(points)):
            add_point(table, p, samples[p], points[p][3])
        for given in ({"noise": 0, "ell": 4.0}, {"noise": 0}, {"noise": 1}):    # no side: the last one
            add_rates(table, given)
            table.add(-1, NAN, None, "rate:peak", (-3.0, -3.0, -3.0), given=given)
        for eta in ETA:
            add_size_limits(table, {"noise": 0, "eta": eta})
        table.write(file)
        file["reference/note"] = texts(["coarse"] * 3 + [""] * (len(points) - 3))
        write_fields(file, rng, len(points), ["density", "cube", "phase"])


def add_point(table, p, samples, kind):
    for t, time in enumerate(TIMES):
        for q, quantity in enumerate(QUANTITIES):
            add_number(table, p, t, q, samples[:, t, q])
            mean, ref = samples[:, t, q].mean(), limit(quantity[2], time)
            table.add(p, time, quantity, "endless_reference", ref + 0.01)
            table.add(p, time, quantity, "endless_bias", (mean - ref - 0.01, mean - ref - 0.02, mean - ref))
            table.add(p, time, quantity, "ell_effect", -0.01)
            table.add(p, time, quantity, "error:statistical", 0.004)
            table.add(p, time, quantity, "error:ell", 0.01)
            table.add(p, time, quantity, "error:eta", (0.002, -0.001, 0.005))
            if kind:
                table.add(p, time, quantity, "sameness:mean", (0.00345, 0.001, 0.006))
                table.add(p, time, quantity, "sameness:central_moment", (0.001, -0.001, 0.003), 2)
        table.add(p, time, ("front", "re"), "slope", (0.5 + time, 0.4 + time, 0.6 + time), 3)
        table.add(p, time, ("front", "re"), "reference:slope", 0.55 + time, 3)
    table.add(p, NAN, ("front", "re"), "crossing", (7.5, 7.0, 8.0))
    table.add(p, NAN, None, "norm_drift", 3e-6)
    table.add(p, NAN, None, "peak", 44.4, realizations=0)


def add_size_limits(table, given):
    for time in TIMES:
        for quantity in QUANTITIES:
            for order in (0, 1):
                table.add(-1, time, quantity, "ell_limit:mean", (0.2, 0.19, 0.21), order, given=given)
                table.add(-1, time, quantity, "ell_limit:bias", (0.0567, 0.05, 0.06), order, given=given)
                table.add(-1, time, quantity, "ell_limit:chi2", 1.23, order, given=given)


# ---- fields ----------------------------------------------------------------------
AXES = {"density": ["X_1"], "husimi": ["X_1", "V_1"], "cube": ["a", "b", "c"], "phase": ["X_1", "X_2", "V_1", "V_2"]}


def write_fields(file, rng, npoints, wanted):
    for name in wanted:
        axes = AXES[name]
        x = [np.linspace(-2, 2, 9 + 2 * k) for k in range(len(axes))]
        shape = np.exp(-sum(grid**2 for grid in np.meshgrid(*x, indexing="ij")))
        for p in range(npoints):
            group = file.create_group(f"fields/{name}/point_{p}")
            group.parent.attrs.update(long_name=f"{name} of the toy", units="1/ell", axes=texts(axes),
                                      axis_units=texts(["ell"] * len(axes)), axis_long_names=texts(axes))
            reference = np.array([shape / (1 + t) for t in TIMES])
            samples = reference * (1 + 0.1 * rng.standard_normal((REALIZATIONS, len(TIMES)) + shape.shape))
            for axis, values in zip(axes, x):
                group[axis] = values
            group["mean"], group["single"], group["reference"] = samples.mean(axis=0), samples[0], reference
            group["standard_error"] = samples.std(axis=0, ddof=1) / np.sqrt(REALIZATIONS)


# ---- deterministic studies ---------------------------------------------------------
LENGTHS = [10.0, 100.0, 1000.0, 10000.0]


def deterministic_study(path, lengths=None, zero=False):
    """J = 1 + eps^2 T, exact limit 1: an exponent of 2; T = 1 without stations. zero: with an imaginary part that is zero
    within its error."""
    eps, values = [0.1, 0.05, 0.025], lengths or [NAN]
    table, quantity = Table({"eps": eps}), ("J", "re")
    at = np.array(lengths or [1.0])
    with h5py.File(path, "w") as file:
        root(file, "system: toy\neps: [0.1, 0.05, 0.025]\n", "1")
        sample = np.array([[1 + e**2 * at] for e in eps])[..., None]
        sample = np.concatenate([sample, 0 * sample], axis=-1) if zero else sample
        group = samples_group(file, {"eps": eps}, sample, ["1"], ["the small parameter"])
        group.attrs.update(column_roles=texts(["small"]), ensemble="deterministic", station="length" if lengths else "",
                           station_symbol="N" if lengths else "", limits=texts(["reference"]),
                           limit_long_names=texts(["exact limit"]), model="J = 1 + eps^2 T.")
        name = "length" if lengths else "station"
        group[name] = lengths or [0.0]
        group[name].attrs.update(units="sites" if lengths else "1", long_name="length of the chain" if lengths else "the only one")
        put_quantities(group, [quantity] + [("J", "im")] * zero)
        for p in range(len(eps)):
            for t, station in enumerate(values):
                if zero:
                    table.add(p, station, ("J", "im"), "mean", (1e-17, -1e-16, 1e-16), realizations=1)
                bias = eps[p]**2 * at[t]
                table.add(p, station, quantity, "mean", (1 + bias, 1 + bias - 1e-7, 1 + bias + 1e-7), realizations=1)
                table.add(p, station, quantity, "reference", 1.0, realizations=1)
                table.add(p, station, quantity, "bias", (bias, bias - 1e-7, bias + 1e-7), realizations=1)
        for station in values:
            table.add(-1, station, quantity, "rate:bias", (2.0, 1.9999, 2.0001), realizations=1)
            if zero:
                table.add(-1, station, ("J", "im"), "rate_bound:bias", (1e-16, 0, 1e-16), realizations=1)
        table.write(file)
        file["reference/note"] = texts([""] * 3)


def write_all(folder):
    os.makedirs(folder, exist_ok=True)
    old_study(os.path.join(folder, "old.h5"))
    random_study(os.path.join(folder, "random.h5"))
    deterministic_study(os.path.join(folder, "plain.h5"))
    deterministic_study(os.path.join(folder, "lengths.h5"), LENGTHS)


if __name__ == "__main__":
    write_all(sys.argv[1])
