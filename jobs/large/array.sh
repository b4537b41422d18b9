#!/bin/bash
# Submits a study as an array of jobs over its realizations, and a job that joins
# their results when all of them are done; from the top of the repository:
#   jobs/large/array.sh TASKS [STUDY.yaml [RESULTS.h5]] [-- options of sbatch for the tasks]
# Run it again after a failure: tasks that are done return at once.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
[ -f jobs/site.sh ] && . jobs/site.sh

usage() {
    sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

arguments=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    arguments+=("$1")
    shift
done
[ $# -eq 0 ] || shift
tasks=${arguments[0]:-}
study=${arguments[1]:-jobs/large/study.yaml}
results=${arguments[2]:-runs/large/large.h5}
[[ $tasks =~ ^[0-9]{1,9}$ ]] && [ $((10#$tasks)) -gt 0 ] || usage
tasks=$((10#$tasks)) # 08 is 8, not an octal number

realizations=${REALIZATIONS:-$(sed -n 's/^realizations: *\([0-9][0-9]*\).*/\1/p' "$study")}
if ! [[ $realizations =~ ^[0-9]{1,9}$ ]] || [ $((10#$realizations)) = 0 ]; then
    echo "$study: no line 'realizations: N'; set REALIZATIONS" >&2
    exit 2
fi
realizations=$((10#$realizations))
[ "$tasks" -le "$realizations" ] || tasks=$realizations
folder=$(dirname "$results")
mkdir -p "$folder" || exit 3

array=$(sbatch --parsable --array=0-$((tasks - 1)) --output="$folder/part-%a.log" "$@" \
    jobs/large/job.sh "$study" "$results" "$tasks" "$realizations") || exit 3
merge=$(sbatch --parsable --dependency=afterok:"${array%%;*}" --kill-on-invalid-dep=yes \
    --output="$folder/merge.log" jobs/large/merge.sh "$results" "$tasks") || exit 3
echo "array ${array%%;*}: $realizations realizations in $tasks tasks; merge ${merge%%;*}: $results"
