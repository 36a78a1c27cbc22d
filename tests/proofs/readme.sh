#!/usr/bin/env bash
# readme.sh source_folder: the C++ example of the README is the tested program, to the letter.
set -euo pipefail
cd "$1"

awk '/^```cpp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' README.md |
  diff - tests/consumer/main.cpp
