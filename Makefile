# Two commands for everybody: make chat, make test. The environment is made on first use and whenever pins change.
VENV ?= .venv
PYTHON ?= python3
INDEX ?= index
PORT ?= 7860
BIN = $(VENV)/bin
STAMP = $(VENV)/installed

.PHONY: install chat test check bench bench-corpus screenshots kill-test clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into $(VENV): about 2 GB, two to five minutes ..."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --progress-bar on --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

chat: $(STAMP)
	$(BIN)/belegt ingest corpus/demo --index $(INDEX)
	$(BIN)/belegt chat --index $(INDEX) --port $(PORT)

# Two processes: each loads the model, so more of them want memory rather than save time.
test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# belegt beside BM25 alone, dense alone, both without the reader and the llama-index quick start: search on XQuAD and MLQA,
# abstention on NoMIRACL, the demo set end to end. Needs ../shared/data for all but the last; an hour and a half on two cores,
# and goes on when killed.
bench: $(STAMP)
	$(BIN)/python -m evals.bench

# Page extraction, sentence bounds, copies and the speed of an ingest; all need ../shared/data.
bench-corpus: $(STAMP)
	$(BIN)/python -m evals.extraction ../shared/data/html_gold
	$(BIN)/python -m evals.sentences ../shared/data/sentences
	$(BIN)/python -m evals.duplicates ../shared/data/messy_news_10k.jsonl.gz
	$(BIN)/python -m evals.scale ../shared/data/messy_news_10k.jsonl.gz --limit 500

# The pictures in docs/, desktop, dark and phone: chat, articles and settings over Wikinews (../shared/data), and the bundled
# questions put to the demo articles. Indexing Wikinews takes some minutes the first time.
SHOTS = $(VENV)/screenshots
screenshots: $(STAMP)
	mkdir -p $(SHOTS)/articles
	cp ../shared/data/wikinews/articles.jsonl $(SHOTS)/articles/
	printf '[defaults]\nsource = "Wikinews"\n' > $(SHOTS)/articles/belegt.toml
	$(BIN)/belegt ingest $(SHOTS)/articles --index $(SHOTS)/wikinews
	$(BIN)/belegt ingest corpus/demo --index $(SHOTS)/demo
	$(BIN)/python -m ui.screenshot $(SHOTS)/wikinews docs --pages chat library settings
	$(BIN)/python -m ui.screenshot $(SHOTS)/demo docs --pages evaluation

# Twenty kills at random moments of a real ingest, then a rerun: nothing lost, nothing twice. Half an hour on two cores.
kill-test: $(STAMP)
	$(BIN)/python -m tests.kill_ingest ../shared/data/messy_news_10k.jsonl.gz --kills 20

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
