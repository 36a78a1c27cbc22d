#!/usr/bin/env bash
# version.sh source_folder version: packages, citation and changelog carry the version of CMake.
set -euo pipefail
cd "$1"
version=$2

status=0
expect() { # file, extended regular expression
  if ! grep -q -E "$2" "$1"; then
    echo "$1 does not carry version $version"
    status=1
  fi
}
escaped=${version//./\\.}
for package in wasm/package.json web/package.json; do
  expect $package "^  \"version\": \"$escaped\""
done
expect CITATION.cff "^version: $escaped\$"
expect CHANGELOG.md "^## \[$escaped\]"
exit $status
