"""Hard-wrapped lines back into paragraphs: in scraped and mailed text, a line may end in the middle of a sentence.

One in eight of 5,000 scraped German articles had such lines. Joining replaces a line end by a blank and nothing else.
"""

from __future__ import annotations

import re
from itertools import pairwise

_TERMINAL = re.compile(r"[.!?:…;][\"'“”»«)\]*]*$")
_OPEN_END = re.compile(r"(?:[,–]|[a-zäöü]-)$")
_FULL = re.compile(r".{45,105} [a-zäöüß\d][\w-]*")  # of 40 such lines in wrapped articles, 37 went on
_LIST_ITEM = re.compile(r"[•*»►▶◆■>|+\-]|\d{1,2}[.)] ")
_LINKING = frozenset(
    """
    der die das den dem des ein eine einen einem einer eines kein keine keinen und oder aber denn sowie als wie dass ob wenn
    weil da wo in im an am auf aus bei beim bis durch für gegen hinter mit nach neben ohne seit über um unter vom von vor
    während wegen zu zum zur zwischen ist sind war waren hat haben hatte hatten wird werden wurde wurden auch nicht nur noch
    schon sehr so er sie es wir ich man sich ihr ihre ihren ihrem ihrer sein seine seinen seinem seiner diese dieser dieses
    diesem diesen doch dort hier laut dabei dazu damit viele mehr rund etwa
    the a an of and or but to in on at by for from with as is are was were has have had his her their its that which who
    """.split()
)
SHORT_LINE = 25  # characters; a list's lines are short, and hard-wrapped ones are not


def unwrap(text: str) -> list[str]:
    """The paragraphs of ``text``: its lines, those cut in mid-sentence joined again. Blank lines always separate.

    Joined is where the next line goes on in lower case (no paragraph begins so), and, in a text that does so at least
    twice, where a line ends on a word that can end no heading or is itself a continuation without a full stop.
    """
    lines = text.split("\n")
    lower = [_continues(line, following, SHORT_LINE) for line, following in pairwise(lines)]
    throughout = sum(lower) >= 5
    if throughout:  # then short lines are what links in the page left behind
        lower = [_continues(line, following, 0) for line, following in pairwise(lines)]
    wrapped = sum(lower) >= 2
    paragraphs: list[list[str]] = []
    continued = False  # whether the line before this one was joined to one before it
    for i, line in enumerate(lines):
        before = lines[i - 1] if i else ""
        joined = bool(before and line) and wrapped and (lower[i - 1] or _is_open(before, line, continued, throughout))
        if joined:
            paragraphs[-1].append(line)
        elif line:
            paragraphs.append([line])
        continued = joined
    return [" ".join(parts) for parts in paragraphs]


def _continues(line: str, following: str, shortest: int) -> bool:
    if not line or not following or not following[0].islower() or _LIST_ITEM.match(line):
        return False
    return len(line) >= shortest or bool(_OPEN_END.search(line)) or _last_word(line) in _LINKING


def _is_open(line: str, following: str, continued: bool, throughout: bool) -> bool:
    if (
        _TERMINAL.search(line)
        or "@" in line.rsplit(" ", 1)[-1]
        or _LIST_ITEM.match(following)
        or _LIST_ITEM.match(line)
    ):
        return False
    if throughout and _FULL.fullmatch(line):
        return True
    return bool(_OPEN_END.search(line)) or _last_word(line) in _LINKING or (continued and len(line) > SHORT_LINE)


def _last_word(line: str) -> str:
    return line.rsplit(" ", 1)[-1].lower().lstrip("\"'„“(")
