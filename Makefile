# `make` sets up and parses raw/ into output/; `make help` says the rest.
PYTHON ?= python3
RAW    ?= raw
OUTPUT ?= output
GOLDEN ?= tests/golden
BASE   ?=
LABELS ?= tests/corpus/tuned tests/corpus/held

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready

.DELETE_ON_ERROR:
.DEFAULT_GOAL := parse
.PHONY: parse test lint check report accept watch docs evaluate bench fuzz lock clean help

# Names of pacts may hold spaces, so find compares times here, not make. The stamp is set when all went well.
parse: $(READY) ## set up .venv, then parse raw/ into output/ (the default)
	@if [ -f $(OUTPUT)/.parsed ] && [ -z "$$(find $(RAW) rules pipeline $(READY) -newer $(OUTPUT)/.parsed \
	    -not -path '*__pycache__*' -print -quit)" ]; then \
	  echo "$(OUTPUT)/ is up to date: nothing to do"; \
	else $(BIN)/pacte parse "$(RAW)" -o "$(OUTPUT)" && touch $(OUTPUT)/.parsed; fi

$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV) (once, a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
	    --config-settings editable_mode=compat -e .
	@touch $@

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest

lint: $(READY) ## style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check: $(READY) ## prove the rules, parse raw/ anew, compare with the approved parse (BASE=main~3: with that revision)
	@status=0; $(BIN)/pacte rules check || status=$$?; \
	$(BIN)/pacte check "$(RAW)" $(if $(BASE),--base "$(BASE)" $(addprefix --labels ,$(LABELS)),--against "$(GOLDEN)") \
	  || status=$$?; exit $$status

report: parse ## show the tables in output/ as a site: output/site/index.html
	@$(BIN)/pacte report "$(OUTPUT)"

accept: $(READY) ## approve today's parse of raw/ (ONLY=a.txt or YES=1 where approved facts would be lost)
	@$(BIN)/pacte accept "$(RAW)" --into "$(GOLDEN)" $(if $(ONLY),--only "$(ONLY)") $(if $(YES),--yes)

watch: $(READY) ## check again whenever a rule file is saved
	@$(BIN)/pacte watch "$(RAW)" --against "$(GOLDEN)"

docs: $(READY) ## write docs/rules.md from the rule files, docs/dependencies.md from the lock
	@mkdir -p docs && $(BIN)/pacte rules list --markdown > docs/rules.md
	@$(BIN)/python -m tests.dependencies > docs/dependencies.md

evaluate: $(READY) ## measure the parser against the labelled pacts in tests/corpus/
	@for part in tuned held; do echo "== $$part"; $(BIN)/pacte evaluate tests/corpus/$$part \
	  --worst $$(test $$part = tuned && echo 10 || echo 0); done

bench: $(READY) ## time against the script one would write instead, by stage, format and number of pacts (LARGE=1: 50,000)
	@$(BIN)/python -m tests.bench $(if $(LARGE),--large)

fuzz: $(READY) ## fuzz every reader and the text stages for a minute (SECONDS=1800: longer)
	@$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS))

lock: $(READY) ## resolve the dependencies anew into requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --group dev -o requirements.lock pyproject.toml

clean: ## remove what make made
	rm -rf $(OUTPUT) $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
