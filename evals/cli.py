"""``belegt eval``: which command is meant, and what the commands have in common.

Each command is a module with ``add_arguments(parser, language)`` and ``main(args, settings, language) -> exit code``,
loaded when it is called or its help is asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from evals.errors import OutputError
from evals.report import messages
from rag.messages import LANGUAGES
from rag.messages import messages as common_messages
from rag.settings import Settings

DEMO_SET = Path(__file__).parent / "questions" / "demo.jsonl"
COMMANDS = {
    "run": "evals.cli_run",
    "compare": "evals.compare",
    "gate": "evals.gate",
    "report": "evals.html_report",
    "draft": "evals.draft",
    "import": "evals.cli_import",
}
_COMMON = ("--index", "--config", "--language")  # options of every command of belegt, each with a value


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds the commands; help texts in ``language``."""
    commands = parser.add_subparsers(dest="evaluation", required=True, metavar="COMMAND", parser_class=_Command)
    common = _Command(add_help=False, argument_default=argparse.SUPPRESS)
    say = common_messages().say
    # Again here, so that they may also stand behind the command's name; suppressed, so as not to undo those before it.
    common.add_argument("--index", type=Path, help=say("help_index", language))
    common.add_argument("--config", type=Path, help=say("help_config", language))
    common.add_argument("--language", choices=LANGUAGES, help=say("help_language", language))
    for name in COMMANDS:
        text = messages().say(f"{name}_command", language)
        commands.add_parser(name, help=text, description=text, parents=[common]).of(name, language)


class _Command(argparse.ArgumentParser):
    """The parser of one command; gets the command's own arguments when it is first used."""

    _own: Callable[[], None] | None = None

    def of(self, name: str, language: str) -> None:
        self._own = lambda: _module(name).add_arguments(self, language)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        own, self._own = self._own, None
        if own:
            own()
        return super().parse_known_args(args, namespace)


def _module(name: str) -> Any:
    return import_module(COMMANDS[name])


def complete(argv: Sequence[str]) -> list[str]:
    """The arguments of ``belegt eval`` with the command named: ``[SET]`` alone means ``run [SET]``."""
    at = 0
    while at < len(argv) and argv[at].startswith(_COMMON):
        at += 1 if "=" in argv[at] else 2
    if at < len(argv) and argv[at] in (*COMMANDS, "-h", "--help"):
        return list(argv)
    return ["run", *argv]


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Runs the command; its exit code. Raises what it raises."""
    return int(_module(args.evaluation).main(args, settings, language))


def at_least_one(language: str) -> Callable[[str], int]:
    """An argparse type for whole numbers from 1."""

    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(messages().say("bad_limit", language))
        return int(text)

    return parse


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
