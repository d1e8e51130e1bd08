"""``belegt eval import``: a public data set or a table into a folder that ``belegt eval run`` takes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.errors import UnreadableError
from evals.cases import load_set
from evals.errors import DataFormatError, DataMissingError, FileCountError, FileMissingError, FolderFullError
from evals.importers import (
    Imported,
    import_beir,
    import_nomiracl,
    import_pairs,
    import_squad,
    import_table,
    squad,
)
from evals.report import messages
from rag.display import visible
from rag.messages import messages as common_messages
from rag.settings import Settings

Importer = Callable[[argparse.Namespace, str], tuple[Imported, Sequence[UnreadableError]]]


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """Adds ``FORMAT``, ``FILE`` and the options; help texts in ``language``."""
    say = messages().say
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = say("formats_help", language)
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help=say("format_help", language))
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=say("files_help", language))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("out_help", language))
    parser.add_argument("--name", help=say("name_help", language))
    parser.add_argument("--spoken", metavar="CODE", help=say("spoken_help", language))
    parser.add_argument("--licence", default="", help=say("licence_help", language))
    parser.add_argument("--articles", type=Path, metavar="PATH", help=say("articles_help", language))


def main(args: argparse.Namespace, settings: Settings, language: str) -> int:
    """Imports the files and says what came of it. 0; 1 when an article could not be read.

    Raises EvaluationError.
    """
    for path in args.files:
        if not path.exists():
            raise FileMissingError(path=path)
    most = 1 if args.format in ("beir", "csv") else 2 if args.format == "pairs" else None
    least = 2 if args.format == "pairs" else 1
    if len(args.files) < least or (most and len(args.files) > most):
        raise FileCountError(format=args.format, count=least)
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise FolderFullError(path=args.out)
    name = args.name or args.files[0].resolve().stem
    try:
        imported, unread = FORMATS[args.format](args, name)
    except DataMissingError as error:  # a file that the format wants beside the one named
        raise FileMissingError(path=error.facts["path"]) from error
    for problem in unread:
        item = {"path": problem.facts["path"], "reason": problem.reason(language)}
        print(visible(common_messages().say("ingest_failed", language, **item)), file=sys.stderr)
    say = messages().say
    for path in imported.sets.values():
        questions = load_set(path)
        print(say("imported_set", language, name=questions.name, questions=len(questions.cases), path=path))
    if imported.articles.exists():
        with imported.articles.open("rb") as file:
            articles = sum(1 for _ in file)
        print(say("imported_articles", language, articles=articles, path=imported.articles))
    key = "imported_next" if imported.articles.exists() else "imported_next_index"
    print(say(key, language, path=args.out))
    return 1 if unread else 0


def _squad(args: argparse.Namespace, name: str) -> tuple[Imported, list[UnreadableError]]:
    first = args.files[0]
    spoken, _ = squad.languages(first)
    questions: dict[str, Path] = {}
    for path in args.files:
        asked_in = squad.languages(path)[1]
        if asked_in in questions:
            detail = f"its questions are in '{asked_in}', as those of {questions[asked_in]}; import it by itself"
            raise DataFormatError(path=path, detail=detail)
        questions[asked_in] = path
    return import_squad(name, first, questions, args.out, args.spoken or spoken, args.licence), []


def _beir(args: argparse.Namespace, name: str) -> tuple[Imported, list[UnreadableError]]:
    folder = args.files[0] if args.files[0].is_dir() else args.files[0].parent
    return import_beir(args.name or folder.resolve().name, folder, args.out, args.spoken, args.licence), []


def _nomiracl(args: argparse.Namespace, name: str) -> tuple[Imported, list[UnreadableError]]:
    return import_nomiracl(name, args.files, args.out, args.spoken, args.licence), []


def _pairs(args: argparse.Namespace, name: str) -> tuple[Imported, list[UnreadableError]]:
    corpus, pairs = args.files
    return import_pairs(
        args.name or corpus.resolve().parent.name, corpus, pairs, args.out, args.spoken, args.licence
    ), []


def _csv(args: argparse.Namespace, name: str) -> tuple[Imported, list[UnreadableError]]:
    return import_table(name, args.files[0], args.out, args.articles, args.licence)


FORMATS: dict[str, Importer] = {
    "squad": _squad,
    "beir": _beir,
    "nomiracl": _nomiracl,
    "pairs": _pairs,
    "csv": _csv,
}
