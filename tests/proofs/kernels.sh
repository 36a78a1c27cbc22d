#!/usr/bin/env bash
# kernels.sh object...: the kernels of one instruction set define no weak symbol. The linker merges
# weak functions of the same name: one compiled for AVX-512 could then run on any processor.
set -euo pipefail

status=0
for object in "$@"; do
  symbols=$(nm --defined-only --extern-only "$object")
  if [ -z "$symbols" ]; then
    echo "$object defines nothing"
    status=1
  fi
  if weak=$(grep -E ' [WwVvu] ' <<<"$symbols"); then
    printf '%s defines weak\n%s\n' "$object" "$(c++filt <<<"$weak")"
    status=1
  fi
done
exit $status
