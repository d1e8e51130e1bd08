"""Text and links from the corpus as HTML that can do nothing.

Article text is hostile until proven otherwise: it is escaped here, on the server, whatever the browser does later.
What ``safe`` and ``excerpts`` return may stand in an element; ``safe`` also in a double-quoted attribute.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rag.sentences import sentence_spans

# Characters that show nothing but reorder or hide what stands around them: control characters (but tab and newline),
# bidirectional embeddings, overrides and isolates, and the invisible "tag" letters.
_CONTROLS = (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))
_REMOVED = dict.fromkeys((*_CONTROLS, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, *range(0xE0000, 0xE0080)))
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
# An excerpt may begin this much late, and end this much early, to do so with a whole sentence.
SLACK_CHARS = 200


def plain(text: str) -> str:
    """``text`` without invisible controls; a lone surrogate becomes "?". Not escaped: for scripts that set text."""
    return text.translate(_REMOVED).encode("utf-8", "replace").decode("utf-8")


def safe(text: str) -> str:
    """``text`` escaped, without invisible controls; a lone surrogate becomes "?"."""
    return html.escape(plain(text), quote=True)


def web_host(url: str | None) -> str | None:
    """The host of an http or https address, without "www."; None for anything that must not become a link.

    An address with a user name in it is refused too: "https://bank.example@evil.example" misleads.
    """
    if not url or url != url.strip() or any(character.isspace() or ord(character) in _REMOVED for character in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return host.removeprefix("www.")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A cited stretch of an article, and the number of its citation."""

    start: int
    end: int
    number: int


def excerpts(text: str, marks: Iterable[Mark], width: int) -> list[str]:
    """The marks of one article in their context: up to ``width`` characters before and after.

    Cut between sentences where that loses little, else between words. Marks whose contexts touch share an excerpt.
    Where the article goes on, an excerpt begins or ends with "…".
    """
    windows: list[tuple[int, int, list[Mark]]] = []
    for mark in sorted(marks):
        start, end = _before(text, mark, width), _after(text, mark, width)
        if windows and start <= windows[-1][1]:
            before, until, inside = windows[-1]
            windows[-1] = (before, max(until, end), [*inside, mark])
        else:
            windows.append((start, end, [mark]))
    return [
        ("… " if start else "") + _marked(text, start, end, inside) + (" …" if end < len(text) else "")
        for start, end, inside in windows
    ]


def shorten(text: str, width: int) -> str:
    """The first ``width`` characters of ``text`` in whole words, on one line. Not escaped."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[:width].rsplit(" ", 1)[0].rstrip(",;:–- ") + " …"


def _before(text: str, mark: Mark, width: int) -> int:
    """Where the context of ``mark`` begins: with a sentence if one begins soon, else with a word."""
    start = max(0, mark.start - width)
    if start == 0:
        return 0
    begins = [start + first for first, _ in sentence_spans(text[start : mark.start])[1:]]
    if begins and begins[0] - start <= SLACK_CHARS:
        return begins[0]
    while start < mark.start and not (text[start - 1].isspace() and not text[start].isspace()):
        start += 1
    return start


def _after(text: str, mark: Mark, width: int) -> int:
    """Where the context of ``mark`` ends: with a sentence if one ended shortly before, else with a word."""
    end = min(len(text), mark.end + width)
    if end == len(text):
        return end
    ends = [mark.end + last for _, last in sentence_spans(text[mark.end : end])[:-1]]
    if ends and end - ends[-1] <= SLACK_CHARS:
        return ends[-1]
    while end > mark.end and not (text[end].isspace() and not text[end - 1].isspace()):
        end -= 1
    return end


def _marked(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """``text[start:end]`` with every mark in a <mark>; of overlapping marks the later begins where the earlier ends."""
    parts, position = [], start
    for mark in marks:
        begin = max(mark.start, position)
        parts.append(_spaced(text[position:begin]))
        if begin < mark.end:
            parts.append(f'<mark data-cite="{mark.number}">{_spaced(text[begin : mark.end])}</mark>')
        position = max(position, mark.end)
    parts.append(_spaced(text[position:end]))
    return "".join(parts)


def _spaced(text: str) -> str:
    """Escaped; blank lines wrapped, so that the style can make them less than a line high (they may lie in a mark)."""
    return _PARAGRAPH_BREAK.sub(r'<span class="gap">\g<0></span>', safe(text))
