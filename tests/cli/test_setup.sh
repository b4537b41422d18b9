#!/usr/bin/env bash
# scripts/setup and scripts/run in faked surroundings: PATH holds a few tools and a
# stand-in for apt-get that only notes how it was called; TMPDIR is no folder, HOME not
# set, and there is a blank in the project's path.
set -eu
. "$SOURCE_DIR/scripts/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source="$work/a path"
mkdir "$source"
cp -r "$SOURCE_DIR"/{CMakeLists.txt,include,jobs,scripts,src,tests} "$source/"
scripts=$source/scripts

# new_world NAME USER-ID: a folder of programs that knows no compiler and no MPI.
new_world() {
    bin=$work/$1
    mkdir "$bin"
    for tool in bash env dirname basename cat grep mktemp rm tail sed nproc; do
        ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    fake id "echo $2"
}

fake() { # NAME SCRIPT
    printf '#!%s\n%s\n' "$(command -v bash)" "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

setup() {
    status=0
    env -i PATH="$bin" TMPDIR="$work/none" ${3:+"$3"} bash "$scripts/setup" ${1:+"$1"} \
        >"$work/out" 2>"$work/err" </dev/null || status=$?
    if [ $status != "$2" ]; then
        echo "scripts/setup ${1:-}: exit code $status, expected $2"
        cat "$work/out" "$work/err"
        exit 1
    fi
}

expect() { # FILE PATTERN
    grep -Eq -- "$2" "$work/$1" || {
        echo "expected in $1: $2"
        cat "$work/$1"
        exit 1
    }
}

essential="build-essential cmake pkg-config libopenmpi-dev openmpi-bin libpetsc-complex-dev"

# Without rights: the list, and the exact line to ask for; nothing is called.
new_world user 1000
fake apt-get "echo called >>$work/calls"
setup "" 3
expect out '^  C compiler and make$'
expect out '^  PETSc$'
expect err "^  apt-get update && apt-get install -y --no-install-recommends $essential"
[ ! -e "$work/calls" ]

# As root: one update, one installation, and no belief that it worked.
new_world root 0
fake apt-get "echo \"\$*\" >>$work/calls"
setup --tests 3
[ "$(wc -l <"$work/calls")" = 2 ]
expect calls ' update$'
expect calls " install -y --no-install-recommends $essential"
expect err '^Still missing after the installation: C compiler and make; CMake'

# A package that apt does not have is said and left out; the others are installed.
new_world poor 0
fake apt-get "echo \"\$*\" >>$work/calls.poor"
fake apt-cache "[ \"\$2\" != chromium ]"
setup --tests 3
expect out '^apt does not know chromium$'
expect calls.poor " install -y --no-install-recommends $essential"
! grep -q 'recommends.* chromium' "$work/calls.poor" || exit 1

# With sudo that asks for no password.
new_world sudo 1000
fake sudo "[ \"\$1\" != -n ] || exit 0; exec \"\$@\""
fake apt-get "echo \"\$*\" >>$work/calls.sudo"
setup "" 3
[ "$(wc -l <"$work/calls.sudo")" = 2 ]

# No apt: what is missing, and how Spack calls it.
new_world plain 1000
setup "" 3
expect err '^  spack install gcc gmake cmake pkgconf openmpi petsc .*spack load'

# Modules that provide everything: silence, and nothing is installed. Without
# them, what they brought is missing.
new_world modules 1000
fake apt-get "echo called >>$work/calls.modules"
prefix=$work/prefix
mkdir -p "$prefix"/{include/Random123,lib/pkgconfig}
touch "$prefix"/include/{fftw3-mpi.h,Random123/philox.h} "$prefix"/lib/lib{fftw3_mpi,fftw3f_mpi}.so \
    "$prefix"/lib/pkgconfig/PETSc.pc "$prefix"/lib/pkgconfig/yaml-0.1.pc
echo '#define H5_HAVE_PARALLEL 1' >"$prefix/include/H5pubconf.h"
for tool in cc make mpicc srun; do
    fake $tool true
done
fake cmake '[ "$1" = --version ] && echo cmake version 3.26.5'
fake python3 true
fake pkg-config "[[ \$PKG_CONFIG_PATH == *$prefix/lib/pkgconfig* && -e $prefix/lib/pkgconfig/\$2.pc ]]"
for variable in CMAKE_PREFIX_PATH PETSC_DIR; do
    setup "" 0 "$variable=$prefix"
    [ ! -s "$work/out" ] && [ ! -s "$work/err" ]
done
setup "" 3
expect out '^  PETSc$'
expect err '^  apt-get update && apt-get install .* libpetsc-complex-dev'
[ ! -e "$work/calls.modules" ]

# CMake has the last word: it may find what the quick look does not.
fake cmake 'echo cmake version 3.26.5'
setup "" 0

# scripts/run: bad input is one line and exit code 2, before anything is built.
run() {
    status=0
    "$scripts/run" "$@" >"$work/out" 2>"$work/err" || status=$?
    [ $status = 2 ] && [ "$(wc -l <"$work/err")" = 1 ]
}
run "$work/none.yaml"
expect err 'none.yaml: no such study file$'
run -n 0
run -o elsewhere.h5

# A name that is none leads out of runs/ or to runs/ itself.
for name in ...yaml ..yaml .yaml; do
    echo x >"$work/$name"
    run "$work/$name"
    expect err 'gives no name to a folder'
    [ ! -e "$source/runs" ]
done

# CMake takes a path with a blank, and what it finds does not change with it.
for folder in "$source" "$SOURCE_DIR"; do
    if ! cmake -S "$folder" -B "$work/build $(basename "$folder")" -DKINLIM_TESTS=OFF >"$work/out" 2>&1; then
        tail -20 "$work/out"
        exit 1
    fi
done
found() { grep -E '^(HDF5|MPI_C|YAML|PETSC)_[A-Z_]*(LIBRAR|INCLUDE)[A-Z_]*:' "$work/build $1/CMakeCache.txt"; }
cmp <(found "a path") <(found "$(basename "$SOURCE_DIR")")
