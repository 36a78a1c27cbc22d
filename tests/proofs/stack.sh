#!/usr/bin/env bash
# stack.sh budget folder pattern: no function of a source whose name matches the pattern, with its
# object below the folder, needs more than `budget` bytes of stack for itself, and none an amount
# known at run time only. From the compiler's own
# reports (-fstack-usage), one a source file: <function> <bytes> <static|dynamic|bounded>.
set -euo pipefail
budget=$1
folder=$2
pattern=$3

matching() { find "$folder" -name "*.$1" -regextype egrep -regex ".*/($pattern)\.cpp\.[a-z]+" -print0; }
readarray -d '' reports < <(matching su)
sources=$(matching o | tr '\0' '\n' | wc -l)
if [ "${#reports[@]}" -eq 0 ] || [ "${#reports[@]}" -lt "$sources" ]; then
  echo "${#reports[@]} reports of stack usage for $sources objects in $folder"
  exit 1
fi
echo "largest frames, in bytes (budget $budget):"
awk -F '\t' '{ print $2 "\t" $1 }' "${reports[@]}" | sort -rn | awk 'NR <= 5'
if over=$(awk -F '\t' -v budget="$budget" '$2 > budget || $3 ~ /^dynamic$/' "${reports[@]}") &&
  [ -n "$over" ]; then
  printf 'beyond the budget:\n%s\n' "$over"
  exit 1
fi
