"""``belegt fetch``: pages from the web into a folder, for ``belegt ingest``."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rag.cli_corpus import print_json
from rag.messages import messages
from rag.settings import Settings


def add_commands(command: Callable[[str], argparse.ArgumentParser], language: str) -> None:
    """Adds the command to the parser."""

    def say(key: str) -> str:
        return messages().say(key, language)

    fetch = command("fetch")
    fetch.add_argument("urls", nargs="*", metavar="URL", help=say("help_urls"))
    fetch.add_argument("--list", type=Path, metavar="FILE", help=say("help_url_list"))
    fetch.add_argument("--into", type=Path, metavar="FOLDER", required=True, help=say("help_into"))
    fetch.add_argument("--delay", type=float, default=1.0, metavar="SECONDS", help=say("help_delay"))
    fetch.add_argument("--since", type=dt.date.fromisoformat, metavar="DATE", help=say("help_since"))
    fetch.add_argument("--limit", type=int, default=1000, metavar="N", help=say("help_limit"))
    fetch.add_argument("--json", action="store_true", help=say("help_json"))


def _fetch(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    from tqdm import tqdm

    from corpus.fetch import fetch

    try:
        urls = [*arguments.urls, *(_listed(arguments.list) if arguments.list else [])]
    except OSError as error:
        print(messages().say("fetch_no_list", language, path=arguments.list, detail=error.strerror), file=sys.stderr)
        return 2
    if not urls:
        print(messages().say("fetch_nothing", language), file=sys.stderr)
        return 2
    counts: Counter[str] = Counter()
    report = []
    with tqdm(total=len(urls), file=sys.stderr, disable=not sys.stderr.isatty(), leave=False) as bar:
        for item in fetch(
            urls, arguments.into, delay=max(0.0, arguments.delay), since=arguments.since, limit=arguments.limit
        ):
            counts[item.status] += 1
            bar.total = bar.n + 1 + item.left
            bar.update(1)
            reason = item.error.reason(language) if item.error else None
            if arguments.json:
                path = str(item.path) if item.path else None
                report.append({"url": item.url, "status": item.status, "path": path, "reason": reason})
                continue
            facts = {"url": item.url, "path": item.path, "reason": reason, "count": item.count}
            bar.write(messages().say(f"fetch_{item.status}", language, **facts), file=sys.stdout)
    if arguments.json:
        print_json(report)
    else:
        facts = {name: counts[name] for name in ("fetched", "skipped", "failed")}
        print(messages().say("fetch_done", language, **facts, path=arguments.into))
    return 1 if counts["failed"] else 0


def _listed(path: Path) -> list[str]:
    """The addresses in a file, one a line; lines that begin with "#" are remarks. Raises OSError."""
    lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


COMMANDS = {"fetch": _fetch}
