"""Names and other content words of a sentence: which are not in the sources, or stand there of somebody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag import german
from rag.verify.ground import Fault, Reading
from rag.verify.match import sides
from rag.verify.tables import opposites
from rag.verify.words import Token

# Chosen on the pairs that were looked at: with any word allowed to be missing one more is wrongly called supported. From .3
# to .6 LEAST made no difference in the first half; free paraphrases want it low.
LEAST = 0.3  # share of the content words that must be in the sources for a verdict above "unsupported"
NEARLY = 0.75  # the same for nouns, which other words may stand for
MOSTLY = 0.6  # share of the content words in one sentence of the sources from which on all of it is held to stand there
_PREPOSITIONS = re.compile(
    r"""(?<!\w)(?P<word>in|im|ins|an|am|auf|aus|bei|beim|von|vom|mit|zu|zum|zur|nach|vor|für|gegen|über|unter|durch|um|seit
    |at|by|from|of|with|to|for|on|against|into)\s(?-i:[a-zäöüß]+\s){0,2}\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_CONTRARY = {"für": "gegen", "gegen": "für", "for": "against", "against": "for"}
_WAYS = {"von": "nach", "nach": "von", "from": "to", "to": "from"}
_PRONOUNS = frozenset("er ihn ihm he him she".split())
_PASSIVE = re.compile(r"\b(?:w[iu]rden?|worden|was|were|been)\b")
_OBJECT = re.compile(r"\b(?:de[nm]|eine[nm])\s\Z")
_SUBJECT = re.compile(r"\b[Dd]er\s\Z")


def check(reading: Reading) -> tuple[list[Fault], float]:
    """Faults of wording and names, and the share of content words that the sources have (1.0 when there are none)."""
    missing = [token for token in reading.content if not reading.mates[token.start]]
    coverage = 1 - len(missing) / len(reading.content) if reading.content else 1.0
    faults = [*_opposed(reading), *_contrary(reading), *_turned(reading), *_exchanged(reading), *_of_another(reading)]
    return [*faults, *_denied(reading, missing), *_runs(reading, missing)], coverage


def _denied(reading: Reading, missing: Sequence[Token]) -> Iterator[Fault]:
    """A word where the sources have it with "un-" before, or the other way round: gültig, ungültig."""
    language = reading.claim.text.language
    known = {token.stem for token in reading.ground.tokens}
    for token in missing:
        other = token.word[2:] if token.word.startswith("un") else "un" + token.word
        if len(token.word) > 5 and german.stem(other, language) in known:
            yield reading.fault(token.start, token.end, "negation", True)


def _runs(reading: Reading, missing: Sequence[Token]) -> Iterator[Fault]:
    """A fault for each run of missing words side by side; names for themselves."""
    run: list[Token] = []
    for token in [*missing, None]:
        joined = token and run and token.name == run[-1].name and token.start - run[-1].end == 1
        if run and not joined:
            name = run[0].name
            yield reading.fault(run[0].start, run[-1].end, "name" if name else "wording", name)
            run = []
        if token:
            run.append(token)


def _opposed(reading: Reading) -> Iterator[Fault]:
    """Words whose contrary the source has where the sentence's should stand: rose for fell."""
    if reading.best < 0:
        return
    clauses = {mate.clause for mates in reading.mates.values() for mate in mates if mate.sentence == reading.best}
    theirs = [token for token in reading.ground.sentence(reading.best) if token.clause in clauses]
    if _negated(reading.signs, None) != _negated(reading.ground.signs, reading.best):
        return
    for table, _ in opposites(reading.claim.text.language):
        told, known = sides(reading.claim.tokens, table), sides(theirs, table)
        if told and known and told.keys().isdisjoint(known):
            for token in told.values():
                mates = reading.mates.get(token.start, ())
                if not any(mate.sentence == reading.best for mate in mates):
                    yield reading.fault(token.start, token.end, "wording", True)


def _negated(signs: Sequence[object], sentence: int | None) -> bool:
    return any(
        getattr(sign, "kind", "") == "negation" and (sentence is None or getattr(sign, "sentence", None) == sentence)
        for sign in signs
    )


def _contrary(reading: Reading) -> Iterator[Fault]:
    """ "für" where the sources have "gegen" before the same word, and the other way round."""
    for token in reading.content:
        mine = _preposition(reading.claim.text.text, token)
        contrary = _CONTRARY.get(mine[0]) if mine else None
        if not mine or not contrary:
            continue
        theirs = [
            found[0]
            for mate in reading.mates[token.start]
            if mate.source >= 0 and (found := _preposition(reading.ground.texts[mate.source].text, mate))
        ]
        if contrary in theirs and mine[0] not in theirs:
            yield reading.fault(mine[1], mine[1] + len(mine[0]), "negation", True)


def _turned(reading: Reading) -> Iterator[Fault]:
    """From there to here, where the sources have it from here to there."""
    found = []
    for token in reading.content:
        mine = _preposition(reading.claim.text.text, token)
        if mine and mine[0] in _WAYS and token.capital:
            theirs = {
                way[0]
                for mate in reading.mates[token.start]
                if mate.source >= 0 and (way := _preposition(reading.ground.texts[mate.source].text, mate))
            }
            if _WAYS[mine[0]] in theirs and mine[0] not in theirs:
                found.append(token)
    if len(found) > 1:
        for token in found:
            yield reading.fault(token.start, token.end, "name", True)


def _preposition(text: str, token: Token) -> tuple[str, int] | None:
    """The preposition that governs a word, in small letters, and where it stands."""
    begin = max(0, token.start - 40)
    found = _PREPOSITIONS.search(text[begin : token.start])
    return (found["word"].lower(), begin + found.start("word")) if found else None


def _of_another(reading: Reading) -> Iterator[Fault]:
    """A name that the sources have, but not where the rest of the sentence stands, and where another name stands."""
    if reading.best < 0:
        return
    if not any(token.capital for token in reading.strangers()):
        return
    for token in reading.content:
        mates = reading.mates[token.start]
        if not reading.named(token) and not (token.capital and reading.share >= NEARLY):
            continue
        homes = {mate.sentence for mate in mates}
        if _pronoun(reading) and reading.best - 1 in homes:
            continue  # "Er schlug ... vor", and it is he
        if mates and homes.isdisjoint((reading.best, -1)):
            yield reading.fault(token.start, token.end, "name" if reading.named(token) else "wording", False)


def _pronoun(reading: Reading) -> bool:
    """Whether the sentence of the sources that has most of the words speaks of somebody named before."""
    return any(token.word in _PRONOUNS for token in reading.ground.sentence(reading.best))


def _exchanged(reading: Reading) -> Iterator[Fault]:
    """Two that act on each other, in the other order: who beat whom. Passives and prepositions turn the order round."""
    if reading.best < 0:
        return
    text = reading.claim.text.text
    theirs = " ".join(token.text for token in reading.ground.sentence(reading.best))
    if bool(_PASSIVE.search(text)) != bool(_PASSIVE.search(theirs)):
        return
    acting = []
    for token in reading.content:
        homes = (reading.best - _pronoun(reading), reading.best)
        mates = [m for m in reading.mates[token.start] if homes[0] <= m.sentence <= homes[1]]
        if token.capital and mates and not _preposition(text, token):
            mate = mates[0]
            if mate.source >= 0 and not _preposition(reading.ground.texts[mate.source].text, mate):
                acting.append((token, mate))
    for i, (first, here) in enumerate(acting):
        for second, there in acting[i + 1 :]:
            adjacent = second.start - first.end < 2 or abs(there.start - here.start) < len(here.text) + 2
            if there.start < here.start and not adjacent and first.clause == second.clause:
                subject = _SUBJECT.search(reading.ground.texts[there.source].text[: there.start])
                sure = bool(_OBJECT.search(text[: second.start]) and subject)
                if sure or (reading.named(first) and reading.named(second)):
                    yield reading.fault(first.start, first.end, "name", sure)
                    yield reading.fault(second.start, second.end, "name", sure)
                    return
