# libkinlim (every room; shared with BUILD_SHARED_LIBS) and the program; their installation, with a
# pkg-config file and a CMake package that name the very libraries kinlim was
# built with: a libkinlim.a built on complex PETSc links to no other. With them go the report and the
# Python package, jobs, docs, man pages and completion (both written by the program), a module file.
include(GNUInstallDirs)
get_property(rooms GLOBAL PROPERTY KINLIM_ROOMS)
get_property(links GLOBAL PROPERTY KINLIM_LINKS)
list(REMOVE_DUPLICATES links)
set(objects)
foreach(room ${rooms})
  list(APPEND objects $<TARGET_OBJECTS:room_${room}>)
endforeach()
add_library(kinlim_library ${objects})
add_library(kinlim::kinlim ALIAS kinlim_library)
set_target_properties(kinlim_library PROPERTIES OUTPUT_NAME kinlim VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} INSTALL_RPATH_USE_LINK_PATH TRUE)
target_include_directories(kinlim_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                           $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>)
target_link_libraries(kinlim_library PUBLIC MPI::MPI_C ${links} m)
add_executable(kinlim ${PROJECT_SOURCE_DIR}/src/kinlim.c)
target_link_libraries(kinlim PRIVATE kinlim_library)
file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(kinlim PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
if(BUILD_SHARED_LIBS)
  set_target_properties(kinlim PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
endif()
install(TARGETS kinlim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# Man pages and the completion for bash, written by the program; where that cannot run
# (cross-compiling) there are none.
install(CODE "execute_process(COMMAND bash \"${PROJECT_SOURCE_DIR}/scripts/man\" \"$<TARGET_FILE:kinlim>\"
                                      \"${PROJECT_BINARY_DIR}/generated/man1\" RESULT_VARIABLE failed)
              if(failed)
                message(WARNING \"kinlim does not run here: no man pages\")
                file(MAKE_DIRECTORY \"${PROJECT_BINARY_DIR}/generated/man1\")
              endif()")
install(DIRECTORY ${PROJECT_BINARY_DIR}/generated/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
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
    ${KINLIM_fftw3f_mpi} ${KINLIM_fftw3} ${KINLIM_fftw3f} ${YAML_LINK_LIBRARIES} ${ZLIB_LIBRARIES}
    ${MPI_C_LIBRARIES} m rt)
list(REMOVE_DUPLICATES KINLIM_LINK_LIBRARIES)
set(pc_libs ${KINLIM_LINK_LIBRARIES})
list(TRANSFORM pc_libs REPLACE "^([A-Za-z0-9_]+)$" "-l\\1")
list(JOIN pc_libs " " KINLIM_PC_LIBS)
set(pc_cflags ${MPI_C_INCLUDE_DIRS})
list(TRANSFORM pc_cflags PREPEND "-I")
list(JOIN pc_cflags " " KINLIM_PC_CFLAGS)
file(RELATIVE_PATH KINLIM_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)

if(BUILD_SHARED_LIBS)
  set(KINLIM_LIBRARY_KIND SHARED)
else()
  set(KINLIM_LIBRARY_KIND STATIC)
endif()
set(KINLIM_LIBRARY_FILE ${CMAKE_${KINLIM_LIBRARY_KIND}_LIBRARY_PREFIX}kinlim${CMAKE_${KINLIM_LIBRARY_KIND}_LIBRARY_SUFFIX})

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
install(TARGETS kinlim_library ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kinlim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/generated/kinlim.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_BINARY_DIR}/generated/kinlimConfig.cmake
        ${PROJECT_BINARY_DIR}/generated/kinlimConfigVersion.cmake DESTINATION ${package_dir})

# The report and the Python package lie side by side, as they do under scripts/.
set(share ${CMAKE_INSTALL_DATAROOTDIR}/kinlim)
foreach(package kinlim kinlim_report)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/${package} DESTINATION ${share}/python
          PATTERN "__pycache__" EXCLUDE)
endforeach()
file(RELATIVE_PATH SHARE_FROM_BIN ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATAROOTDIR}/kinlim)
configure_file(${CMAKE_CURRENT_LIST_DIR}/kinlim-report.in ${PROJECT_BINARY_DIR}/generated/kinlim-report @ONLY)
install(PROGRAMS ${PROJECT_BINARY_DIR}/generated/kinlim-report DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/jobs DESTINATION ${share} PATTERN "site.sh" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
              ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CITATION.cff
        DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The module file is of the place that --prefix names.
install(CODE "set(PROJECT_VERSION ${PROJECT_VERSION})
              set(places \"${CMAKE_INSTALL_BINDIR};${CMAKE_INSTALL_MANDIR};${CMAKE_INSTALL_LIBDIR};${CMAKE_INSTALL_DATAROOTDIR}\")
              set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
              foreach(name BINDIR MANDIR LIBDIR DATAROOTDIR)
                list(POP_FRONT places CMAKE_INSTALL_\${name})
              endforeach()
              configure_file(\"${CMAKE_CURRENT_LIST_DIR}/modulefile.in\"
                \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${share}/modulefiles/kinlim/${PROJECT_VERSION}\" @ONLY)"
        )
