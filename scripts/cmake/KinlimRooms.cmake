# kinlim_room(NAME DEPENDS room... PACKAGES target...)
#
# One object library `room_NAME` from src/NAME/*.c and the folders
# below it. A room may include and link
# only the rooms in DEPENDS (not theirs) and the outside packages in PACKAGES;
# everything may use MPI and the C library. With tests on, a shared library
# `check_NAME` is linked from the room's objects and the declared dependencies
# alone, without undefined symbols: a forbidden dependency fails the build.
function(kinlim_room name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PACKAGES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c
       ${PROJECT_SOURCE_DIR}/src/${name}/*/*.c)
  if(NOT sources)
    return()
  endif()
  add_library(room_${name} OBJECT ${sources})
  target_include_directories(room_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(room_${name} PRIVATE MPI::MPI_C ${ARG_PACKAGES})
  set_property(GLOBAL APPEND PROPERTY KINLIM_ROOMS ${name})
  set_property(GLOBAL APPEND PROPERTY KINLIM_LINKS ${ARG_PACKAGES})
  set_property(GLOBAL PROPERTY KINLIM_ROOM_${name}_DEPENDS "${ARG_DEPENDS}")
  if(KINLIM_TESTS)
    add_library(check_${name} SHARED $<TARGET_OBJECTS:room_${name}>)
    target_link_options(check_${name} PRIVATE -Wl,--no-undefined)
    set(links)
    foreach(dep ${ARG_DEPENDS})
      if(TARGET check_${dep})
        list(APPEND links check_${dep})
      endif()
    endforeach()
    target_link_libraries(check_${name} PRIVATE ${links} MPI::MPI_C ${ARG_PACKAGES} m)
    set_target_properties(check_${name} PROPERTIES LINKER_LANGUAGE C
                          LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/rooms)
  endif()
endfunction()
