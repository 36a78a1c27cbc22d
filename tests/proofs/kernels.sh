#!/usr/bin/env bash
# kernels.sh target object...: the kernels of one instruction set define no weak symbol that another
# object could define, too. The linker merges weak functions of the same name: one compiled for
# AVX-512 could then run on any processor. Names within igb::<target> are this object's own.
set -euo pipefail
target=$1
shift

for object in "$@"; do
  symbols=$(nm --demangle --defined-only --extern-only "$object")
  if [ -z "$symbols" ]; then
    echo "$object defines nothing"
    exit 1
  fi
  if weak=$(grep -E ' [WwVvu] ' <<<"$symbols" | grep -v -F "igb::$target::"); then
    printf '%s defines weak\n%s\n' "$object" "$weak"
    exit 1
  fi
done
