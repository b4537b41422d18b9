"""Results files opened with care, for the package and the report: the seal and the format are looked at first,
no array is believed that the file has not the bytes to fill, and whatever a damaged file makes h5py and numpy
say is one line. Needs h5py, numpy and xxhash alone."""

import contextlib
import os
import unicodedata

import h5py
import numpy as np

from .seal import NotResults, check, trial

FORMAT, VERSIONS = "kinlim-results", (2,)
MOST_DEFLATED = 1032        # bytes from one byte of deflate: beyond, a file promises what it has not


def text(value):
    """Text of the file without control characters, line breaks and tabs aside."""
    value = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return "".join(c if unicodedata.category(c) != "Cc" or c in "\n\t" else "\ufffd"
                   for c in value.decode("utf-8", "replace"))


def name_of(value):
    return " ".join(text(value).split())


def names(values):
    return [name_of(v) for v in np.atleast_1d(values)]


def fills(dataset):
    """ValueError unless the file has the bytes to fill the dataset."""
    if dataset.size * dataset.dtype.itemsize > MOST_DEFLATED * dataset.id.get_storage_size():
        raise ValueError(f"{dataset.name} has not the bytes to fill it")


def array(dataset):
    """The whole of a dataset."""
    fills(dataset)
    return dataset[...]


def large():
    """Bytes from which on an array is not read as a whole, as in kinlim."""
    try:
        return float(os.environ.get("KINLIM_LARGE", 1e9))
    except ValueError:
        return 1e9


def array_in_place(dataset):
    """The whole of a dataset; if it is large and lies in the file as in memory, the file's own bytes, of which
    those are read that are looked at."""
    fills(dataset)
    offset = dataset.id.get_offset()
    small = dataset.size * dataset.dtype.itemsize <= large()
    if small or dataset.chunks is not None or offset is None or dataset.dtype.kind not in "iuf":
        return dataset[...]
    return np.memmap(dataset.file.filename, dataset.dtype, "r", offset, dataset.shape)


def member(group, name):
    """The dataset of that name, which the file gives as text or bytes and unlike what is shown."""
    return group[name if isinstance(name, bytes) else str(name).encode("utf-8", "surrogateescape")]


def everything(path):
    """Reads all that is in the file."""
    def look(_, thing):
        dict(thing.attrs.items())
        if isinstance(thing, h5py.Dataset):
            array(thing)

    with h5py.File(path, "r") as file:
        look("", file)
        file.visititems(look)


def known_format(file, path):
    if text(file.attrs.get("format", "")) != FORMAT:
        raise NotResults(f"{path}: not a results file of kinlim")
    if int(file.attrs.get("format_version", 0)) not in VERSIONS:
        raise NotResults(f"{path}: a format that this version does not know")


@contextlib.contextmanager
def opened(path, again=False):
    """The file as h5py has it. NotResults for what goes wrong with it, also in what is done with it.
    again: it has been opened before, so its seal has been looked at."""
    if not again and not check(path):
        trial(path, everything)
    try:
        with h5py.File(path, "r") as file:
            known_format(file, path)
            yield file
    except (NotResults, MemoryError):
        raise
    except Exception as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise NotResults(f"{path}: cannot be read as results: {words}") from None
