# Everything is set up in .venv from hash-checked requirement files: python3, python3-venv and make are all it takes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# Keep compiled modules even where Python is told not to: each process of a run would compile them again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo serve test test-all coverage check bench docs screenshots format lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

demo: $(VENV)/runtime  ## Serve a fresh store with 599 real customers and five segments (PORT=8000)
	$(BIN)/tamis demo --port $(PORT)

serve: $(VENV)/runtime  ## Serve the store in ./tamis-data (PORT=8000)
	$(BIN)/tamis serve --port $(PORT)

test: $(VENV)/dev  ## Run the tests, without the long forms and with a twentieth of the random examples
	$(BIN)/pytest -n auto --dist worksteal

test-all: $(VENV)/dev  ## Run all tests with all random examples; run it before a change lands
	TESTS=all $(BIN)/pytest -n auto --dist worksteal

coverage: $(VENV)/dev  ## Run all tests, and list the modules with less than nine tenths of their branches covered
	rm -f .coverage .coverage.*
	status=0; $(BIN)/coverage run -m pytest -n auto --dist worksteal || status=$$?; \
	  $(BIN)/coverage combine -q && $(BIN)/coverage report | awk '!/%$$/ || /^TOTAL/ || $$NF + 0 < 90'; exit $$status

check: $(VENV)/dev  ## Check style (ruff), types (mypy --strict) and the direction of imports (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev  ## Measure speed against baselines; prints a table and writes bench/results.json
	$(BIN)/python -m bench

docs: $(VENV)/dev  ## Write the generated parts of the docs: commands, operators, settings
	$(BIN)/python -m tests.docs.generated

screenshots: $(VENV)/dev  ## Take the screenshots of README.md again, with Chromium
	$(BIN)/python -m bench.screenshots

format: $(VENV)/dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/dev  ## Pin the newest allowed versions, with their hashes
	$(BIN)/pip install -q pip-tools
	cd requirements && for name in runtime postgresql dev; do ../$(BIN)/pip-compile -q --upgrade --strip-extras --allow-unsafe \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate --no-header \
	  -o $$name.txt $$name.in; done

clean:  ## Remove the virtual environment and caches
	rm -rf $(VENV) build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/runtime
