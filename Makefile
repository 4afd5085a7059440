# `make demo` restores the seed article, `make test` passes the tests; each sets up what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test browser notebooks check lint types wheel develop clean

demo: $(BIN)/python
	rm -rf build
	$(PIP) .
	$(BIN)/unspin restore seeds/003_e4e48e6647e0a585.txt

test: $(BIN)/python browser
	rm -rf build
	$(PIP) '.[dev]'
	$(BIN)/python -m pytest

# The page is tested in Chromium. Where it is missing and may not be installed, the tests that need
# it are skipped and say so.
browser:
	@command -v chromium chromium-browser chrome >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	echo "no Chromium here: tests of pages will be skipped (apt-get install chromium)"

# Executes the notebooks in place.
notebooks: $(BIN)/python
	rm -rf build
	$(PIP) '.[notebooks]'
	$(BIN)/python notebooks/execute.py

# What CI runs after the tests.
check: lint types wheel

lint: $(BIN)/python
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/python
	cd tests && ../$(BIN)/mypy --config-file ../pyproject.toml -p unspin

# The wheel alone, in an environment of its own: it restores text and brings no torch.
wheel: $(BIN)/python
	rm -rf build/lib build/bdist* dist $(VENV)-wheel
	$(BIN)/python -m build --wheel --outdir dist .
	$(PYTHON) -m venv $(VENV)-wheel
	$(VENV)-wheel/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	$(VENV)-wheel/bin/python -P tests/wheel_smoke.py  # -P: tests/ is not on the path

develop: $(BIN)/python
	rm -rf build
	$(PIP) --config-settings editable_mode=strict -e '.[dev]'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

clean:
	rm -rf build dist *.egg-info $(VENV) $(VENV)-wheel
