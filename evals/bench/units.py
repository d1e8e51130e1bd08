"""One system over one slice, measured: a unit. Units are kept on disk, so that a killed run goes on where it was."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

from evals.bench.sets import Slice
from evals.bench.systems import System
from evals.cases import Case
from evals.measure import crash_measures, measures
from evals.metrics import retrieval, spoken

log = logging.getLogger(__name__)
SEARCH = ("nDCG@10", "R@1", "R@5", "RR")
ANSWERS = ("contained", "F1", "citation hit", "citation precision", "citation recall", "hallucination", "error")
WORDS = "words"  # shown for an answer that is one: whoever shows a whole article "contains" a lot


@dataclass(slots=True)
class Unit:
    """What was measured. Lists of values hold one for each question of the slice, in its order, None where one does not
    count.

    ``values``      by measure: those of ``SEARCH`` and, of a slice that is answered, of ``ANSWERS`` and ``WORDS``
    ``confidence``  of the answers; empty for a slice that is only searched
    ``made_with``   commit, day, settings, model, and the hash of the questions
    """

    slice: str
    system: str
    questions: int
    values: dict[str, list[float | None]] = field(default_factory=dict)
    answerable: list[bool | None] = field(default_factory=list)
    confidence: list[float | None] = field(default_factory=list)
    crashed: int = 0
    made_with: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Times:
    """Seconds of questions of a slice that were asked one at a time: ``seconds[kind][system]``, kind "search" (embedding
    included) or "answer", one value for each question asked, the same questions for every system."""

    slice: str
    seconds: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    made_with: dict[str, Any] = field(default_factory=dict)


Kept = TypeVar("Kept", Unit, Times)


class Work:
    """The folder that results are kept in. ``made_with`` says what they must have been made with to be taken up."""

    def __init__(self, folder: Path, made_with: dict[str, Any]) -> None:
        self.folder = folder
        self._made_with = made_with

    def unit(self, part: Slice, system: str) -> Unit | None:
        """The unit if it was measured with the same settings, model and questions; else None.

        The commit may differ: the unit says which it was."""
        return self._load(Unit, part, system)

    def times(self, part: Slice) -> Times | None:
        """The times of the slice, under the conditions of ``unit``."""
        return self._load(Times, part, "times")

    def save(self, result: Kept, part: Slice) -> Kept:
        """Writes the result, whole or not at all; returns it with what it was made with."""
        result.made_with.update(self._made_with, sha256=part.sha256)
        path = self._path(part, result.system if isinstance(result, Unit) else "times")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(result)), "utf-8")
        beside.replace(path)
        return result

    def _load(self, kind: type[Kept], part: Slice, name: str) -> Kept | None:
        try:
            found = kind(**json.loads(self._path(part, name).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        wanted = {**self._made_with, "sha256": part.sha256}
        alike = all(found.made_with.get(key) == wanted[key] for key in ("settings", "model", "sha256"))
        return found if alike else None

    def _path(self, part: Slice, name: str) -> Path:
        return self.folder / part.set / "units" / f"{re.sub(r'[^a-z0-9-]+', '-', part.name)}.{name}.json"


def measure(system: System, name: str, part: Slice, progress: bool = False) -> Unit:
    """Searches for every question that has gold articles, then answers every question where the slice is answered.

    Articles are ranked by their best passage. A question that crashes is logged and counts with the worst value.
    """
    unit = Unit(part.name, name, len(part.cases), answerable=[case.answerable for case in part.cases])
    gold = sum(bool(case.articles) for case in part.cases)
    total = gold + len(part.cases) * part.answered
    with tqdm(total=total, desc=f"{part.name}, {name}", unit="question", disable=not progress) as bar:
        if gold:
            _search(system, part.cases, unit, bar)
        if part.answered:
            _answer(system, part.cases, unit, bar)
    return unit


def _search(system: System, cases: Sequence[Case], unit: Unit, bar: tqdm[Any]) -> None:
    unit.values.update({name: [None] * len(cases) for name in SEARCH})
    gold = [(at, case) for at, case in enumerate(cases) if case.articles]
    for (at, case), prepared in zip(gold, system.prepare([case for _, case in gold]), strict=True):
        ranking = list(dict.fromkeys(passage.article_id for passage in system.find(case, prepared)))
        for name, value in retrieval(ranking, case.articles, SEARCH).items():
            unit.values[name][at] = value
        bar.update()


def _answer(system: System, cases: Sequence[Case], unit: Unit, bar: tqdm[Any]) -> None:
    unit.values.update({name: [None] * len(cases) for name in (*ANSWERS, WORDS)})
    for at, case in enumerate(cases):
        try:
            answer = system.ask(case.question, case.as_of, within=case.within or None)
            values, confidence = measures(case, answer), answer.confidence
            if answer.status != "not_found":
                unit.values[WORDS][at] = len(spoken(answer.text).split())
        except Exception:  # whatever it is, the other questions still count
            log.exception("question %s crashed", case.id)
            values, confidence = crash_measures(case), None
            unit.crashed += 1
        for name in ANSWERS:
            unit.values[name][at] = values[name]
        unit.confidence.append(confidence)
        bar.update()
