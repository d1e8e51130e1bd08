"""``belegt eval``: a question set through the answerer; the table to the terminal, JSON on request."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from evals.cases import load_set
from evals.errors import OutputError
from evals.report import messages, wrong_answers
from evals.run import run
from rag.settings import Settings

DEMO_SET = Path(__file__).parent / "questions" / "demo.jsonl"


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``SET``, ``--json``, ``--limit`` and ``--verbose``; help texts in ``language``."""
    say = messages().say
    parser.add_argument("set", nargs="?", type=Path, default=DEMO_SET, metavar="SET", help=say("asked_set", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    parser.add_argument("--limit", type=at_least_one(language), metavar="N", help=say("limit_help", language))
    parser.add_argument("--verbose", action="store_true", help=say("verbose_help", language))


def at_least_one(language: str) -> Callable[[str], int]:
    """An argparse type for whole numbers from 1."""

    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(messages().say("bad_limit", language))
        return int(text)

    return parse


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Runs the evaluation and prints it. 0; 1 when a question crashed.

    Raises EvaluationError for a set or an output file that can't be used, and what ``Answerer.open`` raises.
    """
    questions = load_set(args.set)
    if args.limit:
        questions = questions.first(args.limit)
    if args.json and args.json != "-":
        check_writable(args.json)  # now, not after minutes of answering
    from rag.answerer import Answerer  # loads the models' libraries: seconds, so only for a set that is in order

    with Answerer.open(settings) as answerer:
        models = (answerer.status().model, type(answerer.reader).__name__)
        done = run(questions, answerer.ask, settings=settings, models=models)
    to_stdout = args.json == "-"
    text = done.table(language)
    if args.verbose and (wrong := wrong_answers(done.results, language)):
        text = f"{wrong}\n\n{text}"
    print(text, file=sys.stderr if to_stdout else sys.stdout)
    if args.json:
        write_json(done.to_json(), args.json, language)
    return 1 if done.crashed else 0


def write_json(content: object, target: str, language: str) -> None:
    """``content`` as indented JSON to the file ``target``, or to standard output for "-". Raises OutputError."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    check_writable(target)
    Path(target).write_text(text, "utf-8")
    print(messages().say("written", language, path=target), file=sys.stderr)


def check_writable(target: str) -> None:
    """Raises OutputError when the file ``target`` can't be written; makes it when it is not there."""
    try:
        Path(target).open("ab").close()
    except OSError as error:
        raise OutputError(path=target, detail=error.strerror or error) from error
