"""Where sources differ on the same thing. A false conflict is worse than a missed one, so much must speak for it.

Two claims differ when their values can't both be true of one thing (``values.differ``), both are about what the question
names, count the same, and tell of the same event: the later article knows the earlier number, or both came out within days
of each other and share their names. In one article only two named speakers can differ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus.article import Article
from rag.compose.claims import LONGEST_SHORT, Claim, claim
from rag.compose.events import equal, one_event, replaces
from rag.compose.reading import read
from rag.compose.speakers import saying
from rag.compose.topic import NEEDED, Topic, clause_at, counted_noun
from rag.compose.values import (
    Value,
    amounts_in,
    differ,
    is_condition,
    is_difference,
    is_part,
    is_past,
    same,
    value_of,
    with_unit,
    words_at,
)
from rag.sentences import sentence_spans
from rag.types import Evidence, Passage
from rag.verify.amounts import Amount, amounts
from rag.verify.ground import is_content
from rag.verify.match import Matcher
from rag.verify.words import Text

MOST = 4  # sides shown
FAINT = 0.05  # the least confidence of evidence for what took the place of another number
FEW = 3  # other words that a bare counter-claim ("der Verband kam auf 950") may have


def sides_of(best: Sequence[Claim], others: Sequence[Sequence[Claim]], topic: Topic, evidence: Sequence[Evidence],
             passages: Sequence[Passage], articles: dict[str, Article], least: float) -> list[list[Claim]]:  # fmt: skip
    """The groups of claims that differ about the same thing, newest first; empty when sources agree.

    ``best``: the group of the best answer, ``others`` the groups of other answers, ``least``: the confidence a claim of
    another article must have, unless that article says itself that it tells what took the other's place.
    """
    found = [list(best)]
    for group in others:
        rivals = [one for one in group if any(_rivals(one, known, topic, articles, least) for known in best[:2])]
        if rivals:
            found.append(rivals)
    for one in [one for group in list(found) for one in group]:
        article = articles[one.passage.article_id]
        for counter in [
            *_counterclaims(one, topic, article),
            *_told_before(one, topic, passages, articles),
            *_told_since(one, topic, evidence, articles),
        ]:
            home = next((group for group in found if same(counter.value, group[0].value)), None)
            if home is None:
                found.append([counter])
            elif not any(counter.passage.article_id == known.passage.article_id for known in home):
                home.append(counter)
    if len(found) < 2:
        return []
    ordered = [sorted(group, key=_recency, reverse=True) for group in found]
    return sorted(ordered, key=lambda group: _recency(group[0]), reverse=True)[:MOST]


def newest_state(sides: Sequence[Sequence[Claim]], topic: Topic, articles: dict[str, Article]) -> bool:
    """Whether the first of the sides is what became of all others: it is newer, and the present state is asked for, or it says
    so itself ("statt 2.800"), or is of the same speaker, or a toll that has risen."""
    first, rest = sides[0][0], [group[0] for group in sides[1:]]
    if first.published is None or any(c.published is None or c.published.last >= first.published.first for c in rest):
        return False
    return topic.recent or all(
        replaces(other, articles[first.passage.article_id])
        or (first.speaker and other.speaker and _one_person(first, other))
        or (topic.toll and _higher(first.value, other.value))
        for other in rest
    )


def _recency(one: Claim) -> tuple[dt.date, float]:
    return one.published.last if one.published else dt.date.min, one.item.confidence


def _higher(one: Value, other: Value) -> bool:
    return one.amount is not None and other.amount is not None and one.amount.low > other.amount.high


def _rivals(one: Claim, known: Claim, topic: Topic, articles: dict[str, Article], least: float) -> bool:
    """Whether a claim of another article says otherwise of the same thing. In one article see ``_counterclaims``."""
    if one.passage.article_id == known.passage.article_id or one.item.confidence < least:
        return False
    if not differ(one.value, known.value) or not (_comparable(one, topic) and _comparable(known, topic)):
        return False
    earlier, later = sorted((one, known), key=_recency)
    return topic.recent or one_event(earlier, later, topic, articles)


def _comparable(one: Claim, topic: Topic) -> bool:
    """Whether a claim counts what is asked for, the whole of it, of what the question names."""
    text = read(one.item.text, one.passage.language)
    amount = one.value.amount
    if one.value.end - one.value.start > LONGEST_SHORT or len(text.sentences) > 1 or topic.share(one.passage) < NEEDED:
        return False
    if amount is not None:
        noun = counted_noun(text, amount.end)
        if _aside(one.item.text, amount, topic) or not (amount.unit or topic.counts(noun, one.passage.language)):
            return False
    # Of another language not every name can be told; of the present state one side more does less harm than an old answer.
    named = (topic.recent and topic.foreign(one.passage.language)) or topic.named(one.passage)
    return named and topic.agrees(clause_at(text, one.value.start - one.item.start), one.passage.language)


def _aside(text: str, amount: Amount, topic: Topic) -> bool:
    if is_condition(text, amount) and not topic.requires:
        return True
    return is_part(text, amount) or (is_difference(text, amount) and not topic.compares)


def _counterclaims(one: Claim, topic: Topic, article: Article) -> Iterator[Claim]:
    """Bare numbers of somebody else in the same sentence or near it: "Die Polizei sprach von 2.800 Teilnehmern. Die
    Initiative zählte 5.000." The claim itself must be somebody's, and neither may be the outlet's own."""
    if one.value.amount is None or one.speaker is None or not _comparable(one, topic):
        return
    for start, end in _beside(article.text, one.item):
        item = Evidence(one.passage, start, end, article.text[start:end], one.item.confidence)
        found = [counter for amount in amounts_in(item) if (counter := _counter(one, item, amount, topic, article))]
        if len(found) == 1:  # who gives two numbers speaks of two things
            yield found[0]


def _counter(one: Claim, item: Evidence, amount: Amount, topic: Topic, article: Article) -> Claim | None:
    """The claim of an amount in a sentence beside another claim, if it contradicts that."""
    start, end = with_unit(item, amount, amount.start, amount.end)
    value = Value("amount", start, end, words_at(item, start, end), amount=amount)
    if amount.kind != "amount" or not differ(value, one.value):
        return None
    counter = claim(replace(item, span=(start, end)), value, article)
    if counter.speaker is None or not item.start <= counter.speaker.start < item.end or _one_person(counter, one):
        return None
    text = read(item.text, article.language)
    return counter if _comparable(counter, topic) and _bare(text, counter, amount, one, topic) else None


def _told_before(
    one: Claim, topic: Topic, passages: Sequence[Passage], articles: dict[str, Article]
) -> Iterator[Claim]:
    """The sentences of earlier articles with a number that the claim's article gives as what was told before."""
    article = articles[one.passage.article_id]
    if one.value.amount is None or one.published is None or not _comparable(one, topic):
        return
    past = [
        a
        for a in amounts(article.text, article.language)
        if a.unit == one.value.amount.unit and is_past(article.text, a)
    ]
    if not past:
        return
    for passage in passages:
        if passage.article_id == article.id or (passage.published or "9") >= (one.passage.published or ""):
            continue
        for start, end in sentence_spans(passage.text):
            text, at = passage.text[start:end], passage.start
            item = Evidence(passage, at + start, at + end, text, one.item.confidence)
            for amount in amounts_in(item):
                if any(equal(amount, known) for known in past) and not _aside(text, amount, topic):
                    first, last = with_unit(item, amount, amount.start, amount.end)
                    value = Value("amount", first, last, words_at(item, first, last), amount=amount)
                    earlier = claim(replace(item, span=(first, last)), value, articles[passage.article_id])
                    if differ(value, one.value) and _comparable(earlier, topic):
                        yield earlier


def _told_since(
    one: Claim, topic: Topic, evidence: Sequence[Evidence], articles: dict[str, Article]
) -> Iterator[Claim]:
    """The best claim of each later article that gives the claim's number as what was told before, however sure the reader
    is of it: it was looking for one number, and there are two."""
    seen = {one.passage.article_id}
    for item in evidence:
        article = articles[item.passage.article_id]
        later = (item.passage.published or "") > (one.passage.published or "9")
        if item.confidence < FAINT or article.id in seen or not later or not replaces(one, article):
            continue
        value = value_of(item, "number")
        if value is not None and value.amount is not None and differ(value, one.value):
            since = claim(item, value, article)
            if _comparable(since, topic) and _comparable(one, topic):
                seen.add(article.id)
                yield since


def _beside(text: str, item: Evidence) -> list[tuple[int, int]]:
    """The sentence of ``item`` with the two before and the two after it."""
    spans = sentence_spans(text)
    here = [i for i, (start, end) in enumerate(spans) if start < item.end and item.start < end]
    return spans[max(here[0] - 2, 0) : here[-1] + 3] if here else []


def _one_person(one: Claim, other: Claim) -> bool:
    """Whether two claims may be of one speaker: their names share a word."""
    if one.speaker is None or other.speaker is None:
        return True
    texts = [read(c.speaker.text, c.passage.language) for c in (one, other) if c.speaker]
    matcher = Matcher(texts[0], texts[1].tokens)
    own = [token for token in texts[0].tokens if token.capital and is_content(token)]
    return not own or any(matcher.find(token) for token in own)


def _bare(text: Text, counter: Claim, amount: Amount, known: Claim, topic: Topic) -> bool:
    """Whether a counter-claim says little besides its speaker and its number that the other claim or the question did not
    say: no verb of its own, and hardly a noun."""
    speaker, shift = counter.speaker, counter.item.start
    matcher = Matcher(text, [*read(known.item.text, known.passage.language).tokens, *topic.words])
    clauses = {token.clause for token in text.tokens if amount.start <= token.start < amount.end}
    verbs = saying(counter.item.text, text.language)
    own = [
        token
        for token in text.tokens
        if is_content(token)
        and token.clause in clauses
        and not (speaker and speaker.start - shift <= token.start < speaker.end - shift)
        and not amount.start <= token.start < amount.end
        and not any(start <= token.start < end for start, end in verbs)
        and not matcher.find(token)
    ]
    return len(own) <= FEW and all(token.capital for token in own if text.language == "de")
