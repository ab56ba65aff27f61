#!/usr/bin/env bash
# Runs goreleaser at the version in tools/release/go.mod. It is built once, into bin/.
# Usage: goreleaser.sh ARGUMENTS...
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh
build_tools tools/release "goreleaser and cyclonedx-gomod (once, a few minutes)" \
  github.com/goreleaser/goreleaser/v2 github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
PATH="$PWD/bin:$PATH" exec bin/goreleaser "$@"
