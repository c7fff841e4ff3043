PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check browser clean

run: .venv/run
	LAB_OPEN=1 $(BIN)/python app.py

test: check browser
	$(BIN)/python -m pytest

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -f lab/*.pyi
	$(BIN)/pyright

browser: .venv/dev
	$(BIN)/python -m lab.browser

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@ .venv/run

clean:
	rm -rf .venv
