# `make` lists what there is. Nothing here needs to be installed first but Go;
# `make test` also needs Node.js and Python. Scripts say what is missing.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help build tools generate lint test demo fuzz bench record clean

SHELL := /bin/bash
FUZZTIME ?= 30s

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

build: ## bin/pulumi-resource-pocketid (the plugin), bin/pocketid-import and bin/pocketid-fake (a Pocket ID to play with)
	@scripts/need.sh go
	@. scripts/progress.sh && progress "Compiling the provider, the importer and the fake" \
		go build -o bin/ ./cmd/pulumi-resource-pocketid ./cmd/pocketid-import ./cmd/pocketid-fake

tools: ## bin/pulumi and its YAML host, unless the machine has them
	@scripts/need.sh go
	@scripts/pulumi.sh

generate: ## schema.json and sdk/, from the provider
	@scripts/need.sh go
	go run ./cmd/pocketid-codegen

lint: ## gofmt, go vet, staticcheck
	@scripts/need.sh go
	@scripts/lint.sh

test: ## everything: lint, unit, contract, engine, SDKs, examples
	@scripts/test.sh

demo: ## the quick start from preview to destroy, against a fake or a real Pocket ID
	@scripts/need.sh go
	@. scripts/progress.sh && progress "Compiling the provider and the demo" \
		go build -o bin/ ./cmd/pulumi-resource-pocketid ./cmd/pocketid-demo
	@cli=$$(scripts/pulumi.sh) && exec bin/pocketid-demo -cli "$$cli"

fuzz: ## every fuzz target for FUZZTIME (30s)
	@scripts/need.sh go
	@scripts/fuzz.sh $(FUZZTIME)

bench: ## the benchmarks
	@scripts/need.sh go
	go test -run '^$$' -bench . -benchmem ./provider/... ./tests/...

record: ## new recordings from the server that POCKETID_TEST_BASE_URL and POCKETID_TEST_API_KEY name
	@scripts/need.sh go
	go run ./tests/contract/record

clean: ## what was built; Go's own cache stays
	rm -rf bin .cache sdk/nodejs/bin sdk/nodejs/node_modules
