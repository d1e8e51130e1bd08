"""NoMIRACL (Thakur et al. 2024): a question, ten passages, and whether any of them answers it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.errors import DataFormatError
from evals.importers.folder import Imported, broken, language_of, read_lines, write_articles, write_set


def import_nomiracl(
    name: str, files: Sequence[Path], folder: Path, language: str | None = None, licence: str = ""
) -> Imported:
    """Each passage an article, each line a question that is asked ``within`` its own passages, a set for each file.

    ``{"query_id", "query", "has_answer", "passages": [{"docid", "title", "text"}]}`` lines. Which passage answers is
    not stated, so nothing of the search is measured. Raises DataMissingError, DataFormatError naming the line.
    """
    articles: dict[str, dict[str, str | None]] = {}
    sets: dict[str, list[Case]] = {}
    for path in files:
        records = list(read_lines(path, "query_id", "query", "has_answer", "passages"))
        spoken = language or language_of(str(record["query"]) for _, record in records)
        if spoken in sets:
            raise DataFormatError(path=path, detail=f"a second file of questions in '{spoken}'; import it by itself")
        sets[spoken] = [_case(record, path, number, spoken, f"{name}-{spoken}", articles) for number, record in records]
    written = write_articles(articles.values(), folder)
    return Imported(
        written,
        {spoken: write_set(f"{name} {spoken}", cases, folder, spoken, licence) for spoken, cases in sets.items()},
    )


def _case(
    record: dict[str, Any],
    path: Path,
    line: int,
    language: str,
    prefix: str,
    articles: dict[str, dict[str, str | None]],
) -> Case:
    """The case of one line; adds its passages to ``articles``."""
    try:
        answerable, question = record["has_answer"], record["query"].strip()
        if not isinstance(answerable, bool) or not record["passages"] or not question:
            raise TypeError("has_answer must be true or false, query and passages must not be empty")
        within = []
        for passage in record["passages"]:
            article = f"{prefix}-{passage['docid']}"
            fields = {"id": article, "title": passage["title"], "text": passage["text"], "language": language}
            if articles.setdefault(article, fields) != fields:
                raise ValueError(f"the passage {passage['docid']} stands elsewhere with another text")
            within.append(article)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise broken(path, line, f"{type(error).__name__}: {error}") from error
    identity = str(record["query_id"])
    return Case(identity, question, answerable=answerable, language=language, within=tuple(dict.fromkeys(within)))
