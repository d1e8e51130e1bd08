"""Evidence with spans -> claims: who says what, where and when; and which of them say the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article
from corpus.corrections import tells_earlier
from corpus.dates import NewsDate
from rag.compose.fit import unfit
from rag.compose.quotes import RELATIVE_CONFIDENCE, same_words
from rag.compose.reading import read
from rag.compose.speakers import Speaker, saying, speaker_at
from rag.compose.topic import Topic, around, clause_at, counted_noun
from rag.compose.values import Value, is_condition, is_difference, is_part, is_past, same, value_of
from rag.models.question import Kind
from rag.sentences import sentence_spans
from rag.types import Evidence, Passage
from rag.verify.amounts import amounts

WORTH = 0.5  # of the confidence of the best evidence: from there on a claim is looked at
ORDER = 20  # "Tausende" may be anything from 1,000 to below so many times as much
CLOSE = 0.9  # of the confidence of the best: as good as that
LONGEST_SHORT = 80  # characters of a short answer; what is longer is a clause and is quoted
_MOST_WORDS = 9
_TOLD = re.compile(
    r"(?:,\s(?:wie|so|as)|\b(?:laut|nach\s(?:Angaben|Auskunft|Darstellung)|according\sto))\s[^,]*\Z", re.IGNORECASE
)
# What somebody wants or offers is not yet so.
_WANTS = re.compile(
    r"\b(?:(?:ge)?fordert?e?n?|verlang(?:t|te|ten|en)|geboten|bietet|bot(?:en)?|angeboten|vorgeschlagen|demand(?:s|ed|ing)?"
    r"|offer(?:s|ed|ing)?|propos(?:es?|ed|ing))\b",
    re.IGNORECASE,
)
# A finite verb at the head: the end of a clause, which says nothing without its beginning.
_VERB_FIRST = re.compile(
    r"""(?:ist|sind|war(?:en)?|sei(?:en)?|wären?|ha(?:t|ben|be|tten?)|hätten?|w(?:ird|erden?|urden?|ürden?)|lässt|lassen
    |k(?:ann|önnen?|onnten?|önnten?)|m(?:uss|üssen?|ussten?|üssten?)|soll(?:en?|ten?)?|woll(?:en?|ten?)|d(?:arf|ürfen?|urften?|ürften?)
    |is|are|was|were|has|have|had|would|can|could|must|should|might)\b""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Claim:
    """One answer as one article gives it. ``speaker``: whom the article attributes it to; None: the outlet itself."""

    item: Evidence
    value: Value
    speaker: Speaker | None

    @property
    def passage(self) -> Passage:
        return self.item.passage

    @property
    def published(self) -> NewsDate | None:
        return NewsDate.parse(self.passage.published) if self.passage.published else None

    @property
    def outlet(self) -> str:
        return self.passage.source or self.passage.article_id

    @property
    def vague(self) -> bool:
        """Whether it tells no number but an order of size: "Tausende"."""
        return self.value.amount is not None and self.value.amount.kind == "vague"


def claim(item: Evidence, value: Value, article: Article) -> Claim:
    """The claim of ``value`` in the sentence of ``item``."""
    span = (value.start, value.end)
    speaker = speaker_at(article.text, item.start, item.end, span, article.language)
    if value.kind == "words" and speaker and not speaker.phrase:
        speaker = None  # of somebody who is named as having said so the outlet itself tells
    return Claim(item, value, speaker)


def claims(evidence: Sequence[Evidence], topic: Topic, articles: dict[str, Article]) -> list[Claim]:
    """The claims of the evidence that is sure enough beside the best: those that hold the kind of thing asked for before
    others, exact numbers before orders of size, then the surest first. Where the surest says "Tausende", thousands that are
    counted are as sure. Where the present state is asked for, claims less sure count: what is new stands in few articles.

    Without those whose value their own article has corrected since.
    """
    kind = topic.kind
    found: list[Claim] = []
    for item in evidence:
        wide = topic.recent or (bool(found) and found[0].vague)
        if item.confidence < (RELATIVE_CONFIDENCE if wide else WORTH) * evidence[0].confidence:
            break
        value = value_of(item, kind)
        if value is not None and not _corrected(value, item, articles):
            one = claim(item, value, articles[item.passage.article_id])
            if _fits(one, kind, topic):
                found.append(one)
    if found and found[0].vague:
        found = [_said_exactly(one, found[0], topic) if _likely(one, kind, topic) else one for one in found]
    if not topic.recent:
        found = [one for one in found if one.item.confidence >= WORTH * evidence[0].confidence]
    found.sort(key=lambda c: (c.vague, not _likely(c, kind, topic)))
    return _newest_first(found) if topic.recent else found


def _said_exactly(one: Claim, order: Claim, topic: Topic) -> Claim:
    """A claim as sure as that of an order of size if it says the same with a number: "3.600 Menschen" beside "Tausende"."""
    exact, size = one.value.amount, order.value.amount
    if exact is None or size is None or exact.kind != "amount" or exact.unit != size.unit:
        return one
    noun = counted_noun(read(one.item.text, one.passage.language), exact.end)
    if not (size.low <= exact.low < ORDER * size.low and (topic.anybody(noun) or topic.acts(one.item))):
        return one
    return replace(one, item=replace(one.item, confidence=max(one.item.confidence, order.item.confidence)))


def _newest_first(found: list[Claim]) -> list[Claim]:
    """Claims about as sure as the first by the day they were published, the newest first; then the others."""
    close = [one for one in found if one.item.confidence >= CLOSE * found[0].item.confidence]
    newest = sorted(close, key=lambda c: c.published.last if c.published else dt.date.min, reverse=True)
    return newest + [one for one in found if one not in close]


def _fits(one: Claim, kind: Kind, topic: Topic) -> bool:
    """Whether a claim holds anything of the kind asked for that the question has not said itself."""
    if kind in ("person", "place") and not any(token.capital for token in one.value.words.tokens):
        return False
    if one.value.kind == "words" and unfit(one.item, topic):
        return False
    if kind == "number" and one.value.amount is not None:
        return one.value.amount.kind != "ordinal" and not is_past(one.item.text, one.value.amount)
    return True


def _likely(one: Claim, kind: Kind, topic: Topic) -> bool:
    """Whether it is a name where a person is asked for, and counts the right things in the right unit, of the wounded
    where those are asked for, and not what somebody only demands."""
    if kind == "person":
        return any(token.name for token in one.value.words.tokens) and not _only_tells(one, topic)
    amount = one.value.amount
    if kind == "number" and amount is not None:
        text = read(one.item.text, one.passage.language)
        noun = counted_noun(text, amount.end)
        if is_part(one.item.text, amount) or (is_difference(one.item.text, amount) and not topic.compares):
            return False
        if is_condition(one.item.text, amount) and not topic.requires:
            return False
        clause = clause_at(text, amount.number_at)
        if not topic.agrees(clause, one.passage.language):
            return False
        if any(_WANTS.fullmatch(token.text) for token in clause) and not _WANTS.search(topic.question):
            return False
        return topic.unit(amount.unit) and (bool(amount.unit) or topic.counts(noun, one.passage.language))
    return True


def _only_tells(one: Claim, topic: Topic) -> bool:
    """Whether it names who told of what somebody did: "Kelvora baut ein Werk, wie Vorstandschef Elbrecht mitteilte"."""
    told = _TOLD.search(one.item.text[: one.value.start - one.item.start])
    deed = replace(one.item, text=around(one.item))
    return bool(told) and topic.acts(deed) and not saying(topic.question, topic.language)


def _corrected(value: Value, item: Evidence, articles: dict[str, Article]) -> bool:
    """Whether the article has a notice that an earlier version gave this very number."""
    article = articles[item.passage.article_id]
    if value.amount is None or not article.correction:
        return False
    wrong = [
        amount
        for start, end in sentence_spans(article.correction)
        if tells_earlier(article.correction[start:end])
        for amount in amounts(article.correction[start:end], article.language)
    ]
    return any((a.low, a.high, a.unit) == (value.amount.low, value.amount.high, value.amount.unit) for a in wrong)


def groups(found: Iterable[Claim]) -> list[list[Claim]]:
    """Claims that say the same together; groups and claims in the order of their best."""
    together: list[list[Claim]] = []
    for one in found:
        home = next((group for group in together if same(one.value, group[0].value)), None)
        if home is None:
            together.append([one])
        else:
            home.append(one)
    return [sorted(group, key=lambda c: days_open(c) if c.item.confidence >= CLOSE * group[0].item.confidence else 1e9)
            for group in together]  # fmt: skip


def days_open(one: Claim) -> float:
    """How many days a claim leaves open: of dates that agree the most exact is told."""
    return (one.value.days[1] - one.value.days[0]).days if one.value.days else 0.0


def independent(group: Sequence[Claim]) -> list[Claim]:
    """One claim of each source, the best; sources that tell it in the same words are one: they copied it."""
    kept: list[Claim] = []
    for one in group:
        copied = any(one.outlet == k.outlet or same_words(one.item.text, k.item.text) for k in kept)
        if not copied and not any(one.outlet in k.passage.also_in for k in kept):
            kept.append(one)
    return kept


def short_of(one: Claim, article: Article) -> str | None:
    """The exact words of a claim's answer; None where they are a clause rather than an answer."""
    words = " ".join(article.text[one.value.start : one.value.end].split())
    sentence = " ".join(one.item.text.split()).rstrip(".!? ")
    if len(sentence_spans(words)) > 1 or _VERB_FIRST.match(words):
        return None
    whole = len(words) >= 0.8 * len(sentence) and len(words.split()) > 3
    return None if whole or len(words) > LONGEST_SHORT or len(words.split()) > _MOST_WORDS else words
