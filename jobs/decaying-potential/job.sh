#!/bin/bash
#SBATCH --job-name=kinlim-decaying-potential
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=00:30:00
#SBATCH --signal=USR1@60
# From the top of the repository: sbatch jobs/decaying-potential/job.sh
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
mkdir -p runs/decaying-potential
# Safe to run twice: --resume goes on where the last run stopped (exit code 75).
for study in study critical; do
    $LAUNCH "$KINLIM" run "jobs/decaying-potential/$study.yaml" -o "runs/decaying-potential/$study.h5" --resume || exit
done
