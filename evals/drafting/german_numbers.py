"""How many, how much, how long: German questions for the amounts in German sentences. Verbs as in ``german``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.drafting.german import POINTING, score
from evals.drafting.proposal import Proposal, propose, tidy
from evals.drafting.sentence import Plain
from evals.drafting.verbs import is_finite
from evals.drafting.words import Words

_WORDS = "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn zwanzig dreißig vierzig"
_NUMBER = rf"(?:\d{{1,3}}(?:\.\d{{3}})+|\d+(?:,\d+)?|{'|'.join(_WORDS.split())}|fünfzig|hundert|tausend)"
_APPROX = (
    r"(?:(?:rund|etwa|knapp|fast|mindestens|insgesamt|gut|circa|ungefähr|nahezu|über|mehr als|weniger als|bis zu|"
    r"schätzungsweise) )?"
)
_MANY = r"(?:(?P<many>Millionen|Milliarden|Mio\.|Mrd\.) )?"
_NOUN = r"(?P<adjectives>(?:[a-zäöüß]+e )?)(?P<noun>[A-ZÄÖÜ][\wäöüß-]+)"
_AMOUNT = rf"(?P<approx>(?i:{_APPROX}))(?P<number>(?i:{_NUMBER})) {_MANY}{_NOUN}"
_FIRST = re.compile(rf"{_AMOUNT}(?P<rest> .+)")
_FRONT = 10  # words at most before the verb
# Behind the verb: the amount, or first where, when or how, and then the amount.
_WHERE = r"(?:im|in|bei|beim|am|an|auf|nach|durch|seit|vor|zum|zur|aus|für|unter|über|während|laut|gegen|wegen)"
_LATER = re.compile(rf"(?P<middle>(?:{_WHERE} (?:\S+ ){{0,8}}?[A-ZÄÖÜ]\S* )?){_AMOUNT}(?P<rest>(?: .+)?)")
# "stieg um 5 Prozent", "auf 610.000 Euro beziffert", "fördert den Umbau mit 26 Mio. Euro"
_BY = re.compile(rf"(?P<middle>(?:\S+ ){{0,8}}?)(?P<by>um|auf|mit) {_AMOUNT}(?P<rest>(?: [a-zäöüß]+(?:t|en))?)")
_MONEY = frozenset("Euro Dollar US-Dollar Franken Pfund Yen Rubel".split())
_TIME = re.compile(r"(?:Jahr|Monat|Woche|Tag|Stunde|Minute|Sekunde|Uhr|Januar|Februar|März|April|Mai|Ju[nl]i|August|"
                   r"Septem|Oktob|Novem|Dezem|Mal\b|Prozentpunkt|Grad\b|Punkt|Liga|Klasse)")  # fmt: skip
_EXTENT = frozenset("alt lang hoch breit tief groß schwer weit entfernt".split())
# What a noun would leave behind when it moves to the front.
_TIED = frozenset(
    """der des die das von aus und sowie oder zu zwischen pro je im namens dieser als bis vor hinter vom nördlich südlich östlich
    westlich nordöstlich nordwestlich südöstlich südwestlich unterhalb oberhalb""".split()
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NO_ADJECTIVES = frozenset(("eine ", "keine ", "die ", "diese ", "seine ", "ihre "))
# Those who are counted may be in the dative: "soll zwei Astronauten Platz bieten".
_FOR_SOMEBODY = re.compile(r"(?:biete|helfe|drohe|gewähre|ermögliche|verleihe|schenke)(?:n|t)\Z")
_PARTICIPLE = re.compile(r"[a-zäöüß]+(?:t|en) ")  # with more behind it: no order for a question
_PAIRED = frozenset("und oder bis sowie".split())
_SECOND_AMOUNT = re.compile(rf"\b(?:und|sowie|oder) (?:\w+ )?(?:{_NUMBER})\b|\bmehr\b(?! als)")
_LIKE_NOUN = re.compile(r"[A-ZÄÖÜ\d]")
_COPULA = frozenset("ist sind war waren".split())


def numbers(sentence: Plain, words: Words) -> Iterator[Proposal]:
    """ "Wie viele ...?" where an amount stands first, or behind the verb and at most the circumstances."""
    text = sentence.text
    if match := _FIRST.fullmatch(text):
        first = match["rest"].split()[0]
        plain = not _YEAR.fullmatch(match["number"]) and not is_finite(match["adjectives"].strip())
        if plain and not _is_time(match) and first not in _EXTENT and first not in _PAIRED:
            yield from _counted(sentence, words, match, f"{_how_many(match)}{match['rest']}?")
        return
    found = text.split(" ")
    at = next((i for i, word in enumerate(found[: _FRONT + 1]) if i and is_finite(word)), 0)
    front = words.lowered(" ".join(found[:at])) if at else None
    after = " ".join(found[at + 1 :])  # its last word may be a participle or an infinitive
    if front is None or front in POINTING or any(map(is_finite, found[at + 1 : -1])):
        return
    if match := _BY.fullmatch(after):
        yield from _by(sentence, words, match, front, found[at])
    elif match := _LATER.fullmatch(after):
        question = _question(match, front, found[at])
        if question:
            yield from _counted(sentence, words, match, tidy(question))


def _question(match: re.Match[str], front: str, verb: str) -> str | None:
    """The question for an amount behind ``verb``, before which stands ``front``; None where it would not read well."""
    middle, rest = match["middle"], match["rest"].strip()
    first = rest.split(" ")[0]
    if first in _EXTENT:
        return f"Wie {first} {verb} {front}?" if verb in _COPULA and rest == first and not middle else None
    if _YEAR.fullmatch(match["number"]) or match["adjectives"] in _NO_ADJECTIVES:
        return None
    if _FOR_SOMEBODY.search(rest) or (verb in _COPULA and _PARTICIPLE.match(rest)):
        return None
    if _is_time(match) or _LIKE_NOUN.match(rest) or first in _TIED or (verb in _COPULA and not rest):
        return None
    if verb.startswith("kostet") and match["noun"] in _MONEY:
        return f"Wie viel {verb} {front} {middle}{rest}".strip() + "?"
    if verb in ("beträgt", "betrug"):
        subject = not rest and not middle and re.match(r"(?:der|die|das) ", front)
        return f"Wie hoch {'ist' if verb == 'beträgt' else 'war'} {front}?" if subject else None
    return f"{_how_many(match)} {verb} {front} {middle}{rest}".strip() + "?"


def _by(sentence: Plain, words: Words, match: re.Match[str], front: str, verb: str) -> Iterator[Proposal]:
    """ "Um wie viel Prozent ...?", "Auf wie viele Euro ...?", "Mit wie vielen Euro ...?" """
    if (
        _is_time(match)
        or " und " in match["middle"]
        or (match["by"] == "mit" and match["noun"] not in {*_MONEY, "Prozent"})
    ):
        return
    asked = _how_many(match)
    asked = asked.replace("Wie viele ", "Wie vielen ") if match["by"] == "mit" else asked
    question = f"{match['by'].capitalize()} {asked[0].lower()}{asked[1:]} {verb} {front} {match['middle']}{match['rest'].strip()}"
    yield from _counted(sentence, words, match, tidy(question).strip() + "?")


def _is_time(match: re.Match[str]) -> bool:
    return bool(_TIME.match(match["noun"]))


def _how_many(match: re.Match[str]) -> str:
    noun, adjectives = match["noun"], match["adjectives"]
    if noun == "Prozent":
        return "Wie viel Prozent"
    many = (
        {"Mio.": "Millionen ", "Mrd.": "Milliarden "}.get(match["many"], f"{match['many']} ") if match["many"] else ""
    )
    return f"Wie viele {many if noun in _MONEY else ''}{adjectives}{noun}"


def _counted(sentence: Plain, words: Words, match: re.Match[str], question: str) -> Iterator[Proposal]:
    if _SECOND_AMOUNT.search(question):
        return
    amount = " ".join(part for part in (match["number"], match["many"]) if part)
    amount = amount[0].lower() + amount[1:]
    said = f"{amount} {match['adjectives']}{match['noun']}"
    about = match["approx"].lower() + said
    answers = [about, said] + ([amount] if len(amount) > 1 and match["noun"] not in _MONEY else [])
    yield propose(sentence.article, "number", question, answers, sentence.quote, score(question, words))
