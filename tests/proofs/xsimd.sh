#!/usr/bin/env bash
# xsimd.sh source_folder: xsimd is included in engine/src/simd.hpp and nowhere else.
set -euo pipefail
cd "$1"

found=$(grep -r -l -E '#[[:space:]]*include[[:space:]]*[<"]xsimd' engine tests wasm \
  --include='*.[ch]pp' --include='*.h' --exclude-dir=node_modules || true)
if [ "$found" != engine/src/simd.hpp ]; then
  printf 'xsimd is included in\n%s\n' "$found"
  exit 1
fi
