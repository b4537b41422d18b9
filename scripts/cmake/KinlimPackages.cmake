# The packages kinlim stands on, each as one interface target.
find_package(PkgConfig REQUIRED)
find_package(MPI REQUIRED COMPONENTS C)
if(NOT TARGET kinlim_petsc)

# PETSc: either scalar type will do. PETSC_DIR/PETSC_ARCH come first, then
# pkg-config, then Debian's folders (real or complex, KINLIM_PETSC_SCALAR).
set(KINLIM_PETSC_SCALAR "" CACHE STRING "Prefer PETSc with these scalars: real or complex (Debian)")
set(petsc_paths)
if(DEFINED ENV{PETSC_DIR})
  list(APPEND petsc_paths $ENV{PETSC_DIR}/$ENV{PETSC_ARCH}/lib/pkgconfig $ENV{PETSC_DIR}/lib/pkgconfig)
endif()
if(KINLIM_PETSC_SCALAR)
  list(APPEND petsc_paths /usr/lib/petscdir/petsc-${KINLIM_PETSC_SCALAR}/lib/pkgconfig)
endif()
list(APPEND petsc_paths $ENV{PKG_CONFIG_PATH} /usr/lib/petscdir/petsc-complex/lib/pkgconfig
     /usr/lib/petscdir/petsc-real/lib/pkgconfig)
list(JOIN petsc_paths ":" petsc_paths)
set(saved_path "$ENV{PKG_CONFIG_PATH}")
set(ENV{PKG_CONFIG_PATH} "${petsc_paths}")
if(NOT "${KINLIM_PETSC_SCALAR}" STREQUAL "${KINLIM_PETSC_SCALAR_FOUND}")
  unset(PETSC_FOUND CACHE)
  unset(__pkg_config_checked_PETSC CACHE)
endif()
pkg_search_module(PETSC REQUIRED IMPORTED_TARGET PETSc petsc)
set(KINLIM_PETSC_SCALAR_FOUND "${KINLIM_PETSC_SCALAR}" CACHE INTERNAL "")
set(ENV{PKG_CONFIG_PATH} "${saved_path}")
add_library(kinlim_petsc INTERFACE)
target_link_libraries(kinlim_petsc INTERFACE PkgConfig::PETSC)

# FindHDF5 tries h5pcc, a script that takes no path with a blank, in the build folder.
set(build_folder "${CMAKE_CURRENT_BINARY_DIR}")
if(build_folder MATCHES " ")
  execute_process(COMMAND mktemp -d /tmp/kinlim-hdf5-XXXXXX OUTPUT_VARIABLE CMAKE_CURRENT_BINARY_DIR
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT build_folder STREQUAL CMAKE_CURRENT_BINARY_DIR)
  file(REMOVE_RECURSE "${CMAKE_CURRENT_BINARY_DIR}")
  set(CMAKE_CURRENT_BINARY_DIR "${build_folder}")
endif()
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "kinlim needs parallel HDF5; found a serial one: ${HDF5_C_LIBRARIES}")
endif()
add_library(kinlim_hdf5 INTERFACE)
target_include_directories(kinlim_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(kinlim_hdf5 INTERFACE ${HDF5_C_LIBRARIES})

find_path(FFTW3_INCLUDE_DIR fftw3-mpi.h HINTS $ENV{FFTW_ROOT}/include $ENV{FFTW_DIR}/include REQUIRED)
foreach(lib fftw3 fftw3f fftw3_mpi fftw3f_mpi)
  find_library(KINLIM_${lib} ${lib} HINTS $ENV{FFTW_ROOT}/lib $ENV{FFTW_DIR}/lib REQUIRED)
endforeach()
add_library(kinlim_fftw INTERFACE)
target_include_directories(kinlim_fftw SYSTEM INTERFACE ${FFTW3_INCLUDE_DIR})
target_link_libraries(kinlim_fftw INTERFACE ${KINLIM_fftw3_mpi} ${KINLIM_fftw3f_mpi} ${KINLIM_fftw3}
                      ${KINLIM_fftw3f} MPI::MPI_C)

find_package(ZLIB REQUIRED)
add_library(kinlim_zlib INTERFACE)
target_include_directories(kinlim_zlib SYSTEM INTERFACE ${ZLIB_INCLUDE_DIRS})
target_link_libraries(kinlim_zlib INTERFACE ${ZLIB_LIBRARIES})

find_path(RANDOM123_INCLUDE_DIR Random123/philox.h HINTS $ENV{RANDOM123_ROOT}/include REQUIRED)
add_library(kinlim_random123 INTERFACE)
target_include_directories(kinlim_random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})

pkg_search_module(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
add_library(kinlim_yaml INTERFACE)
target_link_libraries(kinlim_yaml INTERFACE PkgConfig::YAML)

endif()
