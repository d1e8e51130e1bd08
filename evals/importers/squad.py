"""SQuAD-format files (Rajpurkar et al. 2016, 2018): XQuAD, MLQA and GermanQuAD are in it too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evals.cases import Case
from evals.errors import DataFormatError
from evals.importers.folder import Imported, language_of, read_text, write_articles, write_set
from rag.sentences import sentences_around


def import_squad(
    name: str, contexts: Path, questions: Mapping[str, Path], folder: Path, language: str = "de", licence: str = ""
) -> Imported:
    """Each different context an article, each question a case.

    ``questions`` maps a language to the file its questions are taken from; ``contexts`` itself, or one parallel to it:
    the n-th question of the n-th context in both is the same question. Answers and evidence, the sentences in which
    they stand, are always those of ``contexts``. Titles are left out: all contexts of a page share one, and it would tell
    pages apart, not contexts. A question of version 2 that its context does not answer is asked ``within`` that context,
    for of other contexts the file does not say. Raises DataMissingError, DataFormatError when a file is not in the
    format or not parallel.
    """
    paragraphs = list(_paragraphs(contexts))
    ids: dict[str, str] = {}
    for text, _ in paragraphs:
        ids.setdefault(text, f"{name}-{len(ids) + 1:04}")
    # A file whose answers are held back says nothing about which questions have one.
    stated = any(_answers(qa) or qa.get("is_impossible") for _, asked in paragraphs for qa in asked)
    cases: dict[str, list[Case]] = {}
    for asked_in, file in questions.items():
        parallel = list(_paragraphs(file))
        if [len(asked) for _, asked in parallel] != [len(asked) for _, asked in paragraphs]:
            raise DataFormatError(path=file, detail=f"its contexts and questions are not parallel to {contexts}")
        cases[asked_in] = [
            _case(qa, other["question"], text, ids[text], asked_in, stated)
            for (text, asked), (_, others) in zip(paragraphs, parallel, strict=True)
            for qa, other in zip(asked, others, strict=True)
        ]
    written = write_articles(({"id": i, "text": text, "language": language} for text, i in ids.items()), folder)
    return Imported(
        written, {key: write_set(f"{name} {key}-{language}", cases[key], folder, key, licence) for key in questions}
    )


def languages(path: Path) -> tuple[str, str]:
    """The languages of the contexts and of the questions of a file. Raises DataMissingError, DataFormatError."""
    paragraphs = list(_paragraphs(path))
    of_contexts = language_of(text for text, _ in paragraphs)
    return of_contexts, language_of((qa["question"] for _, asked in paragraphs for qa in asked), of_contexts)


def _case(qa: dict[str, Any], question: str, text: str, article: str, language: str, stated: bool) -> Case:
    answers = tuple(dict.fromkeys(answer["text"] for answer in _answers(qa)))
    identity, question = str(qa["id"]), question.strip()
    if qa.get("is_impossible") or (stated and not answers):
        return Case(identity, question, answerable=False, language=language, within=(article,))
    evidence = tuple(dict.fromkeys((article, _sentences_around(text, answer)) for answer in _answers(qa)))
    return Case(identity, question, answers, (article,), evidence, True, language)


def _answers(qa: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers that say something; those of an impossible question are only plausible."""
    return [] if qa.get("is_impossible") else [answer for answer in qa["answers"] if answer["text"].strip()]


def _sentences_around(text: str, answer: dict[str, Any]) -> str:
    """The sentences of ``text`` in which the answer stands, or the answer where its place is not stated rightly."""
    wording, start = answer["text"], answer.get("answer_start")
    if not isinstance(start, int) or not text.startswith(wording, start):
        return str(wording)
    around = sentences_around(text, start, start + len(wording))
    return text[around[0][0] : around[-1][1]]


def _paragraphs(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The contexts of a file in order, each with its questions; the fields used are there."""
    try:
        for page in json.loads(read_text(path))["data"]:
            for paragraph in page["paragraphs"]:
                for qa in paragraph["qas"]:
                    _ = qa["id"], qa["question"].strip(), [answer["text"].strip() for answer in qa["answers"]]
                yield paragraph["context"], paragraph["qas"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataFormatError(path=path, detail=f"not SQuAD format, {type(error).__name__}: {error}") from error
