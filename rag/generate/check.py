"""A written sentence against the passages the model saw: does what it cites bear it out, does another, and which words?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag import german
from rag.sentences import sentence_spans
from rag.types import Passage, Verdict
from rag.verify import Check, Source, verify
from rag.verify.match import Parts

ALMOST = 0.8  # share of its words from which on a passage that a sentence does not cite may be held to mean the same
QUOTE = 3  # words from which on what stands in quotation marks must be verbatim; fewer may be a title or a nickname
_QUOTED = re.compile(r"[„“»«\"]([^„“”»«\"]+)[“”«»\"]")


@dataclass(frozen=True, slots=True)
class Ruling:
    """``numbers``: the passages that the sentence rests on; none when nothing bears it out. ``recited``: not those cited."""

    verdict: Verdict
    numbers: tuple[int, ...]
    recited: bool = False


class Checker:
    """Checks sentences against one set of passages; ``parts`` cuts compounds. Numbers count from 1."""

    def __init__(self, passages: Sequence[Passage], language: str, parts: Parts | None = None) -> None:
        self._passages, self._language, self._parts = passages, language, parts
        self._sources = [Source.of(passage) for passage in passages]

    def rule(self, sentence: str, cited: Sequence[int]) -> Ruling:
        """What is to be held of a sentence that cites ``cited``.

        Of several citations those are kept that bear it out alone. Where the cited do not, any passage that does takes
        their place; then, where they bear out nothing, one that does in part. A sentence without citations is treated alike.
        """
        own = self.check(sentence, cited) if cited else None
        if own and own.verdict == "supported":
            alone = [number for number in cited if len(cited) > 1 and self._bears(sentence, number)]
            return Ruling("supported", tuple(alone or cited))
        others = [number for number in range(1, len(self._sources) + 1) if number not in cited]
        checks = {number: self.check(sentence, [number]) for number in others}
        better = [number for number, check in checks.items() if check.verdict == "supported"]
        if better:
            return Ruling("supported", (better[0],), True)
        if own and own.verdict == "partly":
            return Ruling("partly", tuple(cited))
        partly = [n for n, check in checks.items() if check.verdict == "partly" and check.coverage >= ALMOST]
        if partly:
            best = max(partly, key=lambda number: checks[number].coverage)
            return Ruling("partly", (best,), True)
        return Ruling("unsupported", tuple(cited))

    def place(self, sentence: str, number: int) -> tuple[int, int]:
        """Bounds, in the article, of the sentence of a passage that shares most words with ``sentence``."""
        passage = self._passages[number - 1]
        wanted = set(german.analyse(sentence, self._language))
        spans = sentence_spans(passage.text) or [(0, len(passage.text))]

        def shared(span: tuple[int, int]) -> float:
            words = set(german.analyse(passage.text[slice(*span)], passage.language or self._language))
            # A little less for what is there besides: of two sentences that say it the shorter one is quoted.
            return len(wanted & words) - 0.01 * len(words - wanted)

        start, end = max(spans, key=shared)
        return passage.start + start, passage.start + end

    def _bears(self, sentence: str, number: int) -> bool:
        return self.check(sentence, [number]).verdict == "supported"

    def check(self, sentence: str, numbers: Sequence[int]) -> Check:
        """Whether the passages of these numbers together say it; nothing is borne out by none."""
        sources = [self._sources[number - 1] for number in numbers]
        check = verify(sentence, sources, self._language, parts=self._parts)
        # Words put into somebody's mouth are the worst invention of all.
        return check if _verbatim(sentence, sources) else replace(check, verdict="unsupported")


def _verbatim(sentence: str, sources: Sequence[Source]) -> bool:
    """Whether what a sentence quotes stands in the sources word for word."""
    texts = [f" {' '.join(german.words(source.text))} " for source in sources]
    quotes = [german.words(quote) for quote in _QUOTED.findall(sentence)]
    return all(any(f" {' '.join(quote)} " in text for text in texts) for quote in quotes if len(quote) >= QUOTE)
