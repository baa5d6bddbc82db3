# Every target sets up what it needs first; none needs anything but Python 3.11+, pip/venv, git, make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready-run
READY_DEV := $(VENV)/.ready-dev

.PHONY: demo ui test test-slow test-soak lint types requirements wheel clean

demo: $(READY)
	$(BIN)/sufficiency demo

ui: $(READY)
	$(BIN)/sufficiency ui demo

test: $(READY_DEV) lint types
	$(BIN)/python -m pytest -n auto --dist loadfile

test-slow: $(READY_DEV)
	$(BIN)/python -m pytest -m slow -n auto --dist loadfile

test-soak: $(READY_DEV)
	$(BIN)/python -m pytest -m soak

lint: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY_DEV)
	$(BIN)/pyright

# Pins for every platform and Python from 3.11; they name no index.
requirements:
	uv pip compile --universal --generate-hashes --no-strip-extras --python-version 3.11 \
		--no-emit-index-url --no-header --upgrade pyproject.toml --extra postgres -o requirements/run.txt
	uv pip compile --universal --generate-hashes --no-strip-extras --python-version 3.11 \
		--no-emit-index-url --no-header --upgrade pyproject.toml --extra postgres --group dev \
		-c requirements/run.txt -o requirements/dev.txt
	uv pip compile --universal --generate-hashes --no-strip-extras --python-version 3.11 \
		--no-emit-index-url --no-header --upgrade requirements/build.in \
		-c requirements/dev.txt -o requirements/build.txt

wheel: $(READY_DEV)
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) build dist

$(READY): requirements/run.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(READY_DEV): $(READY) requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@
