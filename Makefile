# Short names for what CONTRIBUTING.md explains. `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
TOOLS = $(dir $(shell $(PYTHON) -m policy.launch))

.PHONY: help up test lint check lock

help: ## list the targets
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile

up: ## start everything, with a sample catalogue
	$(PYTHON) manage.py up

test: ## run the whole suite
	$(PYTHON) manage.py test

lint: ## format, then lint, layers, types and rulesets
	$(TOOLS)ruff format .
	$(TOOLS)ruff check --fix .
	$(TOOLS)lint-imports --no-logo
	$(TOOLS)mypy
	$(TOOLS)python -m policy.lang check rulesets
	$(TOOLS)python -m policy.lang fmt --check rulesets
	$(TOOLS)python -m policy.lang schema --check rulesets
	$(TOOLS)python -m policy.lang reference --check rulesets/REFERENCE.md
	$(TOOLS)python -m policy.engines lint rulesets --strict

check: ## everything that CI runs
	bash .ci/run

lock: ## compile requirements*.in to locks with hashes (needs uv)
	uv pip compile $(LOCK) requirements.in -o requirements.txt
	uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt

LOCK = --quiet --universal --python-version 3.11 --generate-hashes --no-header \
       --no-emit-index-url --no-emit-find-links
