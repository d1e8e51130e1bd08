"""Questions paired with their passage, no answers: what is left of MLQA's test set."""

from __future__ import annotations

from pathlib import Path

from evals.cases import Case
from evals.importers.folder import Imported, broken, language_of, read_lines, write_articles, write_set


def import_pairs(
    name: str, corpus: Path, pairs: Path, folder: Path, language: str | None = "de", licence: str = ""
) -> Imported:
    """``{"doc_id", "text"}`` lines and ``{"id", "question", "context"}`` lines. Without a ``language`` the texts tell it.

    Raises DataMissingError, DataFormatError when a line is broken or a context is not in the corpus.
    """
    articles, homes = {}, {}
    for _, record in read_lines(corpus, "doc_id", "text"):
        article = f"{name}-{record['doc_id']}"
        articles[article] = record["text"]
        homes[record["text"]] = article
    language = language or language_of(articles.values())
    cases = []
    for number, record in read_lines(pairs, "id", "question", "context"):
        home = homes.get(record["context"])
        if home is None:
            detail = f"the context of question {record['id']} is not in {corpus.name}"
            raise broken(pairs, number, detail)
        question = record["question"].strip()
        cases.append(Case(str(record["id"]), question, articles=(home,), answerable=True, language=language))
    records = ({"id": article, "text": text, "language": language} for article, text in articles.items())
    written = write_articles(records, folder)
    return Imported(written, {language: write_set(f"{name} {language}-{language}", cases, folder, language, licence)})
