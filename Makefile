# Everything a newcomer or a developer runs; plain `make` lists it.
# Needs python3 (3.11, 3.12 or 3.13) with venv, and nothing else. Another one: make PYTHON=/path/to/python demo

PYTHON ?=
ARGS ?=
BIN := .venv/bin
REGISTERS ?= ../shared/data  # where `make models` finds the registers' files
UV := uv==0.13.9  # makes the lock; not needed to use it

.DEFAULT_GOAL := help
.PHONY: help env demo test test-oldest lint format models report evidence documents site bench lock clean distclean

# A PYTHONPATH set for other software must not shadow the locked packages.
unexport PYTHONPATH
unexport PYTHONHOME

help:
	@echo 'make demo       risks of the sample mothers and newborns, as a table and an HTML page'
	@echo 'make test       every test         (make test ARGS="-k units -x" for some)'
	@echo 'make test-oldest  some tests on the oldest dependencies that pyproject.toml allows'
	@echo 'make lint       ruff, the import layers and mypy'
	@echo 'make format     let ruff put the code in order'
	@echo 'make models     train every shipped model again'
	@echo 'make report     a page for each shipped model, in report/'
	@echo 'make evidence   models measured again, and tried in other places, from the registers (an hour)'
	@echo 'make documents  every page, table and notebook that is written by a command'
	@echo 'make site       the documentation site, in build/site'
	@echo 'make bench      speed and memory, as ratios'
	@echo 'make lock       pin the newest and the oldest versions in requirements/ (needs a network)'
	@echo 'make clean      remove what builds and tests left; make distclean: .venv too'
	@echo 'The first of these builds .venv, once. PYTHON=/path/to/python chooses the interpreter.'

# A finished .venv is used whatever is on PATH. Otherwise the first interpreter that really runs (a pyenv shim may be
# there and fail) builds it; scripts/setup_env.py tells when a .venv is finished.
env:
	@if [ -z '$(PYTHON)' ] && $(BIN)/python -I scripts/setup_env.py --check 2>/dev/null; then exit 0; fi; \
	for python in $(or $(PYTHON),python3.11 python3.12 python3.13 python3); do \
	    if "$$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
	        exec "$$python" -I scripts/setup_env.py $(if $(PYTHON),--this-python); \
	    fi; \
	done; \
	echo "perinatal needs Python 3.11, 3.12 or 3.13 with venv; none of '$(or $(PYTHON),python3.11 python3.12 python3.13 python3)' is one that runs." >&2; \
	echo 'Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python demo' >&2; \
	exit 1

demo: env
	@$(BIN)/python -m perinatal.cli.main demo $(ARGS)

test: env
	@$(BIN)/python -m pytest $(ARGS)

# The oldest dependencies that pyproject.toml allows, in an environment of their own; part of the tests, to be short.
OLDEST_TESTS := tests/test_records.py tests/test_features.py tests/test_explanations.py tests/test_door.py tests/test_plots.py

build/oldest/ready: requirements/oldest.txt | env
	@$(BIN)/python -m venv --clear build/oldest
	@build/oldest/bin/python -m pip install --quiet --require-hashes --only-binary :all: --requirement requirements/oldest.txt
	@touch build/oldest/ready

test-oldest: build/oldest/ready
	@PYTHONPATH=src build/oldest/bin/python -m pytest -p no:cacheprovider $(or $(ARGS),$(OLDEST_TESTS))

lint: env
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: env
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

models: env
	@$(BIN)/perinatal train --all --registers '$(strip $(REGISTERS))' $(ARGS)

evidence: env
	@$(BIN)/python scripts/measure_models.py '$(strip $(REGISTERS))'
	@$(BIN)/python scripts/make_comparison.py '$(strip $(REGISTERS))'
	@$(BIN)/python scripts/compare_with_plain.py '$(strip $(REGISTERS))'
	@$(BIN)/python scripts/pooling_experiment.py '$(strip $(REGISTERS))'
	@$(BIN)/python scripts/adoption_experiment.py '$(strip $(REGISTERS))'

documents: env
	@$(BIN)/python scripts/make_cards.py
	@$(BIN)/python scripts/make_reference.py
	@$(BIN)/python scripts/make_documents.py
	@$(BIN)/python scripts/make_notebooks.py
	@$(BIN)/python scripts/make_picture.py

site: env
	@$(BIN)/mkdocs build --strict --quiet

report: env
	@$(BIN)/perinatal report $(ARGS)

bench: env
	@$(BIN)/python -m benchmarks $(ARGS)

lock: env
	@$(BIN)/python -m venv --clear build/lock
	@build/lock/bin/python -m pip install --quiet '$(strip $(UV))'
	@build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	    --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	    --extra dev pyproject.toml requirements/lock.in --override requirements/lock-override.in \
	    --output-file requirements/lock.txt
	@build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --resolution lowest-direct \
	    --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
	    --extra test pyproject.toml requirements/lock.in --override requirements/lock-override.in \
	    --output-file requirements/oldest.txt
	@echo 'requirements/lock.txt and oldest.txt are new: make test test-oldest, train the models again if XGBoost'
	@echo 'changed, and commit them.'

clean:
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	@find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

distclean: clean
	@rm -rf .venv .venv.lock
