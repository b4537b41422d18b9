# Shared by the scripts beside it; sourced with `root` set to the project's folder.

# Not a folder that can be written to: no help to mktemp, compilers and MPI, which have /tmp without.
[ -z "${TMPDIR:-}" ] || { [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ] && [ -x "$TMPDIR" ]; } || unset TMPDIR

# The first python3 that has the given modules; empty if none.
find_python() {
    local python
    for python in "${KINLIM_PYTHON:-}" /usr/bin/python3 python3; do
        [ -n "$python" ] && command -v "$python" >/dev/null || continue
        "$python" - "$@" <<'PY' 2>/dev/null && echo "$python" && return
import sys
from importlib.util import find_spec
sys.exit(any(find_spec(name) is None for name in sys.argv[1:]))
PY
    done
}

# Cores this process may use: its affinity, and the quota of its cgroup; not what
# OMP_NUM_THREADS says, which nproc would follow.
count_cores() {
    local cores quota period
    cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
    if read -r quota period 2>/dev/null </sys/fs/cgroup/cpu.max && [ "$quota" != max ]; then
        quota=$(((quota + period - 1) / period))
        [ "$quota" -ge "$cores" ] || cores=$quota
    fi
    echo "$cores"
}

# Open MPI on one node: quick start, ranks not pinned to cores that others may
# use, no lines of its own after a rank's non-zero exit. What is set already stays.
mpi_environment() {
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
    export OMPI_MCA_orte_execute_quiet=${OMPI_MCA_orte_execute_quiet:-1}
    export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
    export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}
    if [ "${SLURM_JOB_NUM_NODES:-1}" = 1 ]; then
        export OMPI_MCA_pml=${OMPI_MCA_pml:-ob1} OMPI_MCA_btl=${OMPI_MCA_btl:-self,vader}
    fi
    if [ "$(id -u)" = 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}

# Configures and builds quietly: build_project FOLDER "cmake options" [build options].
build_project() {
    local folder=$1 options log=$1/build.log
    read -r -a options <<<"$2"
    shift 2
    [ -z "${MPICC:-}" ] || options+=("-DMPI_C_COMPILER=$MPICC")
    mkdir -p "$folder" || return 3
    if ! { cmake -S "$root" -B "$folder" "${options[@]}" &&
        cmake --build "$folder" --parallel "$(count_cores)" "$@"; } >"$log" 2>&1; then
        grep -E -i -A6 'error|warning' "$log" | head -40 >&2
        echo "The build failed; all of it: $log" >&2
        return 3
    fi
}
