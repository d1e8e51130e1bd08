"""Instructions to a language model that somebody planted in an article: found, so that it sees them as little as a reader.

A paragraph is taken out from the first sentence on that speaks to a model. That loses a little of an article about such
attacks, in answers that a model writes alone; excerpts and the article itself stay whole.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.sentences import sentence_spans
from rag.types import Passage

_INSTRUCTIONS = (
    r"(?:instructions?|prompts?|directions?|commands?|rules|guidelines|anweisung(?:en)?|instruktion(?:en)?|vorgaben"
    r"|regeln|befehle?|aufforderung(?:en)?)"
)
_DROP = r"(?:ignor\w*|disregard\w*|forget|override|bypass|missachte\w*|vergiss|vergesst|vergessen|überschreib\w*)"
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|all|any|your|these|bisherig\w*|vorherig\w*|vorig\w*|obig\w*|früher\w*"
    r"|vorangegangen\w*|sämtlich\w*|alle\w*|dein\w*|eure\w*)"
)
_MODEL = (
    r"(?:(?:sprach|ki-?)modell\w*|(?:large )?language models?|llms?|chatbots?|ai (?:assistants?|models?|systems?)"
    r"|ki-?assist\w*)"
)
_DO = r"(?:must|should|answers?|reply|respond|write|say|output|schreib\w*|antworte\w*|sag\w*|gib|gebt|musst?|müsst)"
_SPOKEN_TO = re.compile(
    rf"\b{_DROP}\b[^.!?\n]{{0,40}}\b{_EARLIER}\b[^.!?\n]{{0,40}}\b{_INSTRUCTIONS}\b"
    rf"|\b{_EARLIER}\b[^.!?\n]{{0,40}}\b{_INSTRUCTIONS}\b[^.!?\n]{{0,40}}\b{_DROP}\b"
    r"|\b(?:new|neue)\s(?:instructions?|anweisung(?:en)?)\s*:|\bsystem[ -]?prompt\b|\bprompt injection:"
    r"|\b(?:you are now|du bist (?:ab sofort|jetzt|nun)|ihr seid (?:ab sofort|jetzt|nun))\s+(?:an?|eine?|keine?)\b"
    rf"|\b(?:as|als|to|an|attention|achtung|liebes?)[ ,:]+(?:an? |eine? |alle |all |das |die |den |any )?{_MODEL}\b"
    rf"[^.!?\n]{{0,60}}\b{_DO}\b"
    rf"|\b(?:your|deine)\s+(?:answer|reply|response|output|antwort|ausgabe)\s+(?:must|should|has to|muss|soll)\b"
    r"|<\|?(?:im_start|im_end|system|user|assistant)\|?>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>",
    re.IGNORECASE,
)


def planted(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Half-open spans of ``text`` that speak to a model, in order: each from a sentence to the end of its paragraph.

    Of the paragraphs only that ``text[start:end]`` touches: reading whole articles took half the time of a prompt.
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", len(text) if end is None else end)
    found: list[tuple[int, int]] = []
    for match in _SPOKEN_TO.finditer(text, first, len(text) if last < 0 else last):
        if found and match.start() < found[-1][1]:
            continue
        paragraph = text.rfind("\n", 0, match.start()) + 1
        over = text.find("\n", match.start())
        over = len(text) if over < 0 else over
        starts = [paragraph + begins for begins, _ in sentence_spans(text[paragraph:over])]
        found.append((max(s for s in starts if s <= match.start()), over))
    return found


def without(passage: Passage, spans: list[tuple[int, int]]) -> Passage:
    """The passage with blanks in place of what lies in ``spans`` of its article, and no date of there: offsets stay."""
    text = passage.text
    for start, end in spans:
        first, last = max(start, passage.start) - passage.start, min(end, passage.end) - passage.start
        if first < last:
            text = text[:first] + " " * (last - first) + text[last:]
    if text == passage.text:
        return passage
    dates = tuple(d for d in passage.dates if not any(start < d.end and d.start < end for start, end in spans))
    return replace(passage, text=text, dates=dates)
