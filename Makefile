# One command a job; `make help` lists them. Everything is installed into .venv, nothing system-wide but a
# browser for the tests, and that only where the system allows it.
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
# The first Python that is new enough; override with `make PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
STAMP := $(VENV)/.installed
# One thread a process: on a busy machine more threads make the small matrices here slower, not faster.
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every process that is started here would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run serve test test-long lint format components browser data data-check gpu-day gpu-collect bench clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Only a HOST from the command line counts: some shells have a variable of that name.
run: $(STAMP) ## open the dashboard on http://localhost:8501; HOST=lan opens it to the network you are in
	@$(BIN)/python app/serve/network.py --port $(PORT) --host $(if $(filter command%,$(origin HOST)),$(HOST),localhost)

WORKERS ?= 1
HOST ?= localhost
serve: $(STAMP) ## serve many visitors: WORKERS=n processes behind one port, HOST=0.0.0.0 for the network
	@$(BIN)/python app/serve/command.py --workers $(WORKERS) --host $(HOST) --port $(PORT)

test: $(STAMP) browser ## run all tests: unit, property, app and browser
	$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

test-long: $(STAMP) browser ## run what is too long for every day: pages in every width and theme, whole tables of cases
	$(BIN)/python -m pytest -n 2 --dist worksteal -m long $(PYTEST_ARGS)

wheel: $(STAMP) ## build dist/*.whl, which the page's Python and notebooks install
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lint: $(STAMP) ## ruff and mypy; prettier, eslint and tsc for the browser's code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/find_node.py lint

format: $(STAMP) ## let ruff and prettier tidy the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python tests/find_node.py format

components: $(STAMP) ## bundle the browser's modules into the files that Streamlit takes
	$(BIN)/python tests/find_node.py build

data: $(STAMP) ## recompute the bundled sweeps into data/
	$(BIN)/python -m surgecore.training.data data
	$(BIN)/python -m surgecore.measuring.experiment data/why

data-check: $(STAMP) ## recompute a random sample of the bundled cells and compare
	$(BIN)/python -m surgecore.training.data --check data

OUT ?= gpu-day
IN ?= gpu-day
BUNDLE ?= gpu
BUDGET ?= 500
gpu-day: ## one call of a visit to a GPU, at most 9 minutes, into OUT=folder; needs no environment, run it until done
	python3 -m surgecore.training.gpu_day $(OUT) --bundle $(BUNDLE) --budget $(BUDGET)

gpu-collect: $(STAMP) ## bring what a visit to a GPU left in IN=folder into data/
	$(BIN)/python -m surgecore.training.gpu_day $(IN) --bundle $(BUNDLE) --collect data

bench: $(STAMP) browser ## measure speed as ratios within one run
	@for script in benchmarks/*_bench.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

browser:
	@$(BIN)/python tests/find_browser.py --install

clean: ## remove the virtual environment and all caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info build dist

$(STAMP): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Surge Explorer needs Python 3.11 or newer, and none was found." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@
