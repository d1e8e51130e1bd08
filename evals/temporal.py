"""``python -m evals.temporal``: is the article found that a question's time tells from others alike?

A hundred questions of our own (``questions/temporal.jsonl``) over the German Wikinews, asked of the same index in three
ways: with the time layer; without it (``time=False``), which is how retrieval works for questions that name no time;
and without its reading of dates in words as well ("words": dates are searched for as they are spelt). A hit is an
article of the gold list among the first three different articles. The weights of ``rag/timely.py`` were chosen on the
questions of the half called dev; the other half was held out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.errors import BelegtError
from evals.cases import Case, load_set
from evals.errors import CorpusError, DataMissingError
from evals.report import align
from evals.statistics import bootstrap
from rag.index import STORE, Index
from rag.messages import user_language
from rag.retrieve import Query, Retriever
from rag.settings import Settings

QUESTIONS = Path(__file__).parent / "questions" / "temporal.jsonl"
HALVES = ("dev", "held-out")
WAYS = ("on", "off", "words")
TOP = 3
_DATE = re.compile(r"d\d{8}|m\d{6}|y\d{4}")  # tokens of german.date_tokens
DEPTH = 50  # passages asked for, to have enough different articles


@dataclass(frozen=True, slots=True)
class Result:
    """One question asked in one way: the first different articles, and the rank of the first right one from 1 on."""

    case: Case
    way: str
    articles: tuple[str, ...]
    rank: int | None

    @property
    def hit(self) -> bool:
        return self.rank is not None and self.rank <= TOP


def half(case: Case) -> str:
    """Which half a question is of: by a hash of its id, so that nobody chose."""
    return HALVES[hashlib.sha256(case.id.encode()).digest()[0] % 2]


def articles(data: Path) -> list[Article]:
    """The Wikinews articles under ``data``. Raises DataMissingError."""
    return wikinews(data / "wikinews" / "articles.jsonl")


def wikinews(path: Path) -> list[Article]:
    """The Wikinews articles of a file. Raises DataMissingError."""
    if not path.is_file():
        raise DataMissingError(path=path)
    records = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return [
        Article(
            id=record["id"],
            title=record["title"],
            text=record["text"],
            published=NewsDate.parse(record["date"]) if record["date"] else None,
            language="de",
            source="Wikinews",
        )
        for record in records
    ]


@contextmanager
def opened(data: Path, folder: Path | None) -> Iterator[Index]:
    """An index of the articles: the one in ``folder``, built there first if need be, or one for this run alone."""
    with tempfile.TemporaryDirectory() as temporary:
        path = folder or Path(temporary) / "index"
        found = (path / STORE).exists()
        with Index.open(Settings.load(index=path), create=True) as index:
            if not found:
                wanted = articles(data)
                report = index.add(wanted)
                if report.failed:
                    raise CorpusError(name="wikinews", failed=len(report.failed), reason=report.failed[0]["reason"])
            yield index


def run(retriever: Retriever, cases: Sequence[Case]) -> list[Result]:
    """Every case asked in every way."""
    queries = retriever.queries([case.question for case in cases])
    return [_ask(retriever, case, query, way) for case, query in zip(cases, queries, strict=True) for way in WAYS]


def _ask(retriever: Retriever, case: Case, query: Query, way: str) -> Result:
    if way == "words":
        groups = tuple(tuple(token for token in group if not _DATE.fullmatch(token)) for group in query.groups)
        query = replace(query, groups=groups)
    passages = retriever.passages(query, case.as_of, DEPTH, time=None if way == "on" else False)
    found = tuple(dict.fromkeys(passage.article_id for passage in passages))
    rank = next((i for i, article in enumerate(found, 1) if article in case.articles), None)
    return Result(case, way, found, rank)


def table(results: Sequence[Result]) -> str:
    """Share of hits with its interval: a row for each half and way, then for each kind of question."""
    rows = [("questions", "time layer", "n", "right article in top 3", "rank 1")]
    groups = {name: [r for r in results if half(r.case) == name] for name in HALVES} | {"all": list(results)}
    for tag in dict.fromkeys(r.case.tags[0] for r in results):
        groups[f"all, {tag}"] = [r for r in results if r.case.tags[0] == tag]
    for name, group in groups.items():
        for way in WAYS:
            own = [r for r in group if r.way == way]
            rows.append((name, way, str(len(own)), _share([r.hit for r in own]), _share([r.rank == 1 for r in own])))
    for name in (*HALVES, "all"):
        for way in WAYS[1:]:
            on, other = (_hits(groups[name], one) for one in ("on", way))
            apart = [float(a) - float(b) for a, b in zip(on, other, strict=True)]
            rows.append((name, f"on - {way}", str(len(apart)), _points(apart), ""))
    return align(rows)


def _hits(results: Sequence[Result], way: str) -> list[bool]:
    return [r.hit for r in results if r.way == way]


def _share(hits: Sequence[bool]) -> str:
    low, high = bootstrap([float(hit) for hit in hits]) or (0.0, 0.0)
    return f"{sum(hits) / len(hits):.3f} [{low:.3f}, {high:.3f}]"


def _points(apart: Sequence[float]) -> str:
    low, high = bootstrap(apart) or (0.0, 0.0)
    return f"{100 * sum(apart) / len(apart):+.1f} points [{100 * low:+.1f}, {100 * high:+.1f}]"


def failures(results: Sequence[Result]) -> str:
    """The questions missed with the time layer on, with the right articles and those that came first."""
    missed = [r for r in results if r.way == "on" and not r.hit]
    return "\n".join(
        f"{r.case.id} ({half(r.case)}) {r.case.question} [{r.case.as_of or '-'}]"
        f" right: {', '.join(r.case.articles)} (rank {r.rank or '-'}); first: {', '.join(r.articles[:TOP])}"
        for r in missed
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.temporal", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with wikinews/articles.jsonl")
    parser.add_argument("--index", type=Path, help="index to use, built there if absent; default: one for this run")
    parser.add_argument("--failures", action="store_true", help="list the questions missed")
    args = parser.parse_args(argv)
    try:
        cases = load_set(QUESTIONS).cases
        with opened(args.data, args.index) as index:
            results = run(Retriever(index), cases)
    except BelegtError as error:
        print(error.text(user_language("auto")), file=sys.stderr)
        return error.exit_code
    print(table(results))
    if args.failures:
        print(failures(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
