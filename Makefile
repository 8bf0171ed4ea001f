# What a person types. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The build cache stands outside the checkout, so a fresh clone of the same project builds little.
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/jpki-reset
export CARGO_TARGET_DIR ?= $(CACHE)/target
export PATH := $(CACHE)/tools/bin:$(PATH)
BIN := $(CARGO_TARGET_DIR)/debug
STORE ?= embedded

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what is missing on a Debian 12 machine (root or sudo), once
	@deploy/setup.sh

.PHONY: setup-test
setup-test:
	@deploy/setup.sh test

.PHONY: models
models: setup ## Fetch the face engine's models and two test portraits into the cache, once (125 MB)
	@deploy/models.sh

.PHONY: build
build: setup
	@cargo build --locked --workspace --bins

.PHONY: demo
demo: build models ## The whole story on this machine; ONCE=1 stops after it; STORE=redis runs it on Redis
	@BIN=$(BIN) ONCE=$(ONCE) STORE=$(STORE) deploy/demo.sh

.PHONY: test
test: setup-test models fmt lint ## Set-up, format, lints and every test; the runner's summary comes last
	@cargo test --locked --quiet --workspace --doc >/dev/null
	@cargo build --locked --workspace --bins
	@cargo nextest run --locked --workspace --no-fail-fast

.PHONY: fmt
fmt:
	@cargo fmt --all --check

.PHONY: lint
lint: setup
	@cargo clippy --locked --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

.PHONY: soak
soak: build models ## Long runs: a million random commands, long kill and contention runs (about 20 minutes)
	@deploy/soak.sh

.PHONY: bench
bench: setup models ## Figures as ratios against a baseline in the same run
	@cargo bench --locked --workspace --bench '*'

.PHONY: clean
clean: ## Remove the demo's files (the build cache stays)
	@rm -rf .demo
