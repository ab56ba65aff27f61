#!/usr/bin/env bash
# Runs gofmt, go vet and staticcheck on the main module, which does not include the generated SDKs.
# Usage: lint.sh [COUNTS]
# Appends a line "passed failed skipped" to the file COUNTS.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
counts=${1:-/dev/null}

build_tools tools/lint "staticcheck (once)" honnef.co/go/tools/cmd/staticcheck

passed=0 failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
formatted() {
  local files
  files=$(gofmt -l cmd provider tests examples) || return
  [ -z "$files" ] || { echo "Not formatted, run gofmt -w on:" $files; return 1; }
}
check formatted
check progress "go vet" go vet ./...
check progress "staticcheck" bin/staticcheck ./...
echo "$passed $failed 0" >>"$counts"
[ "$failed" -eq 0 ]
