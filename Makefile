# make demo    compare the apricot programmes and write a report (installs what it needs on first use)
# make test    lint, types and the whole test suite
# make notebooks   run the notebooks at full size; copies with their pictures go to results/notebooks

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help demo test quick check bench notebooks clean

help:
	@echo "make demo    compare the apricot programmes, 20 replicates; prints a table and where the report is"
	@echo "make test    lint, types and the whole test suite"
	@echo "make quick   the tests without the slow ones"
	@echo "make check   lint, formatting and types only"
	@echo "make bench   speed, printed and added to docs/benchmarks.md"
	@echo "make notebooks  run the notebooks at full size (some minutes); copies with pictures go to results/notebooks"
	@echo "make clean   remove $(VENV), caches and builds (results/ stays)"
	@echo "Another Python: make demo PYTHON=python3.12"

demo: $(VENV)/.runtime
	$(BIN)/linkage-sim compare scenarios/apricot --replicates 20

test: check
	$(BIN)/python -m pytest -n 2

quick: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 -m "not slow"

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/.runtime
	$(BIN)/python benchmarks/bench.py

notebooks: $(VENV)/.notebooks
	@mkdir -p results/notebooks
	$(BIN)/jupyter execute notebooks/*.ipynb --output='../results/notebooks/{notebook_name}'

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment: one folder, two stamps, renewed when the project file or a version changes -------

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.11, 3.12 or 3.13 (Debian: apt-get install python3 python3-venv),"; \
	  echo "or name one: make demo PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "linkage_sim needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) -V 2>&1)."; \
	  echo "Name another: make demo PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module, so $(VENV) cannot be made."; \
	  echo "On Debian or Ubuntu: apt-get install python3-venv   (as root), then run make again."; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) -V 2>&1)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing linkage_sim and its libraries into $(VENV) (once; about a minute) ..."
	@$(PIP) install -qq -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing linkage_sim, its libraries and the test tools into $(VENV) (once; about a minute) ..."
	@$(PIP) install -qq -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.runtime

$(VENV)/.notebooks: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing linkage_sim, its libraries and Jupyter's kernel into $(VENV) (once; about a minute) ..."
	@$(PIP) install -qq -c constraints.txt -e '.[notebooks]'
	@touch $@ $(VENV)/.runtime
