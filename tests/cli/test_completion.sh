#!/usr/bin/env bash
# What bash completes: commands, their options, systems, the keys of --set and the words of choices.
set -u
failed=0
export LC_ALL=C
source <("$KINLIM" completion bash) || exit 1

# completes LINE WORD...: the answers at the end of the line, sorted.
completes() {
    local COMP_LINE=$1 COMP_POINT=${#1} got
    shift
    COMPREPLY=()
    _kinlim
    got=$(printf '%s\n' "${COMPREPLY[@]}")
    if [ "$got" != "$(printf '%s\n' "$@")" ]; then
        echo "after '$COMP_LINE': $got" >&2
        failed=1
    fi
}

completes 'kinlim me' merge
completes 'kinlim s' schema status
completes 'kinlim --v' --version
completes 'kinlim run --dr' --dry-run
completes 'kinlim run study.yaml --re' --realizations --resume
completes 'kinlim export a.h5 --' --help --samples
completes 'kinlim schema l' localization lyapunov
completes 'kinlim completion ' --help bash
completes 'kinlim run s.yaml --set propagator.p' propagator.precision=double propagator.precision=single
completes 'kinlim run s.yaml --set propagator.method=c' chebyshev chin4
completes 'kinlim run s.yaml --set  propagator.method=s' strang # behind the = alone: bash has split there
completes 'kinlim run s.yaml --set observables.0.momentum.m' observables.0.momentum.mode=
completes 'kinlim run s.yaml --set observables.0.momentum.v' observables.0.momentum.velocity=
completes 'kinlim run s.yaml --set realizations' realizations.max= realizations.min= \
    realizations.until.observable= realizations.until.order= realizations.until.relative_error= realizations=
completes 'kinlim run s.yaml --set eta=0.5 --qui' --quiet
completes 'kinlim run --set system=lo' localization
completes 'kinlim run stu' ''

# Every option that a command takes is offered: by its own help.
for command in run export merge info status schema; do
    for option in $("$KINLIM" $command --help | grep -oE -- '--[a-z][a-z-]+' | sort -u); do
        completes "kinlim $command $option" "$option"
    done
done
exit $failed
