#!/usr/bin/env bash
# Prints the directory of the Pulumi CLI and its YAML language host. If both are on the PATH,
# those are used. Otherwise they are built into bin/, at the versions in tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/tools.sh

if installed=$(command -v pulumi) && command -v pulumi-language-yaml >/dev/null; then
  dirname "$installed"
  exit
fi

# The CLI does not run programs if it does not know its own version.
version=$(grep -o 'pulumi/pulumi/pkg/v3 v[0-9.]*' tools/go.mod | head -n 1)
version=${version##* v}
# No `go mod download` before: it also downloads modules that the build does not need.
build_tools tools "the Pulumi CLI $version and its YAML language host (once, a few minutes)" \
  -ldflags "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$version" \
  github.com/pulumi/pulumi/pkg/v3/cmd/pulumi github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml
echo "$PWD/bin"
