# Two commands are enough: `make dashboard` and `make test`. `make` alone lists the rest.
PYTHON ?= python3
PYTHONS ?= python3.11 python3.12 python3.13 python3.14
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help dashboard test pythons .test-browser .test-pages .test-rest .test-use .test-project .test-examples check format docs notebook-pages benchmark fuzz mutate notebooks lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

dashboard: .venv/run ## open the dashboard; the terminal prints the address
	@$(BIN)/hamknee dashboard

test: .venv/dev ## run every test
	@$(MAKE) --no-print-directory --keep-going --jobs=3 .test-browser .test-rest .test-pages .test-use .test-project .test-examples

USE := tests/cli tests/cohort tests/contract tests/fuzz tests/safety
# Three runs side by side, the longest first: a browser makes its visitors wait, and others fill
# the cores.
.test-browser:
	@$(BIN)/python -m pytest tests/dashboard -m browser

.test-pages:
	@$(BIN)/python -m pytest tests/dashboard -m "not browser"

.test-rest:
	@$(BIN)/python -m pytest tests --ignore=tests/dashboard --ignore=tests/project $(USE:%=--ignore=%)

.test-use:
	@$(BIN)/python -m pytest $(USE)

.test-project:
	@$(BIN)/python -m pytest tests/project

.test-examples:
	@$(BIN)/python -m pytest model README.md

# A name may be there and lead nowhere (pyenv), so each is asked who it is.
pythons: ## run the tests but those of pages under each Python of PYTHONS that is there
	@failed=; tried=; for python in $(PYTHONS); do \
	    version=$$($$python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) \
	        || { echo "$$python is not there"; continue; }; \
	    tried=yes; home=build/pythons/$$version; echo "Python $$version, in $$home"; \
	    { test $$home/done -nt dev.lock && test $$home/done -nt pyproject.toml; } || { \
	        $$python -m venv --clear $$home \
	        && $$home/bin/python -m pip install --quiet --require-hashes --requirement dev.lock \
	        && $$home/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . \
	        && touch $$home/done; } \
	    && PATH=$(CURDIR)/$$home/bin:$$PATH $$home/bin/python -m pytest --quiet tests --ignore=tests/dashboard \
	    || failed="$$failed $$version"; \
	done; test -z "$$failed" || { echo "Failed:$$failed"; exit 1; }; test "$$tried"

check: .venv/dev ## lint, formatting, types, and the shipped numbers against pgmpy
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/hamknee check

format: .venv/dev ## put the code in the house format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: .venv/dev ## write docs/library.md and the pages in build/reference from the docstrings
	@$(BIN)/python docs/make_library.py
	@$(BIN)/python docs/make_reference.py

notebook-pages: .venv/dev ## run the notebooks and write docs/notebooks anew
	@$(BIN)/python docs/make_notebooks.py

benchmark: .venv/dev ## time hamknee beside pgmpy and pyAgrum, then the dashboard
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/cohorts.py
	@$(BIN)/python benchmarks/machines.py
	@$(BIN)/python benchmarks/dashboard.py

fuzz: .venv/dev ## break files and numbers until something breaks; RUNS=10000 for the quickest reader
	@$(BIN)/python tests/fuzz/run.py --runs $(or $(RUNS),10000)
	@$(BIN)/python tests/fuzz/extremes.py

mutate: .venv/dev ## break the code on purpose and see which tests notice; COUNT=60
	@$(BIN)/python tests/mutants/run.py --count $(or $(COUNT),60)

notebooks: .venv/dev ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

lock: .venv/dev ## write run.lock and dev.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group build --universal --generate-hashes \
	    --python-version 3.11 --no-header --no-annotate --quiet --upgrade --output-file run.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev --constraint run.lock --universal --generate-hashes \
	    --python-version 3.11 --no-header --no-annotate --quiet --upgrade --output-file dev.lock

clean: ## remove the environment and what the tools cached
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# The stamps live inside .venv. A changed lock means a clean environment; run.lock is pinned into
# dev.lock, so the second is laid over the first.
.venv/run: run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hamknee needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	@echo "Setting up .venv (about a minute, once)"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes --requirement run.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run dev.lock
	@echo "Adding the development tools"
	@$(PIP) --require-hashes --requirement dev.lock
	@touch $@
