"""``belegt eval run``: question sets through a system; the table to the terminal, JSON and HTML on request."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.cases import QuestionSet, load_set
from evals.cli import DEMO_SET, at_least_one, check_writable, write_json
from evals.errors import NoSetError
from evals.importers.folder import ARTICLES
from evals.journal import Journal, code_stamp
from evals.provenance import provenance
from evals.report import messages, wrong_answers
from evals.system import OURS, System, check_baseline, opened, prepare_index
from rag.display import visible
from rag.messages import messages as common_messages
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.results import Run

INDEX = "index"  # of a folder that an import made


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run: the sets by the name of their file, and the articles to be indexed first, if any."""

    sets: dict[str, QuestionSet]
    articles: Path | None


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``SET`` and the options; help texts in ``language``."""
    say = messages().say
    parser.add_argument("set", nargs="?", type=Path, default=DEMO_SET, metavar="SET", help=say("asked_set", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    parser.add_argument("--html", metavar="FILE", help=say("html_help", language))
    parser.add_argument("--limit", type=at_least_one(language), metavar="N", help=say("limit_help", language))
    parser.add_argument("--verbose", action="store_true", help=say("verbose_help", language))
    parser.add_argument("--baseline", default=OURS, metavar="NAME", help=say("run_baseline_help", language))
    parser.add_argument("--retrieval-only", action="store_true", help=say("retrieval_help", language))
    parser.add_argument(
        "--resume", action=argparse.BooleanOptionalAction, default=True, help=say("resume_help", language)
    )


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Runs every set and prints it. 0; 1 when a question crashed or an article could not be indexed.

    Raises EvaluationError for a set, a baseline or an output file that can't be used, and what opening a system raises.
    """
    plan = planned(args.set, args.limit)
    targets = {name: (_target(args.json, name, plan), _target(args.html, name, plan)) for name in plan.sets}
    for path in [path for pair in targets.values() for path in pair if path and path != "-"]:
        check_writable(path)  # now, not after minutes of answering
    check_baseline(args.baseline)
    settings, whole = ready(plan, settings, getattr(args, "index", None) is not None, language)
    done: dict[str, Run] = {}
    with opened(settings, args.baseline, args.retrieval_only) as system:
        for name, questions in plan.sets.items():
            done[name] = _run(questions, system, args, language, targets[name])
    if args.json == "-":
        saved = [run.to_json() for run in done.values()]
        write_json(saved[0] if len(saved) == 1 else saved, "-", language)
    return 0 if whole and not any(run.crashed for run in done.values()) else 1


def planned(place: Path, limit: int | None = None) -> Plan:
    """The set in a file, or all sets of a folder, each cut to ``limit`` questions, and the articles beside them.

    Raises SetMissingError, SetFormatError, SetEmptyError, NoSetError.
    """
    files = [place]
    if place.is_dir():
        files = sorted(path for path in place.glob("*.jsonl") if path.name != ARTICLES)
        if not files:
            raise NoSetError(path=place)
    sets = {path.stem: load_set(path) for path in files}
    articles = (place if place.is_dir() else place.parent) / ARTICLES
    cut = {name: one.first(limit) if limit else one for name, one in sets.items()}
    return Plan(cut, articles if articles.is_file() else None)


def ready(plan: Plan, settings: Settings, named: bool, language: str) -> tuple[Settings, bool]:
    """The settings with the index that the plan's articles belong into, which is brought up to date; whether all of
    them are in it. An index that the user ``named`` is not filled with the articles of a set."""
    terminal = sys.stderr.isatty()
    if terminal:
        print(common_messages().say("loading", language), file=sys.stderr, flush=True)
    if not plan.articles or named:
        return settings, True
    settings = settings.model_copy(update={"index": plan.articles.parent / INDEX})
    return settings, _index(plan.articles, settings, language, terminal)


def _target(option: str | None, name: str, plan: Plan) -> str | None:
    """The file for the results of a set: as given, with the set's name in it where there are several."""
    if option is None or option == "-" or len(plan.sets) == 1:
        return option
    path = Path(option)
    return str(path.with_name(f"{path.stem}-{name}{path.suffix}"))


def _index(articles: Path, settings: Settings, language: str, progress: bool) -> bool:
    """Brings the index up to date with the articles; whether all of them are in it. What is not is named."""
    say = common_messages().say
    report = prepare_index(articles, settings, language, progress)
    for item in report.failed:
        print(visible(say("ingest_failed", language, **item)), file=sys.stderr)
    if report.interrupted:
        raise KeyboardInterrupt
    if report.added or report.updated:
        told = messages().say("indexed", language, articles=report.articles, path=settings.index)
        print(told, file=sys.stderr)
    return not report.failed


def about(system: System) -> dict[str, str]:
    """What the answers of a system depend on besides the questions: what a journal must be told."""
    return {
        "settings": system.settings.fingerprint(),
        "system": repr(sorted(system.configuration.items())),
        "code": code_stamp(),
        "packages": repr(sorted(provenance()["packages"].items())),
    }


@contextmanager
def asked(questions: QuestionSet, system: System, resume: bool, language: str) -> Iterator[Run]:
    """Puts a set to a system, going on where a killed run stopped. The journal is forgotten once the caller is done with
    the run without an error, so what was asked outlives a failure to write it down."""
    from evals.run import run

    say = messages().say
    with Journal(system.settings.cache, questions, about(system), resume) as journal:
        if journal.finished:
            facts = {"done": len(journal.finished), "questions": len(questions.cases)}
            print(say("resumed", language, **facts), file=sys.stderr)
        try:
            done = run(
                questions,
                system.answer,
                settings=system.settings,
                models=system.models,
                article=system.article,
                journal=journal,
                configuration=system.configuration,
                unit=say("unit", language),
            )
        except KeyboardInterrupt:
            print(say("interrupted", language), file=sys.stderr)
            raise
        yield done
        journal.remove()


def _run(
    questions: QuestionSet,
    system: System,
    args: argparse.Namespace,
    language: str,
    targets: Sequence[str | None],
) -> Run:
    """Runs one set; prints its table and writes what is asked for."""
    from evals.html_report import write

    with asked(questions, system, args.resume, language) as done:
        text = done.table(language)
        if args.verbose and (wrong := wrong_answers(done.results, language)):
            text = f"{wrong}\n\n{text}"
        print(text, file=sys.stderr if args.json == "-" else sys.stdout)
        json_file, html_file = targets
        saved = done.to_json() if json_file or html_file else {}
        if json_file and json_file != "-":
            write_json(saved, json_file, language)
        if html_file:
            write(saved, html_file, language=language)
            print(messages().say("written", language, path=html_file), file=sys.stderr)
    return done
