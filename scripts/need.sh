#!/usr/bin/env bash
# Names every missing tool, and how to get it, before anything is built.
# Usage: need.sh go|node|python|cc|git ...
set -euo pipefail
cd "$(dirname "$0")/.."

missing=0
lacks() {
  echo "missing: $1" >&2
  echo "  get it: $2" >&2
  missing=1
}

for tool in "$@"; do
  case $tool in
    go)
      if ! command -v go >/dev/null; then
        lacks "Go 1.26 or later" "https://go.dev/doc/install"
      elif ! why=$(go version 2>&1); then # in this folder go reads go.mod, and says if it is too old for it
        lacks "a newer Go ($why)" "https://go.dev/doc/install"
      fi ;;
    cc)
      cc=$(go env CC 2>/dev/null || echo gcc)
      command -v "${cc%% *}" >/dev/null ||
        lacks "a C compiler (${cc%% *}), which Go's race detector needs" "apt-get install gcc, or xcode-select --install on macOS" ;;
    git)
      command -v git >/dev/null || lacks "git" "https://git-scm.com/downloads" ;;
    node)
      if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        lacks "Node.js 20 or later, with npm" "https://nodejs.org/en/download"
      elif ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; then
        lacks "Node.js 20 or later (this is $(node --version))" "https://nodejs.org/en/download"
      fi ;;
    python)
      if ! command -v python3 >/dev/null; then
        lacks "Python 3.10 or later" "https://www.python.org/downloads"
      elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        lacks "Python 3.10 or later (this is $(python3 --version))" "https://www.python.org/downloads"
      elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        lacks "Python's venv module" "apt-get install python3-venv"
      fi ;;
    *)
      echo "need.sh does not know $tool" >&2
      exit 2 ;;
  esac
done
exit "$missing"
