"""A stream of words -> its sentences, each with the citation numbers that belong to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.citations import CitationParser, Marker
from rag.sentences import sentence_spans

_DECORATION = re.compile(r"^(?:[-*•–—#>]+|\d{1,2}[.)])\s+|^(?:antwort|answer)\s*:\s*|\*\*|__|`+", re.IGNORECASE)
_WORD = re.compile(r"\w")


class Cutter:
    """Cuts what comes in into sentences, without marks of layout; the same ones however the stream is cut.

    A marker belongs to the sentence that it stands in or after; where a text begins with one, as small models often have
    it, to the sentence that it stands in or before. ``count`` passages can be cited; ``removed`` counts numbers that no
    passage has.
    """

    def __init__(self, count: int) -> None:
        self._parser = CitationParser(count)
        self._text = ""  # what is written and not yet cut into sentences
        self._markers: list[tuple[int, tuple[int, ...]]] = []  # (place in it, numbers)
        self._leading: bool | None = None  # whether markers stand before their sentences; None: none came yet

    @property
    def removed(self) -> int:
        return self._parser.removed

    @property
    def waiting(self) -> int:
        """Characters of the sentence that has not ended yet."""
        return len(self._text)

    def feed(self, text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Takes a piece; (sentence, numbers cited) of each that is certain now."""
        self._take(self._parser.feed(text))
        yield from self._cut(last=False)

    def finish(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Nothing more comes: the last ones."""
        self._take(self._parser.finish())
        yield from self._cut(last=True)

    def _take(self, pieces: list[str | Marker]) -> None:
        for piece in pieces:
            if isinstance(piece, Marker):
                if self._leading is None:
                    self._leading = not _WORD.search(_DECORATION.sub("", f"{self._text} "))
                self._markers.append((len(self._text), piece.numbers))
            else:
                self._text += piece

    def _cut(self, last: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
        while (found := self._first(last)) is not None:
            written, numbers = found
            sentence = " ".join(_DECORATION.sub("", written.strip()).split())
            if _WORD.search(sentence):
                yield sentence, numbers

    def _first(self, last: bool) -> tuple[str, tuple[int, ...]] | None:
        """The first sentence and its citations, once its end is certain: a whole word of the next one follows."""
        spans = sentence_spans(self._text)
        if not spans or not (last or len(spans) > 1):
            return None
        start, end = spans[0]
        following = spans[1][0] if len(spans) > 1 else len(self._text)
        if not last and "\n" not in self._text[end:following] and not re.search(r"\w\W", self._text[following:]):
            return None
        until = end - 1 if self._leading and len(spans) > 1 else following
        numbers = [number for place, own in self._markers if place <= until for number in own]
        self._leading = bool(self._leading)
        sentence = self._text[start:end]
        self._text = self._text[following:]
        self._markers = [(max(0, place - following), own) for place, own in self._markers if place > until]
        return sentence, tuple(dict.fromkeys(numbers))
