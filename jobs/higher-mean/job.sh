#!/bin/bash
#SBATCH --job-name=kinlim-higher-mean
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=04:00:00
#SBATCH --signal=USR1@60
# From the top of the repository: sbatch jobs/higher-mean/job.sh
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
mkdir -p runs/higher-mean
# Safe to run twice: --resume goes on where the last run stopped (exit code 75).
for study in study plane; do
    $LAUNCH "$KINLIM" run jobs/higher-mean/$study.yaml -o runs/higher-mean/$study.h5 --resume || exit
done
