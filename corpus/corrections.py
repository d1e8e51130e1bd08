"""Correction notices: what an article says about an earlier, wrong version of itself."""

from __future__ import annotations

import re

LONGEST = 1500  # characters; a longer paragraph is an article about a correction
_EARLIER_TEXT = (
    r"\b(?:früheren?|ursprünglichen?|vorherigen?|vorigen?|ersten?|älteren?|alten?)[ \w]{0,24} ?(?:version|fassung)"
    r" (?:(?:die|un)ser|die?ses|des|unseres)[ \w]{0,20} ?(?:artikels|textes|beitrags|meldung|nachricht"
    r"|interviews|videos|newsletters)\b"
    r"|\b(?:früheren?|ursprünglichen?|vorherigen?|ersten?) (?:version|fassung)"
    r" (?:dieses berichts|dieser geschichte|dieser nachricht|dieser reportage|dieser analyse|der meldung)\b"
    r"|\b(?:earlier|previous|original) version of (?:this|the|our) (?:\w+ )?(?:article|story|report|post|piece|headline|column)\b"
)
_OF_THIS_TEXT = re.compile(_EARLIER_TEXT, re.IGNORECASE)
_EARLIER = r"\b(?:früheren?|ursprünglichen?|vorherigen?|vorigen?|ersten?) (?:version|fassung)\b"
_FIRST_TOLD = (
    r"\b(?:zuerst|zunächst|ursprünglich|zuvor|fälschlich\w*|irrtümlich\w*)\b.{0,160}"
    r"\b(?:hieß es|stand\b|berichtet|geschrieben|angegeben)"
)
_TELLS = re.compile(
    rf"{_EARLIER_TEXT}|{_EARLIER}.{{0,40}}\b(?:hieß|stand|wurde|war|haben wir|hatten wir|konnte)\b|{_FIRST_TOLD}",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(rf"[\W_]*in (?:einer|der) {_EARLIER[2:]} (?:hieß es|stand|haben wir|hatten wir)\b", re.IGNORECASE)
_LABEL = re.compile(
    r"[\W_]*(?:(?:korrektur(?:hinweis)?|berichtigung|richtigstellung|correction|corrections and clarifications)"
    r"(?: (?:vom|am|of|der redaktion)[^:\n]{0,30})?(?: \([^)\n]{0,40}\))?\s*[:–—|])",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"[\W_]*(?:(?:hinweis|anmerkung|anm\.?) (?:der|d\.) ?red(?:aktion|\.)?|editor[’']?s[’']? note"
    r"|in eigener sache|transparenzhinweis"
    r"|(?:hinweis|anmerkung|update|note)\s*:)",
    re.IGNORECASE,
)
_MENDED = re.compile(
    rf"{_EARLIER}|\b(?:wir )?hatten (?:zuerst|zunächst|ursprünglich)\b"
    r"|\b(?:korrigiert|berichtigt|richtiggestellt|richtig gestellt|fälschlich\w*|irrtümlich\w*|corrected|mistakenly|incorrectly"
    r"|wrongly|misstated)\b",
    re.IGNORECASE,
)
_OWN_TEXT = re.compile(
    r"\b(?:artikel|text|beitrag|meldung|stelle|fassung|version|überschrift|passage|article|story|headline|report)\w*\b"
    r"|\bwir\b|\bnachträglich\b",
    re.IGNORECASE,
)
_AMENDED = re.compile(
    r"[\W_]*(?:this (?:article|story|report|post|piece)|the headline (?:of|on) this \w+) (?:was|has been)[ \w]{0,20}"
    r" (?:amended|corrected|updated) .{0,160}\b(?:to correct|because|an earlier|a previous|error|mistake|incorrect)",
    re.IGNORECASE | re.DOTALL,
)
_HEADING = re.compile(r"[\W_]*(?:korrektur|berichtigung|richtigstellung|corrections?)[\W_]*", re.IGNORECASE)
# Also where the blank after the full stop got lost, as it does under the last paragraph.
_SENTENCE_START = re.compile(r"(?:^|[.!?…][\"“”»«)\]]?\s+)(?=\S)|(?<=[a-zäöüß])\.(?=[A-ZÄÖÜ][a-zäöü])")


def correction_spans(text: str) -> list[tuple[int, int]]:
    """``(start, end)`` of each correction notice in ``text``, in order: a paragraph, or the end of one."""
    spans: list[tuple[int, int]] = []
    headed: int | None = None  # where a heading such as "Korrektur" began, directly above
    for match in re.finditer(r"[^\n]+", text):
        paragraph, start = match[0], match.start()
        if headed is not None or len(paragraph) > LONGEST:
            at = None if headed is None else headed - start
        else:
            at = _notice_at(paragraph)
        if at is not None and len(paragraph) <= LONGEST:
            spans.append((start + at, match.end()))
        headed = start if _HEADING.fullmatch(paragraph) else None
    return spans


def correction_notice(text: str) -> str | None:
    """The correction notices of an article, as they stand in its text; None when there is none."""
    return "\n\n".join(text[start:end] for start, end in correction_spans(text)) or None


def tells_earlier(sentence: str) -> bool:
    """Whether ``sentence`` says what an earlier version had said: the one sentence of a notice nobody should quote."""
    labelled = _LABEL.match(sentence) or _NOTE.match(sentence)
    return bool((labelled and _TELLS.search(sentence)) or _BARE.match(sentence) or _OF_THIS_TEXT.search(sentence))


def _notice_at(paragraph: str) -> int | None:
    """Where in ``paragraph`` a notice begins; None when there is none."""
    if _LABEL.match(paragraph) or _AMENDED.match(paragraph) or _BARE.match(paragraph):
        return 0
    earlier = _OF_THIS_TEXT.search(paragraph)
    if note := _NOTE.match(paragraph):
        if earlier or (_MENDED.search(paragraph, note.end()) and _OWN_TEXT.search(paragraph, note.end())):
            return 0
        return None
    if earlier is None:
        return None
    begins = [m.end() for m in _SENTENCE_START.finditer(paragraph, 0, earlier.start())]
    return begins[-1] if begins else 0
