"""What a corpus looks like: by source and month, what is undated, doubled, cut or suspicious."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass

from rag.rows import day_number
from rag.store import Store

SHORT = 200  # characters of text below which an article may be a teaser or a paywall
CUT = 0.5  # share of an article's text that cleaning took out from which it should be looked at
REPLACEMENT = "\ufffd"  # what a decoder writes for bytes it could not read


@dataclass(frozen=True, slots=True)
class Suspicious:
    """An article that somebody should look at. ``reason``: short, cut, garbled, future, correction."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """Wire copies of one story, in order of ingestion: (id, outlet, title, published)."""

    members: tuple[tuple[str, str | None, str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """Counts over current articles. Months are "2024-10"; sources and months without a value are under ""."""

    articles: int
    superseded: int
    sources: dict[str, int]
    months: dict[str, int]
    languages: dict[str, int]
    categories: dict[str, int]
    undated: int
    stories: tuple[Story, ...]
    copies: int  # articles that tell a story another one tells too
    characters: int  # of text kept
    removed: dict[str, int]  # characters taken out, by reason
    suspicious: tuple[Suspicious, ...]
    unreadable: tuple[str, ...]  # files, or places in them, that the last reading could not read

    @property
    def removed_share(self) -> float:
        """Share of all text that cleaning took out, 0..1."""
        out = sum(self.removed.values())
        return out / (out + self.characters) if out else 0.0


def corpus_report(store: Store, today: dt.date) -> CorpusReport:
    """The report over everything in ``store``; ``today`` tells what lies in the future."""
    sources, months, languages, categories = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    removed: Counter[str] = Counter()
    suspicious, characters, articles = [], 0, 0
    latest = day_number(today + dt.timedelta(days=2))
    rows = store.db.execute(
        "SELECT id, source, published, first_day, language, category, correction, text, removed FROM articles"
        " WHERE current = 1 ORDER BY row"
    )
    for article_id, source, published, first_day, language, category, correction, text, taken in rows:
        articles += 1
        sources[source or ""] += 1
        months[(published or "")[:7]] += 1
        languages[language or ""] += 1
        categories[category or ""] += 1
        characters += len(text)
        out: Counter[str] = Counter()
        for paragraph, reason in json.loads(taken):
            out[reason] += len(paragraph)
        removed += out
        signs = {
            "short": len(text) < SHORT,
            "cut": out.total() > CUT * (out.total() + len(text)),
            "garbled": REPLACEMENT in text,
            "future": first_day is not None and first_day > latest,
            "correction": correction is not None,
        }
        suspicious += [Suspicious(article_id, reason) for reason, found in signs.items() if found]
    stories = _stories(store)
    return CorpusReport(
        articles=articles,
        superseded=store.db.execute("SELECT count(*) FROM articles WHERE current = 0").fetchone()[0],
        sources=dict(sources.most_common()),
        months=dict(sorted(months.items())),
        languages=dict(languages.most_common()),
        categories=dict(categories.most_common()),
        undated=months[""],
        stories=stories,
        copies=sum(len(story.members) for story in stories),
        characters=characters,
        removed=dict(removed.most_common()),
        suspicious=tuple(suspicious),
        unreadable=_unreadable(store),
    )


def _stories(store: Store) -> tuple[Story, ...]:
    rows = store.db.execute(
        "SELECT story, id, source, title, published FROM articles WHERE current = 1 AND story IN"
        " (SELECT story FROM articles WHERE current = 1 GROUP BY story HAVING count(*) > 1) ORDER BY story, row"
    )
    members: dict[int, list[tuple[str, str | None, str | None, str | None]]] = {}
    for story, *member in rows:
        members.setdefault(story, []).append((member[0], member[1], member[2], member[3]))
    return tuple(Story(tuple(found)) for found in members.values())


def _unreadable(store: Store) -> tuple[str, ...]:
    """Places with a failure in files known to be read, and those whose last word in the log is a failure."""
    noted = {
        problem["path"]
        for (problems,) in store.db.execute("SELECT problems FROM files WHERE problems <> '[]'")
        for problem in json.loads(problems)
        if problem["kind"] != "ReadWarning"
    }
    return tuple(sorted(noted))
