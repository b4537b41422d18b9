#!/usr/bin/env bash
# The installation is enough to build and run a program with libkinlim, by
# pkg-config and by CMake: every public header compiles alone, and the libraries
# named are all that is needed to link.
set -eu
build=$(dirname "$KINLIM")
. "$SOURCE_DIR/scripts/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/usr" >/dev/null

cat >"$work/use.c" <<'C'
#include <stdio.h>
const char *kl_hdf5_version(void);
const char *kl_petsc_version(void);
int main(void)
{
    printf("%s %s\n", kl_hdf5_version(), kl_petsc_version());
    return 0;
}
C
cat >"$work/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(use LANGUAGES C)
find_package(kinlim 0.1 REQUIRED)
add_executable(use use.c)
target_link_libraries(use kinlim::kinlim)
CMAKE

PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name kinlim.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags kinlim)
headers=0
for header in "$work"/usr/include/kinlim/*.h; do
    echo "#include <kinlim/$(basename "$header")>" >"$work/header.c"
    ${CC:-cc} -std=c11 -Wall -Wextra -Werror -fsyntax-only $flags "$work/header.c"
    headers=$((headers + 1))
done
[ $headers -gt 0 ]

${CC:-cc} "$work/use.c" $flags $(pkg-config --libs kinlim) -o "$work/by_pkgconfig"
by_pkgconfig=$("$work/by_pkgconfig")
cmake -S "$work" -B "$work/build" -Dkinlim_DIR="$(dirname "$(find "$work/usr" -name kinlimConfig.cmake)")" >/dev/null
cmake --build "$work/build" >/dev/null
by_cmake=$("$work/build/use")
[ "$by_pkgconfig" = "$by_cmake" ]
[[ $by_cmake =~ ^[0-9.]+\ [0-9.]+\ \((real|complex)\)$ ]]

# The installed program finds its libraries and is the one that was built.
built=$("$KINLIM" --version)
installed=$("$work/usr/bin/kinlim" --version)
[ -n "$built" ] && [ "$built" = "$installed" ]
