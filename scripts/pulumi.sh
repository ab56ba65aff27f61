#!/usr/bin/env bash
# Prints the folder of the Pulumi CLI and its YAML host: the machine's own if it
# has both, else bin/, where they are built once at the versions of tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/progress.sh

if own=$(command -v pulumi) && command -v pulumi-language-yaml >/dev/null; then
  dirname "$own"
  exit
fi

stamp=$(cat tools/go.mod tools/go.sum <(go version) | cksum)
if [ "$(cat bin/.tools 2>/dev/null)" != "$stamp" ]; then
  # The CLI refuses to work with programs if it does not know its own version.
  version=$(grep -o 'pulumi/pulumi/pkg/v3 v[0-9.]*' tools/go.mod | head -n 1)
  flag="-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version##* v}"
  mkdir -p bin
  # Not `go mod download`, which asks for modules that the build does not need.
  progress "Compiling the Pulumi CLI ${version##* v} and its YAML host (once, a few minutes)" \
    go build -C tools -ldflags "-s -w $flag" -o ../bin/ \
    github.com/pulumi/pulumi/pkg/v3/cmd/pulumi github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml
  echo "$stamp" >bin/.tools
fi
echo "$PWD/bin"
