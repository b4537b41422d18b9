#!/bin/bash
#SBATCH --job-name=kinlim-quickstart
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=00:10:00
#SBATCH --signal=USR1@60
# From the top of the repository: sbatch jobs/quickstart/job.sh
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
mkdir -p runs/quickstart
# Safe to run twice: --resume goes on where the last run stopped (exit code 75).
$LAUNCH "$KINLIM" run jobs/quickstart/study.yaml -o runs/quickstart/quickstart.h5 --resume
