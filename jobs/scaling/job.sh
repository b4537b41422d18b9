#!/bin/bash
#SBATCH --job-name=kinlim-scaling
#SBATCH --time=01:00:00
#SBATCH --exclusive
# One number of nodes, the index of the task (submitted by array.sh):
#   jobs/scaling/job.sh STUDY.yaml FOLDER
# All ranks share one lattice. The seconds of a realization are what two more of them take beyond
# a run of one, so that the program's start is not in them.
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
study=$1 folder=$2 nodes=$SLURM_ARRAY_TASK_ID
results=$folder/nodes-$nodes.h5

# Seconds of a run of so many realizations, to $results.
run() {
    local start end
    rm -rf "$results" "$results.journal"
    start=$(date +%s.%N)
    $LAUNCH "$KINLIM" run "$study" -o "$results" --groups 1 --set realizations="$1" --quiet >&2 || return
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.4f", b - a }'
}

one=$(run 1) && three=$(run 3) || exit
sum=$("$KINLIM" export "$results" --samples | cksum) || exit
cut=$("$KINLIM" info "$results" | sed -n 's/^choices: //p')
awk -v n="$nodes" -v r="$SLURM_NTASKS" -v a="$one" -v b="$three" -v sum="${sum% *}" -v cut="$cut" \
    'BEGIN { printf "%d\t%d\t%.4f\t%s\t%s\n", n, r, (b - a) / 2, sum, cut }' >"$folder/nodes-$nodes.tsv"
