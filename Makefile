# Two commands matter: `make demo` and `make test`. Both set up .venv by themselves.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test check-format lint types floors tests pages bench campaign record lock clean

demo: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/demo.sh

test: check-format lint types floors tests

check-format: .venv/ready
	$(BIN)/ruff format --check --quiet .

lint: .venv/ready
	$(BIN)/ruff check --quiet .

types: .venv/ready
	$(BIN)/mypy

floors: .venv/ready
	$(BIN)/lint-imports --no-cache

tests: .venv/ready
	$(BIN)/python -m pytest

pages: .venv/ready ## write the generated pages anew
	$(BIN)/python -m tests.pages

bench: .venv/ready ## evaluate 10,000 HSMs by all checks: 8 s on one core at most, and in linear time
	$(BIN)/python -m tests.bench.checks

campaign: .venv/ready ## a fault at every request and a kill at every step; afterwards one ticket per cause, and none lost
	$(BIN)/python -m tests.campaign

# The recorded mocks, from the sandbox; RECORD_FROM=azure makes those of plain reading from what your credential can see.
RECORDED := $(if $(filter azure,$(RECORD_FROM)),reading,*)
record: .venv/ready ## make the recorded mocks anew
	rm -f tests/recordings/$(RECORDED)/*.yaml
	RECORD_FROM=$(RECORD_FROM) $(BIN)/python -m pytest -n 0 --record-mode=rewrite tests/adapters/test_recorded_$(RECORDED).py

lock: ## resolve requirements.lock anew (needs uv); it names no index
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --extra dev --upgrade pyproject.toml --output-file requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "phsm needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setting up .venv (once; about a minute)"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index --editable .
	@$(BIN)/python -m compileall -q ops
	@touch $@

clean:
	rm -rf .venv dist
