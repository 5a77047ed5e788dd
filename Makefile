# Every target does its own set-up: a virtual environment in .venv, filled by plain pip from the hashed lock files.
# What is done is remembered by .venv/.runtime, .venv/.project and .venv/.dev, and done again when a lock changes.

PYTHON ?= python3
ARGS ?=
# The tests wait more than they compute, so there is work for one process more than most small machines have cores.
WORKERS ?= 3
# How large `make chaos` is: kills at random moments, rounds of every named point, rounds of each race.
KILLS ?= 200
ROUNDS ?= 20
RACES ?= 200
SEED ?=
VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(ARGS)

.PHONY: help demo stories pictures test check bench chaos format messages lock clean

help:
	@echo "make demo    play edits on stand-ins for Discord and the image API; the threads land in out/demo/"
	@echo "make stories play the main stories there; a picture of each lands in out/stories/"
	@echo "make pictures draw the pictures of the documents anew, from the stories"
	@echo "make test    run every test (ARGS='-k mask' is handed to pytest)"
	@echo "make check   ruff, mypy --strict, import contracts, translations, lock files"
	@echo "make bench   measure against plain references, as ratios (ARGS='answer book' runs some)"
	@echo "make chaos   kill the bot at random and at every named point, and race for the last of an allowance (SEED=, KILLS=, ROUNDS=)"
	@echo "make format  let ruff format and mend what it can"
	@echo "make messages  bring the catalogues of all languages in step with what the code says"
	@echo "make lock    pin the dependencies anew (ARGS=--upgrade takes newer ones)"
	@echo "make clean   remove the environment, the caches and out/"

demo: $(VENV)/.project
	$(VENV)/bin/darkroom demo --out out/demo

stories: $(VENV)/.project
	$(VENV)/bin/darkroom demo --story all --out out/stories

pictures: stories
	$(VENV)/bin/python -m tests.pictures

test: $(VENV)/.project $(VENV)/.dev
	$(VENV)/bin/pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: $(VENV)/.project $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	$(VENV)/bin/python -m tests.translations check --complete
	$(VENV)/bin/pytest --quiet tests/test_lock.py

bench: $(VENV)/.project
	$(VENV)/bin/python -m tests.bench $(ARGS)

# What was played is written down in out/chaos/SEED.jsonl; the same SEED again goes on after it.
chaos: $(VENV)/.project $(VENV)/.dev
	$(VENV)/bin/python -m tests.chaos $(if $(SEED),--seed $(SEED)) --kills $(KILLS) --rounds $(ROUNDS) $(ARGS)
	RACE_ROUNDS=$(RACES) STATEFUL_EXAMPLES=$(RACES) $(VENV)/bin/pytest --timeout 0 \
	  tests/storage/test_race_for_the_last.py tests/storage/test_stateful.py

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

messages: $(VENV)/.project $(VENV)/.dev
	$(VENV)/bin/python -m tests.translations update

lock: $(VENV)/.dev
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group dev --extra postgres --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot cogs migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Darkroom needs Python 3.11 or newer, and there is no $(PYTHON) here."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Darkroom needs Python 3.11 or newer, and $(PYTHON) is older: try make PYTHON=python3.11."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, apt install python3-venv."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements.lock
	@touch $@

# In a step of its own, since pip takes no hashes beside an editable install; hatchling, the build backend, is locked.
$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
