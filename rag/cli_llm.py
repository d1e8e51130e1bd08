"""``belegt llm list``, and what ``belegt doctor`` says of the language model."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from rag.cli_corpus import print_json
from rag.display import visible
from rag.errors import LlmError
from rag.messages import messages
from rag.settings import Settings


def add_commands(command: Callable[[str], argparse.ArgumentParser], language: str) -> None:
    """Adds the command to the parser."""

    def say(key: str) -> str:
        return messages().say(key, language)

    llm = command("llm")
    llm.add_argument("action", choices=["list"], help=say("help_llm_action"))
    llm.add_argument("url", nargs="?", metavar="URL", help=say("help_llm_url"))
    llm.add_argument("--json", action="store_true", help=say("help_json"))


def _llm(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.models.llm_offered import Offered, offered

    if arguments.url:  # a key is for the address it was set with
        key = settings.llm_api_key if arguments.url.rstrip("/") == settings.llm_url else None
        given = {**settings.model_dump(), "llm_url": arguments.url, "llm_gguf": None, "llm_api_key": key}
        settings = Settings.load(environ={}, **given)
    if settings.llm_gguf and settings.llm_model:  # a file offers itself, with the room that it is opened with
        models = [Offered(settings.llm_model, settings.llm_context)]
    else:
        models = offered(settings)
    if arguments.json:
        print_json([asdict(model) for model in models])
        return 0
    for model in models:
        size = messages().say("llm_size", language, size=model.context) if model.context else ""
        print("  ".join(filter(None, [visible(model.name), size])))
    if not models:
        print(messages().say("llm_none", language, url=settings.llm_url))
    return 0


def diagnosis(settings: Settings, language: str) -> tuple[str, bool]:
    """What was found at the address of the settings, in words, and whether all is well. Calls nothing when none is set."""
    say = messages().say
    if settings.llm_gguf:
        return _file_diagnosis(settings, language)
    if not settings.llm_url:
        needed = settings.answer_mode == "llm"
        return LlmError("unset").text(language) if needed else say("doctor_llm_none", language), not needed
    from rag.models.llm_offered import offered, tried
    from rag.models.writer import writer

    try:
        models = offered(settings)
    except LlmError as error:
        if error.reason not in ("request", "malformed", "model"):
            return error.text(language), False
        models = []  # some addresses can write and have no list
    names = [model.name for model in models]
    if models and settings.llm_model not in names:
        listed = ", ".join(map(visible, names[:10])) + (", ..." if len(names) > 10 else "")
        return say("doctor_llm_absent", language, url=settings.llm_url, model=settings.llm_model, models=listed), False
    try:
        speed = tried(writer(settings))
    except LlmError as error:
        return error.text(language), False
    facts = {"url": settings.llm_url, "model": settings.llm_model, "first": speed.first, "rate": speed.rate}
    parts = [say("doctor_llm_ok", language, **facts)]
    context = next((model.context for model in models if model.name == settings.llm_model), None)
    if context is None:
        parts.append(say("doctor_llm_context_unknown", language, set=settings.llm_context))
    else:
        fits = "doctor_llm_context" if settings.llm_context <= context else "doctor_llm_context_small"
        parts.append(say(fits, language, context=context, set=settings.llm_context))
    return " ".join(parts), context is None or settings.llm_context <= context


def _file_diagnosis(settings: Settings, language: str) -> tuple[str, bool]:
    """Like ``diagnosis``, of a model that runs here."""
    from rag.models.llm_gguf import Gguf
    from rag.models.llm_offered import tried

    try:
        llm = Gguf(settings)
        context, speed = llm.context, tried(llm)
    except LlmError as error:
        return error.text(language), False
    say = messages().say
    facts = {"model": settings.llm_model, "first": speed.first, "rate": speed.rate}
    fits = "doctor_llm_file_context" if context == settings.llm_context else "doctor_llm_file_context_small"
    told = [say("doctor_llm_file", language, **facts), say(fits, language, context=context, set=settings.llm_context)]
    return " ".join(told), context == settings.llm_context


COMMANDS = {"llm": _llm}
