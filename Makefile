# `make` lists the targets. Most of them need only Go. `make test` also needs Git, a C compiler,
# Node.js and Python. The scripts print what is missing and how to install it.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help build tools generate lint check test demo fuzz bench record snapshot clean

SHELL := /bin/bash
FUZZTIME ?= 30s

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

build: ## build the plugin, pocketid-import and the in-memory server pocketid-fake into bin/
	@scripts/need.sh go
	@. scripts/progress.sh && progress "Compiling the plugin, pocketid-import and pocketid-fake" \
		go build -o bin/ ./cmd/pulumi-resource-pocketid ./cmd/pocketid-import ./cmd/pocketid-fake

tools: ## build the Pulumi CLI and its YAML language host into bin/, unless both are on the PATH
	@scripts/need.sh go
	@scripts/pulumi.sh

generate: ## generate schema.json and sdk/ from the provider (VERSION=1.2.3 for a release)
	@scripts/need.sh go
	go run $(if $(VERSION),-ldflags "-X github.com/pulumi-pocketid/pulumi-pocketid/provider/version.Version=$(VERSION)") ./cmd/pocketid-codegen

lint: ## run gofmt, go vet and staticcheck
	@scripts/need.sh go
	@scripts/lint.sh

check: ## run lint, unit tests and in-process engine tests (at most 3 minutes)
	@scripts/check.sh

test: ## run everything: also race detector, fuzzing, contract, SDKs, examples (at most 12 minutes)
	@scripts/test.sh

demo: ## run the quick start from preview to destroy, on an in-memory or a real Pocket ID
	@scripts/need.sh go
	@. scripts/progress.sh && progress "Compiling the plugin and pocketid-demo" \
		go build -o bin/ ./cmd/pulumi-resource-pocketid ./cmd/pocketid-demo
	@cli=$$(scripts/pulumi.sh) && exec bin/pocketid-demo -cli "$$cli"

fuzz: ## run every fuzz target for FUZZTIME (default 30s)
	@scripts/need.sh go
	@scripts/fuzz.sh $(FUZZTIME)

bench: ## measure the provider and write docs/benchmarks.md (about 10 minutes)
	@scripts/need.sh go
	@cli=$$(scripts/pulumi.sh) && go run ./tests/bench -cli "$$cli"

record: ## record answers of the server in POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY for the contract tests
	@scripts/need.sh go
	go run ./tests/contract/record

snapshot: ## build the archives of a release into dist/, for six platforms, without publishing
	@scripts/need.sh go git
	@scripts/goreleaser.sh check
	@scripts/goreleaser.sh release --snapshot --clean --skip=publish; status=$$?; $(MAKE) generate; exit $$status

clean: ## delete build results and caches of this repository, but not Go's own cache
	rm -rf bin .cache dist sdk/nodejs/bin sdk/nodejs/node_modules
