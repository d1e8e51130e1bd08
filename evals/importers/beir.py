"""BEIR folders (Thakur et al. 2021): ``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from evals.cases import Case
from evals.errors import DataFormatError
from evals.importers.folder import Imported, broken, language_of, read_lines, read_text, write_articles, write_set


def import_beir(name: str, source: Path, folder: Path, language: str | None = None, licence: str = "") -> Imported:
    """Each document an article under its own id, and a question set for each split: its queries that have judgements.

    A judgement above 0 makes a document relevant; grades are not kept. The articles may be of any size, they are not
    held in memory. Raises DataMissingError, DataFormatError when a file is not in the format.
    """
    queries = {str(record["_id"]): str(record["text"]).strip() for _, record in read_lines(*_queries(source))}
    splits = sorted((source / "qrels").glob("*.tsv"))
    if not splits:
        raise DataFormatError(path=source / "qrels", detail="no .tsv file with judgements")
    judged = {split.stem: _relevant(split, queries) for split in splits}
    corpus = source / "corpus.jsonl"
    sample = (record["text"] for _, record in read_lines(corpus, "_id", "text"))
    spoken = language or language_of(islice(sample, 100))
    asked_in = language or language_of(queries.values(), spoken)
    written = write_articles(_articles(corpus, spoken), folder)
    sets = {}
    for split, relevant in judged.items():
        cases = [
            Case(query, queries[query], articles=tuple(documents), answerable=True, language=asked_in)
            for query, documents in relevant.items()
        ]
        sets[split] = write_set(f"{name} {split}", cases, folder, split, licence)
    return Imported(written, sets)


def _queries(source: Path) -> tuple[Path, str, str]:
    return source / "queries.jsonl", "_id", "text"


def _articles(corpus: Path, language: str) -> Iterator[dict[str, str | None]]:
    for _, record in read_lines(corpus, "_id", "text"):
        title, text = record.get("title") or None, record["text"]
        yield {
            "id": str(record["_id"]),
            "title": title if text.strip() else None,
            "text": text if text.strip() else title,
            "language": language,
        }


def _relevant(path: Path, queries: Mapping[str, str]) -> dict[str, list[str]]:
    """Ids of the relevant documents of each query that has any, in the file's order."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[-1].strip() == "score"):
            continue
        try:
            query, document, score = cells
            relevant = int(score) > 0
        except ValueError as error:
            raise broken(path, number, "not: query id, document id, score, with tabs between them") from error
        if query not in queries:
            raise broken(path, number, f"queries.jsonl has no query {query}")
        if not queries[query]:
            raise broken(path, number, f"the query {query} has no text")
        if relevant and document not in found.setdefault(query, []):
            found[query].append(document)
    kept = {query: documents for query, documents in found.items() if documents}
    if not kept:
        raise DataFormatError(path=path, detail="no document is judged relevant")
    return kept
