"""Lines as they were set on a page or wrapped in a mail -> paragraphs, with words put together that were cut at line ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AROUND = 6  # lines before and after that tell how wide the text is set here
_FITS = 0.8  # a line ended early if the next word would have fitted into this much of the width
_ITEM = re.compile(r"(?:[-–•*▪·]|\d{1,2}[.)])\s+\S")
_CUT = re.compile(r"(\w+)[-\u2010\u00ad]$")
_HYPHENATED = re.compile(r"\w+-\w+")
# "Ein- und Ausfuhr": the hyphen stands for the rest of the word and stays.
_LINKS = frozenset("und oder bis sowie noch als wie beziehungsweise bzw. and or to as et ou y o".split())


def paragraphs(lines: Sequence[str]) -> list[str]:
    """The paragraphs of ``lines``. One ends at an empty line, before a list item, and where a line was ended early."""
    lines = [line.strip() for line in lines]
    known = frozenset(word for line in lines for word in _HYPHENATED.findall(line))
    found: list[str] = []
    current = ""
    for i, line in enumerate(lines):
        if not line:
            found.append(current)
            current = ""
            continue
        if current and _ITEM.match(line):
            found.append(current)
            current = ""
        current = join(current, line, known) if current else line
        if i + 1 < len(lines) and _ended_early(lines, i):
            found.append(current)
            current = ""
    found.append(current)
    return [paragraph.replace("\u00ad", "") for paragraph in found if paragraph]


def join(text: str, line: str, known: frozenset[str] = frozenset()) -> str:
    """``text`` and the line after it: "Regie-" + "rung" is one word, "Nord-" + "Süd" keeps its hyphen.

    ``known`` are hyphenated words that stand elsewhere unbroken, such as "well-known".
    """
    cut = _CUT.search(text)
    if not cut or not line:
        return f"{text} {line}"
    head, first = cut[1], line.split()[0]
    if text.endswith("\u00ad"):
        return text[:-1] + line
    if first.lower().rstrip(",;") in _LINKS:
        return f"{text} {line}"
    rest = re.match(r"\w+", first)
    compound = rest is not None and f"{head}-{rest[0]}" in known
    if compound or not first[0].islower() or head.isdigit() or (len(head) > 1 and head.isupper()):
        return text + line
    return text[:-1] + line


def _ended_early(lines: Sequence[str], i: int) -> bool:
    """Whether the first word of the next line would easily have fitted behind line ``i``."""
    if not lines[i + 1] or _CUT.search(lines[i]):
        return False
    around = sorted(map(len, lines[max(0, i - _AROUND) : i + _AROUND + 1]))
    width = around[-2] if len(around) > 2 else around[-1]  # one line may stick out
    return len(lines[i]) + 1 + len(lines[i + 1].split()[0]) < _FITS * width
