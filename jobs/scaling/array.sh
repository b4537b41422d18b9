#!/bin/bash
# Submits one study on several numbers of nodes, and a report that compares their times; from the
# top of the repository:
#   [TASKS_PER_NODE=64] jobs/scaling/array.sh NODES... [-- options of sbatch]
# STUDY (jobs/scaling/study.yaml) and FOLDER (runs/scaling) in the environment name another study
# and another place for results.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
study=${STUDY:-jobs/scaling/study.yaml}
folder=${FOLDER:-runs/scaling}
tasks=${TASKS_PER_NODE:-64}

counts=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    if ! [[ $1 =~ ^[1-9][0-9]{0,5}$ ]]; then
        echo "array.sh: '$1' is not a number of nodes" >&2
        exit 2
    fi
    counts+=("$1")
    shift
done
[ $# -eq 0 ] || shift
if [ ${#counts[@]} = 0 ] || ! [[ $tasks =~ ^[1-9][0-9]{0,5}$ ]]; then
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
mkdir -p "$folder" || exit 3

# An array's tasks are alike, so each number of nodes is an array of one task, whose index it is.
jobs=
for nodes in "${counts[@]}"; do
    job=$(sbatch --parsable --array="$nodes" --nodes="$nodes" --ntasks=$((nodes * tasks)) \
        --output="$folder/nodes-%a.log" "$@" jobs/scaling/job.sh "$study" "$folder") || exit 3
    jobs=$jobs:${job%%;*}
done
report=$(sbatch --parsable --dependency="afterany$jobs" --output="$folder/report.log" \
    jobs/scaling/report.sh "$folder") || exit 3
echo "nodes ${counts[*]}: jobs ${jobs#:}; report ${report%%;*}: $folder/report.md"
