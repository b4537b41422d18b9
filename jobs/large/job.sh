#!/bin/bash
#SBATCH --job-name=kinlim-large
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=32
#SBATCH --time=24:00:00
#SBATCH --signal=USR1@600
#SBATCH --requeue
#SBATCH --open-mode=append
# One job that goes back into the queue until its study is done; from the top of
# the repository:
#   sbatch jobs/large/job.sh [STUDY.yaml [RESULTS.h5]]
# Safe to run twice, to kill and to submit again: everything finished is on disk.
# As an array (array.sh) each of TASKS tasks does its share of REALIZATIONS:
#   sbatch --array=... jobs/large/job.sh STUDY.yaml RESULTS.h5 TASKS REALIZATIONS
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
study=${1:-jobs/large/study.yaml}
results=${2:-runs/large/large.h5}
options=(--resume)

if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    task=$SLURM_ARRAY_TASK_ID tasks=${3:-} realizations=${4:-}
    if ! [[ $tasks =~ ^[0-9]{1,9}$ && $realizations =~ ^[0-9]{1,9}$ ]]; then
        echo "job.sh: TASKS '$tasks' and REALIZATIONS '$realizations' must be numbers" >&2
        exit 2
    fi
    tasks=$((10#$tasks)) realizations=$((10#$realizations)) # 08 is 8, not an octal number
    results=${results%.h5}-part-$task.h5
    options+=(--realizations $((task * realizations / tasks)):$(((task + 1) * realizations / tasks)))
fi

# HH:MM:SS until this job is to save: SAVE_SECONDS before its limit, but not in the first half
# of its time. Nothing if there is no limit.
walltime() {
    local left part seconds=0 days=0 save=$((10#${SAVE_SECONDS:-300}))
    left=$(squeue -h -j "$SLURM_JOB_ID" -o %L) || return
    [[ $left =~ ^([0-9]+-)?[0-9]+(:[0-9]+)*$ ]] || return
    [[ $left != *-* ]] || days=$((10#${left%%-*}))
    for part in $(tr : ' ' <<<"${left#*-}"); do
        seconds=$((seconds * 60 + 10#$part))
    done
    seconds=$((days * 86400 + seconds))
    [ $((2 * save)) -le $seconds ] || save=$((seconds / 2))
    seconds=$((seconds - save))
    [ $seconds -gt 0 ] || seconds=1 # at its end: nothing but save
    printf '%02d:%02d:%02d' $((seconds / 3600)) $((seconds / 60 % 60)) $((seconds % 60))
}

limit=$(walltime)
[ -z "$limit" ] || options+=(--max-walltime "$limit")
mkdir -p "$(dirname "$results")" || exit 3

# What is done, and how far the realizations in flight are.
progress() {
    "$KINLIM" info "$results" 2>/dev/null | grep -E '^(realizations|journal|in_flight):'
}

before=$(progress)
$LAUNCH "$KINLIM" run "$study" -o "$results" "${options[@]}"
rc=$?
# 75: stopped in time with everything saved. Back into the queue, unless three runs in a row
# have gained nothing: neither a realization nor a checkpoint.
[ $rc = 75 ] || exit $rc
fruitless=0
if [ "$(progress)" = "$before" ]; then
    [ "${SLURM_RESTART_COUNT:-0}" = 0 ] || fruitless=$(cat "$results.fruitless" 2>/dev/null)
    fruitless=$((fruitless + 1))
fi
if [ $fruitless -ge 3 ]; then
    rm -f "$results.fruitless"
    echo "job.sh: $fruitless runs in a row gained nothing, not requeued: a step between two of" \
        "the study's times (or the reference) takes longer than the job's time limit allows" >&2
    exit $rc
fi
if [ $fruitless = 0 ]; then rm -f "$results.fruitless"; else echo $fruitless >"$results.fruitless"; fi
scontrol requeue "$SLURM_JOB_ID"
exit $rc
