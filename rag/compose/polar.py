"""Yes or no, and only where a sentence bears it out: the question, read as a statement, is checked against sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from rag.compose.reading import read
from rag.compose.topic import Topic
from rag.sentences import sentence_spans
from rag.types import Evidence, Passage
from rag.verify import Source, verify
from rag.verify.check import Check
from rag.verify.signs import signs

PASSAGES = 5  # looked at, the best first
_END = re.compile(r"[?!\s]+\Z")
_ASIDE = re.compile(r"\A(?:stimmt\ses,?\sdass|ist\ses\s(?:wahr|richtig),?\sdass|is\sit\strue\sthat)\s", re.IGNORECASE)

Ruling = tuple[Literal["yes", "no"], Evidence]


def ruling(topic: Topic, evidence: Sequence[Evidence], passages: Sequence[Passage]) -> Ruling | None:
    """Yes or no, and the sentence that says so; None where no sentence does, or sentences say both."""
    statement = _ASIDE.sub("", _END.sub("", topic.question))
    found: list[Ruling] = []
    for item in _sentences(evidence, passages):
        answer = _says(statement, item, topic)
        if answer is not None:
            found.append((answer, item))
    return found[0] if found and len({answer for answer, _ in found}) == 1 else None


def _sentences(evidence: Sequence[Evidence], passages: Sequence[Passage]) -> list[Evidence]:
    """Each sentence of the best passages once, those that the reader pointed to first."""
    items = {(e.passage.article_id, e.start): e for e in evidence[:PASSAGES]}
    for passage in passages[:PASSAGES]:
        for start, end in sentence_spans(passage.text):
            place = passage.article_id, passage.start + start
            if place not in items:
                items[place] = Evidence(passage, place[1], passage.start + end, passage.text[start:end], 0.0)
    return list(items.values())


def _says(statement: str, item: Evidence, topic: Topic) -> Literal["yes", "no"] | None:
    """Whether a sentence bears the statement out, or says the same with a negation. For "yes" names may stand in the title
    of the article alone; for "no" every word must be in the sentence, and nobody may only be quoted with it."""
    language = topic.language
    if topic.foreign(item.passage.language) or item.text.rstrip("“\"' ").endswith("?"):
        return None
    almost, entirely = topic.told_in(item.text, item.passage.language)
    if not almost:
        return None
    whole = Source.of(item.passage)
    source = Source(item.text, whole.language, whole.published, None, whole.title, whole.outlet)
    check = verify(statement, [source], language)
    if check.verdict == "supported":
        return "yes"
    told = signs(read(item.text, item.passage.language))
    surely = not any(sign.kind in ("attribution", "hedge", "intent") for sign in told)
    return "no" if entirely and surely and _denied(check) else None


def _denied(check: Check) -> bool:
    """Whether nothing but a negation parts the statement from the sentence."""
    return bool(check.faults) and all(fault.reason == "negation" for fault in check.faults)
