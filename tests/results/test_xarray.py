"""RESULTS.h5 opens with xarray (both engines, no argument but the group) and h5py.

The file is the example of example.h, written by ./results_test_file; what is
expected here follows from the formulas there.
"""
import os
import subprocess
import sys
import tempfile

try:
    import h5netcdf  # noqa: F401
    import h5py
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray
except ImportError as error:
    print(error)
    sys.exit(77)

ENGINES = [{}, {"engine": "h5netcdf"}, {"engine": "netcdf4"}]
TEXT = "quantity check observable part statistic note".split()


def check_described(dataset, where):
    for name, variable in dataset.variables.items():
        assert variable.attrs.get("units"), (where, name)
        assert variable.attrs.get("long_name"), (where, name)
        if name in TEXT:
            assert all(isinstance(value, str) for value in variable.values), (where, name)


def check_samples(d):
    assert d.sample.dims == ("point", "realization", "time", "quantity")
    assert d.check_value.dims == ("point", "realization", "time", "check")
    assert d.done.dims == ("point", "realization")
    p, m, t, q = np.ogrid[:2, :3, :2, :3]
    expected = np.where((p == 1) & (m == 2), np.nan, 1000 * p + 100 * m + 10 * t + q + 1 / 3)
    assert np.array_equal(d.sample.values, expected, equal_nan=True)
    assert d.done.values.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert float(d.sample.sel(quantity="flux.im", time=1.0, point=1)[0]) == 1000 + 10 + 2 + 1 / 3
    assert list(d.quantity.values) == ["front.re", "flux.re", "flux.im"]
    assert list(d.check.values) == ["norm_drift", "energy_drift"]
    assert list(d.observable.values) == ["front", "flux", "flux"]
    assert list(d.part.values) == ["re", "re", "im"]
    assert d.eta.dims == ("point",) and d.eta.values.tolist() == [0.5, 0.25]
    assert d.sites.dtype == np.int64 and d.sites.values.tolist() == [20, 80]
    assert d.box.attrs["units"] == "eta^-2" and d.time.attrs["units"] == "eta^-2"
    assert d.series.values.tolist() == [0, 1]
    assert np.isclose(d.check_value.values[0, 2, 1, 1], 6e-9, rtol=1e-15)


def check_reference(d):
    assert d.value.dims == ("point", "time", "quantity") == d.error.dims
    t, q = np.ogrid[:2, :3]
    assert np.allclose(d.value.values[0], 0.1 * (1 + t) * (q - 1), rtol=1e-15)
    assert np.isnan(d.value.values[1]).all()
    assert list(d.note.values) == ["", "no limit in one dimension"]


def check_summary(d):
    assert set(d.sizes) == {"row"}
    assert d.statistic.values.tolist() == ["mean", "central_moment", "rate:bias", "norm_drift", "rate:bias"]
    assert d.observable.values.tolist() == ["front", "flux", "flux", "", "flux"]
    assert d.point.values.tolist() == [0, 1, -1, 0, -1]
    assert np.array_equal(d.eta.values, [0.5, 0.25, np.nan, 0.5, np.nan], equal_nan=True)
    assert np.array_equal(d.sites.values, [20, 80, np.nan, 20, np.nan], equal_nan=True)
    assert np.array_equal(d.box.values, [5, 5, np.nan, 5, 5.5], equal_nan=True)
    assert np.array_equal(d.time.values, [0.5, 1, 1, np.nan, 1], equal_nan=True)
    assert d.order.values.tolist() == [1, 2.5, 1, 1, 1]
    assert d.realizations.values.tolist() == [3, 2, 3, 3, 3]
    assert np.array_equal(d.low.values, [99.5, np.nan, 1.75, 3e-9, 1.75], equal_nan=True)


def check_statistics(d, fields, dims):
    """fields: realization first."""
    n = len(fields)
    assert d.attrs["realizations"] == n
    deviation = fields - fields.mean(axis=0)
    variance = (deviation**2).sum(axis=0) / (n - 1)
    third = n * (deviation**3).sum(axis=0) / ((n - 1) * (n - 2)) if n > 2 else np.nan * variance
    expected = {"mean": fields.mean(axis=0), "standard_error": np.sqrt(variance / n),
                "moment_2": variance, "moment_3": third, "moment_4": np.nan * variance,
                "single": fields[0]}
    for name, values in expected.items():
        assert d[name].dims == dims, name
        assert np.allclose(d[name].values, values, rtol=1e-12, atol=1e-9, equal_nan=True), name
    assert d.subtree_sums.dims == ("subtree", "order") + dims
    assert d.subtree_level.values.tolist() == ([1, 0] if n == 3 else [1])
    assert d.subtree_index.values.tolist() == ([0, 2] if n == 3 else [0])


def check_density(d, point):
    assert np.allclose(d.x.values, 0.1 * np.arange(4 + point), rtol=1e-15)
    m, t, i = np.ogrid[:3 - point, :2, :4 + point]
    check_statistics(d, 100.0 * m + 10 * t + i, ("time", "x"))
    assert d["mean"].attrs["units"] == "eta^2" and d.moment_3.attrs["units"] == "(eta^2)^3"
    assert ("reference" in d) == (point == 0)
    if point == 0:
        assert d.reference.dims == ("time", "x")
        assert np.array_equal(d.reference.values, (t + i)[0])


def check_husimi(d, point):
    m, t, i, j = np.ogrid[:3 - point, :2, :3, :2]
    check_statistics(d, m**2 + 10.0 * t + i + j / 2, ("time", "x", "v"))
    assert "reference" not in d


def check_root(attrs):
    assert attrs["format"] == "kinlim-results" and attrs["format_version"] == 2
    assert attrs["system"] == "anderson" and attrs["time_units"] == "eta^-2"
    assert attrs["compiler"] == "cc 12, -O3" and attrs["host"] == "n\u00f8de1\nnode2"
    study = attrs["study"]
    assert len(study) == 200000 and study.startswith("system: anderson\n#")


def check_h5py(path):
    with h5py.File(path, "r") as f:
        check_root(f.attrs)
        assert f["samples/sample"].fletcher32
        for axis, name in enumerate(("point", "realization", "time", "quantity")):
            assert f["samples/sample"].dims[axis][name] == f["samples"][name]
        # the other direction: the scale knows its users
        users = {f[reference].name for reference, _ in f["samples/quantity"].attrs["REFERENCE_LIST"]}
        assert users == {"/samples/sample", "/samples/observable", "/samples/part"}
        assert f["samples"].attrs["moment_orders"].tolist() == [1, 2.5]


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "example.h5")
    subprocess.run(["./results_test_file", path], check=True)
    for engine in ENGINES:
        def view(group, check, *more):
            with xarray.open_dataset(path, group=group, **engine) as dataset:
                dataset.load()
                check_described(dataset, (group, engine))
                check(dataset, *more)

        view("samples", check_samples)
        view("reference", check_reference)
        view("summary", check_summary)
        for point in range(2):
            view(f"fields/density/point_{point}", check_density, point)
            view(f"fields/husimi/point_{point}", check_husimi, point)
        with xarray.open_dataset(path, **engine) as root:
            check_root(root.attrs)
    check_h5py(path)
print("ok")
