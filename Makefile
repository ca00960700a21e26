# Jenjang. Needs Python >= 3.11 and make; everything else is installed into .venv, without administrator rights.
# `make up ARGS="--port 8100 --people 500"` passes options on; so do test, bench and requirements.

.DEFAULT_GOAL := help
.PHONY: help up test check bench format requirements secrets clean
.DELETE_ON_ERROR:

# Every command is a process of its own: without compiled files each compiles the whole house anew (a second or two).
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
ENVIRONMENT := requirements/environment.py
LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header
SECRETS := $(patsubst %,secrets/%_password.txt,postgres jenjang_owner jenjang_writer temporal)

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' Makefile

up: .venv/runtime.stamp ## Serve everything on http://127.0.0.1:8000; Ctrl-C stops it; options in ARGS
	@exec .venv/bin/jenjang up $(ARGS)

test: .venv/development.stamp ## Run all tests; options for pytest in ARGS
	@exec $(PY) -m pytest -n auto --dist worksteal $(ARGS)

check: .venv/development.stamp ## Lint, types, import contracts, the compose file; changes nothing
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/docker-compose config --quiet

bench: .venv/development.stamp ## Print the benchmarks as JSON lines; options in ARGS
	@exec $(PY) -m bench $(ARGS)

format: .venv/development.stamp ## Rewrite the code as `make check` wants it
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

requirements: .venv/development.stamp ## Resolve requirements/*.in into hashed *.txt; ARGS=--upgrade for newer releases
	$(LOCK) $(ARGS) requirements/runtime.in --output-file requirements/runtime.txt
	$(LOCK) $(ARGS) requirements/development.in --constraint requirements/runtime.txt --output-file requirements/development.txt

secrets: $(SECRETS) ## Make the passwords that docker-compose.yml reads, where missing

clean: ## Remove the environment and caches; keeps var/ and secrets/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is as new as the environment's last agreement with its files. Development is a superset: it serves for both.
.venv/runtime.stamp: $(ENVIRONMENT) requirements/runtime.txt
	@$(call with_python,$< runtime)
	@touch $@

.venv/development.stamp: $(ENVIRONMENT) requirements/development.txt
	@$(call with_python,$< development)
	@touch .venv/runtime.stamp $@

# The directory keeps others out. The files themselves are readable because compose binds them into containers
# with the owner they have here, and no container runs as that owner or as root.
secrets/%.txt:
	@mkdir -p secrets && chmod 700 secrets
	@(umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' > $@) && chmod 444 $@
	@echo "made $@"

# Runs its argument with the first interpreter that is new enough; PYTHON=… puts another first.
define with_python
for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec $$python $(1); fi; \
done; \
echo 'Jenjang needs Python 3.11 or newer; none of python3, python3.14 … python3.11 is. Name one: make PYTHON=/path/to/python' >&2; \
exit 2
endef
