"""German questions from German sentences: days, and who a headline is about; amounts are in ``german_numbers``.

In a German statement the finite verb comes second, in a question after its question word. So what stands first may be
exchanged for a question word, and what stands right behind the verb may trade places with what stands first; nothing
else has to change. Only finite verbs that are known, or weak past tenses, are taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.article import Article
from corpus.mentions import DateMention
from evals.drafting.proposal import Proposal, propose, tidy
from evals.drafting.sentence import Plain
from evals.drafting.verbs import is_finite
from evals.drafting.words import Words, is_role
from rag.display import display_period

POINTING = frozenset("das dies es der die alle viele manche".split())  # alone before the verb
_PREDICATE = frozenset("wird ist bleibt war".split())
_TITLE = re.compile(r"(?P<who>(?:[A-ZÄÖÜ][\w.-]+ ){1,3}[A-ZÄÖÜ][\w-]+) (?P<verb>[a-zäöüß]+) (?P<rest>[^:?!„“”\"–]+)")


def dates(sentence: Plain, words: Words) -> Iterator[Proposal]:
    """ "Wann ...?" where a day or month stands first, or right behind the verb."""
    for day in sentence.days:
        if not day.text.lower().startswith(("am ", "im ")) or len(sentence.days) > 1:
            continue
        if re.search(r"\b(?:betr(?:ug|ugen|ägt)|koste(?:t|te|n|ten)|lag|liegt)\b", sentence.text):
            return  # how much, not when
        after = sentence.text[day.end :].strip()
        if day.start == 0:
            verb = after.split(" ")[0]
            if is_finite(verb):
                yield from _dated(sentence, words, day, f"Wann {after}?")
            continue
        front, _, verb = sentence.text[: day.start].strip().rpartition(" ")
        lowered = words.lowered(front) if front else None
        if (
            after
            and lowered
            and lowered not in POINTING
            and is_finite(verb)
            and not _has_finite(front)
            and len(front.split()) <= 10
        ):
            yield from _dated(sentence, words, day, f"Wann {verb} {lowered} {after}?")


def titles(article: Article, sentences: list[str], words: Words) -> Iterator[Proposal]:
    """ "Wer ...?" where a headline says in a whole sentence what somebody named does, and the text says it again."""
    match = _TITLE.fullmatch(tidy(article.title or ""))
    if (
        not match
        or not is_finite(match["verb"])
        or (not match["rest"][0].islower() and match["verb"] not in _PREDICATE)
    ):
        return
    names = match["who"].split()
    if any(words.common(name) or is_role(name) or words.inside[name.lower()] for name in names):
        return
    wanted = {word for word in re.findall(r"[^\W\d_]{4,}", match["rest"].lower())}
    for quote in sentences:
        said = set(re.findall(r"[^\W\d_]{4,}", quote.lower()))
        if match["who"] in quote and len(wanted & said) >= max(2, len(wanted) * 2 / 3):
            question = f"Wer {match['verb']} {match['rest']}?"
            yield propose(article, "title", question, [match["who"], names[-1]], quote, 1 + score(question, words))
            return


def _has_finite(front: str) -> bool:
    return any(is_finite(word) for word in front.split()[1:])


def _dated(sentence: Plain, words: Words, day: DateMention, question: str) -> Iterator[Proposal]:
    period = display_period(day.first, day.last, "de")
    if "–" in period:
        return  # "im ersten Halbjahr": neither a day nor a month nor a year
    yield propose(sentence.article, "date", question, [period], sentence.quote, score(question, words))


def score(question: str, words: Words) -> int:
    """How well the question stands alone: its names and years, and half as much its rare nouns."""
    years = re.findall(r"\b(?:1[89]|20)\d\d\b", question)
    return len(words.names(question)) + len(years) + len(words.rare(question)) // 2
