#!/bin/bash
#SBATCH --job-name=kinlim
#SBATCH --nodes=1
#SBATCH --ntasks=8
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@60
# A study, or every study of a folder one after the other; from the top of the repository:
#   sbatch [options of sbatch] jobs/job.sh STUDY.yaml | FOLDER
# Results are in runs/NAME, NAME that of the folder or of the file. Safe to run twice: --resume goes
# on where the last run stopped (exit code 75).
set -u
[ -f jobs/site.sh ] && . jobs/site.sh
KINLIM=${KINLIM:-build/kinlim}
LAUNCH=${LAUNCH:-srun}

fail() {
    echo "job.sh: $1" >&2
    exit 2
}

[ $# = 1 ] || fail "one study file or folder must be given"
if [ -d "$1" ]; then
    name=$(basename "$(cd "$1" && pwd)")
    studies=("$1"/*.yaml)
    [ -f "${studies[0]}" ] || fail "$1: no study (*.yaml) in this folder"
else
    [ -f "$1" ] || fail "$1: no such study file or folder"
    studies=("$1")
    name=$(basename "$1" .yaml)
    [ "$name" != study ] || name=$(basename "$(cd "$(dirname "$1")" && pwd)")
fi
case $name in
'' | . | .. | */*) fail "$1: gives no name to a folder of results" ;;
esac

mkdir -p "runs/$name" || exit 3
for study in "${studies[@]}"; do
    output=$(basename "$study" .yaml)
    [ "$output" != study ] || output=$name
    $LAUNCH "$KINLIM" run "$study" -o "runs/$name/$output.h5" --resume || exit
done
