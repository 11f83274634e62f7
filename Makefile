# Needs make and Python 3.11 or newer with venv; everything else is put into .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format slow bench coverage lock clean
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

BIN := .venv/bin
READY := .venv/.ready

help: ## show this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(READY): pyproject.toml requirements.lock scripts/setup
	@scripts/setup
	@touch $@

setup: $(READY) ## put everything the other targets need into .venv

demo: $(READY) ## plan the sample region
	$(BIN)/talentplan demo

test: $(READY) ## run the tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

check: $(READY) ## format, lint, types, import order
	@status=0; \
	for step in "ruff format --check" "ruff check" mypy "lint-imports --no-logo"; do \
		echo "$$step"; $(BIN)/$$step || status=1; \
	done; exit $$status

format: $(READY) ## format the code and repair what ruff can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

slow: $(READY) ## run the slow tests, which need the reference data
	TALENTPLAN_REQUIRE_REFERENCE=1 $(BIN)/python -m pytest -m slow

bench: $(READY) ## run the benchmarks (minutes; needs the reference data)
	$(BIN)/python -m benchmarks.california --json
	$(BIN)/python -m benchmarks.cohorts --json
	$(BIN)/python -m benchmarks.replay --json
	$(BIN)/python -m benchmarks.ranges --json
	$(BIN)/python -m benchmarks.crosswalk --json
	$(BIN)/python -m benchmarks.catalogue --json
	$(BIN)/python -m benchmarks.forecasting ../shared/data/forecasting/au_state_industry_annual.csv --json

coverage: $(READY) ## run the tests and show the lines they miss
	$(BIN)/python -m pytest --cov

lock: ## choose the newest versions and write them to requirements.lock
	@python=$$(scripts/find-python python3.11 python3.12 python3.13 python3) && $$python scripts/lock.py

clean: ## remove .venv, build output and caches; runs/ stays
	rm -rf .venv build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache
	find src tests scripts benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
