"""How long systems take beside each other, and how long the bench itself will."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from evals.bench.sets import Slice
from evals.bench.systems import OURS, System
from evals.bench.units import Times
from evals.cases import Case

TIMED = {"search": 100, "answer": 50}  # the first questions of a slice
WARM_UP = 3  # of them, before the clock counts: the first calls load and compile

# Seconds for a search, an answer, an article into an index, as measured on two cores; the run's own pace corrects them.
SEARCH, READ, ANSWER = 0.03, 0.2, 0.5  # READ: what belegt's reader takes on top to put what was found in order
ARTICLE = {OURS: 0.03, "quickstart": 0.07}


def time_all(systems: Mapping[str, System], part: Slice) -> Times:
    """Asks each system the first questions, one at a time as a person would, nothing prepared.

    Each question goes to all of them before the next, first to another one each time, so that whatever else the machine
    does slows all of them alike. The systems must be freshly opened: a reader remembers sentences.
    """
    times = Times(part.name)
    if part.searched:
        times.seconds["search"] = _in_turn(systems, part.cases, TIMED["search"], lambda system, case: system.find(case))
    if part.answered:
        times.seconds["answer"] = _in_turn(systems, part.cases, TIMED["answer"], _ask)
    return times


def _ask(system: System, case: Case) -> object:
    return system.ask(case.question, case.as_of, within=case.within or None)


def _in_turn(
    systems: Mapping[str, System], cases: Sequence[Case], count: int, act: Callable[[System, Case], Any]
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    names = list(systems)
    warm_up = cases[count : count + WARM_UP] or cases[:WARM_UP]  # others, where there are others
    for system in systems.values():
        for case in warm_up:
            act(system, case)
    for turn, case in enumerate(cases[:count]):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            started = time.perf_counter()
            act(systems[name], case)
            seconds[name].append(round(time.perf_counter() - started, 5))
    return seconds


def expected(part: Slice, system: str) -> float:
    """Seconds that a system should need to be measured over a slice."""
    return len(part.cases) * (ANSWER * part.answered + _search(system) * part.searched)


def expected_times(part: Slice, systems: Collection[str]) -> float:
    """Seconds that ``time_all`` should need."""
    searches, answers = (min(len(part.cases), TIMED[kind]) for kind in ("search", "answer"))
    return sum(searches * _search(one) * part.searched + answers * ANSWER * part.answered for one in systems)


def _search(system: str) -> float:
    return SEARCH + READ * (system == OURS)


class Clock:
    """How long is left: what is expected, corrected by how long the expected has taken so far."""

    CALM = 60.0  # seconds that count as having gone as expected, so that the first steps do not decide

    def __init__(self, ahead: float) -> None:
        """``ahead``: seconds that the work should take."""
        self.ahead = ahead
        self._done = 0.0
        self._started = time.monotonic()

    def spent(self, seconds: float) -> None:
        """Work that should have taken so long is done."""
        self.ahead -= seconds
        self._done += seconds

    def minutes(self) -> int:
        """Minutes left, rounded up."""
        pace = (time.monotonic() - self._started + self.CALM) / (self._done + self.CALM)
        return math.ceil(self.ahead * pace / 60 - 1e-9)
