"""What a run of a question set gave: every question's answer and measures, their means and slices, as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evals import metrics
from evals.cases import Case, QuestionSet
from evals.provenance import provenance
from evals.report import table
from rag.types import Citation


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a measure over the ``counted`` questions it applies to; None when it applies to none."""

    value: float | None
    counted: int


@dataclass(frozen=True, slots=True)
class Result:
    """One question as it was answered.

    ``articles``  ids of the articles of the retrieved passages, best first, each once
    ``values``    a value for each measure, None where the measure does not apply
    ``error``     the exception when answering crashed; answer, status and confidence are None then
    """

    case: Case
    answer: str | None
    short: str | None
    status: str | None
    confidence: float | None
    citations: tuple[Citation, ...]
    articles: tuple[str, ...]
    seconds: float
    values: dict[str, float | None]
    error: str | None = None

    @property
    def wrong(self) -> bool:
        """Crashed, answered what can't be, refused what can be, or answered without any gold answer in the text."""
        lost = self.values["hallucination"] or self.values["error"]
        return self.error is not None or bool(lost) or self.values["contained"] == 0


@dataclass(frozen=True)
class Run:
    """All results of one question set, with what is needed to tell runs apart and repeat them."""

    questions: QuestionSet
    results: tuple[Result, ...]
    fingerprint: str | None = None
    models: tuple[str, ...] = ()
    origin: dict[str, Any] = field(default_factory=provenance)

    @property
    def crashed(self) -> int:
        return sum(result.error is not None for result in self.results)

    def aggregate(self, tag: str | None = None) -> dict[str, Mean]:
        """The mean of every measure over all questions, or over those tagged ``tag``."""
        return _means(result for result in self.results if tag is None or tag in result.case.tags)

    def slices(self) -> dict[str, tuple[int, dict[str, Mean]]]:
        """Question count and means for each language ("language:de") and each tag, in order of name."""
        groups: dict[str, list[Result]] = {}
        for result in self.results:
            language = [f"language:{result.case.language}"] if result.case.language else []
            for name in (*language, *result.case.tags):
                groups.setdefault(name, []).append(result)
        return {name: (len(groups[name]), _means(groups[name])) for name in sorted(groups)}

    def latency(self) -> dict[str, float | None]:
        """Median and 95th percentile of the seconds per question, crashed ones left out: ``{"p50", "p95"}``."""
        seconds = [result.seconds for result in self.results if result.error is None]
        return {f"p{p}": round(float(np.percentile(seconds, p)), 4) if seconds else None for p in (50, 95)}

    def table(self, language: str = "en") -> str:
        """The means and the slices as aligned text for a terminal, headed in German or English."""
        return table(self, language)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values: provenance, means, slices, one record a question."""
        return {
            "set": {
                "name": self.questions.name,
                "version": self.questions.version,
                "licence": self.questions.licence,
                "sha256": self.questions.sha256,
                "questions": len(self.results),
            },
            "settings": self.fingerprint,
            "models": list(self.models),
            **self.origin,
            "crashed": self.crashed,
            "latency": self.latency(),
            "measures": _plain(self.aggregate()),
            "slices": {name: {"questions": n, "measures": _plain(means)} for name, (n, means) in self.slices().items()},
            "results": [_record(result) for result in self.results],
        }


def _means(results: Iterable[Result]) -> dict[str, Mean]:
    columns: dict[str, list[float]] = {name: [] for name in metrics.MEASURES}
    for result in results:
        for name, value in result.values.items():
            if value is not None:
                columns[name].append(value)
    return {name: Mean(sum(c) / len(c) if c else None, len(c)) for name, c in columns.items()}


def _plain(means: dict[str, Mean]) -> dict[str, Any]:
    return {name: dataclasses.asdict(mean) for name, mean in means.items()}


def _record(result: Result) -> dict[str, Any]:
    return {
        **result.case.to_record(),
        "answer": result.answer,
        "short": result.short,
        "status": result.status,
        "confidence": result.confidence,
        "citations": [dataclasses.asdict(citation) for citation in result.citations],
        "retrieved": list(result.articles),
        "seconds": round(result.seconds, 4),
        "measures": result.values,
        "error": result.error,
    }
