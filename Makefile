# `make solve` and `make test` are all a clone needs; both install into .venv first.
PYTHON ?= python3
TASK ?= examples/lists/prefix_sums.json
VENV := .venv
BIN := $(VENV)/bin
CLUSTER := .venv-cluster

.DELETE_ON_ERROR:
.PHONY: help solve install install-dev install-plot test test-cluster lint format typecheck check-long bench clean
.PHONY: study study-karel study-c-lists study-retraining zoo table3 table4 c-lists fig5 fig6 fig8b trace-study retraining fig3 fig4 fig7 fig8a

help:  ## List the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

solve: install  ## Solve an example task, or another: make solve TASK=my-task.json
	@$(BIN)/lasynth solve $(TASK)

install: $(VENV)/stamp-lasynth  ## Install lasynth into .venv
install-dev: $(VENV)/stamp-dev  ## Install it with the tools that test it
install-plot: $(VENV)/stamp-plot  ## Install it with matplotlib, which draws figures

# torch comes first and alone, so that pip takes the build that the machine prefers for it.
$(VENV)/stamp-torch: constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $$(grep '^torch==' constraints.txt)
	@touch $@

$(VENV)/stamp-lasynth: pyproject.toml constraints.txt $(VENV)/stamp-torch
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/stamp-dev: $(VENV)/stamp-lasynth
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,oracle]'
	@touch $@

$(VENV)/stamp-plot: $(VENV)/stamp-lasynth
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[plot]'
	@touch $@

# Ray has a venv of its own: its pins and those of `oracle` conflict.
$(CLUSTER)/stamp: pyproject.toml constraints.txt
	test -x $(CLUSTER)/bin/python || $(PYTHON) -m venv $(CLUSTER)
	$(CLUSTER)/bin/python -m pip install --quiet $$(grep '^torch==' constraints.txt)
	$(CLUSTER)/bin/python -m pip install --quiet -c constraints.txt -e '.[cluster]' pytest hypothesis
	@touch $@

test-cluster: $(CLUSTER)/stamp  ## Run the tests on a Ray cluster of two nodes on this machine
	$(CLUSTER)/bin/pytest tests/cluster

test: lint typecheck  ## Lint, check types and run the tests
	$(BIN)/pytest -n 2 --dist loadfile

lint: install-dev  ## Check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: install-dev  ## Put all code into the project's format
	$(BIN)/ruff check --fix --select I
	$(BIN)/ruff format

typecheck: install-dev  ## Check types
	$(BIN)/mypy
	$(BIN)/mypy examples/strings-language/src/lasynth_strings

check-long: install-dev  ## The tests that take long: programs against gcc, properties, faults, the fuzzer
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -m "long or not long" tests/differential tests/property tests/faults tests/fuzz

bench: install-dev  ## Run the benchmarks
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

# Everything behind the tables, from nothing: hours on two cores. Two of the last command may run side by side.
study: install  ## Generate the data of table 4, train and evaluate its systems
	$(BIN)/lasynth generate --out data/table4 --config mixed --seed 2031 --num 400000 --shards 40 --workers 2
	$(BIN)/lasynth generate --out data/table4 --config mixed --seed 2031 --num 2000 --split valid
	$(BIN)/python experiments/study.py experiments/table4 --data data/table4 --runs runs/table4

study-karel: install  ## The same of table 3, the systems of Karel
	$(BIN)/lasynth generate --domain karel --out data/table3 --seed 4041 --num 300000 --shards 30 --workers 2
	$(BIN)/lasynth generate --domain karel --out data/table3 --seed 4044 --num 2000 --split valid --config experiments/karel-small/real.toml
	for size in 11 33; do \
	    $(BIN)/lasynth generate --domain karel --out data/table3-$${size}k --seed 4046 --num $${size}000 --shards 1 && \
	    cp data/table3/valid-* data/table3-$${size}k || exit 1; done
	$(BIN)/python experiments/study.py experiments/table3 --data data/table3 --runs runs/table3

study-c-lists: install  ## The same of the dialect lists of C
	$(BIN)/lasynth generate --domain c-lists --out data/c-lists --config experiments/c-lists/tasks.toml --seed 6001 --num 200000 --shards 10
	$(BIN)/lasynth generate --domain c-lists --out data/c-lists --config experiments/c-lists/tasks.toml --seed 6001 --num 1000 --split valid
	$(BIN)/python experiments/study.py experiments/c-lists --data data/c-lists --runs runs/c-lists

# Days on one core; MODEL=karel-exec makes one. Add SHIP=--ship to put it into the zoo.
zoo: install  ## Make the shipped models from nothing, and compare them with those that are shipped
	$(BIN)/python experiments/zoo.py $(MODEL) $(SHIP)

# Tens of hours on one core; two may run side by side.
study-retraining: install  ## Run the chains of iterative retraining
	$(BIN)/python experiments/retrain.py experiments/retraining --runs runs/retraining

# Tables and figures of the paper, from the results that are in experiments/; nothing is trained or evaluated.
table3: install  ## Write docs/results/table3.md and .json from saved results
	$(BIN)/lasynth report experiments/table3 --out docs/results

table4: install  ## Write docs/results/table4.md and .json from saved results
	$(BIN)/lasynth report experiments/table4 --only table --out docs/results

c-lists: install  ## Write docs/results/c-lists-systems.md and .json from saved results
	$(BIN)/lasynth report experiments/c-lists --out docs/results

fig5: install  ## Write docs/results/fig5.md: sample tasks and programs
	$(BIN)/lasynth report experiments/table4 --only fig5 --out docs/results

fig6: install-plot  ## Draw docs/results/fig6: solve-rate by kind of program
	$(BIN)/lasynth report experiments/table4 --only fig6 --out docs/results

fig8b: install-plot  ## Draw docs/results/fig8b: solve-rate by length
	$(BIN)/lasynth report experiments/table4 --only fig8b --out docs/results

retraining: install  ## Write docs/results/retraining.md, .json and before-and-after.md
	$(BIN)/lasynth report experiments/retraining --only retraining --out docs/results

fig3: install-plot  ## Draw docs/results/fig3: Karel, solve-rate by size of the data set and round
	$(BIN)/lasynth report experiments/retraining --only fig3 --out docs/results

fig4: install-plot  ## Draw docs/results/fig4: Karel, kinds and lengths of programs by round
	$(BIN)/lasynth report experiments/retraining --only fig4 --out docs/results

fig7: install-plot  ## Draw docs/results/fig7: C, solve-rate by size, and kinds of programs by round
	$(BIN)/lasynth report experiments/retraining --only fig7 --out docs/results

fig8a: install-plot  ## Draw docs/results/fig8a: C, lengths of programs by round
	$(BIN)/lasynth report experiments/retraining --only fig8a --out docs/results

trace-study: install-plot  ## Draw docs/results/trace-study: what the executor believes
	$(BIN)/lasynth report experiments/trace-study --only trace --out docs/results

clean:  ## Remove what make and the tools wrote; data/ and runs/ stay
	rm -rf $(VENV) $(CLUSTER) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
