"""Whether two claims of two articles are about one event: the later knows the earlier number, or both came out within days
of each other and begin with the same names and nouns."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace

from corpus.article import Article
from rag.compose.claims import Claim
from rag.compose.reading import read
from rag.compose.topic import Topic, around
from rag.compose.values import is_past
from rag.verify.amounts import Amount, amounts
from rag.verify.ground import is_content
from rag.verify.match import Matcher
from rag.verify.numerals import MONEY
from rag.verify.words import Text, Token

WINDOW = dt.timedelta(days=7)  # between two articles about one event that do not mention each other's numbers
LONG = dt.timedelta(days=200)  # after which a number in both is of two events, unless it is told as an earlier one
TELLING = 100  # numbers below are in many articles by chance, and so are measures
SHARED_NAMES = 0.3  # of the names in title and first paragraph of the one that has fewer
SHARED_WORDS = 0.2  # the same for names and nouns that the question does not have


def one_event(earlier: Claim, later: Claim, topic: Topic, articles: dict[str, Article]) -> bool:
    """Whether both tell of one event. Doubt says no."""
    return _mentions(later, earlier, articles) or _same_days(earlier, later, topic, articles)


def replaces(other: Claim, article: Article) -> bool:
    """Whether an article tells a claim's number as what was told before."""
    return any(
        is_past(article.text, amount) and equal(amount, other.value.amount)
        for amount in amounts(article.text, article.language)
    )


def equal(one: Amount, other: Amount | None) -> bool:
    return other is not None and one.unit == other.unit and math.isclose(one.low, other.low, rel_tol=1e-9)


def _mentions(later: Claim, earlier: Claim, articles: dict[str, Article]) -> bool:
    """Whether the article of a claim also tells the other's number: what it was before, or what others say. Numbers that
    many articles have by chance must stand beside the claim; after ``LONG`` it must be told as what was before."""
    amount = earlier.value.amount
    if amount is None or later.published is None or earlier.published is None:
        return False
    article = articles[later.passage.article_id]
    if later.published.last - earlier.published.first > LONG:
        return replaces(earlier, article)
    telling = amount.unit in MONEY or (not amount.unit and amount.high >= TELLING)
    text = article.text if telling else around(later.item)
    return any(equal(told, amount) for told in amounts(text, article.language))


def _same_days(earlier: Claim, later: Claim, topic: Topic, articles: dict[str, Article]) -> bool:
    """Whether two articles came out within days of each other, in one language, and share names where they begin."""
    if earlier.published is None or later.published is None or earlier.passage.language != later.passage.language:
        return False
    if later.published.last - earlier.published.first > WINDOW:
        return False
    if not (topic.acts(earlier.item) and topic.acts(later.item)):
        return False
    one, other = (_opening(c, articles) for c in (earlier, later))
    return _shared(one, other, lambda t: t.name) >= SHARED_NAMES and (
        _shared(one, other, lambda t: not topic.asks(t)) >= SHARED_WORDS or bool(_days(earlier) & _days(later))
    )


def _opening(one: Claim, articles: dict[str, Article]) -> Text:
    """The names and nouns in the title and first paragraph of a claim's article, each once."""
    article = articles[one.passage.article_id]
    text = read(f"{article.title or ''}\n{article.text.partition(chr(10))[0]}", article.language)
    first = {token.stem: token for token in reversed(text.tokens) if token.capital and is_content(token)}
    return replace(text, tokens=tuple(first.values()))


def _shared(one: Text, other: Text, wanted: Callable[[Token], bool]) -> float:
    """Of the wanted words of the text that has fewer of them the share that the other has too."""
    few, many = sorted(([t for t in text.tokens if wanted(t)] for text in (one, other)), key=len)
    matcher = Matcher(one, many)
    return sum(1 for token in few if matcher.find(token)) / len(few) if few else 0.0


def _days(one: Claim) -> set[tuple[dt.date, dt.date]]:
    """The single days that the passage of a claim names."""
    return {(date.first, date.last) for date in one.passage.dates if date.first == date.last}
