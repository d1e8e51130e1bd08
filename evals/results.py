"""What a run of a question set gave: every question's answer and measures, their means and slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from evals import metrics, saved
from evals.cases import Case, QuestionSet
from evals.curves import curves
from evals.measure import crash_measures, measures
from evals.provenance import provenance
from evals.report import table
from evals.slices import Facts, facts_of, slice_names, slice_order
from evals.statistics import intervals
from rag.types import Answer, Citation, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Mean:
    """A measure over the ``counted`` questions it applies to: their mean, or the area of a curve, and its 95 % bootstrap
    interval ``low``..``high``; all None when it applies to none."""

    value: float | None
    counted: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One question as it was answered.

    ``articles``   ids of the articles of the retrieved passages, best first, each once
    ``seconds``    from the question to the answer, as the clock on the wall
    ``values``     a value for each of ``metrics.MEASURES``, None where the measure does not apply
    ``error``      the exception when answering crashed; answer, status and confidence are None then
    ``passages``   the retrieved passages, best first
    ``sentences``  of the answer, with their verdicts
    ``timings``    seconds by stage, as the answer gave them
    ``tokens``     that a language model read and wrote; None without one
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
    passages: tuple[Passage, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    tokens: int | None = None

    @classmethod
    def of(cls, case: Case, given: Answer, seconds: float) -> Result:
        """The result of an answer, measured."""
        return cls(
            case=case,
            answer=given.text,
            short=given.short,
            status=given.status,
            confidence=given.confidence,
            citations=given.citations,
            articles=tuple(dict.fromkeys(passage.article_id for passage in given.passages)),
            seconds=round(seconds, 4),
            values=measures(case, given),
            passages=given.passages,
            sentences=given.sentences,
            timings=dict(given.timings),
            tokens=getattr(given, "tokens", None),  # only answers that a language model wrote will have it
        )

    @classmethod
    def crash(cls, case: Case, error: BaseException, seconds: float) -> Result:
        """The result of a question whose answering raised ``error``: the worst of every measure."""
        reason = f"{type(error).__name__}: {error}"
        return cls(case, None, None, None, None, (), (), round(seconds, 4), crash_measures(case), reason)

    @property
    def wrong(self) -> bool:
        """Crashed, answered what can't be, refused what can be, or answered without any gold answer in the text."""
        lost = self.values["hallucination"] or self.values["error"]
        return self.error is not None or bool(lost) or self.values["contained"] == 0

    def value(self, measure: str) -> float | None:
        """The value of one of ``metrics.MEASURES`` or ``metrics.COSTS``."""
        if measure in metrics.COSTS:
            spent = {"seconds": self.seconds, "tokens": self.tokens}[measure]
            return None if spent is None or self.error is not None else float(spent)
        return self.values.get(measure)


@dataclass(frozen=True)
class Run:
    """All results of one question set, with what is needed to tell runs apart and repeat them.

    ``fingerprint``    of the settings; ``configuration``: the settings themselves, as far as they can change an answer
    ``facts``          source and date of the gold articles as far as they are known, for the slices
    """

    questions: QuestionSet
    results: tuple[Result, ...]
    fingerprint: str | None = None
    models: tuple[str, ...] = ()
    origin: dict[str, Any] = field(default_factory=provenance)
    configuration: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)

    @property
    def crashed(self) -> int:
        return sum(result.error is not None for result in self.results)

    def aggregate(self, tag: str | None = None) -> dict[str, Mean]:
        """Every one of ``metrics.ALL`` over all questions, or over those tagged ``tag``, with intervals."""
        if tag is None:
            return self._aggregate
        return summary([result for result in self.results if tag in result.case.tags])

    @cached_property
    def _aggregate(self) -> dict[str, Mean]:
        return summary(self.results)

    @cached_property
    def groups(self) -> dict[str, tuple[Result, ...]]:
        """The results of each slice: "language:de", the tags bare, "source:...", "year:2025", in this order.

        Source and year are those of the gold articles; without such an article the year is that of the day asked as of.
        """
        found: dict[str, list[Result]] = {}
        facts = facts_of(self.results) | self.facts
        for result in self.results:
            for name in slice_names(result.case, facts):
                found.setdefault(name, []).append(result)
        return {name: tuple(found[name]) for name in sorted(found, key=slice_order)}

    def slices(self) -> dict[str, tuple[int, dict[str, Mean]]]:
        """Question count and measures of each of ``groups``."""
        return self._slices

    @cached_property
    def _slices(self) -> dict[str, tuple[int, dict[str, Mean]]]:
        return {name: (len(results), summary(results)) for name, results in self.groups.items()}

    @property
    def risk(self) -> list[tuple[float, float]]:
        """The coverage-risk curve: (coverage, risk) from the most confident question down."""
        return curves(self.results)["AURC"].points

    def latency(self) -> dict[str, float | None]:
        """Median and 95th percentile of the seconds per question, crashed ones left out: ``{"p50", "p95"}``."""
        seconds = [result.seconds for result in self.results if result.error is None]
        return {f"p{p}": round(float(np.percentile(seconds, p)), 4) if seconds else None for p in (50, 95)}

    def only(self, ids: Sequence[str]) -> Run:
        """The run cut to the questions ``ids``, in that order. Raises KeyError for one it does not have."""
        by_id = {result.case.id: result for result in self.results}
        kept = tuple(by_id[i] for i in ids)
        return replace(self, results=kept, questions=replace(self.questions, cases=tuple(r.case for r in kept)))

    def table(self, language: str = "en") -> str:
        """The measures and the slices as aligned text for a terminal, headed in German or English."""
        return table(self, language)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values: provenance, measures, slices, one record a question."""
        return saved.to_json(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Run:
        """The run that ``to_json`` wrote. Raises KeyError, TypeError or ValueError when it did not."""
        return saved.from_json(record)


def columns(results: Sequence[Result], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The values of each named measure, one a result, NaN where it does not apply."""
    return {n: np.array([np.nan if (v := r.value(n)) is None else v for r in results], dtype=float) for n in names}


def summary(results: Sequence[Result], ranges: bool = True) -> dict[str, Mean]:
    """Every one of ``metrics.ALL`` over ``results``; without ``ranges`` no intervals, which take most of the time."""
    found = columns(results, [*metrics.MEASURES, *metrics.COSTS])
    known = intervals(found) if ranges else {}
    drawn = curves(results)

    def mean(name: str) -> Mean:
        if name in drawn:
            curve = drawn[name]
            if curve.value is None:
                return Mean(None, 0)
            return Mean(curve.value, curve.counted, *((ranges and curve.interval) or (None, None)))
        counted = found[name][~np.isnan(found[name])]
        if not len(counted):
            return Mean(None, 0)
        return Mean(float(counted.mean()), len(counted), *known.get(name, (None, None)))

    return {name: mean(name) for name in metrics.ALL}
