"""Citation markers in a text that is still being written: found, taken out and counted, however the stream is cut.

Models cite as [1], [1, 2], [1-3], [1][2], 【1】, [^1], [Quelle 1] or 【1†source】, before or after the full stop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 60  # characters from bracket to bracket; what is longer is text
_OPENING = "[【［"
_CLOSING = "]】］"
_NAMED = (
    r"(?:quellen?|sources?|passagen?|passages?|stellen?|artikel|articles?|abschnitte?|docs?|documents?|nr\.?|no\.?)"
)
_BETWEEN = r"\s*(?:[,;&/–—-]|\bund\b|\band\b|\bbis\b|\bto\b)\s*"
_MARKER = re.compile(
    rf"[{re.escape(_OPENING)}]\s*\^?(?:{_NAMED}\s*)?(?P<numbers>\d{{1,3}}(?:{_BETWEEN}{_NAMED}?\s*\d{{1,3}})*)\s*"
    rf"(?:†[^\n]*)?[{re.escape(_CLOSING)}]",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)\s*(?:[–—-]|bis|to)\s*(\d+)|(\d+)")
_CLINGS = ".,;:!?)…"  # a space that stood before a marker is not wanted before these


@dataclass(frozen=True, slots=True)
class Marker:
    """Passages cited at this place: their numbers from 1, in the order written, each once."""

    numbers: tuple[int, ...]


class CitationParser:
    """Splits a stream into text and markers; the pieces are the same however the stream is cut.

    ``count`` passages can be cited. ``removed`` counts numbers that no passage has; a marker with no other number is
    left out as a whole. The white space before a marker is left out where the text ends or a punctuation mark follows.
    """

    def __init__(self, count: int) -> None:
        self.removed = 0
        self._count = count
        self._space = ""  # seen, and not given out before it is known what follows
        self._marked = False  # whether a marker, if only a removed one, stood in it
        self._open = ""  # from an opening bracket on

    def feed(self, text: str) -> list[str | Marker]:
        """The pieces that are certain after ``text``, in order."""
        pieces: list[str | Marker] = []
        for character in text:
            self._take(character, pieces)
        return _joined(pieces)

    def finish(self) -> list[str | Marker]:
        """What was still held back."""
        pieces: list[str | Marker] = []
        self._give_up(pieces)
        self._space = ""
        return _joined(pieces)

    def _take(self, character: str, pieces: list[str | Marker]) -> None:
        if self._open:
            if character in _OPENING or character == "\n" or len(self._open) >= LONGEST:
                self._give_up(pieces)
                self._take(character, pieces)
                return
            self._open += character
            if character in _CLOSING:
                self._close(pieces)
        elif character in _OPENING:
            self._open = character
        elif character.isspace():
            self._space += character
        else:
            self._text(character, pieces)

    def _close(self, pieces: list[str | Marker]) -> None:
        found = _MARKER.fullmatch(self._open)
        if not found:
            self._give_up(pieces)
            return
        self._open, self._marked = "", True
        numbers = self._numbers(found["numbers"])
        if numbers:
            pieces.append(Marker(numbers))

    def _numbers(self, written: str) -> tuple[int, ...]:
        numbers: dict[int, None] = {}
        for first, last, single in _RANGE.findall(written):
            start, end = (int(first), int(last)) if first else (int(single), int(single))
            if start > end:  # no range: two numbers, or a score
                self._known(start, numbers)
                start = end
            for number in range(start, min(end, self._count) + 1):
                self._known(number, numbers)
            self.removed += end > self._count  # a range that leads beyond the passages is one invention, however long
        return tuple(numbers)

    def _known(self, number: int, numbers: dict[int, None]) -> None:
        if 1 <= number <= self._count:
            numbers[number] = None
        else:
            self.removed += 1

    def _give_up(self, pieces: list[str | Marker]) -> None:
        """What was taken for a marker is text."""
        text, self._open = self._open, ""
        for character in text:
            if character.isspace():
                self._space += character
            else:
                self._text(character, pieces)

    def _text(self, character: str, pieces: list[str | Marker]) -> None:
        if self._marked:
            # What stood before and after the marker is one space now, or none.
            wanted = "" if character in _CLINGS or not self._space else "\n" if "\n" in self._space else " "
            self._space, self._marked = wanted, False
        pieces.append(self._space + character)
        self._space = ""


def _joined(pieces: list[str | Marker]) -> list[str | Marker]:
    """Neighbouring texts as one."""
    joined: list[str | Marker] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
