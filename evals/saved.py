"""A run as a file and back: what compare, gate and the report read. JSON without loss; what is not stated is left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corpus.mentions import DateMention
from evals.cases import Case, QuestionSet
from evals.errors import RunFormatError, RunMissingError
from evals.slices import Facts
from rag.types import Citation, Passage, Sentence

if TYPE_CHECKING:
    from evals.results import Mean, Result, Run

FORMAT = 1  # of the file; grows when an old reader would misread a new one
_ORIGIN = ("commit", "date", "python", "packages")
Kind = TypeVar("Kind")


def to_json(run: Run) -> dict[str, Any]:
    """Everything as JSON-ready values: provenance, measures, slices, the coverage-risk curve, one record a question.

    The set's hash is that of the questions asked, gold included; the commit, the versions, the models and the settings
    say what answered.
    """
    members: dict[str, list[str]] = {}
    for name, results in run.groups.items():
        for result in results:
            members.setdefault(result.case.id, []).append(name)
    return {
        "format": FORMAT,
        "set": {
            "name": run.questions.name,
            "version": run.questions.version,
            "licence": run.questions.licence,
            "sha256": run.questions.sha256,
            "questions": len(run.results),
        },
        "settings": run.fingerprint,
        "configuration": run.configuration,
        "models": list(run.models),
        **run.origin,
        "crashed": run.crashed,
        "latency": run.latency(),
        "measures": _means(run.aggregate()),
        "slices": {name: {"questions": n, "measures": _means(means)} for name, (n, means) in run.slices().items()},
        "risk": [list(point) for point in run.risk],
        "facts": {article: stated(facts) for article, facts in run.facts.items()},
        "results": [record(result) | {"slices": members.get(result.case.id, [])} for result in run.results],
    }


def record(result: Result) -> dict[str, Any]:
    """One question with its answer as JSON-ready values."""
    return {
        **result.case.to_record(),
        "answer": result.answer,
        "short": result.short,
        "status": result.status,
        "confidence": result.confidence,
        "citations": [stated(citation) for citation in result.citations],
        "sentences": [stated(sentence) for sentence in result.sentences],
        "retrieved": list(result.articles),
        "passages": [stated(passage) for passage in result.passages],
        "seconds": result.seconds,
        "timings": result.timings,
        "tokens": result.tokens,
        "measures": result.values,
        "error": result.error,
    }


def result_of(given: Mapping[str, Any]) -> Result:
    """The result that ``record`` wrote. Raises KeyError, TypeError, ValueError."""
    from evals.results import Result

    return Result(
        case=case_of(given),
        answer=given["answer"],
        short=given["short"],
        status=given["status"],
        confidence=given["confidence"],
        citations=tuple(_made(Citation, citation) for citation in given["citations"]),
        articles=tuple(given["retrieved"]),
        seconds=float(given["seconds"]),
        values=dict(given["measures"]),
        error=given["error"],
        passages=tuple(_made(Passage, passage) for passage in given["passages"]),
        sentences=tuple(_made(Sentence, sentence) for sentence in given["sentences"]),
        timings=dict(given["timings"]),
        tokens=given["tokens"],
    )


def case_of(given: Mapping[str, Any]) -> Case:
    """The case in a question's record; other keys are passed over. Raises KeyError, TypeError, ValueError."""
    keys = [field.name for field in dataclasses.fields(Case) if field.name in given]
    values = {key: _frozen(given[key]) for key in keys}
    values["evidence"] = tuple((item["article"], item["quote"]) for item in given["evidence"])
    values["as_of"] = dt.date.fromisoformat(given["as_of"]) if given["as_of"] else None
    return Case(**values)


def from_json(given: Mapping[str, Any]) -> Run:
    """The run that ``to_json`` wrote. Raises KeyError, TypeError, ValueError; also for questions other than it hashed."""
    from evals.results import Run

    if given["format"] != FORMAT:
        raise ValueError(f"format {given['format']}, not {FORMAT}")
    results = tuple(result_of(one) for one in given["results"])
    about = given["set"]
    questions = QuestionSet(about["name"], about["version"], about["licence"], tuple(r.case for r in results))
    if questions.sha256 != about["sha256"]:
        raise ValueError("the questions are not those of the hash")
    return Run(
        questions=questions,
        results=results,
        fingerprint=given["settings"],
        models=tuple(given["models"]),
        origin={key: given[key] for key in _ORIGIN if key in given},
        configuration=dict(given["configuration"]),
        facts={article: _made(Facts, facts) for article, facts in given["facts"].items()},
    )


def load_run(path: Path | str) -> Run:
    """The run in a file. Raises RunMissingError, RunFormatError."""
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise RunMissingError(path=path, detail=error.strerror or error) from error
    try:
        return from_json(json.loads(text))
    except KeyError as error:
        raise RunFormatError(path=path, detail=f"{error.args[0]!r}?") from error
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RunFormatError(path=path, detail=error) from error


def stated(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON-ready values, without those that have their default."""
    return {
        field.name: _plain(given)
        for field in dataclasses.fields(value)
        if (given := getattr(value, field.name)) != field.default
    }


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return stated(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _made(kind: type[Kind], given: Mapping[str, Any]) -> Kind:
    """The dataclass that ``stated`` took apart; keys of later versions are passed over."""
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    values = {key: _frozen(value) for key, value in given.items() if key in known}
    if "dates" in values:
        values["dates"] = tuple(_mention(item) for item in given["dates"])
    return kind(**values)


def _mention(given: Mapping[str, Any]) -> DateMention:
    first, last = (dt.date.fromisoformat(given[key]) for key in ("first", "last"))
    return DateMention(given["start"], given["end"], given["text"], first, last)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _means(means: dict[str, Mean]) -> dict[str, Any]:
    return {name: dataclasses.asdict(mean) for name, mean in means.items()}
