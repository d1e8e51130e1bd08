"""The command: options, the order of work, what is printed when."""

from __future__ import annotations

import argparse
import logging
import math
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import BelegtError
from evals.bench.scores import latency, scores
from evals.bench.sets import SETS, Slice, slices
from evals.bench.systems import OURS, SYSTEMS, Corpus, Models
from evals.bench.table import table
from evals.bench.units import Unit, Work, measure
from evals.cli import at_least_one, check_writable, write_json
from evals.errors import BaselineMissingError, DataMissingError
from evals.provenance import provenance
from evals.report import messages
from rag.messages import user_language
from rag.models.embed import model_identity
from rag.settings import Settings

# Seconds for a search, an answer, an article into an index, as measured on two cores; the run's own pace corrects them.
SEARCH, ANSWER = 0.03, 0.5
ARTICLE = {OURS: 0.03, "quickstart": 0.07}


def arguments(argv: Sequence[str] | None, language: str) -> argparse.Namespace:
    say = messages().say
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=say("bench", language))
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help=say("data_help", language))
    parser.add_argument("--sets", default=",".join(SETS), help=say("sets_help", language, sets=", ".join(SETS)))
    systems = say("systems_help", language, systems=", ".join(SYSTEMS))
    parser.add_argument("--systems", default=",".join(SYSTEMS), help=systems)
    parser.add_argument("--languages", default="", help=say("languages_help", language))
    parser.add_argument("--limit", type=at_least_one(language), metavar="N", help=say("slice_limit_help", language))
    parser.add_argument("--work", type=Path, metavar="DIR", help=say("work_help", language))
    parser.add_argument("--markdown", action="store_true", help=say("markdown_help", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    args = parser.parse_args(argv)
    for name, known in (("sets", SETS), ("systems", SYSTEMS), ("languages", None)):
        chosen = [part.strip() for part in getattr(args, name).split(",") if part.strip()]
        odd = [part for part in chosen if known is not None and part not in known]
        if odd:
            parser.error(say("bad_choice", language, name=odd[0], choices=", ".join(known or ())))
        setattr(args, name, chosen)
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark. 0, also when a set was skipped for want of data; an error's own code otherwise."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    language = user_language()
    try:
        settings = Settings.load()
        language = user_language(settings.language)
        args = arguments(argv, language)
        if args.json and args.json != "-":
            check_writable(args.json)  # now, not after an hour
        command = shlex.join(["python", "-m", "evals.bench", *(sys.argv[1:] if argv is None else argv)])
        _run(args, settings, language, command)
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 0


def _run(args: argparse.Namespace, settings: Settings, language: str, command: str) -> None:
    origin = {**provenance(), "settings": settings.fingerprint(), "model": model_identity(settings)}
    folder = args.work or settings.cache / "bench"
    work = Work(folder, {key: origin[key] for key in ("commit", "date", "settings", "model")})
    out = sys.stderr if args.json == "-" else sys.stdout
    bench = Bench(args, settings, language, work)
    records = []
    try:
        for found in bench.sets():
            print(table(found.units, found.ingested, language, args.markdown), end="\n\n", file=out, flush=True)
            records.append(found.record())
    except KeyboardInterrupt:
        print(messages().say("bench_stopped", language, folder=folder), file=sys.stderr)
    else:
        if args.work is None:
            shutil.rmtree(folder, ignore_errors=True)  # done: the next run measures anew
    if not records:
        return
    commits = sorted({str(commit) for record in records for commit in record["commits"]})
    print(messages().say("bench_note", language, command=command, commits=", ".join(commits), **origin), file=out)
    if args.json:
        write_json({"command": command, **origin, "sets": records}, args.json, language)


@dataclass
class Found:
    """What was measured over one set."""

    name: str
    units: list[Unit] = field(default_factory=list)
    ingested: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """JSON-ready: a record for each unit, with means and latencies in place of every question's values."""
        ours = {unit.slice: unit for unit in self.units if unit.system == OURS}
        return {
            "set": self.name,
            "commits": sorted({str(unit.made_with["commit"]) for unit in self.units}),
            "ingest": {system: took and asdict(took) for system, took in self.ingested.items()},
            "units": [
                {
                    "slice": unit.slice,
                    "system": unit.system,
                    "questions": unit.questions,
                    "crashed": unit.crashed,
                    "scores": {name: asdict(score) for name, score in scores(unit, ours.get(unit.slice)).items()},
                    "latency": {kind: latency(seconds) for kind, seconds in unit.seconds.items()},
                    **unit.made_with,
                }
                for unit in self.units
            ],
        }


class Bench:
    """One run: sets in order, in each the systems in order, in each its slices."""

    def __init__(self, args: argparse.Namespace, settings: Settings, language: str, work: Work) -> None:
        self._args = args
        self._settings = settings
        self._language = language
        self._work = work
        self._models = Models(settings)
        self._systems: list[str] = list(args.systems)
        self._progress = sys.stderr.isatty()

    def sets(self) -> Iterator[Found]:
        """Each set as it is done. Sets whose data is missing and baselines whose packages are missing are named and
        left out. Raises DataFormatError, CorpusError, and what reading and indexing raise."""
        plan = [(corpus, parts) for name in self._args.sets for corpus, parts in self._load(name)]
        clock = _Clock(sum(self._expected(*one, system) for one in plan for system in self._systems))
        if clock.ahead:
            self._tell("bench_estimate", minutes=clock.minutes())
        for corpus, parts in plan:
            found = Found(corpus.name)
            for system in list(self._systems):
                for unit in self._measure(corpus, parts, system, clock):
                    found.units.append(unit)
                if system in self._systems:
                    found.ingested[system] = corpus.ingested(system)
            if found.units:
                yield found

    def _load(self, name: str) -> Iterator[tuple[Corpus, list[Slice]]]:
        folder = self._work.folder / name
        try:
            imported = SETS[name].load(self._args.data, folder / "data")
        except DataMissingError as error:
            print(f"{name}: {error.text(self._language)}", file=sys.stderr)
            return
        if parts := slices(name, imported, self._args.languages, self._args.limit):
            yield Corpus(name, imported, folder, self._settings, self._models), parts

    def _measure(self, corpus: Corpus, parts: Sequence[Slice], system: str, clock: _Clock) -> Iterator[Unit]:
        """The system's units over the set, those kept from before among them."""
        kept = {part.name: unit for part in parts if (unit := self._work.load(part, system))}
        missing = [part for part in parts if part.name not in kept]
        if missing:
            building = self._building(corpus, system)
            try:
                with corpus.open(system, self._progress) as opened:
                    clock.spent(building)
                    for part in missing:
                        unit = measure(opened, system, part, self._progress)
                        kept[part.name] = self._work.save(unit, part)
                        clock.spent(_seconds(part))
                        self._tell("bench_left", slice=part.name, system=system, minutes=clock.minutes())
            except BaselineMissingError as error:
                self._systems.remove(system)
                print(error.text(self._language), file=sys.stderr)
        yield from (kept[part.name] for part in parts if part.name in kept)

    def _expected(self, corpus: Corpus, parts: Sequence[Slice], system: str) -> float:
        """Seconds that what the system is still to do over the set should take."""
        missing = [part for part in parts if self._work.load(part, system) is None]
        return sum(map(_seconds, missing)) + self._building(corpus, system) if missing else 0.0

    def _building(self, corpus: Corpus, system: str) -> float:
        """Seconds that building the system's own index should take, 0 when it has none or it is there."""
        each = ARTICLE.get(system, 0.0)
        return each * corpus.size if each and corpus.ingested(system) is None else 0.0

    def _tell(self, key: str, **facts: object) -> None:
        print(messages().say(key, self._language, **facts), file=sys.stderr, flush=True)


def _seconds(part: Slice) -> float:
    """What one system should need for a slice."""
    return len(part.cases) * (ANSWER * part.answered + SEARCH * part.searched)


class _Clock:
    """How long is left: what is expected, corrected by how long the expected has taken so far."""

    CALM = 60.0  # seconds that count as having gone as expected, so that the first steps do not decide

    def __init__(self, expected: float) -> None:
        self.ahead = expected
        self._done = 0.0
        self._started = time.monotonic()

    def spent(self, expected: float) -> None:
        """Work that was expected to take so long is done."""
        self.ahead -= expected
        self._done += expected

    def minutes(self) -> int:
        pace = (time.monotonic() - self._started + self.CALM) / (self._done + self.CALM)
        return math.ceil(self.ahead * pace / 60 - 1e-9)


if __name__ == "__main__":
    sys.exit(main())
