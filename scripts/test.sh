#!/usr/bin/env bash
# Runs every check. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh go cc git node python
. scripts/phases.sh

pulumi_cli() { scripts/pulumi.sh || { echo 0 1 0 >>"$counts"; return 1; }; }

# The packages that no other phase tests.
contract() {
  local packages
  packages=$(go list ./... | grep -vE '/(provider|tests/(demo|examples|sdk)|cmd/pocketid-codegen)(/|$)') || return
  go_test $packages
}

terraform_mapping() { MODULE=tests/terraform scripts/go-test.sh "$counts" -count=1 ./...; }

# What the names of tests contain that do several things at a time.
parallel_tests='Concurrent|Twenty|Entries|Requests|Shared|Large|Sequence|Joined|Stacks|Hanging|Interrupt|Cancel|Faults|Lifecycle|Overwritten|Edit|Upgrade|Component|Lost|Provider'

# First, because the other phases need many of the packages that it compiles.
phase "Pulumi CLI" pulumi_cli
phase "Lint" lint
phase "Provider and engine" go_test -parallel 16 ./provider
# The race detector slows tests down several times. Of the provider's tests, those run again that do several things at a time, and the
# lifecycle of each resource. Tests that use the engine in a way that makes the engine itself race are skipped.
phase "REST client, fake and other packages with the race detector" go_test -race -parallel 16 $(go list ./provider/... | grep -v '/provider$')
phase "Provider with the race detector" go_test -race -parallel 16 -run "$parallel_tests" ./provider
phase "Fuzzing" scripts/fuzz.sh 2s "$counts"
phase "Contract, commands and layout" contract
# A module of its own, so that the provider does not depend on the Terraform bridge.
phase "Terraform mapping" terraform_mapping
phase "SDKs" go_test ./cmd/pocketid-codegen ./tests/sdk
phase "Demo and examples" go_test ./tests/demo ./tests/examples
summary
