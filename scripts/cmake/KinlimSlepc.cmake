# KINLIM_HAS_SLEPC and the target PkgConfig::SLEPC: SLEPc on the PETSc with complex scalars that
# kinlim is built on. A peer of the benchmark and of a long test; the program does without.
set(slepc_paths)
if(DEFINED ENV{SLEPC_DIR})
  list(APPEND slepc_paths $ENV{SLEPC_DIR}/$ENV{PETSC_ARCH}/lib/pkgconfig $ENV{SLEPC_DIR}/lib/pkgconfig)
endif()
list(APPEND slepc_paths $ENV{PKG_CONFIG_PATH} /usr/lib/slepcdir/slepc-complex/lib/pkgconfig
     ${petsc_paths} /usr/lib/petscdir/petsc-complex/lib/pkgconfig)
list(JOIN slepc_paths ":" slepc_paths)
set(saved_path "$ENV{PKG_CONFIG_PATH}")
set(ENV{PKG_CONFIG_PATH} "${slepc_paths}")
pkg_search_module(SLEPC QUIET IMPORTED_TARGET SLEPc slepc)
set(ENV{PKG_CONFIG_PATH} "${saved_path}")
set(KINLIM_HAS_SLEPC OFF)
if(SLEPC_FOUND)
  set(CMAKE_REQUIRED_LIBRARIES PkgConfig::PETSC PkgConfig::SLEPC MPI::MPI_C)
  include(CheckCSourceCompiles)
  check_c_source_compiles("
    #include <slepcmfn.h>
    #if !defined(PETSC_USE_COMPLEX) || defined(PETSC_USE_REAL_SINGLE)
    #error other scalars
    #endif
    int main(void) { return SlepcFinalize(); }" KINLIM_SLEPC_USABLE)
  unset(CMAKE_REQUIRED_LIBRARIES)
  set(KINLIM_HAS_SLEPC ${KINLIM_SLEPC_USABLE})
  if(NOT KINLIM_HAS_SLEPC) # look again next time
    unset(SLEPC_FOUND CACHE)
    unset(KINLIM_SLEPC_USABLE CACHE)
  endif()
endif()
