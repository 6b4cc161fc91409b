# Everything a newcomer runs. Only git, make and Python 3.11 or newer are assumed; `make help` lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-fast mission bench chaos mutate lint types contracts degrade recover acceptance watch lock shell stop assets words clean

# The Python to build the environment with: PYTHON=python3.12 make demo
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; exit; fi; done; echo python3)
# Asked for its version: a shim of pyenv is found on the path and runs nothing.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv)
PY := .venv/bin/python
LOCAL := $(PY) -m retainer.local --with-parent
# More arguments for pytest: make test-fast ARGS="-k pause"
ARGS ?=
# The type checker reads the settings and connects to nothing.
PRETEND := RETAINER_ENV=test SECRET_KEY=unused ENCRYPTION_KEYS='{}' TOKEN_PEPPERS='{}' \
	DATABASE_URL=postgresql:///unused DATABASE_OWNER_URL=postgresql:///unused REDIS_URL=redis://127.0.0.1:1/0

ifdef UV
INSTALL := $(UV) pip install --quiet --python $(PY) --require-hashes -r
else
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r
endif

# What an installer says goes to a log: its warnings are nobody's business until it fails, and then the log is named.
LOG := .run/install.log
quietly = mkdir -p .run; $(1) >$(LOG) 2>&1 || { tail -n 20 $(LOG); echo "$(2) All of it is in $(LOG)."; exit 1; }
NO_VENV := This Python cannot make virtual environments. Install its venv package (Debian: python3-venv) or uv.
NO_INSTALL := Not everything could be installed. Is the package index reachable? Run the same command again to go on.

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: .venv/.local ## start everything with a demo agency in it and say where to look (PORT=8000)
	@$(LOCAL) demo

degrade: .venv/.local ## make the demo's sample AI system worse, now
	@$(LOCAL) degrade

recover: .venv/.local ## make it well again
	@$(LOCAL) recover

stop: .venv/.local ## stop the demo from another terminal
	@$(LOCAL) stop

# Each worker gets half of the files in a row and takes from the other half what is left at the end, so that what a file
# needs is made once.
test: .venv/.test lint types contracts assets ## run every check and every test
	@chromium="$$($(LOCAL) chromium)"; export CHROMIUM_PATH="$$chromium"; \
	if [ -n "$$chromium" ]; then set --; else set -- -m "not browser"; fi; \
	$(LOCAL) test -- sh -c '$(PY) manage.py makemigrations --check --dry-run && exec $(PY) -m pytest -n 2 --dist worksteal "$$@"' sh "$$@" $(ARGS); \
	code=$$?; \
	[ -n "$$chromium" ] || echo "Browser tests were left out: this machine has no Chromium and none could be installed."; \
	exit $$code

test-fast: .venv/.test lint types contracts assets ## run what needs no browser and no servers of its own
	@RETAINER_TEST_FAST=1 $(LOCAL) test -- $(PY) -m pytest -n 2 --dist worksteal -m "not slow and not browser" $(ARGS)

mission: .venv/.test assets ## print which rows of the mission work, and write them to .run/mission.json
	@$(LOCAL) test -- $(PY) -m tests.mission $(ARGS)

lint: .venv/.test ## check style and format
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: .venv/.test ## check types
	@$(PRETEND) $(PY) -m mypy .

contracts: .venv/.test ## check who imports whom
	@.venv/bin/lint-imports

acceptance: .venv/.test .run/acceptance/.installed ## watch a real model server that nobody here wrote
	@RETAINER_ACCEPTANCE=1 $(LOCAL) test -- $(PY) -m pytest tests/acceptance -s -m acceptance $(ARGS)

watch: .venv/.test assets ## measure, alone on this machine, how soon a degradation is on the open page
	@CHROMIUM_PATH="$$($(LOCAL) chromium)" RETAINER_STRICT_TIMES=1 \
	$(LOCAL) test -- $(PY) -m pytest tests/browser/test_the_main_job.py -s $(ARGS)

bench: .venv/.test assets ## measure speed beside its peers, on an idle machine (ARGS="poller sweep" for parts)
	@$(LOCAL) bench -- $(PY) -m bench $(ARGS)

chaos: .venv/.test assets ## hurt the running stack for half an hour and see what was lost (ARGS="--seconds 300 --seed 7")
	@$(LOCAL) bench -- $(PY) -m tests.chaos $(ARGS)

# The model server has an environment of its own: what it needs and what we need have nothing to do with each other.
# It knows no Python newer than 3.12.
ACCEPTANCE_PYTHON ?= $(shell for python in $(PYTHON) python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null; then echo $$python; exit; fi; done)

mutate: .venv/.test .run/mutation/.installed ## change the SLA engine one place at a time and count what no test notices (about an hour)
	@$(PY) -m tests.mutation

.run/mutation/.installed: requirements/mutation.txt
	@echo "Installing the mutation tester…"
	@mkdir -p .run/mutation
ifdef UV
	@$(call quietly,$(UV) venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .run/mutation/env,$(NO_VENV))
	@$(call quietly,$(UV) pip install --quiet --python .run/mutation/env/bin/python --require-hashes -r requirements/mutation.txt,$(NO_INSTALL))
else
	@$(call quietly,$(PYTHON) -m venv .run/mutation/env,$(NO_VENV))
	@$(call quietly,.run/mutation/env/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/mutation.txt,$(NO_INSTALL))
endif
	@touch $@

.run/acceptance/.installed: requirements/acceptance.txt
	@test -n "$(ACCEPTANCE_PYTHON)" || { echo "The model server needs Python 3.11 or 3.12: ACCEPTANCE_PYTHON=python3.12 make acceptance"; exit 1; }
	@echo "Installing the model server…"
	@mkdir -p .run
ifdef UV
	@$(call quietly,$(UV) venv --quiet --allow-existing --python "$$(command -v $(ACCEPTANCE_PYTHON))" .run/acceptance,$(NO_VENV))
	@$(call quietly,$(UV) pip install --quiet --python .run/acceptance/bin/python --require-hashes -r requirements/acceptance.txt,$(NO_INSTALL))
else
	@$(call quietly,$(ACCEPTANCE_PYTHON) -m venv .run/acceptance,$(NO_VENV))
	@$(call quietly,.run/acceptance/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/acceptance.txt,$(NO_INSTALL))
endif
	@touch $@

words: .venv/.local ## compile what the packages say in our words, after a change of locale/
	@.venv/bin/pybabel -q compile -D django -d locale

assets: .venv/.local ## build style sheet, scripts and icons where stale
	@$(LOCAL) assets

shell: .venv/.local ## a Python shell in the running demo
	@test -f .run/servers.env || { echo "Start the demo first: make demo"; exit 1; }
	@set -a; . ./.run/servers.env; exec $(PY) manage.py shell

COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml

lock: ## write the locks anew from pyproject.toml and package.json (needs uv and npm)
	@test -n "$(UV)" || { echo "Install uv to write the locks: https://docs.astral.sh/uv/"; exit 1; }
	$(COMPILE) -o requirements/runtime.txt
	$(COMPILE) --extra local -o requirements/local.txt
	$(COMPILE) --extra local --extra test -o requirements/test.txt
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: ## stop the demo and remove everything that was made, the demo's data included
	@if [ -x $(PY) ] && [ -d .run ]; then $(PY) -m retainer.local stop || true; fi
	@for pointer in .run/*.elsewhere; do if [ -L "$$pointer" ]; then rm -rf "$$(readlink "$$pointer")"; fi; done
	rm -rf .venv .run node_modules retainer/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# Stamps, so that a second start installs nothing. What tests need is a superset of what the demo needs.
.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)."; \
	echo "Name another: make PYTHON=/path/to/python3.12 ..."; exit 1; }
ifdef UV
	@$(call quietly,$(UV) venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv,$(NO_VENV))
else
	@$(call quietly,$(PYTHON) -m venv .venv,$(NO_VENV))
endif
	@touch $@

.venv/.local: .venv/.made requirements/local.txt
	@echo "Installing what the demo needs…"
	@$(call quietly,$(INSTALL) requirements/local.txt,$(NO_INSTALL))
	@touch $@

.venv/.test: .venv/.made requirements/test.txt
	@echo "Installing what the tests need…"
	@$(call quietly,$(INSTALL) requirements/test.txt,$(NO_INSTALL))
	@touch $@ .venv/.local
