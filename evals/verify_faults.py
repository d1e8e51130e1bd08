"""Faults made by rule in sentences of articles: each sentence is true of its article until one thing in it is changed.

Nobody wrote these for ``rag/verify``, and no wording is changed but what makes the fault, so they tell how many changes
of one thing are seen; ``questions/verify.jsonl`` tells of paraphrases.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from corpus.article import Article
from corpus.mentions import date_mentions
from evals.drafting.words import Words
from rag import german
from rag.sentences import sentence_spans
from rag.verify.amounts import amounts

Choice = TypeVar("Choice")
WORDS = range(6, 40)  # of a sentence that is used
KINDS = (
    "none", "number", "number of the article", "date", "name", "name of the article", "negation dropped", "negation added",
    "rounding dropped", "hedge dropped", "attribution dropped",
)  # fmt: skip
_WEEKDAYS = {
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
_DIGITS = re.compile(r"\d")
_NEGATIONS = {
    "de": ((re.compile(r"(?<=\s)nicht (?!nur|zuletzt)"), ""), (re.compile(r"(?<=\s)k(?=eine?[nmrs]?\b)"), "")),
    "en": ((re.compile(r"(?<=\s)not (?!only)"), ""),),
}
# Where "nicht" can go without spoiling the grammar: before the participle at the end, or behind the verb of being.
_INSERT = {
    "de": re.compile(
        r"(?<=\s)(?=(?:(?:be|ver|er|ent|zer|\w*ge)[a-zäöüß]+(?:t|en))(?:\s(?:worden|haben|sein|werden))?\.\Z)"
    ),
    "en": re.compile(r"\b(?:was|were|has|had|have|is|are) (?=[a-z]+(?:ed|en|ing)\b)"),
}
_ROUNDING = re.compile(
    r"(?<=\s)(?:rund|etwa|gut|knapp|fast|mehr als|weniger als|mindestens|höchstens|bis zu|about|around|roughly|nearly|almost"
    r"|more than|fewer than|at least|up to) (?=\d)"
)
_HEDGE = re.compile(
    r"(?<=\s)(?:voraussichtlich|offenbar|angeblich|mutmaßlich|wohl|vermutlich|möglicherweise|wahrscheinlich|allegedly"
    r"|reportedly|apparently|probably|possibly) (?=\w)"
)
_ATTRIBUTIONS = (
    re.compile(r"„(?P<said>[^„“]{30,}[^„“,.!?])[,.]?“, (?:sagte|sagt|erklärte|meinte|so) [^„“]*\.\Z"),
    re.compile(r"(?P<said>[A-ZÄÖÜ][^„“]{30,}), (?:sagte|teilte|erklärte|hieß|berichtete|so|wie) [^,„“]*\.\Z"),
    re.compile(r"“(?P<said>[^“”]{30,}[^“”,.!?])[,.]?” (?:said|says) [^“”]*\.\Z"),
    re.compile(r"(?P<said>[A-Z][^“”]{30,}), (?:\w+ ){1,4}(?:said|says)[^,]*\.\Z"),
)


# Indirect speech, and what claims to be said itself: without its speaker it is still no claim of fact.
_REPORTED = re.compile(
    r"\b(?:sei|seien|habe|hätten|werde|würden|könne|müsse|solle|wolle|gebe|demnach|said|told|disputes)\b"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A sentence of an article with one thing changed; of kind "none" as it stands there."""

    kind: str
    sentence: str
    article: Article


def changed(articles: Iterable[Article]) -> Iterator[Changed]:
    """Every sentence that is fit for it as it is, and with each fault that can be made in it; the same on every call."""
    known = list(articles)
    for language in ("de", "en"):
        own = [article for article in known if article.language == language]
        words = Words((article.text for article in own), language)
        everybody = list(dict.fromkeys(name for article in own for name in words.names(article.text)))
        for article in own:
            names = words.names(article.text)
            for start, end in sentence_spans(article.text):
                sentence = article.text[start:end]
                if len(sentence.split()) not in WORDS or not sentence.endswith((".", "“", "”")):
                    continue
                yield Changed("none", sentence, article)
                for kind, text in _faults(sentence, article, words, names, everybody):
                    if text and text != sentence and text not in article.text:
                        yield Changed(kind, text, article)


def _faults(
    sentence: str, article: Article, words: Words, names: Sequence[str], everybody: Sequence[str]
) -> Iterator[tuple[str, str | None]]:
    language = article.language or "de"
    yield from _figures(sentence, article)
    yield "date", _other_date(sentence, article)
    own = [name for name in words.names(sentence) if name.split()[0] not in sentence.split()[:1] and _proper(name)]
    if own:
        name = _pick(own, sentence)
        there = [n for n in names if n not in sentence and name not in n and _proper(n)]
        if there:
            yield "name of the article", sentence.replace(name, _pick(there, sentence), 1)
        elsewhere = [n for n in everybody if n not in article.text and _proper(n)]
        if elsewhere:
            yield "name", sentence.replace(name, _pick(elsewhere, sentence), 1)
    for pattern, by in _NEGATIONS[language]:
        if len(pattern.findall(sentence)) == 1:
            yield "negation dropped", pattern.sub(by, sentence)
    negated = re.search(r"\b(?:nicht|kein\w*|nie\w*|ohne|weder|not?|never|none)\b", sentence)
    if not negated and len(_INSERT[language].findall(sentence)) == 1:
        yield "negation added", _INSERT[language].sub(r"\g<0>nicht " if language == "de" else r"\g<0>not ", sentence)
    for kind, pattern in (("rounding dropped", _ROUNDING), ("hedge dropped", _HEDGE)):
        if len(pattern.findall(sentence)) == 1:
            yield kind, pattern.sub("", sentence)
    for pattern in _ATTRIBUTIONS:
        match = pattern.fullmatch(sentence)
        if match and not _REPORTED.search(match["said"]):
            yield "attribution dropped", match["said"] + "."


def _proper(name: str) -> bool:
    """No run of words with capitals because a sentence begins with it: "Die Verwaltung"."""
    return german.STOPWORDS.isdisjoint(german.fold(word) for word in name.split())


def _figures(sentence: str, article: Article) -> Iterator[tuple[str, str]]:
    """The sentence with a digit of an amount changed, and with another amount of the article in its place."""
    language = article.language
    dated = [(date.start, date.end) for date in date_mentions(sentence, article.published, language)]
    found = [
        a for a in amounts(sentence, language, dated) if a.kind == "amount" and _DIGITS.match(sentence, a.number_at)
    ]
    if not found:
        return
    one = _pick(found, sentence)
    figure = re.compile(r"\d+(?:[.,]\d+)*").match(sentence, one.number_at)
    if figure is None:
        return
    first = str((int(figure[0][0]) + 1 + _hash(sentence) % 8) % 9 + 1)
    changed = first + figure[0][1:]
    if changed != figure[0]:
        yield "number", sentence[: figure.start()] + changed + sentence[figure.end() :]
    others = [
        match[0]
        for match in re.finditer(r"(?<![\d.,])\d+(?:[.,]\d+)*(?![.,]?\d|\.\s[A-Z])", article.text)
        if match[0] not in sentence and len(match[0]) > 1
    ]
    if others:
        yield "number of the article", sentence[: figure.start()] + _pick(others, sentence) + sentence[figure.end() :]


def _other_date(sentence: str, article: Article) -> str | None:
    """The sentence with its first date moved: to the next day of the week, the next day, or the next year."""
    names = _WEEKDAYS[article.language or "de"]
    for date in date_mentions(sentence, article.published, article.language):
        for i, name in enumerate(names):
            if name in date.text:
                moved = date.text.replace(name, names[(i + 1) % 7], 1)
                return sentence[: date.start] + moved + sentence[date.end :]
        if figure := re.search(r"(?<!\d)(?:\d{4}|\d{1,2}(?=\.? [A-ZÄÖÜ]))(?!\d)", date.text):
            value = int(figure[0])
            moved = str(value + 1 if len(figure[0]) == 4 or value < 28 else value - 1)
            return sentence[: date.start + figure.start()] + moved + sentence[date.start + figure.end() :]
    return None


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def _pick(choices: Sequence[Choice], sentence: str) -> Choice:
    return choices[_hash(sentence) % len(choices)]
