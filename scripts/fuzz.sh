#!/usr/bin/env bash
# Runs every fuzz target for the given time.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${1:-30s} found=0
while IFS=: read -r file target; do
  found=1
  target=${target#func }
  echo "== $(dirname "$file") ${target%%(*}"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^${target%%(*}\$" -fuzztime "$fuzztime"
done < <(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' cmd provider tests || true)
[ "$found" -eq 1 ] || echo "there are no fuzz targets"
