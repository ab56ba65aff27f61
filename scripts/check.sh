#!/usr/bin/env bash
# Runs the checks that need only Go and Git and take at most three minutes: lint, and the unit tests and
# in-process engine tests. test.sh runs everything.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh go git
. scripts/phases.sh

phase "Lint" lint
phase "Unit and engine tests" go_test -parallel 16 ./provider/... ./cmd/... ./tests/layout ./tests/contract
summary
