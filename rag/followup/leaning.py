"""Whether a question leans on what was said before it: by a pronoun, by a gap, or by a noun whose name was said before.

Precision comes first: a question that stands on its own must be asked as it is. So a name in it, or a noun that says
what it is about, outweighs anything but a word that points back and finds nothing in the question itself to point at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from rag import when
from rag.followup import lists
from rag.german import STOPWORDS
from rag.messages import wording_language
from rag.verify.words import Token, read

How = Literal["word", "fragment", "thing", "clause", "place", "gap", "definite"]
_VERBLESS_LONGEST = 6
_ABOUT = re.compile(
    r"(?:und |and |but |aber )?(?:was ist mit|wie steht es (?:mit|um)|wie ist es (?:mit|bei)|what about|how about) (?=\S)",
    re.I,
)
_SUBORDINATING = frozenset("als weil dass ob wenn nachdem bevor während obwohl seit seitdem falls bis".split())
_AUXILIARY = frozenset("do does did is are was were has have had will would can could should may might".split())
_BEFORE_THAT = frozenset("was is does did do about after before of for with from has will".split())
_ADDRESSED = {"de": frozenset("du dich dir dein deine ihr sie".split()), "en": frozenset("you your".split())}


@dataclass(frozen=True, slots=True)
class Lean:
    """How a question leans, and the words that point back (none for a gap). ``body``: where it begins behind "Und"."""

    how: How
    pointers: tuple[Token, ...] = ()
    body: int = 0


def leans(question: str, language: str, said: Collection[str], whole: Collection[str] = ()) -> Lean | None:
    """How ``question`` leans on a conversation in which the stems ``said`` fell; None when it stands on its own.

    A noun among ``whole`` was said before with nothing that says which, so it needs nothing now.
    """
    language = wording_language(language)
    tokens = read(question, language).tokens
    start = 0
    while start < len(tokens) and tokens[start].word in lists.OPENERS[language]:
        start += 1
    body = tokens[start:]
    if not body:
        return None
    about = _ABOUT.match(question)
    thing = [t for t in tokens if about and t.start >= about.end()]
    if thing and _verbless(thing, language, opened=True):
        return Lean("fragment", body=thing[0].start)
    opened, at = start > 0, body[0].start
    if all(t.word in lists.QUESTION[language] | lists.MEASURES[language] | lists.PREPOSITIONS[language] for t in body):
        return Lean("word", body=at) if any(t.word in lists.QUESTION[language] for t in body) else None
    if _verbless(body, language, opened):
        return Lean("fragment", body=at)
    if pointers := [t for i, t in enumerate(body) if _points_back(body, i, question, language)]:
        return Lean(_how(pointers, language), tuple(pointers), at)
    if any(t.word in _ADDRESSED[language] for t in body) or any(named(body, i, language) for i in range(len(body))):
        return None
    nouns = [i for i in range(len(body)) if _says_something(body, i, language)]
    if opened:
        return Lean("gap", body=at)
    if not nouns:  # "Wer ist letzte Woche gestorben?" asks for the news of a week
        says_which = body[-1].clause > body[0].clause  # "Wie hieß die Person, die nicht sprechen konnte?"
        return None if says_which or when.read(question, language, dt.date.today()) else Lean("gap", body=at)
    known = [i for i in nouns if _definite(body, i, language) and _fell(body[i], said, whole)]
    verb = language == "en"  # which can't be told from a noun there: "How long does the contract run?"
    if len(known) == 1 and len(nouns) <= 1 + verb:
        return Lean("definite", body=at)
    return None


def named(tokens: Sequence[Token], i: int, language: str) -> bool:
    """Whether the word is or belongs to a name, or is told apart by a number: "Altwiesen", "Linie 7"."""
    token, before = tokens[i], tokens[i - 1] if i else None
    if not token.capital or token.word in lists.RELATIONAL[language] | STOPWORDS:
        return False
    if token.name or (i + 1 < len(tokens) and tokens[i + 1].text.isdecimal() and not token.first):
        return True
    # "in Altwiesen", "aus Breedenhafen": without an article a noun there is a place.
    return before is not None and before.word in ("in", "aus", "nach") and language == "de"


def _verbless(body: Sequence[Token], language: str, opened: bool) -> bool:
    """A phrase without a verb: "in Berlin", "die Verletzten", "2022". A bare name is a search unless "und" comes before."""
    if len(body) > _VERBLESS_LONGEST or any(t.word in lists.QUESTION[language] for t in body):
        return False
    small = lists.PREPOSITIONS[language] | lists.DETERMINERS[language] | lists.MEASURES[language]
    for i, token in enumerate(body):
        following = body[i + 1] if i + 1 < len(body) else None
        if token.word in small or token.text[0].isdecimal() or token.word in ("und", "and", "davor", "danach"):
            continue
        if language == "en":
            if token.word in lists.LIGHT[language] - lists.RELATIONAL[language] or token.word in STOPWORDS:
                return token.word in ("before", "after", "other", "others") and opened
            continue
        if token.capital and (i or opened or token.word in lists.RELATIONAL[language]):
            continue
        if following is None or not (following.capital or following.text[0].islower()) or not _adjective(token):
            return False
    if opened:
        return True
    nothing_new = all(t.word in small | lists.RELATIONAL[language] or t.text[0].isdecimal() for t in body)
    return nothing_new or (body[0].word in lists.PREPOSITIONS[language] and len(body) <= 3)


def _adjective(token: Token) -> bool:
    return not token.capital and token.word.endswith(("e", "en", "er", "es", "em")) and token.word not in STOPWORDS


def _points_back(body: Sequence[Token], i: int, question: str, language: str) -> bool:
    """Whether the word refers to something that the question itself doesn't name."""
    token, word = body[i], body[i].word
    if token.start and question[token.start - 1].isalnum():
        return False  # "in den 1990er Jahren"
    after = body[i + 1] if i + 1 < len(body) else None
    behind_comma = question[: token.start].rstrip().endswith(",")
    earlier = [j for j in range(i) if _says_something(body, j, language) or named(body, j, language)]
    in_other_clause = any(body[j].clause < token.clause for j in earlier)
    if (
        word in ("sie", "ihr", "ihnen", "ihre", "ihren", "ihrem", "ihrer", "ihres")
        and token.capital
        and not token.first
    ):
        return False  # who asks is polite
    if word in lists.OBJECT[language]:
        return not in_other_clause
    if word in lists.POSSESSIVE[language]:
        owned = language == "en" or (after is not None and (after.capital or _adjective(after)))
        return owned and not earlier and not (language == "en" and word == "her" and after is None)
    if word in lists.PERSONAL[language]:
        if word == "it" and re.search(lists.EXPLETIVE, question, re.IGNORECASE):
            return False
        # A pronoun never means what its own clause names; English has no comma to tell clauses apart by.
        if language == "de":
            subordinate = any(t.word in _SUBORDINATING for t in body[earlier[0] : i]) if earlier else False
            return not in_other_clause and not subordinate
        asked_about = i > 0 and body[i - 1].word in _AUXILIARY and not any(named(body, j, language) for j in earlier)
        return not earlier or ((asked_about or after is None) and not in_other_clause)
    if word in lists.PROPOSITION[language]:
        told_now = question[token.end :].lstrip().startswith(",")  # "dazu, dass", "davor, die Station zu schließen"
        return not behind_comma and not in_other_clause and not told_now
    if word in lists.PLACE[language]:
        around = [t.word for t in body[max(0, i - 1) : i + 2] if t is not token]
        existential = language == "en" and any(w in ("is", "are", "was", "were", "been", "be") for w in around)
        return not existential and not any(named(body, j, language) for j in earlier)
    if word in lists.TIME[language]:
        return not in_other_clause
    if word in lists.DEMONSTRATIVE[language]:
        noun = next((t for t in body[i + 1 :] if t.capital or language == "en"), None)
        return not in_other_clause and not (noun is not None and noun.word in lists.TODAY[language])
    if word == "das":
        return not behind_comma and not in_other_clause and not _article(body, i, question)
    if word == "that":
        before = body[i - 1].word if i else ""
        return before in _BEFORE_THAT or (after is None and i > 0)
    return False


def _article(body: Sequence[Token], i: int, question: str) -> bool:
    """Whether "das" belongs to a noun behind it, or opens a clause: "das alte Werk", "das, was"."""
    if question[body[i].end :].lstrip().startswith(","):
        return True
    if not any(token.capital for token in body[1:]):  # where nobody wrote capitals
        return i + 1 < len(body) and body[i + 1].word not in STOPWORDS | lists.LIGHT["de"]
    for token in body[i + 1 :]:
        if token.capital or token.text[0].isdecimal():
            return True
        if not _adjective(token):
            return False
    return False


def _says_something(body: Sequence[Token], i: int, language: str) -> bool:
    """Whether the word says what the question is about. In German a noun; where nobody wrote capitals, any strange word."""
    token = body[i]
    if not token.word.isalpha() or token.word in STOPWORDS | lists.LIGHT[language] | lists.RELATIONAL[language]:
        return False
    if token.word in lists.QUESTION[language] | lists.MEASURES[language] | lists.PREPOSITIONS[language]:
        return False
    if language == "en":
        return not token.word.endswith("ed")
    if any(t.capital for t in body[1:]) or body[0].start:
        return token.capital and not (token.first or i == 0)
    # The first place is the question word's, the second the verb's.
    return i > 1 and not re.match(r"(?:ge|ver|be|er|zer|ent)\w+(?:t|en)\Z", token.word)


def _definite(body: Sequence[Token], i: int, language: str) -> bool:
    before = body[i - 1] if i else None
    if before is not None and _adjective(before) and i > 1:
        before = body[i - 2]
    return before is not None and before.word in lists.DEFINITE[language]


def _fell(token: Token, said: Collection[str], whole: Collection[str]) -> bool:
    """Whether the noun, or a compound that ends in it, fell before: "die Mauer" after "Hochwassermauer"."""
    if token.stem in said:
        return token.stem not in whole
    return len(token.word) > 3 and any(stem.endswith(token.stem) for stem in said)


def _how(pointers: Sequence[Token], language: str) -> How:
    words = {t.word for t in pointers}
    if words & (lists.PROPOSITION[language] | lists.TIME[language] | {"das", "that"}):
        return "clause"
    if words & lists.PLACE[language] and len(words) == 1:
        return "place"
    if language == "en" and words <= {"this"}:
        return "clause"
    return "thing"
