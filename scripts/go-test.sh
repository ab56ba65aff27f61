#!/usr/bin/env bash
# Runs `go test` through gotestsum: prints one line for each package, and the output of tests
# that failed or were skipped at the end.
# Usage: [MODULE=DIRECTORY] go-test.sh COUNTS GO-TEST-ARGUMENTS...
# MODULE is the directory of the module, if it is not the main one.
# Appends a line "passed failed skipped" to the file COUNTS.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
counts=$1
shift

build_tools tools/test "gotestsum (once)" gotest.tools/gotestsum

gotestsum=$PWD/bin/gotestsum
events=$(mktemp)
trap 'rm -f "$events"' EXIT
status=0
cd "${MODULE:-.}" # go test -C does not work: gotestsum puts its own flags first
progress "go test" "$gotestsum" --format standard-quiet --jsonfile-timing-events "$events" -- "$@" || status=$?

# Each line of the file is one JSON event: a test or a package passed, failed or was skipped.
# A package fails without a failed test if it does not compile, or if it exits or panics outside of a test.
awk -v status="$status" '
  { test = /"Test":"/; match($0, /"Package":"[^"]*"/); package = substr($0, RSTART, RLENGTH) }
  /"Action":"pass"/ && test { passed++ }
  /"Action":"skip"/ && test { skipped++ }
  /"Action":"fail"/ && test { failed++; explained[package] = 1 }
  /"Action":"fail"/ && !test && !(package in explained) { failed++ }
  END {
    if (status != 0 && failed == 0) failed = 1 # go test or gotestsum itself failed
    if (passed + failed + skipped == 0) failed = 1 # no test ran, for example because TestMain exits early
    print passed + 0, failed + 0, skipped + 0
    exit failed > 0
  }' "$events" >>"$counts" || status=1
exit "$status"
