# Two commands: `make run` and `make test`. The others are for everyday work.
PORT ?= 8000
STRICT ?= 0
# The Python of the operating system is built with optimisations; one built by hand or by pyenv is often a fifth slower.
PYTHON ?= $(shell /usr/bin/python3 -c "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo /usr/bin/python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUNBUFFERED = 1

.PHONY: run test services check bench bench-registration bench-rush bench-weight bench-directory bench-certificates bench-deidentify bench-relevance bench-search bench-import bench-kills bench-signin bench-pages bench-lighthouse bench-injection clean lock messages sbom

run: $(VENV)/installed
	@PORT=$(PORT) $(BIN)/python manage.py start --port $(PORT)

test: $(VENV)/installed-dev
	@STRICT=$(STRICT) $(BIN)/python -m tests

# PostgreSQL and OpenSearch for the tests, until Ctrl-C (Java 17 and Maven must be installed).
services: $(VENV)/installed-dev
	@$(BIN)/python -m tests.services

check: $(VENV)/installed-dev
	@$(BIN)/python -m tests.check

# What the portal is made of, as CycloneDX JSON.
sbom: $(VENV)/installed
	@$(BIN)/python manage.py sbom

bench: bench-weight
	@$(BIN)/python -m tests.bench.search

# The rush for the last seats, on both databases (PostgreSQL must be installed).
bench-registration: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.registration

# A thousand people register for one event within a minute, while others browse (PostgreSQL must be installed).
bench-rush: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.rush

bench-weight: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.weight

bench-directory: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.directory

# A thousand certificates with rare characters in the names (fonts-noto-cjk and fonts-hanazono must be installed).
bench-certificates: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.certificates

# Whether the time of a refused sign-in tells who has an account.
bench-signin: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.signin

# How much of what gives people away is found before a case study is submitted.
bench-deidentify: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.deidentify

# How good the answers are, on a retrieval set: DATA=folder with corpus.jsonl, queries.jsonl and qrels.tsv.
bench-relevance: $(VENV)/installed-dev
	@DATA="$(DATA)" $(BIN)/python -m tests.bench.relevance

# How fast the embedded engine is on N generated cases (N=100000 takes ten minutes and two gigabytes of disk).
bench-search: $(VENV)/installed-dev
	@N="$(or $(N),10000)" $(BIN)/python -m tests.bench.search

# How long a Word report of 200 pages takes to become a draft, and how much memory.
bench-import: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.report_import

# A thousand mails and a thousand index writes while the worker is killed twenty times: none may be lost.
bench-kills: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.kills

# How fast pages are, kept and made anew, with 1,000 agencies, 5,000 events and 10,000 cases (PostgreSQL must be installed).
bench-pages: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.pages

# What Lighthouse says of home, library, case and event (LIGHTHOUSE=its command, CHROME_PATH=a browser, RUNS=3).
bench-lighthouse: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.lighthouse

# Whether sqlmap finds a way into the database at five addresses (SQLMAP=its command; PostgreSQL must be installed).
bench-injection: $(VENV)/installed-dev
	@$(BIN)/python -m tests.bench.injection

clean:
	rm -rf $(VENV) var .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/installed

# New exact versions for both lock files (needs uv).
lock:
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header -o requirements.txt pyproject.toml
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --extra dev -o requirements-dev.txt pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra opensearch --extra elasticsearch -c requirements.txt -o requirements-search.txt pyproject.toml

# Collect the words of the interface into both catalogues (needs GNU gettext), and compile them.
messages: $(VENV)/installed-dev
	@$(BIN)/python -m tests.messages --collect
