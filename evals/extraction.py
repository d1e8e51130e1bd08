"""``python -m evals.extraction FOLDER``: how well the HTML reader finds an article's text, title, date and authors.

Pages are halved by a hash of their file names: rules were made while looking at the even half, "development", only.
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.dates import NewsDate
from corpus.errors import BelegtError, UnreadableError
from corpus.formats.html import page
from evals.cli import write_json
from evals.html_gold import HALVES, Found, Page, load_pages, words
from evals.metrics import bootstrap
from evals.provenance import provenance
from evals.report import align, messages
from rag.messages import user_language

MEASURES = ("body F1", "title", "date", "author")
_QUOTES = dict.fromkeys(map(ord, "\"'„“”‚‘’«»‹›`´"))


@dataclass(frozen=True, slots=True)
class Result:
    """One page read by one extractor; a measure is None where the gold has nothing to compare with."""

    page: str
    half: str
    system: str
    seconds: float
    values: dict[str, float | None]
    found: Found
    gold: Found


def ours(data: bytes) -> Found:
    """The HTML reader. A page that it refuses counts as one on which nothing was found."""
    try:
        record = page(data, "page")
    except UnreadableError:
        return Found()
    authors = tuple(name for name in record.fields.get("author", "").split(", ") if name)
    return Found(record.text, record.fields.get("title"), record.fields.get("published"), authors)


def trafilatura_alone(data: bytes) -> Found:
    """trafilatura as it comes, with metadata (Barbaresi 2021)."""
    from trafilatura import bare_extraction

    document: Any = bare_extraction(data, with_metadata=True)
    if document is None:
        return Found()
    authors = tuple(name.strip() for name in (document.author or "").split(";") if name.strip())
    return Found(document.text or "", document.title, document.date, authors)


SYSTEMS: dict[str, Callable[[bytes], Found]] = {"belegt": ours, "trafilatura": trafilatura_alone}


def body_f1(found: str, gold: str) -> float:
    """Harmonic mean of precision and recall over ``words``, order ignored."""
    one, other = words(found), words(gold)
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def fold(text: str) -> str:
    """``text`` for comparing titles and names: case, blanks, invisible characters and the kind of quotes ignored."""
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def same_day(found: str | None, gold: str) -> bool:
    """Whether both name the same calendar day, each as written in its own time zone."""
    one, other = NewsDate.parse(found or ""), NewsDate.parse(gold)
    return one is not None and other is not None and one.first == one.last == other.first


def score(found: Found, gold: Found) -> dict[str, float | None]:
    """Each measure of a page; None where the gold does not have the field.

    Authors are right when the sets of folded names are equal, nothing missing and nothing beside them.
    """
    return {
        "body F1": body_f1(found.body, gold.body) if gold.body else None,
        "title": float(fold(found.title or "") == fold(gold.title)) if gold.title else None,
        "date": float(same_day(found.published, gold.published)) if gold.published else None,
        "author": float(set(map(fold, found.authors)) == set(map(fold, gold.authors))) if gold.authors else None,
    }


def measure(pages: Sequence[Page]) -> Iterator[Result]:
    """Every system on every page."""
    for one in pages:
        for name, system in SYSTEMS.items():
            start = time.perf_counter()
            found = system(one.data)
            seconds = time.perf_counter() - start
            yield Result(one.name, one.half, name, seconds, score(found, one.gold), found, one.gold)


def summary(results: Sequence[Result]) -> list[dict[str, Any]]:
    """A row for each half and measure: mean, interval and number of pages by system."""
    rows: list[dict[str, Any]] = []
    for half in (*HALVES, "all"):
        for name in MEASURES:
            row: dict[str, Any] = {"half": half, "measure": name}
            for system in SYSTEMS:
                chosen = (r.values[name] for r in results if r.system == system and half in (r.half, "all"))
                values = [value for value in chosen if value is not None]
                if values:
                    low, high = bootstrap(values)
                    row |= {"n": len(values), system: {"mean": sum(values) / len(values), "low": low, "high": high}}
            if "n" in row:
                rows.append(row)
    return rows


def table(results: Sequence[Result], language: str) -> str:
    """The summary as text, then seconds a page."""
    say = messages().say
    rows = [(say("pages", language), say("measure", language), "n", *SYSTEMS)]
    for row in summary(results):
        cells = ("{mean:.3f} [{low:.3f}–{high:.3f}]".format(**row[system]) for system in SYSTEMS)
        rows.append((say(row["half"], language), say(row["measure"], language), str(row["n"]), *cells))
    times: dict[str, list[float]] = {name: sorted(r.seconds for r in results if r.system == name) for name in SYSTEMS}
    rows.append(
        (
            say("all", language),
            say("seconds a page", language),
            str(len(results) // len(SYSTEMS)),
            *(f"{sum(t) / len(t):.2f} (max {t[-1]:.2f})" for t in times.values()),
        )
    )
    text = align(rows)
    return text.replace(".", ",") if language == "de" else text


def worst(results: Sequence[Result], half: str, count: int) -> str:
    """Our pages of ``half`` with the lowest body F1 or any wrong field, what was found beside the gold."""
    mine = [r for r in results if r.system == "belegt" and half in (r.half, "all")]
    mine = [r for r in mine if any(v is not None and v < (0.95 if m == "body F1" else 1) for m, v in r.values.items())]
    lines = []
    for r in sorted(mine, key=lambda r: sum(v if v is not None else 1 for v in r.values.values()))[:count]:
        f1 = r.values["body F1"]
        lines.append(f"{r.page}  body F1 {'–' if f1 is None else format(f1, '.3f')}")
        for name, found, gold in (
            ("title", r.found.title, r.gold.title),
            ("date", r.found.published, r.gold.published),
            ("author", ", ".join(r.found.authors), ", ".join(r.gold.authors)),
        ):
            if r.values[name] == 0:
                lines.append(f"  {name}: {found!r} / gold {gold!r}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """The command. 0, or the exit code of the error it names."""
    language = user_language()
    say = messages().say
    parser = argparse.ArgumentParser(prog="python -m evals.extraction", description=say("extraction", language))
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/data/html_gold"))
    parser.add_argument("--pages", choices=(*HALVES, "all"), metavar="HALF", help=say("pages_help", language))
    parser.add_argument("--json", metavar="FILE", help=say("json_help", language))
    args = parser.parse_args(argv)
    try:
        pages, left_out = load_pages(args.folder)
        results = list(measure(pages))
        command = shlex.join(["python", "-m", "evals.extraction", *(sys.argv[1:] if argv is None else argv)])
        origin: dict[str, Any] = {"command": command, "left_out": left_out, **provenance()}
        out = sys.stderr if args.json == "-" else sys.stdout
        if args.pages:
            print(worst(results, args.pages, len(pages)), end="\n\n", file=out)
        print(table(results, language), say("extraction_note", language, **origin), sep="\n\n", file=out)
        if args.json:
            rows = [dataclasses.asdict(r) for r in results]
            for row in rows:  # gold texts stay where they are: the results may be published, the pages may not
                del row["found"], row["gold"]
            write_json({**origin, "summary": summary(results), "pages": rows}, args.json, language)
    except BelegtError as error:
        print(error.text(language), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
