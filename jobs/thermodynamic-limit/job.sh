#!/bin/bash
#SBATCH --job-name=kinlim-thermodynamic-limit
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@60
# From the top of the repository: sbatch jobs/thermodynamic-limit/job.sh
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}
mkdir -p runs/thermodynamic-limit
# Safe to run twice: --resume goes on where the last run stopped (exit code 75).
$LAUNCH "$KINLIM" run jobs/thermodynamic-limit/study.yaml -o runs/thermodynamic-limit/thermodynamic-limit.h5 --resume
