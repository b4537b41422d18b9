#!/bin/bash
#SBATCH --job-name=kinlim-merge
#SBATCH --ntasks=1
#SBATCH --time=01:00:00
#SBATCH --requeue
# Joins the results of an array's tasks (submitted by array.sh):
#   sbatch jobs/large/merge.sh RESULTS.h5 TASKS
# Older results of that name take part, and are replaced in one step: safe to run twice.
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
results=$1
parts=()
for ((task = 0; task < $2; task++)); do
    parts+=("${results%.h5}-part-$task.h5")
done
[ ! -e "$results" ] || parts+=("$results")
joined=${results%.h5}-joined-$SLURM_JOB_ID.h5
rm -f "$joined" # of this job, before it was requeued
$LAUNCH "$KINLIM" merge "$joined" "${parts[@]}" && mv -f "$joined" "$results"
