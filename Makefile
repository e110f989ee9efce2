# Everything a developer does here. `make` or `make help` lists it.
# Works with GNU make 3.81 and later, and with nothing else installed than Python.

PYTHON ?= python3
BIN := .venv/bin
m ?=

# What makes the checkout ready; both take a moment when there is nothing to do.
READY := $(PYTHON) deploy/bootstrap.py
READY_DEV := $(READY) --dev

PLAIN := not browser and not faults and not mysql

.DEFAULT_GOAL := help
.PHONY: help run build test test-fast test-browser test-faults test-mysql bench \
	check format lint types contracts migrate migration lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up and run everything: web, worker, beat, embedded Valkey (PORT=8080)
	@exec $(READY) --run

build: ## Build the widget's and the dashboard's browser code
	@$(READY)

test: ## All tests but those below: real Valkey, SQLite, PostgreSQL, real processes
	@$(READY_DEV) --npm test --silent
	@$(BIN)/python -m pytest -m "$(PLAIN)"

test-fast: ## The tests that need no server: rules, use cases, doors, architecture
	@$(READY_DEV)
	@$(BIN)/python -m pytest -m "$(PLAIN) and not services"

test-browser: ## A visitor and an agent in a real Chromium (needs chromium on PATH, or CHROMIUM=)
	@$(READY_DEV)
	@test -n "$$CHROMIUM" || command -v chromium chromium-browser google-chrome >/dev/null || \
		{ echo "make test-browser needs Chromium: apt install chromium, or CHROMIUM=/path/to/it" >&2; exit 1; }
	@$(BIN)/python -m pytest -m browser

test-faults: ## Kill and hang processes, Valkey and the database under traffic; prints seeds
	@$(READY_DEV)
	@$(BIN)/python -m pytest -m faults -rP

test-mysql: ## The repositories' contract on MySQL or MariaDB (needs TEST_MYSQL_URL)
	@test -n "$$TEST_MYSQL_URL" || \
		{ echo "make test-mysql needs TEST_MYSQL_URL=mysql://user:password@host/an_empty_database" >&2; exit 1; }
	@$(READY_DEV)
	@$(BIN)/python -m pytest -m mysql

bench: ## This program beside a minimal Node server: tables, and plots in var/bench (15 minutes)
	@$(READY_DEV) --npm --prefix bench ci --silent
	@$(READY) --npm --prefix bench run --silent bench

check: lint types contracts ## Everything that reads the code: lint, types, contracts

lint: ## Style and suspicious code (ruff)
	@$(READY_DEV)
	@$(BIN)/ruff format --check --output-format concise . || { echo "make format mends that" >&2; exit 1; }
	@$(BIN)/ruff check .

types: ## Types of Python (mypy) and TypeScript (tsc)
	@$(READY_DEV) --npm run --silent typecheck
	@$(BIN)/mypy

contracts: ## Who may import whom (import-linter)
	@$(READY_DEV)
	@$(BIN)/lint-imports

format: ## Put the code in order
	@$(READY_DEV) --no-front-end
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

migrate: ## Bring the database to the newest schema
	@$(READY) --no-front-end
	@$(BIN)/flask --app wsgi db upgrade

migration: ## Write a migration for what changed in tables.py: make migration m="add tags"
	@test -n "$(m)" || { echo 'say what changes: make migration m="add tags"' >&2; exit 1; }
	@$(READY) --no-front-end
	@$(BIN)/flask --app wsgi db upgrade
	@$(BIN)/flask --app wsgi db migrate -m "$(m)"

# No index, mirror or host of this machine may end up in the files.
lock: ## Pin what requirements*.in ask for: make lock, make lock up=--upgrade
	@$(READY_DEV) --no-front-end
	@for name in requirements requirements-dev; do \
		CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --strip-extras $(up) \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			--output-file $$name.txt $$name.in || exit 1; \
	done

clean: ## Remove what can be made again (not var/, which holds the data)
	@rm -rf .venv node_modules chat_app/delivery/static/build .bootstrap.lock \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
