# What a person types to run, test, measure and lock Agentia; it sets up .venv by itself.
# PYTHON=/path/to/python3 picks a Python, UV= (empty) installs with pip though uv is there, ARGS=… goes to the command itself.

.DEFAULT_GOAL := help
.PHONY: help install up test survival containers lint bench lock clean
.NOTPARALLEL:

ROOMS := core cards tasks agents registry gateway cli
SOURCES := $(shell find $(ROOMS) tests bench -name '*.py' 2>/dev/null)

export PYTHON
ifneq ($(origin UV),undefined)
export UV
endif

# A .venv that was moved, or whose Python is gone, is set up again.
ifneq ($(shell [ "$$(cat .venv/.home 2>/dev/null)" = "$(CURDIR)" ] && .venv/bin/python -c 'print("starts")' 2>/dev/null),starts)
$(shell rm -f .venv/.installed-*)
endif

help:
	@echo "make up       set up what Agentia needs, then start the mesh on this machine (Ctrl-C ends it)"
	@echo "make test     run the tests          make lint   check style and types"
	@echo "make survival run the tests that kill processes, for minutes"
	@echo "make containers  build the image, and run the mesh of compose.yaml through all that can happen to it"
	@echo "make bench    run the benchmarks     make lock   write the locks of all dependencies"
	@echo "make install  set up .venv only      make clean  remove what was set up, but not your data in .agentia"

install: .venv/.compiled

up: .venv/.compiled
	@.venv/bin/agentia up $(ARGS)

# With bytecode of the tests, which pytest rewrites: without, each worker compiles all of them.
test: .venv/.installed-test .venv/.compiled
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n auto $(ARGS)

# What `make test` leaves out; what was skipped is named, since then something is not proven.
survival: .venv/.installed-test .venv/.compiled
	@PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -m survival -n 2 -rs $(ARGS)

containers: .venv/.installed-test .venv/.compiled
	@PYTHONDONTWRITEBYTECODE= scripts/containers .venv/bin/python -m pytest -m containers -rs $(or $(ARGS),tests/containers)

lint: .venv/.installed-test
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy $(ROOMS) tests bench examples
	@scripts/lint-new

bench: .venv/.installed-test .venv/.compiled
	@.venv/bin/python -m bench $(ARGS)

lock:
	@scripts/lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.installed-run: requirements.lock pyproject.toml
	@scripts/install run

.venv/.installed-test: requirements-test.lock pyproject.toml
	@scripts/install test

# Our own bytecode, apart from that of the packages because it changes with every edit.
.venv/.compiled: .venv/.installed-run $(SOURCES)
	@.venv/bin/python -m compileall -q $(ROOMS)
	@touch $@
