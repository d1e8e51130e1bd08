"""What a sentence claims as fact, denies or hands on from somebody: as much, and as surely, as its sources do?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rag.verify.ground import Fault, Reading, is_content
from rag.verify.signs import Kind, Sign
from rag.verify.words import Token

REACH = 0.5  # share of the words under a sign from which on the sentence tells of what the sign is about
TOLD = 0.6  # the same for the share of the sentence's own words
ALIKE = 0.9  # share of its words that a sentence has in common with one that it repeats
_AGAINST: tuple[Kind, ...] = ("negation", "denial")
_UNSURE: tuple[Kind, ...] = ("hedge", "intent")
_HAD_TO = re.compile(r"\b(?:muss|konn|soll|woll|durf)ten?\b|\bhad\sto\b")
_FURTHER = frozenset(("und", "and", "but", "aber"))
_REFUSABLE = re.compile(
    r"(?:Forderung|angeblich|alleged|Vorw[uü]rf|Verdacht|beschuldig|vorgeworfen|accus)", re.IGNORECASE
)


def check(reading: Reading) -> Iterator[Fault]:
    """Faults of negation, modality and attribution."""
    yield from _negation(reading)
    yield from _modality(reading)
    yield from _attribution(reading)


def _of(signs: Iterable[Sign], *kinds: Kind) -> list[Sign]:
    return [sign for sign in signs if sign.kind in kinds]


def _under(reading: Reading, sign: Sign) -> list[Token]:
    """The content words of the sources that a sign is about: those of its clause, or of its sentence."""
    words = [
        token
        for token in reading.ground.sentence(sign.sentence)
        if is_content(token) and not (sign.kind != "attribution" and sign.start <= token.start < sign.end)
    ]
    if sign.kind == "denial":  # "bestritt X und sagte Y" is no denial of Y
        ahead = [t for t in reading.ground.sentence(sign.sentence) if t.start > sign.start and t.word in _FURTHER]
        words = [token for token in words if not ahead or token.start < ahead[0].start] or words
    own = [token for token in words if token.clause == sign.clause]
    return own if own and sign.clause >= 0 else words


def _told(reading: Reading, sign: Sign) -> bool:
    """Whether the sentence tells of what stands under a sign of the sources: most of it, or little else."""
    under = {(token.source, token.start) for token in _under(reading, sign)}
    mated = {token.start: {(m.source, m.start) for m in reading.mates[token.start]} for token in reading.content}
    places = set().union(*mated.values()) if mated else set()
    inside = [start for start, mates in mated.items() if mates & under]
    if not under or not inside:
        return False
    return len(under & places) >= REACH * len(under) or (
        len(inside) >= TOLD * len(mated) and (len(inside) > 1 or len(inside) == len(mated))
    )


def _share(reading: Reading, sign: Sign) -> float:
    """How much of what stands under a sign of the sources the sentence tells of, 0..1."""
    under = {(token.source, token.start) for token in _under(reading, sign)}
    places = {(mate.source, mate.start) for mates in reading.mates.values() for mate in mates}
    return len(under & places) / len(under) if under else 0.0


def _negation(reading: Reading) -> Iterator[Fault]:
    mine, theirs = _of(reading.signs, *_AGAINST), _of(reading.ground.signs, *_AGAINST)
    negated = {sign.sentence for sign in theirs}
    here = [sign for sign in theirs if sign.sentence == reading.best]
    if mine and len(mine) != len(here) and here and reading.share >= ALIKE and not reading.strangers():
        new = [sign for sign in mine if sign.text.lower() not in {other.text.lower() for other in here}]
        yield reading.fault(new[0].start, new[0].end, "negation", True) if new else reading.whole("negation", True)
        return
    told = [sign for sign in theirs if _told(reading, sign)]
    repeats = reading.share >= ALIKE and reading.best not in negated
    if not mine and any(_home(reading, s) <= negated or (_share(reading, s) == 1 and not repeats) for s in told):
        yield reading.whole("negation", True)
    if told or reading.best < 0:
        return
    for sign in mine:
        clause = sign.clause if sign.clause >= 0 else -2
        if not negated & reading.homes(clause):
            yield reading.fault(sign.start, sign.end, "negation", True)
            return


def _home(reading: Reading, sign: Sign) -> set[int]:
    """Where the clause of the sentence stands in the sources that tells most of what is under one of their signs."""
    under = {(token.source, token.start) for token in _under(reading, sign)}
    counts = Counter(
        token.clause
        for token in reading.content
        if any((mate.source, mate.start) in under for mate in reading.mates[token.start])
    )
    return reading.homes(counts.most_common(1)[0][0]) if counts else set()


def _modality(reading: Reading) -> Iterator[Fault]:
    here = [sign for sign in reading.ground.signs if sign.sentence == reading.best]
    theirs = _of(here, *_UNSURE)
    mine = _of(reading.signs, *_UNSURE)
    if _of(reading.signs, "denial") and _of(here, "denial"):
        theirs = [sign for sign in theirs if not _REFUSABLE.match(sign.text)]
    if _HAD_TO.search(reading.claim.text.text):
        return
    told = [sign for sign in theirs if _told(reading, sign)]
    most = max((_share(reading, sign) for sign in told), default=0.0)
    for sign in told:
        # What the source says besides ("may be preparing to") does not stand for the sign that is missing.
        besides = {other.text.lower() for other in theirs if other is not sign}
        if _share(reading, sign) == most and not [own for own in mine if own.text.lower() not in besides]:
            yield reading.whole("modality", False)
            return
    if reading.best >= 0 and not _of(here, *_UNSURE, "attribution"):
        for sign in _of(mine, "hedge")[:1]:
            yield reading.fault(sign.start, sign.end, "modality", False)


def _attribution(reading: Reading) -> Iterator[Fault]:
    mine, theirs = _of(reading.signs, "attribution"), _of(reading.ground.signs, "attribution")
    here = [sign for sign in theirs if sign.sentence == reading.best]
    if not mine and not _of(reading.signs, "hedge", "denial") and any(_told(reading, sign) for sign in here):
        yield reading.whole("attribution", False)
    for sign in mine:
        speakers = _speakers(reading, sign)
        lost = [token for token in speakers if not _speaks(reading, token, theirs)]
        if speakers and len(lost) == len(speakers):
            yield reading.fault(lost[0].start, lost[-1].end, "attribution", bool(here))


def _speakers(reading: Reading, sign: Sign) -> list[Token]:
    """Who a sentence says said so: the names and nouns, or the adjective, beside the words that attribute."""
    inside = [t for t in reading.content if sign.start <= t.start < sign.end]
    if inside:
        return inside
    row = [t for t in reading.content if t.sentence == sign.sentence]
    after = _run([t for t in row if t.start >= sign.end], sign.end)
    before = _run([t for t in reversed(row) if t.end <= sign.start], sign.start)
    return after if sign.text.lower() in ("laut", "according to") else before or after


def _run(tokens: Sequence[Token], at: int) -> list[Token]:
    """The words with capitals next to a place, up to the first gap."""
    found: list[Token] = []
    for token in tokens:
        gap = token.start - at if token.start >= at else at - token.end
        if gap > 8 or not token.capital:
            break
        found.append(token)
        at = token.end if token.start >= at else token.start
    return sorted(found, key=lambda token: token.start)


def _speaks(reading: Reading, token: Token, signs: Sequence[Sign]) -> bool:
    """Whether the sources have a speaker where they attribute something, or the sentence before ("sagte er")."""
    attributing = {-1}.union(*({sign.sentence, sign.sentence - 1} for sign in signs))
    return any(mate.sentence in attributing for mate in reading.mates[token.start])
