"""One system over one slice, measured: a unit. Units are kept on disk, so that a killed run goes on where it was."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

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
TIMED = 100  # questions that are searched for one at a time, as a user would
WARM_UP = 3  # of them, before the clock counts: the first calls load and compile


@dataclass(slots=True)
class Unit:
    """What was measured. Lists of values hold one for each question of the slice, in its order, None where one does not
    count.

    ``values``      by measure: those of ``SEARCH`` and, of a slice that is answered, of ``ANSWERS`` and ``WORDS``
    ``confidence``  of the answers; empty for a slice that is only searched
    ``seconds``     "search": of the first ``TIMED`` questions, embedding included; "answer": of every question
    ``made_with``   commit, day, settings, model, and the hash of the questions
    """

    slice: str
    system: str
    questions: int
    values: dict[str, list[float | None]] = field(default_factory=dict)
    answerable: list[bool | None] = field(default_factory=list)
    confidence: list[float | None] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    crashed: int = 0
    made_with: dict[str, Any] = field(default_factory=dict)


class Work:
    """The folder that units are kept in. ``made_with`` says what they must have been made with to be taken up."""

    def __init__(self, folder: Path, made_with: dict[str, Any]) -> None:
        self.folder = folder
        self._made_with = made_with

    def load(self, part: Slice, system: str) -> Unit | None:
        """The unit if it was measured with the same settings, model and questions; else None.

        The commit may differ: the unit says which it was."""
        try:
            unit = Unit(**json.loads(self._path(part, system).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        wanted = {**self._made_with, "sha256": part.sha256}
        alike = all(unit.made_with.get(key) == wanted[key] for key in ("settings", "model", "sha256"))
        return unit if alike else None

    def save(self, unit: Unit, part: Slice) -> Unit:
        """Writes the unit, whole or not at all; returns it with what it was made with."""
        unit.made_with.update(self._made_with, sha256=part.sha256)
        path = self._path(part, unit.system)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(unit)), "utf-8")
        beside.replace(path)
        return unit

    def _path(self, part: Slice, system: str) -> Path:
        return self.folder / part.set / "units" / f"{re.sub(r'[^a-z0-9-]+', '-', part.name)}.{system}.json"


def measure(system: System, name: str, part: Slice, progress: bool = False) -> Unit:
    """Searches for every question that has gold articles, then answers every question where the slice is answered.

    Articles are ranked by their best passage. A question that crashes is logged and counts with the worst value.
    """
    unit = Unit(part.name, name, len(part.cases), answerable=[case.answerable for case in part.cases])
    with tqdm(total=_steps(part), desc=f"{part.name}, {name}", unit="question", disable=not progress) as bar:
        if part.searched:
            _search(system, part.cases, unit, bar)
        if part.answered:
            _answer(system, part.cases, unit, bar)
    return unit


def _steps(part: Slice) -> int:
    return sum(bool(case.articles) for case in part.cases) + len(part.cases) * part.answered


def _search(system: System, cases: Sequence[Case], unit: Unit, bar: tqdm[Any]) -> None:
    unit.values.update({name: [None] * len(cases) for name in SEARCH})
    gold = [(at, case) for at, case in enumerate(cases) if case.articles]
    timed = unit.seconds.setdefault("search", [])
    for _, case in [*gold[:WARM_UP], *gold[:TIMED]]:
        with _timed(timed):
            system.find(case)
    del timed[: len(gold[:WARM_UP])]
    for (at, case), prepared in zip(gold, system.prepare([case for _, case in gold]), strict=True):
        ranking = list(dict.fromkeys(passage.article_id for passage in system.find(case, prepared)))
        for name, value in retrieval(ranking, case.articles, SEARCH).items():
            unit.values[name][at] = value
        bar.update()


def _answer(system: System, cases: Sequence[Case], unit: Unit, bar: tqdm[Any]) -> None:
    unit.values.update({name: [None] * len(cases) for name in (*ANSWERS, WORDS)})
    for at, case in enumerate(cases):
        try:
            with _timed(unit.seconds.setdefault("answer", [])):
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


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    into.append(round(time.perf_counter() - started, 5))
