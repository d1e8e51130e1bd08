"""Answers that are a fact or a list of things: short, with who says so, how many sources agree, and where they differ."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.article import Article
from corpus.dates import display_date
from rag.compose.claims import Claim, claims, days_open, groups, independent, short_of
from rag.compose.conflict import newest_state, sides_of
from rag.compose.draft import Draft, marked
from rag.compose.forms import Form
from rag.compose.quotes import choose, quotes
from rag.compose.reading import read
from rag.compose.topic import NEEDED, Topic, counted_noun
from rag.display import display_period
from rag.types import Disagreement, Evidence, Passage

RUNNER_UP = 0.5  # of the odds of the best evidence: from there on another sentence is quoted as well
# Confidence from which on a short answer is told: more likely right than not. Sources that give the same answer make each
# other surer; where sources differ, it is enough that one of them is likely right. Below, sentences are quoted alone.
SURE = 0.5
FEWEST_ITEMS = 2  # of a list; a single thing is a fact


@dataclass(frozen=True, slots=True)
class Fact:
    """What there is to say beside a draft's sentences. ``confidence``: of the claim that is told first."""

    confidence: float
    short: str | None = None
    speaker: str | None = None
    disagreements: tuple[Disagreement, ...] = ()


def state(form: Form, topic: Topic, evidence: Sequence[Evidence], passages: Sequence[Passage],
          articles: dict[str, Article], draft: Draft, most: int, least: float) -> Fact | None:  # fmt: skip
    """Says the best answer in ``draft``; None, and nothing said, where the evidence has no short answer or is not sure."""
    found = groups(claims(evidence, topic, articles))
    if not found:
        return None
    if form == "list":
        if any_right(found[0]) < SURE:  # things of a list differ, which is no conflict
            return None
        if fact := _list(found, topic, articles, draft, most, least):
            return fact
    best = found[0]
    confidence = best[0].item.confidence
    if confidence < least:
        return None
    if sides := sides_of(best, found[1:], topic, evidence, passages, articles, least):
        newer = newest_state(sides, topic, articles)
        if not (newer and topic.recent and any_right(sides[0]) >= SURE):
            sure = any_right(one for side in sides for one in side) >= SURE
            return _sides(sides, newer, confidence, articles, draft) if sure else None
        best = sides[0]  # the present state is asked for, and here it is
    if any_right(best) < SURE:
        return None
    short = short_of(best[0], articles[best[0].passage.article_id])
    if short is None:
        return None
    told = independent([best[0], *(one for one in best[1:] if _bears_out(one, best[0], topic))])
    numbers = [_cite(draft, one, articles) for one in told[:most]]
    agree = len(told) - 1
    draft.say(
        draft.words("short", short=_shown(draft, best[0], _counted(best[0], short)), said=_said(draft, best[0]),
                    agree=draft.words("agree_one" if agree == 1 else "agree_many", count=agree) if agree else ""),
        numbers,
    )  # fmt: skip
    _quote(draft, [best[0].item], articles)
    least_odds = RUNNER_UP * _odds(confidence)
    known = {(one.passage.article_id, one.item.start) for one in best}
    further = [e for e in evidence if _odds(e.confidence) >= least_odds and _about(e, topic)]
    others = [e for e in further if (e.passage.article_id, e.start) not in known]
    _quote(draft, choose(others, most - 1), articles)
    return Fact(confidence, short, best[0].speaker.text if best[0].speaker else None)


def any_right(told: Iterable[Claim]) -> float:
    """How likely one of these claims is right, sources taken to be right or wrong by themselves (noisy or, Pearl 1988)."""
    return 1 - math.prod(1 - one.item.confidence for one in independent([*told]))


def _list(found: Sequence[Sequence[Claim]], topic: Topic, articles: dict[str, Article], draft: Draft, most: int,
          least: float) -> Fact | None:  # fmt: skip
    """All things found, each once with its source, the surest first."""
    items: list[tuple[str, Claim]] = []
    enough = max(_odds(least), RUNNER_UP / 2 * _odds(found[0][0].item.confidence))
    for group in found:
        one = group[0]
        short = short_of(one, articles[one.passage.article_id])
        if short and _odds(one.item.confidence) >= enough and topic.share(one.passage) >= NEEDED:
            items.append((short, one))
    if len(items) < FEWEST_ITEMS:
        return None
    draft.say(
        draft.words("list", items="; ".join(_shown(draft, one, short) for short, one in items)),
        [_cite(draft, one, articles) for _, one in items],
    )
    _quote(draft, [one.item for _, one in items][:most], articles)
    return Fact(items[0][1].item.confidence)


def _sides(sides: Sequence[Sequence[Claim]], newer: bool, confidence: float, articles: dict[str, Article],
           draft: Draft) -> Fact:  # fmt: skip
    """What each side says, newest first. ``newer``: the first took the place of the others."""
    told = []
    for group in sides:
        one = group[0]
        short = short_of(one, articles[one.passage.article_id]) or one.value.text
        numbers = tuple(dict.fromkeys(_cite(draft, each, articles) for each in independent(group)))
        told.append((short, one, numbers))
    parts = [draft.words("side", short=_shown(draft, one, short), facts=_facts(draft, one)) for short, one, _ in told]
    first = told[0][1]
    if newer:
        said = draft.words("newer", newest=parts[0], before="; ".join(parts[1:]))
    else:
        said = draft.words("conflict", sides="; ".join(parts))
    draft.say(said, [number for _, _, numbers in told for number in numbers])
    for _, one, _ in told:
        _quote(draft, [one.item], articles)
    return Fact(
        confidence,
        short=told[0][0] if newer else None,
        speaker=first.speaker.text if newer and first.speaker else None,
        disagreements=tuple(
            Disagreement(
                text=" ".join(one.item.text.split()),
                short=short,
                value=one.value.text,
                citations=numbers,
                source=one.passage.source,
                published=one.passage.published,
                speaker=one.speaker.text if one.speaker else None,
            )
            for short, one, numbers in told
        ),
    )


def _shown(draft: Draft, one: Claim, short: str) -> str:
    """A short answer within our own words; what is no name or figure, in another language, in quotation marks. With the
    days that a date means where its words alone do not tell: "am Freitag (17. Januar 2025)"."""
    foreign = one.passage.language not in (None, draft.language)
    words = [word for word in short.split() if word[0].isalpha()]
    plain = all(word[0].isupper() for word in words) if one.value.kind == "words" else all(len(w) < 3 for w in words)
    days = one.value.days
    when = f" ({display_period(*days, draft.language)})" if days and str(days[0].year) not in short else ""
    return (marked(short) if foreign and not plain else short) + when


def _odds(confidence: float) -> float:
    return confidence / max(1 - confidence, 1e-6)


def _about(item: Evidence, topic: Topic) -> bool:
    """Whether a passage is about the question's topic beyond what every passage in another language may be."""
    return topic.share(item.passage) > NEEDED


def _bears_out(other: Claim, first: Claim, topic: Topic) -> bool:
    """Whether a claim with the same answer is about the same thing, and as exact: a month does not bear out a day, nor a
    sentence that tells of something else on it."""
    if other.value.days and first.value.days and days_open(other) > max(days_open(first), 1):
        return False
    if topic.share(other.passage) < NEEDED or not topic.named(other.passage):
        return False
    return topic.foreign(other.passage.language) or topic.acts(other.item)


def _counted(one: Claim, short: str) -> str:
    """A bare number with what it counts, as it stands in the sentence: "47 Artikel"."""
    amount = one.value.amount
    if amount is None or amount.unit:
        return short
    noun = counted_noun(read(one.item.text, one.passage.language), one.value.end - one.item.start)
    return short if noun is None else " ".join(one.item.text[one.value.start - one.item.start : noun.end].split())


def _cite(draft: Draft, one: Claim, articles: dict[str, Article]) -> int:
    return draft.cite(*quotes([one.item], articles)[0])


def _quote(draft: Draft, items: Sequence[Evidence], articles: dict[str, Article]) -> None:
    for passage, start, end in quotes(items, articles):
        draft.quote(passage, start, end)


def _said(draft: Draft, one: Claim) -> str:
    """Who says so, in brackets; "" where the outlet itself does."""
    words = _speaker(draft, one)
    return draft.words("said", words=words) if words else ""


def _facts(draft: Draft, one: Claim) -> str:
    """Who says so, where and when."""
    day = display_date(one.passage.published, draft.language)
    where = ", ".join(" ".join(part.split()) for part in (one.passage.source, day) if part)
    return "; ".join(part for part in (_speaker(draft, one), where) if part)


def _speaker(draft: Draft, one: Claim) -> str:
    """ "nach Angaben der Polizei", "so Kai Lindner"; words of another language than the answer's in quotation marks."""
    speaker = one.speaker
    if speaker is None:
        return ""
    words = " ".join(speaker.text.split())
    foreign = one.passage.language not in (None, draft.language)
    if speaker.phrase:
        return marked(words) if foreign else words[0].lower() + words[1:]
    first, _, rest = words.partition(" ")
    if rest and first.lower() in ("der", "die", "das", "ein", "eine", "the", "a", "an", "his", "her", "their"):
        words = f"{first.lower()} {rest}"
    return draft.words("speaker", speaker=marked(words) if foreign and words[0].islower() else words)
