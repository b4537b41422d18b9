"""A results file as xarray and pandas objects. These two are imported when a file is opened: the report does
without them."""

import builtins
import os
import types

import h5py
import numpy as np

from .reader import array_in_place, opened, text

NOTHING = types.SimpleNamespace(attrs={}, items=lambda: ())    # a group that is not there
ROW = ["time", "observable", "part", "statistic", "order", "realizations", "value", "low", "high"]


def said(value):
    """Text as str, anything else as it is."""
    return text(value) if isinstance(value, (bytes, str)) else value


def values_of(dataset):
    """The whole of a dataset; text as str."""
    data = array_in_place(dataset)
    if data.dtype.kind not in "OS":
        return data
    return np.array([text(v) for v in data.ravel()], object).reshape(data.shape)


def attributes(item):
    """Those of the file's author: not the ones by which HDF5 knows its dimensions."""
    hidden = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST")
    return {key: said(value) for key, value in item.attrs.items() if key not in hidden}


def dataset_of(group):
    """A group whose variables have dimension scales, as a Dataset in memory; large arrays stay in the file."""
    import xarray as xr
    variables, coordinates = {}, {}
    for name, item in group.items():
        if not isinstance(item, h5py.Dataset):
            continue
        is_scale = text(item.attrs.get("CLASS", b"")) == "DIMENSION_SCALE"
        dims = [name] if is_scale else [next(iter(dim.keys())) for dim in item.dims]
        (coordinates if is_scale else variables)[name] = (dims, values_of(item), attributes(item))
    return xr.Dataset(variables, coordinates, attributes(group))


class Results:
    """What a study has produced.

    name        the file, without folder and ending
    path        the file
    attrs       provenance: system, program version, revision, seed, host, start, end, ...
    study       the study as it was run, YAML text
    columns     names of the parameters of the points, e.g. ["eta", "sites", "box"]
    summary     DataFrame with the columns and rows of `kinlim export`; an empty cell is NaN or ""
    samples     Dataset with `sample` (point, realization, station, quantity), `done`, checks and the
                parameters of the points; the station is the dimension `time`, `length`, ...
    reference   Dataset with the limits' values and errors (point, station, quantity)
    fields      {name: [Dataset of each point]}
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        self.name = os.path.splitext(os.path.basename(self.path))[0]
        with opened(self.path) as file:
            self.attrs = {key: said(value) for key, value in file.attrs.items()}
            self.study = self.attrs.pop("study", "")
            self.samples = dataset_of(file["samples"])
            self.columns = [text(c) for c in np.atleast_1d(file["samples"].attrs.get("columns", []))]
            self.reference = dataset_of(file.get("reference", NOTHING))
            self.summary = self._summary(file)
            self.fields = self._fields(file)

    def __repr__(self):
        done = int(self.samples.done.sum())
        return (f"<kinlim.Results {self.name}: {self.attrs.get('system', '')}, {self.samples.sizes['point']} "
                f"points, {done} realizations, {len(self.summary)} rows>")

    def _words(self):
        """The words of each column that holds such."""
        words = np.atleast_1d(self.samples.attrs.get("column_words", []))
        return {column: text(w).split() for column, w in zip(self.columns, words) if text(w)}

    def _summary(self, file):
        import pandas as pd
        group = file["summary"] if "summary" in file else {}
        if "row" not in group:
            return pd.DataFrame(columns=self.columns + ROW)
        table = pd.DataFrame({name: values_of(group[name]) for name in self.columns + ROW})
        point = values_of(group["point"])
        for name in self.columns:
            table[name] = self._parameter(name, table[name].to_numpy(float), point)
        return table

    def _parameter(self, name, given, point):
        """That of the row's point; a row without a point may give one."""
        of_points = self.samples[name].to_numpy().astype(float)
        values = np.where(point >= 0, of_points[np.maximum(point, 0)], given)
        words = self._words().get(name)
        if not words:
            return values
        return ["" if np.isnan(v) else words[int(v)] for v in values]

    def _fields(self, file):
        found = {}
        for name, group in (file["fields"].items() if "fields" in file else ()):
            points = sorted(group, key=lambda key: int(key.rpartition("_")[2]))
            found[name] = [dataset_of(group[point]).assign_attrs(attributes(group)) for point in points]
        return found

    def rows(self, statistic, **where):
        """The rows of a statistic, e.g. rows("bias", observable="cos1", part="re", eta=0.2)."""
        table = self.summary[self.summary.statistic == statistic]
        for column, value in where.items():
            table = table[table[column] == value]
        return table


def open(path):
    """The results in a file, whose seal is looked at first: NotResults, an OSError and a ValueError."""
    with builtins.open(path, "rb"):    # says in its own words that there is none
        return Results(path)
