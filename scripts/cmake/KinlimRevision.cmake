# What was built, for the provenance in every results file: writes
# generated/kinlim_build.h. Included, it adds the target kinlim_revision; the
# same file runs as a script in every build and rewrites the header only when
# something changed. Without git or .git the revision is "unknown".
if(NOT CMAKE_SCRIPT_MODE_FILE)
  # The flags that shape the arithmetic: all but warnings.
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  get_directory_property(options COMPILE_OPTIONS)
  string(GENEX_STRIP "${options}" options)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}}")
  list(APPEND flags ${options})
  list(FILTER flags EXCLUDE REGEX "^-W")
  list(REMOVE_ITEM flags "")
  list(JOIN flags " " flags)
  string(TOLOWER "${CMAKE_C_COMPILER_ID}" compiler)
  string(REPLACE "gnu" "gcc" compiler "${compiler}")

  set(header ${PROJECT_BINARY_DIR}/generated/kinlim_build.h)
  add_custom_target(kinlim_revision
    COMMAND ${CMAKE_COMMAND} -D "HEADER=${header}" -D "SOURCE=${PROJECT_SOURCE_DIR}"
            -D "VERSION=${PROJECT_VERSION}" -D "COMPILER=${compiler} ${CMAKE_C_COMPILER_VERSION}"
            -D "FLAGS=${flags}" -D "BUILD_TYPE=${CMAKE_BUILD_TYPE}"
            -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS ${header} COMMENT "" VERBATIM)
  foreach(room cli run)
    if(TARGET room_${room})
      add_dependencies(room_${room} kinlim_revision)
    endif()
  endforeach()
  return()
endif()

set(revision "unknown")
find_program(git git)
if(git AND EXISTS "${SOURCE}/.git")
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  set(git ${git} -c "safe.directory=${SOURCE}" -C "${SOURCE}")
  execute_process(COMMAND ${git} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit
                  RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed)
    set(revision "${commit}")
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes
                    ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(changes)
      string(APPEND revision " (dirty)")
    endif()
  endif()
endif()

set(text "/* Written by the build. */
#ifndef KINLIM_BUILD_H
#define KINLIM_BUILD_H
")
set(GIT_REVISION "${revision}")
foreach(name VERSION GIT_REVISION COMPILER FLAGS BUILD_TYPE)
  string(REPLACE "\\" "\\\\" value "${${name}}")
  string(REPLACE "\"" "\\\"" value "${value}")
  string(APPEND text "#define KINLIM_${name} \"${value}\"\n")
endforeach()
string(APPEND text "#endif\n")

set(old "")
if(EXISTS "${HEADER}")
  file(READ "${HEADER}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${HEADER}" "${text}")
endif()
