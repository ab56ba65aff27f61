#!/usr/bin/env bash
# Runs every check there is, one phase after the other, and ends with a line
# "N passed, N failed". A phase that fails does not stop the next one.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh go cc git node python

counted=$(mktemp)
trap 'rm -f "$counted"' EXIT
broken=()

phase() {
  local name=$1 began=$SECONDS end=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || { end=FAILED; broken+=("$name"); }
  printf '== %s: %s, %s s (%s s in all)\n' "$name" "$end" $((SECONDS - began)) "$SECONDS"
}

go_test() { bin/tally "$counted" -count=1 -timeout 20m "$@"; }

cli() { scripts/pulumi.sh || { echo 0 1 0 >>"$counted"; return 1; }; }

# The first thing, because everything else shares what it compiles.
phase "Pulumi CLI" cli
mkdir -p bin
go build -o bin/tally ./scripts/tally
phase "Lint" scripts/lint.sh "$counted"
phase "Provider and engine" go_test -parallel 8 ./provider
# Once more what is concurrent, under the race detector. Tests whose time or whose engine does
# not bear it leave themselves out there (provider/racing_test.go), and have run above.
phase "Provider, REST client and fake: races" go_test -race -parallel 8 ./provider/...
phase "Fuzzing" scripts/fuzz.sh 5s "$counted"
phase "Contract and programs" go_test $(go list ./... | grep -vE '/(provider|tests/(demo|examples|sdk)|cmd/pocketid-codegen)(/|$)')
phase "SDKs" go_test ./cmd/pocketid-codegen ./tests/sdk
phase "Demo and examples" go_test ./tests/demo ./tests/examples

printf '\n'
[ ${#broken[@]} -eq 0 ] || printf 'FAILED: %s\n' "${broken[@]}"
[ ${#broken[@]} -ne 0 ] || echo "PASS: everything, in $SECONDS s"
awk '{p += $1; f += $2; s += $3} END {
  if (s) printf "%d skipped\n", s
  printf "%d passed, %d failed\n", p, f
}' "$counted"
[ ${#broken[@]} -eq 0 ]
