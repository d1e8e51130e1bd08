"""English questions from English sentences: numbers and days.

What asks for the subject keeps the order of the statement; all else needs an auxiliary verb to trade places with the
subject, so only statements that have one are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.drafting.german import score
from evals.drafting.proposal import Proposal, propose, tidy
from evals.drafting.sentence import Plain
from evals.drafting.words import Words
from rag.display import display_period

_AUXILIARY = r"(?:was|were|is|are|will|has|have|had|can|must|would|should|may)"
_WORDS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty"
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(_WORDS.split())})"
_APPROX = (
    r"(?:(?:about|around|some|almost|nearly|roughly|at least|more than|fewer than|less than|over|up to|an estimated|"
    r"a total of) )?"
)
_AMOUNT = (
    rf"(?P<approx>(?i:{_APPROX}))(?P<number>(?i:{_NUMBER})) (?P<many>(?:hundred|thousand|million|billion) )?"
    r"(?P<noun>(?:[a-z]+ )?[a-z]{3,}s|people|children|women|men|police officers)"
)
_FIRST = re.compile(rf"{_AMOUNT}(?P<rest> .+)")
_OBJECT = re.compile(
    rf"(?P<subject>\S+(?: \S+){{0,9}}?) (?P<aux>{_AUXILIARY}) (?P<verb>[a-z]+) {_AMOUNT}(?P<rest>(?: .+)?)"
)
_DATED = re.compile(rf"(?P<subject>\S+(?: \S+){{0,9}}?) (?P<aux>{_AUXILIARY}) (?P<rest>.+)")
# What may follow the date in the middle and still stand when it is gone.
_ATTACHED = re.compile(r"(?:by|at|under|with|from|after|for|near|in|inside|outside) (?!.*\b(?:and|but|which|who)\b).+")
_TIME = re.compile(r".*\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|times|per cent|percent|degrees)\Z")
_SECOND_AMOUNT = re.compile(rf"\band (?:\w+ )?(?:{_NUMBER})\b")
_TIED = frozenset("of and or who that which whom to than as from".split())
_PAIRED = frozenset("and or to".split())
_SMALL = frozenset(
    "the a an in on at by for from with after before about some its his her their two three four".split()
)


def numbers(sentence: Plain, words: Words) -> Iterator[Proposal]:
    """ "How many ...?" where an amount stands first, or right behind auxiliary and verb."""
    if match := _FIRST.fullmatch(sentence.text):
        year = re.fullmatch(r"(?:1[5-9]|20)\d\d", match["number"])
        if not year and not _TIME.match(match["noun"]) and match["rest"].split()[0] not in _PAIRED:
            yield from _counted(sentence, words, match, f"How many {match['noun']}{match['rest']}?")
        return
    match = _OBJECT.fullmatch(sentence.text)
    if not match or _TIME.match(match["noun"]) or (match["rest"].split() or [""])[0] in _TIED:
        return
    subject = lowered(match["subject"], words)
    if subject:
        parts = (match["noun"], match["aux"], subject, match["verb"], match["rest"])
        yield from _counted(sentence, words, match, tidy("How many " + " ".join(parts)) + "?")


def dates(sentence: Plain, words: Words) -> Iterator[Proposal]:
    """ "When ...?" for the only day, month or year of a statement with an auxiliary verb."""
    if len(sentence.days) != 1 or not sentence.days[0].text.lower().startswith(("on ", "in ")):
        return
    (day,) = sentence.days
    before, after = sentence.text[: day.start].strip(), sentence.text[day.end :].lstrip(", ")
    match = _DATED.fullmatch(before or after)
    if not match or (before and after and not _ATTACHED.fullmatch(after)):
        return
    subject = lowered(match["subject"], words)
    answer = display_period(day.first, day.last, "en")
    if subject and "–" not in answer:  # "in early 1954" is neither a day nor a month nor a year
        question = tidy(f"When {match['aux']} {subject} {match['rest']} {after if before else ''}") + "?"
        yield propose(sentence.article, "date", question, [answer], sentence.quote, score(question, words))


def lowered(subject: str, words: Words) -> str | None:
    """The subject as it is written inside a sentence; None when that is not known, or when it is a whole clause."""
    first, _, rest = subject.partition(" ")
    if re.search(rf"\b{_AUXILIARY}\b", subject):
        return None
    return f"{first.lower()} {rest}".strip() if first.lower() in _SMALL else words.lowered(subject)


def _counted(sentence: Plain, words: Words, match: re.Match[str], question: str) -> Iterator[Proposal]:
    if _SECOND_AMOUNT.search(question):
        return
    amount = tidy(f"{match['number'].lower()} {match['many'] or ''}")
    said = f"{amount} {match['noun']}"
    answers = [match["approx"].lower() + said, said] + ([amount] if len(amount) > 1 else [])
    yield propose(sentence.article, "number", question, answers, sentence.quote, score(question, words))
