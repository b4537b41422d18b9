#!/bin/bash
#SBATCH --job-name=kinlim-localization
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=00:30:00
#SBATCH --signal=USR1@60
# From the top of the repository: sbatch jobs/localization/job.sh
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
mkdir -p runs/localization
# Safe to run twice: --resume goes on where the last run stopped (exit code 75).
for study in study plane chain lyapunov; do
    $LAUNCH "$KINLIM" run "jobs/localization/$study.yaml" -o "runs/localization/$study.h5" --resume || exit
done
