"""kinlim from the source tree that this file lies in:

    spack repo add scripts/spack
    spack dev-build kinlim@main        # at the top of the source tree
"""

from spack.package import *


class Kinlim(CMakePackage):
    """See kinetic limits of quantum dynamics happen: ensembles of disorder on large lattices against the linear
    Boltzmann equation, their moments and rates, with MPI."""

    maintainers("kinlim")
    license("BSD-3-Clause")

    version("main")

    variant("shared", default=True, description="Build the library shared")
    variant("report", default=True, description="Python packages for the report and for reading results")

    depends_on("c", type="build")
    depends_on("cmake@3.18:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("petsc")
    depends_on("hdf5+mpi")
    depends_on("fftw+mpi precision=float,double")
    depends_on("random123", type="build")
    depends_on("libyaml")
    depends_on("zlib-api")

    with when("+report"):
        depends_on("python@3.9:", type="run")
        depends_on("py-h5py", type="run")
        depends_on("py-matplotlib", type="run")
        depends_on("py-pandas", type="run")
        depends_on("py-xarray", type="run")
        depends_on("py-xxhash", type="run")

    def cmake_args(self):
        return [self.define_from_variant("BUILD_SHARED_LIBS", "shared"), self.define("KINLIM_TESTS", False)]

    def setup_run_environment(self, env):
        env.prepend_path("PYTHONPATH", join_path(self.prefix.share, "kinlim", "python"))
        env.set("KINLIM", join_path(self.prefix.bin, "kinlim"))
