# `make demo` and `make test` do all the set-up themselves, on a machine with Python 3.11 or newer.
PYTHON ?= python3
# FRESH=1, as in `make demo FRESH=1` and `make test FRESH=1`: prove the bank without what its committed lock knows.
FRESH ?=
export FRESH
# NEWEST=1, as in `make test NEWEST=1`: the newest versions of everything, in an environment of their own.
NEWEST ?=
# How many tests run at once. Many only wait, for a limit or for another process, so a few more than there are processors.
WORKERS ?= $(shell expr $$(nproc) + 2)
# What is imported is compiled then, and kept: the frameworks have thousands of modules that nobody imports. Where Python
# is told to keep no bytecode, each process would compile everything anew.
KEEPING := PYTHONDONTWRITEBYTECODE=
VENV := $(if $(NEWEST),.venv-newest,.venv)
BIN := $(VENV)/bin
SITE := site/public
SCRIPTS := renderers/quizproof_renderers/site/static/script
CONSTRAINTS := tools/constraints.txt
EXTRAS := torch,tensorflow,dev
PEERS := $(EXTRAS),bench

.PHONY: demo test explore check lint lint-scripts types docs bench update clean always

# $(call install,EXTRAS): the versions that passed the tests. They were resolved on Python 3.11, where all of them can be
# installed; on another Python some cannot, so it gets the newest versions that pyproject.toml allows.
define install
	@case "$(NEWEST)$$($(BIN)/python -c 'import sys; print(*sys.version_info[:2], sep=".")')" in \
	3.11) set -- --constraint $(CONSTRAINTS) ;; \
	*) echo "installing the newest versions, not those of $(CONSTRAINTS)"; set -- --upgrade --upgrade-strategy eager ;; \
	esac; $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check "$$@" --editable '.[$(1)]'
endef

# Remade when the dependencies change; the newest ones may have changed at any time.
$(VENV)/installed: pyproject.toml $(CONSTRAINTS) $(if $(NEWEST),always)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "quizproof needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(call install,$(EXTRAS))
	@touch $@

# What the committed lock knows is not run again, where it was made by the same versions; FRESH=1 runs everything.
KNOWN = $(if $(FRESH),,$(if $(shell git rev-parse --verify --quiet HEAD 2>/dev/null),--known HEAD))

demo: $(VENV)/installed  ## Prove the shipped bank and build the site.
	@$(KEEPING) $(BIN)/quizproof build questions --site site/site.yaml --output $(SITE) $(KNOWN)

test: $(VENV)/installed  ## Run the tests.
	$(KEEPING) $(BIN)/python -m pytest -n $(WORKERS)

explore: $(VENV)/installed  ## Run the tests of properties with many examples, others each time.
	$(KEEPING) $(BIN)/python -m pytest -n $(WORKERS) -m hypothesis --hypothesis-profile explore

check: lint types test  ## All that says "done": lint, types, tests, examples of the docs.

lint: $(VENV)/installed lint-scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Node is needed for this alone: sites are built and tested without it.
lint-scripts:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tools/node_modules/installed && \
	tools/node_modules/.bin/eslint --config tools/eslint.config.mjs $(SCRIPTS); \
	else echo "lint-scripts: skipped, because Node is not installed"; fi

tools/node_modules/installed: tools/package.json tools/package-lock.json
	npm ci --prefix tools --no-audit --no-fund --silent
	touch $@

types: $(VENV)/installed
	$(BIN)/mypy

# What is compared to stays out of `make demo` and `make test`.
$(VENV)/peers: $(VENV)/installed
	$(call install,$(PEERS))
	@touch $@

docs: $(VENV)/installed  ## Build the site of the documentation.
	$(BIN)/python tools/docs_site.py site/docs

bench: $(VENV)/peers  ## Whole-process times, as ratios; BENCH='scale --largest 100' for a part.
	$(BIN)/python -m benchmarks $(BENCH)

update:  ## Rewrite the constraints: the newest versions, resolved in a fresh environment. Then `make check`.
	PYTHON=$(PYTHON) tools/constraints.sh $(PEERS) $(CONSTRAINTS)

clean:
	rm -rf .venv .venv-newest $(SITE) site/docs build dist .mypy_cache .pytest_cache .ruff_cache
