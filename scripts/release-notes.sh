#!/usr/bin/env bash
# Prints the section of CHANGELOG.md about a version. It fails if there is none.
# Usage: release-notes.sh v1.2.3
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?version missing, for example v1.2.3}
awk -v heading="## [${version#v}]" '
  index($0, "## ") == 1 { printing = ($0 == heading || index($0, heading " ") == 1); next }
  printing { print; found = found || NF }
  END { exit !found }
' CHANGELOG.md || { echo "CHANGELOG.md has no section \"## [${version#v}]\": move the changes from Unreleased there" >&2; exit 1; }
