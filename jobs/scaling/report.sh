#!/bin/bash
#SBATCH --job-name=kinlim-scaling-report
#SBATCH --ntasks=1
#SBATCH --time=00:10:00
# Strong scaling of what job.sh has measured, as a table; from the top of the repository:
#   jobs/scaling/report.sh [FOLDER]
# Ends with 1 if samples differ between numbers of nodes: they must not.
set -u
folder=${1:-runs/scaling}
files=("$folder"/nodes-*.tsv)
if ! [ -f "${files[0]}" ]; then
    echo "report.sh: $folder: nothing has been measured" >&2
    exit 2
fi
sort -n "${files[@]}" | awk -F '\t' '
    BEGIN {
        print "| nodes | ranks | s per realization | node seconds | efficiency | cut |"
        print "|---:|---:|---:|---:|---:|---|"
    }
    NR == 1 { first = $1 * $3; sum = $4 }
    { printf "| %d | %d | %.3g | %.3g | %.2f | %s |\n", $1, $2, $3, $1 * $3, first / ($1 * $3 > 0 ? $1 * $3 : 1), $5 }
    $4 != sum { differ = 1 }
    END { print differ ? "\nSAMPLES DIFFER" : "\nSamples are the same bytes on all."; exit differ }' |
    tee "$folder/report.md"
exit "${PIPESTATUS[1]}"
