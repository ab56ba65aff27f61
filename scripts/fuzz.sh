#!/usr/bin/env bash
# Runs every fuzz target for the given time. Appends "passed failed skipped" to the file of the second argument.
set -euo pipefail
cd "$(dirname "$0")/.."
fuzztime=${1:-30s} counted=${2:-/dev/null} passed=0 failed=0
while IFS=: read -r file target; do
  target=${target#func } target=${target%%(*}
  # What is interesting is not made small: that takes a minute a find, and only a failure is worth it.
  if out=$(go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" -fuzzminimizetime 5x 2>&1); then
    passed=$((passed + 1))
    printf '%s %s: %s\n' "$(dirname "$file")" "$target" "$(grep -o 'execs: [0-9]*' <<<"$out" | tail -1)"
  else
    failed=$((failed + 1))
    printf '%s %s: FAILED\n%s\n' "$(dirname "$file")" "$target" "$out"
  fi
done < <(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' cmd provider tests)
echo "$passed $failed 0" >>"$counted"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
