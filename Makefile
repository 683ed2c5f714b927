# Everything a fresh machine needs is Python 3.11 and make.
PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
DEMO   ?= demo

.PHONY: demo test test-fast lint bench examples clean \
	prove-loop prove-loop-short prove-delivery prove-delivery-short prove-answers prove-answers-short \
	prove-rules prove-rules-short prove-pillars prove-pillars-short \
	prove-outcomes prove-outcomes-short

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP)          ## set up, make a sample feed, run one whole cycle, say where to look
	@$(BIN)/outreach demo $(DEMO)

test: $(STAMP)          ## the whole suite, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=25

test-fast: $(STAMP)     ## without the slow part
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

lint: $(STAMP)          ## ruff, mypy --strict, the walls between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(STAMP)         ## the measurements, each beside its raw limit
	@for file in bench/match.py bench/feeds.py bench/render.py bench/send.py bench/loop.py; do \
		echo; echo "== $$file"; $(BIN)/python $$file || exit 1; done

examples: $(STAMP)      ## the loop over PaySim and AMLSim, where those records are
	@for name in paysim aml; do rm -rf $(DEMO)-$$name; \
		$(BIN)/python examples/run.py $$name $(DEMO)-$$name || exit 1; done

prove-loop: $(STAMP)    ## what issue "the warning loop" promises, shown on a fresh clone
	@$(BIN)/python -m tests.prove.run loop

prove-loop-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run loop --short

prove-delivery: $(STAMP)  ## what issue "delivery that neither loses nor repeats" promises, shown likewise
	@$(BIN)/python -m tests.prove.run delivery

prove-delivery-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run delivery --short

prove-answers: $(STAMP)   ## what issue "the answer" promises, shown likewise
	@$(BIN)/python -m tests.prove.run answers

prove-answers-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run answers --short

prove-rules: $(STAMP)     ## what issue "the risk team's workbench" promises, shown likewise
	@$(BIN)/python -m tests.prove.run rules

prove-rules-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run rules --short

prove-pillars: $(STAMP)   ## what issue "the four pillars" promises, shown likewise
	@$(BIN)/python -m tests.prove.run pillars

prove-pillars-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run pillars --short

prove-outcomes: $(STAMP)  ## what issue "what it saved" promises, shown likewise
	@$(BIN)/python -m tests.prove.run outcomes

prove-outcomes-short: $(STAMP)
	@$(BIN)/python -m tests.prove.run outcomes --short

clean:
	rm -rf $(VENV) $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
