# libkinlim (every room) and the program; their installation, with a
# pkg-config file and a CMake package that name the very libraries kinlim was
# built with: a libkinlim.a built on complex PETSc links to no other.
include(GNUInstallDirs)
get_property(rooms GLOBAL PROPERTY KINLIM_ROOMS)
get_property(links GLOBAL PROPERTY KINLIM_LINKS)
list(REMOVE_DUPLICATES links)
set(objects)
foreach(room ${rooms})
  list(APPEND objects $<TARGET_OBJECTS:room_${room}>)
endforeach()
add_library(kinlim_library STATIC ${objects})
add_library(kinlim::kinlim ALIAS kinlim_library)
set_target_properties(kinlim_library PROPERTIES OUTPUT_NAME kinlim)
target_include_directories(kinlim_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                           $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>)
target_link_libraries(kinlim_library PUBLIC MPI::MPI_C ${links} m)
add_executable(kinlim ${PROJECT_SOURCE_DIR}/src/kinlim.c)
target_link_libraries(kinlim PRIVATE kinlim_library)
set_target_properties(kinlim PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
install(TARGETS kinlim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# The completion for bash, written by the program; where that cannot run (cross-compiling) there is
# none.
set(completion ${PROJECT_BINARY_DIR}/generated/kinlim.bash)
install(CODE "execute_process(COMMAND \"$<TARGET_FILE:kinlim>\" completion bash
                              OUTPUT_FILE \"${completion}\" RESULT_VARIABLE failed)
              if(failed)
                message(WARNING \"kinlim does not run here: no completion for bash\")
                file(WRITE \"${completion}\" \"\")
              endif()")
install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions
        RENAME kinlim)

set(KINLIM_LINK_LIBRARIES ${PETSC_LINK_LIBRARIES} ${HDF5_C_LIBRARIES} ${KINLIM_fftw3_mpi}
    ${KINLIM_fftw3f_mpi} ${KINLIM_fftw3} ${KINLIM_fftw3f} ${YAML_LINK_LIBRARIES} ${MPI_C_LIBRARIES} m rt)
list(REMOVE_DUPLICATES KINLIM_LINK_LIBRARIES)
set(pc_libs ${KINLIM_LINK_LIBRARIES})
list(TRANSFORM pc_libs REPLACE "^([A-Za-z0-9_]+)$" "-l\\1")
list(JOIN pc_libs " " KINLIM_PC_LIBS)
set(pc_cflags ${MPI_C_INCLUDE_DIRS})
list(TRANSFORM pc_cflags PREPEND "-I")
list(JOIN pc_cflags " " KINLIM_PC_CFLAGS)
file(RELATIVE_PATH KINLIM_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kinlim)
include(CMakePackageConfigHelpers)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/kinlimConfig.cmake.in
  ${PROJECT_BINARY_DIR}/generated/kinlimConfig.cmake INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/kinlimConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
configure_file(${CMAKE_CURRENT_LIST_DIR}/kinlim.pc.in ${PROJECT_BINARY_DIR}/generated/kinlim.pc @ONLY)

configure_file(${PROJECT_SOURCE_DIR}/include/kinlim/version.h.in
               ${PROJECT_BINARY_DIR}/generated/kinlim/version.h @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/generated/kinlim/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kinlim)
install(TARGETS kinlim_library ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kinlim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/generated/kinlim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_BINARY_DIR}/generated/kinlimConfig.cmake
        ${PROJECT_BINARY_DIR}/generated/kinlimConfigVersion.cmake DESTINATION ${package_dir})
