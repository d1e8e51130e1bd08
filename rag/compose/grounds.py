"""Evidence that can't answer, whatever the reader thinks: it is about somebody else, or about another time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence

from corpus.article import Article
from corpus.dates import NewsDate
from corpus.mentions import DateMention
from rag import german, names
from rag.compose.fit import counted, names_anything
from rag.compose.forms import asks_name
from rag.compose.quotes import RELATIVE_CONFIDENCE
from rag.compose.reading import read
from rag.compose.topic import COUNTRIES, Topic
from rag.compose.values import dates_in
from rag.types import Evidence, Passage, QuestionTime
from rag.verify.match import Matcher
from rag.verify.words import Token

_ASKS_WHO = re.compile(r"\b(?:we[rmn]|welche\w* (?:land|länder|staat)\w*)\b", re.IGNORECASE)
AFTERWARDS = dt.timedelta(days=45)  # news of an event come out until so long after it


def grounded(
    topic: Topic, evidence: Sequence[Evidence], passages: Sequence[Passage], articles: dict[str, Article],
    time: QuestionTime | None,
) -> list[Evidence]:  # fmt: skip
    """The evidence whose article knows every name of the question, and whose sentence is not of another time than that
    asked for nor of what another country did, nor leaves open the day that another tells of, and has a name if one is asked
    for, or where a span points into it a number; in the same order.

    Evidence in another language than the question's is let through; sentences too weak beside the best to be quoted are
    left out. Of ``time`` only a year that the question names counts: "letzte Woche" is for the search to weigh.
    """
    if time and (time.kind != "range" or not re.search(r"\d{4}", time.text)):
        time = None
    evidence = [e for e in evidence if e.span or _beside_best(e, evidence)]
    knows = knowing(topic, passages, {item.passage.article_id: articles[item.passage.article_id] for item in evidence})
    kept = [
        item
        for item in evidence
        if item.passage.article_id in knows
        and not (time and _of_another(item, time))
        and not _deed_of_another(item, topic)
    ]
    if time and time.first is not None and time.first == time.last:
        kept = _of_that_day(kept, time.days[0])
    if asks_name(topic.question):
        kept = [item for item in kept if names_anything(item, topic)]
    if topic.kind != "number":
        return kept
    return [item for item in kept if item.span is None or counted(item, topic)]


def _beside_best(item: Evidence, evidence: Sequence[Evidence]) -> bool:
    """Whether a sentence is sure enough to be quoted beside the best of the evidence, which comes first."""
    return item.confidence >= RELATIVE_CONFIDENCE * evidence[0].confidence


def knowing(topic: Topic, passages: Sequence[Passage], articles: dict[str, Article]) -> set[str]:
    """The ids of those of the articles that know every name of the question, or are in another language."""
    missing = {
        article_id: _missing(topic, _stems(article))
        for article_id, article in articles.items()
        if topic.language == article.language and topic.names
    }
    if not any(missing.values()):
        return set(articles)
    sure = {token.start for token in _sure_names(topic, passages)}
    return {
        article_id
        for article_id, article in articles.items()
        if topic.has(
            [t for t in missing.get(article_id, ()) if t.start in sure], _everything(article), article.language
        )
    }


def _missing(topic: Topic, stems: Collection[str]) -> list[Token]:
    """The question's names that are not among the stems; of a person who is, nobody need say whence."""
    missing = [token for token in topic.names if token.stem not in stems]
    return [t for t in missing if t not in topic.epithets or topic.epithets[t].stem not in stems]


def _stems(article: Article) -> set[str]:
    """All words of an article: the quick look, which finds most names."""
    return {german.stem(word, article.language or "de") for word in german.words(_everything(article))}


def _sure_names(topic: Topic, passages: Sequence[Passage]) -> list[Token]:
    """The question's names that are names beyond doubt: what the passages found use as one, what stands in the table of
    names, countries, and adjectives of countries. In German a capital alone says little."""
    found = [token for passage in passages for token in read(passage.text, passage.language).tokens if token.name]
    matcher = Matcher(topic.text, found)
    return [
        token
        for token in topic.names
        if not token.capital
        or token.stem in names.exonyms()
        or COUNTRIES.fullmatch(token.text)
        or any(mate.word == token.word for mate in matcher.find(token))
    ]


def _everything(article: Article) -> str:
    return "\n".join(filter(None, (article.title, article.source, article.text)))


def _deed_of_another(item: Evidence, topic: Topic) -> bool:
    """Whether a sentence begins with a country that does what the question asks of another: what "Nordkorea lieferte" is not
    what Iran delivers."""
    asked = {token.stem for token in topic.text.tokens if COUNTRIES.fullmatch(token.text)}
    tokens = read(item.text, item.passage.language).tokens
    if not asked or len(tokens) < 2 or _ASKS_WHO.search(topic.question):
        return False
    actor, deed = tokens[:2]
    if not COUNTRIES.fullmatch(actor.text) or actor.stem in asked or asked <= {token.stem for token in tokens}:
        return False
    return any(token.stem == deed.stem for token in topic.words)


def _of_that_day(evidence: Sequence[Evidence], day: dt.date) -> list[Evidence]:
    """Without the sentences that leave open whether they tell of the day ("im Oktober"), where a passage that is as much as
    quoted beside them names it."""

    def names(dates: Iterable[DateMention]) -> bool:
        return any(date.first == date.last == day for date in dates)

    if not any(names(item.passage.dates) and _beside_best(item, evidence) for item in evidence):
        return list(evidence)
    return [item for item in evidence if names(told := dates_in(item)) or not told]


def _of_another(item: Evidence, time: QuestionTime) -> bool:
    """Whether a sentence names days, none of which the question asks about, in an article that is not of then either."""
    told = dates_in(item)
    return bool(told) and not tells_of(told, *time.days) and published_then(item.passage, *time.days) is False


def tells_of(dates: Iterable[DateMention], first: dt.date, last: dt.date) -> bool:
    """Whether any of the dates may be one of the days."""
    return any(date.first <= last and first <= date.last for date in dates)


def published_then(passage: Passage, first: dt.date, last: dt.date) -> bool | None:
    """Whether an article may have come out on the days or soon after; None where its date is not known."""
    published = NewsDate.parse(passage.published) if passage.published else None
    if published is None:
        return None
    until = last + AFTERWARDS if last < dt.date.max - AFTERWARDS else last
    return first <= published.last and published.first <= until
