# `make` alone prints what there is. Everything lives in .venv and data/, both git-ignored.

VENV := .venv
PY := $(VENV)/bin/python
# The first of these that is 3.11 or newer; say `make PYTHON=/path/to/python …` to choose another.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
# Wheels only: nothing is compiled, so a compiler is never needed. The hashes are checked, nothing else is resolved.
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help run test check bench schema audit clients soak livesoak answers books year crash lock

help: ## (this list)
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.runtime ## set everything up and serve a demo practice on 127.0.0.1:8000 (VETDESK_PORT)
	@VETDESK_MODE=development $(PY) -m vetdesk develop

test: $(VENV)/.dev ## every test, on SQLite and on PostgreSQL side by side (ARGS="-k booking" narrows it)
	@$(PY) -m tests.both $(ARGS)

check: $(VENV)/.dev ## style, types, layers, and that schema.graphql is what the code says
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m vetdesk schema --check

bench: $(VENV)/.dev ## the figures in time, beside other servers (QUICK=1: in a minute; ARGS=--help explains)
	@$(PY) -m bench $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

schema: $(VENV)/.runtime ## print the contract from the code into schema.graphql
	@$(PY) -m vetdesk schema > schema.graphql.new && mv schema.graphql.new schema.graphql || { rm -f schema.graphql.new; exit 1; }

audit: $(VENV)/.dev ## the graphql-http audits, by the original npm package (needs node and npm)
	@$(PY) -m tests.audit $(ARGS)

clients: $(VENV)/.dev ## the npm clients of live subscriptions, cut off in every way (needs node and npm)
	@$(PY) -m tests.clients $(ARGS)

soak: $(VENV)/.dev ## hours of made-up traffic against a real server, watching memory and connections
	@$(PY) -m tests.soak $(ARGS)

livesoak: $(VENV)/.dev ## half an hour, for each database, of 500 who look on live, over two servers
	@$(PY) -m tests.soak live $(ARGS)

answers: $(VENV)/.dev ## 100,000 random documents on each database, each answer held against the oracle's
	@$(PY) -m tests.soak.answers $(ARGS)

books: $(VENV)/.dev ## 200 random histories of money on each database, after each step held against a bookkeeper's
	@$(PY) -m tests.soak.histories $(ARGS)

year: $(VENV)/.dev ## a year of reminders for 10,000 pets on each database, held against an independent reckoning
	@$(PY) -m tests.year $(ARGS)

crash: $(VENV)/.dev ## kill whoever pays, gives back, issues or sends a letter between every two steps, on each database
	@$(PY) -m tests.crash $(ARGS)

lock: ## remake both lock files from pyproject.toml (needs uv)
	$(LOCK) --extra pdf --extra ovf pyproject.toml -o requirements.lock
	$(LOCK) --constraints requirements.lock --extra pdf --extra ovf --extra dev pyproject.toml -o requirements-dev.lock
	@! grep -n '://' requirements.lock requirements-dev.lock

# A stamp is newer than its lock, or the lock is installed again.
$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the server needs …"
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what the tests and checks need …"
	@$(INSTALL) requirements-dev.lock
	@touch $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or say: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
