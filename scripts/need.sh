#!/usr/bin/env bash
# Checks that tools are installed. Prints each one that is missing, and how to install it.
# Usage: need.sh go|node|python|cc|git ...
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
missing() {
  echo "missing: $1" >&2
  echo "  to install it: $2" >&2
  status=1
}

for tool in "$@"; do
  case $tool in
    go)
      if ! command -v go >/dev/null; then
        missing "Go 1.26 or later" "https://go.dev/doc/install"
      elif ! version=$(go version 2>&1); then # fails here if Go is older than go.mod requires
        missing "a newer Go ($version)" "https://go.dev/doc/install"
      fi ;;
    cc)
      cc=$(go env CC 2>/dev/null || echo gcc)
      command -v "${cc%% *}" >/dev/null ||
        missing "a C compiler (${cc%% *}), required by Go's race detector" "apt-get install gcc, or xcode-select --install on macOS" ;;
    git)
      command -v git >/dev/null || missing "git" "https://git-scm.com/downloads" ;;
    node)
      if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        missing "Node.js 20 or later, with npm" "https://nodejs.org/en/download"
      elif ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; then
        missing "Node.js 20 or later (this is $(node --version))" "https://nodejs.org/en/download"
      fi ;;
    python)
      if ! command -v python3 >/dev/null; then
        missing "Python 3.10 or later" "https://www.python.org/downloads"
      elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        missing "Python 3.10 or later (this is $(python3 --version))" "https://www.python.org/downloads"
      elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        missing "Python's venv module" "apt-get install python3-venv"
      fi ;;
    *)
      echo "need.sh: unknown tool $tool" >&2
      exit 2 ;;
  esac
done
exit "$status"
