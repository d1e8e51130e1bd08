"""The commands about the corpus: ingest, watch, show, corpus, delete."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.dates import display_date
from rag.display import visible
from rag.errors import ArticleMissingError
from rag.messages import messages
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.ingest import Report
    from rag.report import CorpusReport

LISTED = 12  # sources, months, stories and the like shown before "and n more"
BAR = 40  # characters of the longest bar


def add_commands(command: Callable[[str], argparse.ArgumentParser], language: str) -> None:
    """Adds this module's commands to the parser."""

    def say(key: str) -> str:
        return messages().say(key, language)

    ingest = command("ingest")
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=say("help_paths"))
    ingest.add_argument("--prune", action="store_true", help=say("help_prune"))
    ingest.add_argument("--json", action="store_true", help=say("help_json"))
    watch = command("watch")
    watch.add_argument("paths", nargs="+", type=Path, metavar="FOLDER", help=say("help_watched"))
    watch.add_argument("--prune", action="store_true", help=say("help_prune"))
    show = command("show")
    show.add_argument("id", metavar="ARTICLE", help=say("help_id"))
    show.add_argument("--removed", action="store_true", help=say("help_removed"))
    show.add_argument("--json", action="store_true", help=say("help_json"))
    corpus = command("corpus")
    corpus.add_argument("--duplicates", action="store_true", help=say("help_duplicates"))
    corpus.add_argument("--json", action="store_true", help=say("help_json"))
    command("delete").add_argument("ids", nargs="+", metavar="ARTICLE", help=say("help_id"))


def print_json(value: Any) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    print()


def _ingest(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from corpus.load import find
    from rag.index import Index

    find(arguments.paths)  # a wrong path should not leave an empty index behind
    with Index.open(settings, create=True) as index:
        report = index.ingest(arguments.paths, language, progress=not arguments.json, prune=arguments.prune)
    if arguments.json:
        print_json(asdict(report))
    else:
        _print_report(report, language)
        key = "ingest_interrupted" if report.interrupted else "ingest_next"
        print(messages().say(key, language, path=settings.index))
    return 130 if report.interrupted else 1 if report.failed else 0


def _print_report(report: Report, language: str) -> None:
    say = messages().say
    for item in report.failed:
        print(visible(say("ingest_failed", language, **item)), file=sys.stderr)
    for item in report.warnings:
        print(visible(say("ingest_warning", language, **item)), file=sys.stderr)
    counts = {name: len(value) if isinstance(value, list) else value for name, value in asdict(report).items()}
    print(say("ingest_done", language, **counts))
    for key in ("recurring", "pruned", "gone"):
        if counts[key]:
            print(say(f"ingest_{key}", language, count=counts[key]))


def _watch(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from corpus.load import find
    from rag.index import Index
    from rag.watch import follow

    find(arguments.paths)
    with Index.open(settings, create=True) as index:
        try:
            for report in follow(index, arguments.paths, language, arguments.prune):
                print(f"{dt.datetime.now():%H:%M:%S}", end=" ")
                _print_report(report, language)
                print(messages().say("watch_waiting", language), file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print(messages().say("watch_end", language), file=sys.stderr)
    return 0


def _show(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index

    say = messages().say
    with Index.open(settings) as index:
        known = index.store.known(arguments.id)
        if known is None:
            raise ArticleMissingError(id=arguments.id)
        article, others = index.store.article_of_row(known.row), index.store.relatives(known.row)
    if arguments.json:
        shown = asdict(article) | {"published": article.published, "updated": article.updated} | others
        print_json(shown)
        return 0
    if arguments.removed:
        for removed in article.removed:
            print(f"[{say_reason(removed.reason, language)}] {removed.text}\n")
        if not article.removed:
            print(say("show_nothing_removed", language))
        return 0
    fields = {
        "title": article.title, "source": article.source, "author": article.author, "agency": article.agency,
        "published": article.published, "updated": article.updated, "url": article.url,
        "language": article.language, "category": article.category, "correction": article.correction,
    }  # fmt: skip
    for name, value in fields.items():
        shown_value = say("show_unknown", language) if value is None else value
        place = article.provenance.get(name)
        print(
            f"{say(f'field_{name}', language)}: {visible(str(shown_value))}"
            + (f"  ({place})" if value is not None and place else "")
        )
    if not known.current:
        print(say("show_superseded", language))
    for key, ids in others.items():
        if ids:
            print(f"{say(f'show_{key}', language)}: {', '.join(ids)}")
    print(f"\n{article.text}")
    if article.removed:
        print(f"\n{say('show_removed', language, count=len(article.removed), id=article.id)}")
    return 0


def say_reason(reason: str, language: str) -> str:
    """A reason of cleaning in the user's language."""
    return messages().say(f"removed_{reason.replace(' ', '_')}", language)


def _corpus(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index
    from rag.report import corpus_report

    with Index.open(settings) as index:
        report = corpus_report(index.store, dt.date.today())
    if arguments.json:
        print_json(asdict(report) | {"removed_share": report.removed_share})
        return 0
    if arguments.duplicates:
        for story in report.stories:
            for article_id, source, title, published in story.members:
                parts = (article_id, title, source, display_date(published, language))
                print(visible(" · ".join(part for part in parts if part)))
            print()
        return 0
    _print_corpus(report, language)
    return 0


def _print_corpus(report: CorpusReport, language: str) -> None:
    say = messages().say
    none = say("show_unknown", language)
    print(
        say(
            "corpus_head", language, articles=report.articles, superseded=report.superseded, undated=report.undated,
            stories=len(report.stories), copies=report.copies, share=100 * report.removed_share,
        )
    )  # fmt: skip
    named_removed = {say_reason(reason, language): count for reason, count in report.removed.items()}
    months = {display_date(m, language) if m else none: n for m, n in reversed(report.months.items())}
    for key, counts in {
        "sources": report.sources, "months": months, "languages": report.languages, "categories": report.categories,
        "removed": named_removed,
    }.items():  # fmt: skip
        if counts and set(counts) != {""}:
            print(f"\n{say(f'corpus_{key}', language)}")
            _print_bars({name or none: count for name, count in counts.items()}, language)
    if report.suspicious:
        print(f"\n{say('corpus_suspicious', language)}")
        for found in report.suspicious[:LISTED]:
            print(f"  {visible(found.id)}: {say(f'suspicious_{found.reason}', language)}")
        _print_rest(len(report.suspicious), language)
    if report.unreadable:
        print(f"\n{say('corpus_unreadable', language)}")
        for place in report.unreadable[:LISTED]:
            print(f"  {visible(place)}")
        _print_rest(len(report.unreadable), language)


def _print_bars(counts: dict[str, int], language: str) -> None:
    shown = dict(list(counts.items())[:LISTED])
    width, most = max(map(len, shown)), max(shown.values())
    for name, count in shown.items():
        print(f"  {name:<{width}} {count:>7} {'█' * max(1, round(BAR * count / most))}")
    _print_rest(len(counts), language)


def _print_rest(count: int, language: str) -> None:
    if count > LISTED:
        print(f"  {messages().say('corpus_more', language, count=count - LISTED)}")


def _delete(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from rag.index import Index

    with Index.open(settings) as index:
        files = {article_id: known.file for article_id in arguments.ids if (known := index.store.known(article_id))}
        deleted = index.delete(arguments.ids)
    print(messages().say("delete_done", language, ids=", ".join(deleted)))
    for file in sorted({file for file in files.values() if file and Path(file).exists()}):
        print(messages().say("delete_file_stays", language, file=file))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings, str], int]] = {
    "ingest": _ingest,
    "watch": _watch,
    "show": _show,
    "corpus": _corpus,
    "delete": _delete,
}
