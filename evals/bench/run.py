"""One run of the bench: sets in order, in each the systems in order, in each its slices; then all systems' times."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evals.bench.clock import ARTICLE, Clock, expected, expected_times, time_all
from evals.bench.scores import latency, scores
from evals.bench.sets import SETS, Slice, slices
from evals.bench.systems import OURS, Corpus, Ingested, Models
from evals.bench.units import Times, Unit, Work, measure
from evals.errors import BaselineMissingError, DataMissingError
from evals.report import messages
from rag.settings import Settings


@dataclass
class Found:
    """What was measured over one set. ``ingested``: what building an index took, for systems that have one."""

    name: str
    units: list[Unit] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    ingested: dict[str, Ingested] = field(default_factory=dict)

    @property
    def commits(self) -> set[str]:
        made = [*(unit.made_with for unit in self.units), *(times.made_with for times in self.times)]
        return {str(one["commit"]) for one in made}

    def record(self) -> dict[str, Any]:
        """JSON-ready: a record for each unit, with means and latencies in place of every question's values."""
        ours = {unit.slice: unit for unit in self.units if unit.system == OURS}
        return {
            "set": self.name,
            "ingest": {system: asdict(took) for system, took in self.ingested.items()},
            "units": [
                {
                    "slice": unit.slice,
                    "system": unit.system,
                    "questions": unit.questions,
                    "crashed": unit.crashed,
                    "scores": {name: asdict(score) for name, score in scores(unit, ours.get(unit.slice)).items()},
                    **unit.made_with,
                }
                for unit in self.units
            ],
            "latency": [
                {
                    "slice": times.slice,
                    **{
                        kind: {system: latency(seconds) for system, seconds in own.items()}
                        for kind, own in times.seconds.items()
                    },
                    **times.made_with,
                }
                for times in self.times
            ],
        }


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for; ``languages`` empty: questions in any, ``limit`` None: all."""

    data: Path
    sets: Sequence[str]
    systems: Sequence[str]
    languages: Sequence[str] = ()
    limit: int | None = None


class Bench:
    """One run. Says on stderr what is done and how long the rest will take, in ``language``."""

    def __init__(self, options: Options, settings: Settings, language: str, work: Work) -> None:
        self._options = options
        self._settings = settings
        self._language = language
        self._work = work
        self._models = Models(settings)
        self._systems = list(options.systems)
        self._progress = sys.stderr.isatty()
        self._clock = Clock(0)

    def sets(self) -> Iterator[Found]:
        """Each set as it is done. Sets whose data is missing and baselines whose packages are missing are named and
        left out. Raises DataFormatError, CorpusError, and what reading and indexing raise."""
        plan = [(corpus, parts) for name in self._options.sets for corpus, parts in self._load(name)]
        self._clock = Clock(sum(self._ahead(corpus, parts) for corpus, parts in plan))
        if self._clock.ahead:
            self._tell("bench_estimate", minutes=self._clock.minutes())
        for corpus, parts in plan:
            found = Found(corpus.name)
            for system in list(self._systems):
                found.units += self._measure(corpus, parts, system)
                if took := corpus.ingested(system):
                    found.ingested[system] = took
            if found.units:
                found.times = self._time(corpus, parts)
                yield found

    def _load(self, name: str) -> Iterator[tuple[Corpus, list[Slice]]]:
        folder = self._work.folder / name
        try:
            imported = SETS[name].load(self._options.data, folder / "data")
        except DataMissingError as error:
            print(f"{name}: {error.text(self._language)}", file=sys.stderr)
            return
        if parts := slices(name, imported, self._options.languages, self._options.limit):
            yield Corpus(name, imported, folder, self._settings, self._models), parts

    def _measure(self, corpus: Corpus, parts: Sequence[Slice], system: str) -> list[Unit]:
        """The system's units over the set, those kept from before among them."""
        kept = {part.name: unit for part in parts if (unit := self._work.unit(part, system))}
        missing = [part for part in parts if part.name not in kept]
        if missing:
            building = self._building(corpus, system)
            try:
                with corpus.open(system, self._progress) as opened:
                    self._clock.spent(building)
                    for part in missing:
                        kept[part.name] = self._work.save(measure(opened, system, part, self._progress), part)
                        self._done(part, system, expected(part, system))
            except BaselineMissingError as error:
                self._systems.remove(system)
                print(error.text(self._language), file=sys.stderr)
        return [kept[part.name] for part in parts if part.name in kept]

    def _time(self, corpus: Corpus, parts: Sequence[Slice]) -> list[Times]:
        """The times of the set's slices; those kept from before are taken if they are of the same systems."""
        done = []
        for part in parts:
            times = self._work.times(part)
            if times is None or any(own.keys() != set(self._systems) for own in times.seconds.values()):
                with ExitStack() as stack:
                    opened = {name: stack.enter_context(corpus.open(name)) for name in self._systems}
                    times = self._work.save(time_all(opened, part), part)
                self._done(part, messages().say("bench_times", self._language), expected_times(part, opened))
            done.append(times)
        return done

    def _ahead(self, corpus: Corpus, parts: Sequence[Slice]) -> float:
        """Seconds that what is still to do over a set should take."""
        seconds = sum(expected_times(part, self._systems) for part in parts if self._work.times(part) is None)
        for system in self._systems:
            if missing := [part for part in parts if self._work.unit(part, system) is None]:
                seconds += sum(expected(part, system) for part in missing) + self._building(corpus, system)
        return seconds

    def _building(self, corpus: Corpus, system: str) -> float:
        """Seconds that building the system's own index should take, 0 when it has none or it is there."""
        each = ARTICLE.get(system, 0.0)
        return each * corpus.size if each and corpus.ingested(system) is None else 0.0

    def _done(self, part: Slice, what: str, seconds: float) -> None:
        self._clock.spent(seconds)
        self._tell("bench_left", slice=part.name, system=what, minutes=self._clock.minutes())

    def _tell(self, key: str, **facts: object) -> None:
        print(messages().say(key, self._language, **facts), file=sys.stderr, flush=True)
