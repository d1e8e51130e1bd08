"""Saved results -> what the page's script shows of each question, as small JSON-ready values.

Every text passes ``rag.safe.plain`` here, and offsets are turned into those of JavaScript: UTF-16 units of the text as
shown. Passages that several questions retrieved are listed once and referred to by their position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corpus.dates import display_date
from rag.safe import plain

Record = Mapping[str, Any]
FLAGS = ("wrong", "hallucinated", "refused", "conflicting", "crashed", "slow")
CHANGES = ("lost", "won")  # against a baseline
SLOW = 95  # percentile of the run's seconds


def outcome(record: Record) -> str:
    """One of "crashed", "hallucinated", "refused", "wrong", "right", or "unmeasured" where there is no gold to tell by.

    The first that applies; all but the last two are what ``Result.wrong`` calls wrong. Of a search alone "missed", when
    no gold article is among the first five, else "right".
    """
    measures = record.get("measures") or {}
    if record.get("error") is not None:
        return "crashed"
    if measures.get("hallucination"):
        return "hallucinated"
    if measures.get("error"):
        return "refused"
    if measures.get("contained") is not None:
        return "right" if measures["contained"] else "wrong"
    if is_search(record):
        return "right" if measures["R@5"] else "missed"
    return "right" if record.get("answerable") is False else "unmeasured"


def is_search(record: Record) -> bool:
    """Whether nothing but the search was measured."""
    measures = record.get("measures") or {}
    answered = any(measures.get(name) is not None for name in ("contained", "hallucination", "error"))
    return not answered and measures.get("R@5") is not None


def is_wrong(record: Record) -> bool:
    return outcome(record) not in ("right", "unmeasured")


def flags(record: Record, slow_from: float) -> list[str]:
    """The filters that show the question, of ``FLAGS``."""
    found = outcome(record)
    holds = {
        "wrong": is_wrong(record),
        "hallucinated": found == "hallucinated",
        "refused": found == "refused",
        "conflicting": record.get("status") == "conflicting",
        "crashed": found == "crashed",
        "slow": (record.get("seconds") or 0.0) > slow_from,
    }
    return [name for name, true in holds.items() if true]


def slow_from(records: Sequence[Record]) -> float:
    """The seconds above which a question counts as slow; infinite when nothing was timed."""
    seconds = [float(record["seconds"]) for record in records if record.get("seconds") is not None]
    return float(np.percentile(seconds, SLOW)) if seconds else float("inf")


class Rows:
    """The rows of one run, and the passages and articles they refer to."""

    def __init__(
        self,
        saved: Record,
        baseline: Record | None,
        changed: Mapping[str, str],
        measures: Sequence[str],
        language: str,
    ) -> None:
        """``changed``: which of ``CHANGES`` a question is, by id, for those that are one."""
        self.language = language
        self.changed = changed
        self.measures = measures
        self.passages: list[dict[str, Any]] = []
        self.articles: dict[str, dict[str, str]] = {}
        self._places: dict[tuple[Any, ...], int] = {}
        before = {record["id"]: record for record in (baseline or {}).get("results", ())}
        records = saved.get("results", ())
        limit = slow_from(records)
        self.rows = [self._row(record, limit, before.get(record["id"])) for record in records]

    def _row(self, record: Record, limit: float, before: Record | None) -> dict[str, Any]:
        values = record.get("measures") or {}
        gold = list(record.get("articles") or ())
        row = {
            "id": record["id"],
            "question": record["question"],
            "outcome": outcome(record),
            "flags": [*flags(record, limit), *filter(None, [self.changed.get(record["id"])])],
            "tags": list(record.get("tags") or ()),
            "slices": list(record.get("slices") or record.get("tags") or ()),
            "answerable": record.get("answerable"),
            "as_of": display_date(record.get("as_of"), self.language),
            "answers": list(record.get("answers") or ()),
            "speaker": list(record.get("speaker") or ()),
            "gold": gold,
            "evidence": [[item["article"], item["quote"]] for item in record.get("evidence") or ()],
            "answer": record.get("answer"),
            "short": record.get("short"),
            "status": record.get("status"),
            "confidence": record.get("confidence"),
            "seconds": record.get("seconds"),
            "error": record.get("error"),
            "measures": [values.get(name) for name in self.measures],
            "timings": list((record.get("timings") or {}).items()),
            "doubts": [
                [s["text"], s["verdict"]]
                for s in record.get("sentences") or ()
                if s.get("verdict") in ("partly", "unsupported")
            ],
            "cited": self._cited(record),
            "found": self._found(record),
            "before": None if before is None else [before.get("answer"), outcome(before), before.get("error")],
        }
        return cleaned(row)

    def _cited(self, record: Record) -> list[dict[str, Any]]:
        """Each citation: its number, its passage with the quote's place in it, or the quote alone where there is none."""
        cited = []
        for citation in record.get("citations") or ():
            article = citation["article_id"]
            self._know(citation)
            home = next((p for p in record.get("passages") or () if _holds(p, citation)), None)
            if home is None:
                place, spans = self._place(citation, citation["quote"]), [(0, len(citation["quote"]))]
                text = citation["quote"]
            else:
                place, text = self._place(home, home["text"]), home["text"]
                spans = [(citation["start"] - home["start"], citation["end"] - home["start"])]
            cited.append(
                {
                    "number": citation.get("number"),
                    "passage": place,
                    "marks": _units(text, spans),
                    "gold": _units(text, _gold_spans(record, article, text)),
                }
            )
        return cited

    def _found(self, record: Record) -> list[dict[str, Any]]:
        """The retrieved passages in order, each with what was cited of it and where its gold evidence stands."""
        found = []
        for passage in record.get("passages") or ():
            text, article = passage["text"], passage["article_id"]
            self._know(passage)
            spans = [
                (max(c["start"] - passage["start"], 0), min(c["end"] - passage["start"], len(text)))
                for c in record.get("citations") or ()
                if c["article_id"] == article and c["start"] < passage["end"] and passage["start"] < c["end"]
            ]
            found.append(
                {
                    "passage": self._place(passage, text),
                    "score": passage.get("score"),
                    "marks": _units(text, spans),
                    "gold": _units(text, _gold_spans(record, article, text)),
                }
            )
        if not found:
            found = [{"article": article} for article in record.get("retrieved") or ()]
        return found

    def _know(self, stated: Record) -> None:
        """Notes what a passage or citation says of its article."""
        facts = (stated.get("source"), display_date(stated.get("published"), self.language))
        known = {"title": stated.get("title") or "", "facts": " · ".join(fact for fact in facts if fact)}
        self.articles.setdefault(plain(stated["article_id"]), cleaned(known))

    def _place(self, stated: Record, text: str) -> int:
        key = (stated["article_id"], stated.get("start"), stated.get("end"), text)
        if key not in self._places:
            self._places[key] = len(self.passages)
            self.passages.append(cleaned({"article": stated["article_id"], "text": text}))
        return self._places[key]


def _holds(passage: Record, citation: Record) -> bool:
    """Whether the whole quote stands in the passage."""
    return (
        passage["article_id"] == citation["article_id"]
        and passage["start"] <= citation["start"]
        and citation["end"] <= passage["end"]
    )


def _gold_spans(record: Record, article: str, text: str) -> list[tuple[int, int]]:
    """Where ``text`` holds the gold evidence of its article, word for word."""
    spans = []
    for item in record.get("evidence") or ():
        at = text.find(item["quote"]) if item["article"] == article else -1
        if at >= 0:
            spans.append((at, at + len(item["quote"])))
    return spans


def _units(text: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Spans of ``text`` as spans in UTF-16 units of ``plain(text)``, which is what the script cuts."""
    return [[_unit(text[:start]), _unit(text[:end])] for start, end in spans]


def _unit(text: str) -> int:
    return len(plain(text).encode("utf-16-le")) // 2


def cleaned(value: Any) -> Any:
    """``value`` with every text in it made plain; keys of objects are ours."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {key: cleaned(item) for key, item in value.items()}
    return value
