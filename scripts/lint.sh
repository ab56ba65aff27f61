#!/usr/bin/env bash
# gofmt, go vet and staticcheck on the main module. Generated SDKs are not ours to style.
# With a file as argument, adds "passed failed 0" to it.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/progress.sh

stamp=$(cat tools/lint/go.mod tools/lint/go.sum <(go version) | cksum)
if [ "$(cat bin/.lint 2>/dev/null)" != "$stamp" ]; then
  mkdir -p bin
  progress "Compiling staticcheck (once)" go build -C tools/lint -o ../../bin/ honnef.co/go/tools/cmd/staticcheck &&
    echo "$stamp" >bin/.lint
fi

passed=0 failed=0
check() {
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
formatted() {
  local files
  files=$(gofmt -l cmd provider scripts tests examples) || return
  [ -z "$files" ] || { echo "not formatted; run gofmt -w on:" $files; return 1; }
}
check formatted
check progress "go vet" go vet ./...
check progress "staticcheck" bin/staticcheck ./...
[ $# -eq 0 ] || echo "$passed $failed 0" >>"$1"
[ "$failed" -eq 0 ]
