"""The XDMF file beside a snapshot: well-formed, on a grid of the right shape,
and every frame refers to a dataset that is there and has that shape.
"""
import os
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

try:
    import h5py
except ImportError as error:
    print(error)
    sys.exit(77)

TOPOLOGY = {1: "2DCoRectMesh", 2: "2DCoRectMesh", 3: "3DCoRectMesh"}
GEOMETRY = {1: "ORIGIN_DXDY", 2: "ORIGIN_DXDY", 3: "ORIGIN_DXDYDZ"}


def numbers(text, kind=float):
    return [kind(word) for word in text.split()]


def check(folder, name, dimension, sites):
    root = xml.parse(os.path.join(folder, name + ".xdmf")).getroot()
    assert root.tag == "Xdmf" and root.get("Version") == "3.0"
    collection = root.find("Domain/Grid")
    assert collection.get("GridType") == "Collection"
    assert collection.get("CollectionType") == "Temporal"
    grids = collection.findall("Grid")
    assert [float(grid.find("Time").get("Value")) for grid in grids] == [0, 0.5]
    for frame, grid in enumerate(grids):
        topology, geometry, attribute = (grid.find(tag)
                                         for tag in ("Topology", "Geometry", "Attribute"))
        nodes = [1] * (dimension == 1) + [sites] * dimension
        assert topology.get("TopologyType") == TOPOLOGY[dimension]
        assert numbers(topology.get("Dimensions"), int) == nodes
        assert geometry.get("GeometryType") == GEOMETRY[dimension]
        origin, spacing = (numbers(item.text) for item in geometry.findall("DataItem"))
        assert origin == [0.0] * (dimension == 1) + [-2.5] * dimension
        assert spacing == [0.25] * len(nodes)
        item = attribute.find("DataItem")
        assert attribute.get("Center") == "Node" and attribute.get("Name") == "density"
        assert item.get("Format") == "HDF" and item.get("Precision") == "4"
        file, path = item.text.rsplit(":", 1)
        with h5py.File(os.path.join(folder, file), "r") as data:
            dataset = data[path]
            assert list(dataset.shape) == numbers(item.get("Dimensions"), int)
            assert dataset.dtype == "float32"
            assert dataset[(-1,) * dimension] == (sites**dimension - 1 + 100000 * frame) / 8
            assert dataset.attrs["time"] == 0.5 * frame
            assert dataset.attrs["units"] == b"1"
            assert dataset.attrs["long_name"] == b"|psi|^2 & more"


with tempfile.TemporaryDirectory() as folder:
    launcher = shlex.split(os.environ.get("MPIEXEC", "mpiexec"))
    prefix = os.path.join(folder, "a&b")  # a name that XML must escape
    subprocess.run(launcher + ["-n", "2", "./results_mpi_snapshot", prefix], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for dimension in (1, 2, 3):
        for sites in (1, 5, 16):
            check(folder, f"a&b-{dimension}d-{sites}", dimension, sites)
print("ok")
