#!/usr/bin/env bash
# Runs every fuzz target for a given time each, and prints how often it was executed.
# Usage: fuzz.sh [DURATION [COUNTS]]
# Appends a line "passed failed skipped" to the file COUNTS.
set -euo pipefail
cd "$(dirname "$0")/.."
duration=${1:-30s} counts=${2:-/dev/null} passed=0 failed=0
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
corpus=$(go env GOCACHE)/fuzz/$(go list -m) # where `go test -fuzz` keeps what it finds, too

# `go test -fuzz` takes one target at a time and would link the test program for each.
compile() { go test -c -fuzz '^Fuzz' -o "$build/$(tr / - <<<"$1")" "./$1"; }

# Minimizing an interesting input takes up to a minute, and only a failing one is worth it.
fuzz() {
  (cd "$1" && "$build/$(tr / - <<<"$1")" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$duration" \
    -test.timeout 10m -test.fuzzminimizetime 5x -test.fuzzcachedir "$corpus/$1" 2>&1)
}

for package in $(grep -rlE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*\(' cmd provider tests | xargs -n 1 dirname | sort -u); do
  targets=$(cat "$package"/*_test.go | grep -oE '^func Fuzz[A-Za-z0-9_]*\(' | tr -d '(' | cut -d ' ' -f 2)
  if ! output=$(compile "$package" 2>&1); then
    failed=$((failed + 1))
    printf '%s: FAILED to compile\n%s\n' "$package" "$output"
    continue
  fi
  for target in $targets; do
    if output=$(fuzz "$package" "$target"); then
      passed=$((passed + 1))
      printf '%s %s: %s\n' "$package" "$target" "$(grep -o 'execs: [0-9]*' <<<"$output" | tail -1)"
    else
      failed=$((failed + 1))
      printf '%s %s: FAILED\n%s\n' "$package" "$target" "$output"
    fi
  done
done
echo "$passed $failed 0" >>"$counts"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
