"""Public data sets -> an articles file that ``belegt ingest`` reads, and question sets that ``belegt eval`` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import Case, QuestionSet
from evals.errors import DataFormatError, DataMissingError

ARTICLES = "articles.jsonl"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: the articles file, and a question set for each language of questions."""

    articles: Path
    sets: Mapping[str, Path]


def import_squad(
    name: str, contexts: Path, questions: Mapping[str, Path], folder: Path, language: str = "de", licence: str = ""
) -> Imported:
    """SQuAD-format files (XQuAD, MLQA): each context an article, each question a case that it answers.

    ``questions`` maps a language to the file its questions are taken from; ``contexts`` itself, or one parallel to it:
    the n-th question of the n-th context in both is the same question. Answers and evidence are always those of
    ``contexts``. Titles are left out: all contexts of a page share one, and it would tell pages apart, not contexts.
    Raises DataMissingError, DataFormatError when a file is not in the format or not parallel.
    """
    paragraphs = list(_paragraphs(contexts))
    articles = {f"{name}-{number:04}": text for number, (text, _) in enumerate(paragraphs, start=1)}
    written = _write_articles(articles, folder, language)
    sets = {}
    for asked_in, file in questions.items():
        parallel = list(_paragraphs(file))
        if [len(asked) for _, asked in parallel] != [len(asked) for _, asked in paragraphs]:
            raise DataFormatError(path=file, detail=f"its contexts and questions are not parallel to {contexts}")
        cases = [
            Case(
                id=f"{qa['id']}",
                question=other["question"],
                answers=tuple(dict.fromkeys(answer["text"] for answer in qa["answers"])),
                articles=(article,),
                evidence=tuple(dict.fromkeys((article, answer["text"]) for answer in qa["answers"])),
                answerable=True,
                language=asked_in,
            )
            for article, (_, asked), (_, others) in zip(articles, paragraphs, parallel, strict=True)
            for qa, other in zip(asked, others, strict=True)
        ]
        sets[asked_in] = _write_set(f"{name} {asked_in}-{language}", cases, folder, asked_in, licence)
    return Imported(written, sets)


def import_pairs(
    name: str, corpus: Path, pairs: Path, folder: Path, language: str = "de", licence: str = ""
) -> Imported:
    """Retrieval files (MLQA test): ``{"doc_id", "text"}`` and ``{"id", "question", "context"}`` lines, no answers.

    Raises DataMissingError, DataFormatError when a line is broken or a context is not in the corpus.
    """
    articles, homes = {}, {}
    for record in _lines(corpus, "doc_id", "text"):
        article = f"{name}-{record['doc_id']}"
        articles[article] = record["text"]
        homes[record["text"]] = article
    cases = []
    for record in _lines(pairs, "id", "question", "context"):
        home = homes.get(record["context"])
        if home is None:
            raise DataFormatError(path=pairs, detail=f"the context of question {record['id']} is not in {corpus.name}")
        question = record["question"].strip()
        cases.append(Case(str(record["id"]), question, articles=(home,), answerable=True, language=language))
    written = _write_articles(articles, folder, language)
    return Imported(written, {language: _write_set(f"{name} {language}-{language}", cases, folder, language, licence)})


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise DataMissingError(path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(path=path, detail=error) from error


def _paragraphs(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The contexts of a SQuAD-format file in order, each with its questions; the fields used are there."""
    try:
        for page in json.loads(_read(path))["data"]:
            for paragraph in page["paragraphs"]:
                for qa in paragraph["qas"]:
                    _ = qa["id"], qa["question"], [answer["text"] for answer in qa["answers"]]
                yield paragraph["context"], paragraph["qas"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataFormatError(path=path, detail=f"not SQuAD format, {type(error).__name__}: {error}") from error


def _lines(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            yield {key: record[key] for key in keys}
        except (ValueError, KeyError, TypeError) as error:
            raise DataFormatError(path=path, detail=f"line {number}, {type(error).__name__}: {error}") from error


def _write_articles(articles: Mapping[str, str], folder: Path, language: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ARTICLES
    records = ({"id": article, "text": text, "language": language} for article, text in articles.items())
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


def _write_set(name: str, cases: list[Case], folder: Path, language: str, licence: str) -> Path:
    path = folder / f"questions-{language}.jsonl"
    QuestionSet(name, None, licence or None, tuple(cases)).save(path)
    return path
