# Two commands for a newcomer: `make run` and `make test`. Everything else: `make help`.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
# What stands in .venv, and for which checkout: an editable installation points at a path.
RUNTIME := .venv/runtime.stamp
DEVELOPMENT := .venv/development.stamp
STAMPED = $(shell cat $(1) 2>/dev/null)
CODE := $(wildcard src tests bench tools)
MIGRATIONS := $(wildcard src/biletpro/services/*/migrations/*.sql)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- Installation: once, and again when the lock, the project file or the checkout's place changes ----

.PHONY: moved
ifneq ($(call STAMPED,$(RUNTIME)),$(CURDIR))
$(RUNTIME): moved
endif
ifneq ($(call STAMPED,$(DEVELOPMENT)),$(CURDIR))
$(DEVELOPMENT): moved
endif

$(RUNTIME): requirements/runtime.txt pyproject.toml tools/install.sh
	@PYTHON='$(PYTHON)' sh tools/install.sh runtime
	@echo '$(CURDIR)' > $@

# Holds the runtime's packages too, so both stamps are set.
$(DEVELOPMENT): requirements/development.txt requirements/runtime.txt pyproject.toml tools/install.sh
	@PYTHON='$(PYTHON)' sh tools/install.sh development
	@echo '$(CURDIR)' > $(RUNTIME)
	@echo '$(CURDIR)' > $@

.PHONY: install
install: $(DEVELOPMENT) ## Install what development needs into .venv (the others do it by themselves)

.PHONY: system-packages
system-packages: ## Install the Debian packages that tests need (as root)
	@[ "$$(id -u)" = 0 ] || { echo 'biletpro: apt-get needs root: sudo make system-packages' >&2; exit 1; }
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$(grep -v '^#' tools/system-packages.txt)

# ---- Running ----

.PHONY: run
run: $(RUNTIME) ## Start everything with a demo on 127.0.0.1:8000 (BILETPRO_PORT=… changes the port)
	@exec $(BIN)/python -m biletpro up

# ---- Checks: `make check` is what CI runs, in this order ----

.PHONY: check
check: format-check lint types imports tidy sql-lint test ## Everything CI runs

.PHONY: format
format: $(DEVELOPMENT) ## Write the code in the one format
	$(BIN)/ruff format $(CODE)

.PHONY: format-check
format-check: $(DEVELOPMENT) ## Is the code in the one format?
	$(BIN)/ruff format --check $(CODE)

.PHONY: lint
lint: $(DEVELOPMENT) ## Ruff with everything on
	$(BIN)/ruff check $(CODE)

.PHONY: types
types: $(DEVELOPMENT) ## mypy --strict
	$(BIN)/mypy --strict $(CODE)

.PHONY: imports
imports: $(DEVELOPMENT) ## Who may import whom
	$(BIN)/lint-imports

.PHONY: tidy
tidy: $(DEVELOPMENT) ## Our own rules
	PYTHONPATH=tools $(BIN)/python -m tidy $(CODE)

.PHONY: sql-lint
sql-lint: $(DEVELOPMENT) ## Migrations that would lock or break a running system
	$(BIN)/squawk $(MIGRATIONS)

.PHONY: unit
unit: $(DEVELOPMENT) ## The tests that need no server (< 20 s)
	$(BIN)/pytest -q -m 'not servers'

.PHONY: test
test: $(DEVELOPMENT) ## All tests
	$(BIN)/pytest

# ---- Measuring ----

.PHONY: bench
bench: $(RUNTIME) ## How fast it sells here, beside the machine's own limits (about 5 minutes)
	$(BIN)/python -m biletpro bench --json build/bench.json

.PHONY: figures
figures: $(RUNTIME) ## Write the last bench's figures into README.md and docs/figures.md
	$(BIN)/python -m biletpro.bench.figures build/bench.json README.md docs/figures.md

# ---- Now and then ----

LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --group build

.PHONY: lock
lock: ## Lock the newest allowed versions (needs uv)
	@command -v uv >/dev/null || { echo 'biletpro: locking needs uv: pip install uv' >&2; exit 1; }
	$(LOCK) --upgrade --group dev -o requirements/development.txt
	$(LOCK) --upgrade --constraint requirements/development.txt -o requirements/runtime.txt

.PHONY: clean
clean: ## Remove what was installed and cached (data in .biletpro/ stay)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
