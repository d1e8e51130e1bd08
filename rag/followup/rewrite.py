"""A leaning question as one that stands on its own. It is shown to who asked, so it must read like a question.

What can be put in place of a word is put there: a name for "er", "in Mühlrode" for "dort", one question word for another,
"im Januar 2025" for "im Oktober 2024". What German inflection or word order would make wrong is added in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.mentions import date_mentions
from rag.followup import lists
from rag.followup.leaning import Lean, named
from rag.followup.subject import Gender, Subject
from rag.german import STOPWORDS, stem, words
from rag.verify.words import Token, read

_FEMALE = frozenset("sie ihr ihre ihren ihrem ihrer ihres she her".split())
_MALE = frozenset("er ihn ihm sein seine seinen seinem seiner seines he him his".split())
_YEAR_BEFORE = re.compile(
    r"(?:(?:im|das) (?:jahr davor|vorjahr|jahr zuvor)|the (?:year before|previous year))\Z", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")


def rewritten(question: str, lean: Lean, subject: Subject, language: str) -> str | None:
    """``question`` understood from ``subject``; None when that adds nothing to it."""
    body = question[lean.body :].strip()
    if lean.how == "word":
        found = _another_word(body, subject) or _bracketed(body, subject.question.rstrip(" ?!.") or subject.clause)
    elif lean.how == "fragment":
        found = _exchanged(body, subject, language) or _bracketed(question, subject.clause)
    else:
        found = _resolved(question, lean, subject, language)
    found = found[0].upper() + found[1:]
    return found if _content(found, language) - _content(question, language) else None


def _resolved(question: str, lean: Lean, subject: Subject, language: str) -> str:
    """The question with a person and a place for the words that mean them, and brackets for what is left."""
    instead: dict[Token, str] = {}
    left = []
    for token in lean.pointers:
        own = token.word in lists.PERSON[language] | lists.POSSESSIVE[language]
        if own and any(earlier.word not in lists.PLACE[language] for earlier in instead):
            continue  # "er" once told is told for "sein" too
        found = _in_place(token, question, subject, language)
        if found is None:
            left.append(token)
        else:
            instead[token] = found
    text = question[lean.body :]
    for token, words_for_it in reversed(instead.items()):
        text = text[: token.start - lean.body] + words_for_it + text[token.end - lean.body :]
    if lean.pointers and not left:
        return text.strip()
    return _bracketed(text, subject.things if lean.how in ("thing", "place", "definite") else subject.clause)


def _in_place(token: Token, question: str, subject: Subject, language: str) -> str | None:
    if token.word in lists.PLACE[language]:
        return subject.place
    personal = token.word in lists.PERSON[language] and token.word != "it"
    gender: Gender = "f" if token.word in _FEMALE else "m" if token.word in _MALE else None
    if language == "en" and token.word in ("his", "her"):
        person = subject.person(gender)
        of_a_thing = token.word == "his" or re.match(r"\s+[a-z]", question[token.end :])
        return (f"{person.name}'s" if of_a_thing else person.name) if person else None
    before = re.search(r"(\w+)\s+\Z", question[: token.start])
    if token.word == "sie" and before and before[1].endswith(("en", "sind", "waren")):
        return None  # "haben sie": more than one
    person = subject.person(gender) if personal else None
    return person.name if person else None


def _another_word(asking: str, subject: Subject) -> str | None:
    """The last question with another question word: "Seit wann ist die Brücke gesperrt?", asked "Warum?"."""
    asking, lead, tokens = asking.rstrip(" ?!."), subject.lead(), subject.tokens
    if not lead:
        opening = (
            tokens[0].text if named(tokens, 0, subject.language) else tokens[0].text[0].lower() + tokens[0].text[1:]
        )
        return f"{asking} {opening}{subject.question[tokens[0].end :]}" if subject.language == "de" or lead else None
    if all(t.word in _adverbial(subject.language) for t in tokens[:lead]):
        return asking + subject.question[tokens[lead - 1].end :]
    if tokens[lead - 1].word in ("wer", "who") and lead + 1 < len(tokens):
        verb = tokens[lead]
        person = subject.person(None)
        plain = subject.language == "de" or verb.word in ("is", "was", "has", "will")
        if person and plain:
            return f"{asking} {verb.text} {person.name}{subject.question[verb.end :]}"
    return None


def _adverbial(language: str) -> frozenset[str]:
    counted = {"viel", "viele", "vielen", "many", "much"}  # of what is counted the sentence would lack its subject
    return lists.ADVERBIAL[language] | lists.PREPOSITIONS[language] | lists.MEASURES[language] - counted


def _exchanged(fragment: str, subject: Subject, language: str) -> str | None:
    """The last question with the fragment in place of the phrase of its kind; None where there is none."""
    fragment = fragment.rstrip(" ?!.")
    question, before = subject.question, subject.language
    dates = date_mentions(question, None, before)
    if _YEAR_BEFORE.search(fragment) and (years := list(_YEAR.finditer(question))):
        year = years[-1]
        return question[: year.start()] + str(int(year[0]) - 1) + question[year.end() :]
    if dates and (date_mentions(fragment, None, language) or _YEAR.fullmatch(fragment)):
        start, end = dates[0].start, dates[-1].end
        leading = re.search(r"(\w+)\s\Z", question[:start])
        prepositions = lists.PREPOSITIONS[language] | lists.PREPOSITIONS[before]
        if leading and leading[1].lower() in prepositions and fragment.split()[0].lower() in prepositions:
            start = leading.start()
        return question[:start] + fragment + question[end:]
    own = read(fragment, language).tokens
    alone = all(t.capital and t.word not in lists.RELATIONAL[language] for t in own)  # "Und Kelvora?"
    if not alone and not any(named(own, i, language) for i in range(len(own))):
        return None
    for start, end in _alike(own, subject):
        return question[:start] + fragment + question[end:]
    return None


def _alike(own: Sequence[Token], subject: Subject) -> list[tuple[int, int]]:
    """Where in the last question a phrase begins like the fragment: with the same preposition, or with none."""
    kind = own[0].word if own[0].word in lists.PREPOSITIONS[subject.language] else None
    place = kind in lists.PLACE_PREPOSITIONS[subject.language]
    found = []
    for run in subject.phrases():
        for i, token in enumerate(run):
            preposition = token.word if token.word in lists.PREPOSITIONS[subject.language] else None
            if kind is None and i == 0 and preposition is None and named(run, _noun(run), subject.language):
                found.append((run[0].start, _end(run, 0, subject.language)))
            same = preposition == kind or (place and preposition in lists.PLACE_PREPOSITIONS[subject.language])
            if kind is not None and preposition and same and i + 1 < len(run) and named(run, i + 1, subject.language):
                found.append((token.start, _end(run, i, subject.language)))
    return found


def _noun(run: Sequence[Token]) -> int:
    return next((i for i, token in enumerate(run) if token.capital), 0)


def _end(run: Sequence[Token], i: int, language: str) -> int:
    """Where the phrase that begins at ``i`` ends: before the next preposition."""
    for token, following in zip(run[i:], run[i + 1 :], strict=False):
        if following.word in lists.PREPOSITIONS[language]:
            return token.end
    return run[-1].end


def _bracketed(text: str, topic: str) -> str:
    return f"{text.strip().rstrip(' ?!.')} ({topic.rstrip(' ?!.')})?"


def _content(text: str, language: str) -> set[str]:
    return {stem(word, language) for word in words(text) if word not in STOPWORDS}
