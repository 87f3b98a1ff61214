PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test check format test-slow roundtrip oracles random-models random-model-causes codes api coverage hypotheses documents schema samples benchmark benchmark-growth benchmark-lint benchmark-study benchmark-responses calibration pattern-rates twin-rates fuzz clean
.DEFAULT_GOAL := demo

# One set-up for every target: the pinned lock file is installed by hash, then this package.
$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: $(INSTALLED) ## the whole way on the shipped sample data
	$(BIN)/coprod demo

test: $(INSTALLED) ## the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(INSTALLED) ## formatting, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto --dist worksteal

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-slow: $(INSTALLED) ## simulations that take minutes
	$(BIN)/python -m pytest -m slow

roundtrip: $(INSTALLED) ## forms filled by 1,000 random respondents each and read back (needs npm)
	cd tests/platforms && npm ci --no-audit --no-fund
	COPROD_ENGINES=required $(BIN)/python -m pytest -m slow -v -s --durations=0 tests/platforms

oracles: $(INSTALLED) ## rerun the R scripts behind tests/oracles (needs Rscript, lavaan, semTools, psych, careless; some 15 minutes)
	$(BIN)/python -m pytest -m r -n auto

codes: $(INSTALLED) ## write docs/codes.md anew from the source
	$(BIN)/python tests/docs/fault_codes.py

api: $(INSTALLED) ## write docs/api.md anew from the docstrings
	$(BIN)/python tests/docs/api_reference.py

coverage: $(INSTALLED) ## write docs/coverage.md anew from the questionnaires
	$(BIN)/python tests/docs/coverage_page.py

hypotheses: $(INSTALLED) ## write docs/hypotheses_and_forms.md anew from questionnaires, hypotheses and plans
	$(BIN)/python tests/docs/hypotheses_page.py

documents: codes api coverage hypotheses ## write what their examples print now into the documents
	$(BIN)/python tests/docs/runnable_documents.py README.md docs/guide/*.md

schema: $(INSTALLED) ## write the JSON Schema of plans, which editors read, from the grammar
	$(BIN)/python -c 'import pathlib; from coprod_stats.study.plan_grammar import schema_text; \
	    pathlib.Path("analyses/plan.schema.json").write_text(schema_text(), encoding="utf-8")'

samples: $(INSTALLED) ## draw the synthetic answers in sample_data/ anew from their populations
	$(BIN)/coprod simulate driver_impact --out sample_data/citizen_synthetic.csv
	for twin in halo overlap drivers careless language divide; do \
	    $(BIN)/coprod simulate driver_impact --population citizen_$${twin}_population.yaml \
	        --out sample_data/citizen_$$twin.csv || exit 1; done

random-models: $(INSTALLED) ## 1,000 random models here and in lavaan (needs Rscript, lavaan; an hour; goes on where it stopped)
	PYTHONPATH=tests/oracles $(BIN)/python tests/latent_models/random_models.py --number 1000

random-model-causes: $(INSTALLED) ## why some of these are fitted otherwise here, by lavaan's own objective (needs Rscript, lavaan)
	PYTHONPATH=tests/oracles $(BIN)/python tests/latent_models/random_model_causes.py

benchmark: $(INSTALLED) ## times beside lavaan and semopy, agreement first (needs Rscript, lavaan)
	$(BIN)/python benchmarks/sem/run.py

benchmark-growth: $(INSTALLED) ## how the cost of a fit grows with rows, items, patterns, groups; the large case
	$(BIN)/python benchmarks/sem/growth.py

benchmark-study: $(INSTALLED) ## time of the headline study, as shipped and with 1,000 bootstrap samples
	$(BIN)/python benchmarks/study/run.py

benchmark-lint: $(INSTALLED) ## how the time of the rules grows with the text that they read
	$(BIN)/python benchmarks/lint/growth.py

benchmark-responses: $(INSTALLED) ## time and memory of import, quality and score up to a million rows, beside pandas and R
	$(BIN)/python benchmarks/responses/run.py

calibration: twin-rates ## bias and coverage of the 21 paths over 2,000 samples (an hour), after the rates of the diagnostics; goes on where it stopped
	$(BIN)/python benchmarks/calibration/run.py --workers -1
	$(BIN)/python benchmarks/calibration/summary.py --write

fuzz: $(INSTALLED) ## damaged inputs, full disks and kills for MINUTES (10); findings are kept in .fuzz
	$(BIN)/python tests/fuzz/run.py --minutes $(or $(MINUTES),10)

twin-rates: $(INSTALLED) ## how often each diagnostic fires where it must and where not, 500 samples each (six hours on two cores; goes on where it stopped)
	$(BIN)/python benchmarks/twins/run.py --workers -1 --write

pattern-rates: $(INSTALLED) ## how often the pattern is found and a halo recognised, 50 samples each (a quarter of an hour; goes on where it stopped)
	$(BIN)/python benchmarks/pattern/run.py --samples 50 --write

clean:
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache coprod_demo
