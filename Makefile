# `make demo` and `make test` do all the set-up themselves, on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE := site/public
SCRIPTS := renderers/quizproof_renderers/site/static/script

.PHONY: demo test explore check lint lint-scripts types bench clean

# Remade when the dependencies change.
$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "quizproof needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torch,tensorflow,dev]'
	touch $@

demo: $(VENV)/installed  ## Prove the shipped bank and build the site.
	@$(BIN)/quizproof build questions --site site/site.yaml --output $(SITE)

test: $(VENV)/installed  ## Run the tests.
	$(BIN)/python -m pytest -n auto

explore: $(VENV)/installed  ## Run the tests of properties with many examples, others each time.
	$(BIN)/python -m pytest -n auto -m hypothesis --hypothesis-profile explore

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torch,tensorflow,dev,bench]'
	touch $@

bench: $(VENV)/peers  ## Whole-process times, as ratios; BENCH='scale --largest 100' for a part.
	$(BIN)/python -m benchmarks $(BENCH)

clean:
	rm -rf $(VENV) $(SITE) build dist .mypy_cache .pytest_cache .ruff_cache
