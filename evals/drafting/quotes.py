"""Who said it: quotations whose speaker the article names beside them, by first and last name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.article import Article
from evals.drafting.proposal import Proposal, propose, tidy
from evals.drafting.words import Words, is_role
from rag.messages import wording_language
from rag.sentences import sentences_around

LENGTH = range(6, 36)  # words of a quotation: shorter ones could be anybody's
_QUOTED = r"[„“»«\"](?P<said>[^„“”«»\"\n]+)[“”»«\"]"
_SAID = {
    "de": r"(?:sagt|sagte|erklärt|erklärte|betont|betonte|meint|meinte|rief|ruft|klagt|klagte|warnt|warnte|kritisiert|"
    r"kritisierte|schrieb|schreibt|ergänzt|ergänzte|versichert|versicherte|fordert|forderte|argumentiert|argumentierte|"
    r"berichtet|berichtete|erzählt|erzählte|fügte|urteilt|urteilte|bekräftigt|bekräftigte|lobt|lobte)",
    "en": r"(?:said|says|told|added|adds|warned|warns|wrote|writes|argued|argues|insisted|explained|explains)",
}
_PARTICLE = r"(?:(?:von|van|de|zu|der|den|del|di|al|el|bin|la|le) )"
_TITLE = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|med|h\.c)\. )"
_NAME = rf"[A-ZÄÖÜ][\w’'-]+(?: (?:{_TITLE}|{_PARTICLE})*[A-ZÄÖÜ][\w’'-]+)*"
# "Baudezernent Jörg Hallwachs", "die Vorsitzende Ulrike Stamm", "the festival director, Femke Aldag"
_WHO = rf"(?:(?:der|die|the|a) [^,.;:„“”\"\n]{{3,70}}, )?(?P<who>(?:(?:der|die) )?(?:[a-zäöüß-]+ )?{_TITLE}*{_NAME})"
_ENDS = r"(?=[,.;:]|\s)"
_AFTER = {  # "...", sagte Jörg Hallwachs
    language: re.compile(rf"{_QUOTED}(?P<comma>,)? (?P<verb>{said}) {_WHO}{_ENDS}") for language, said in _SAID.items()
}
_BEFORE = {  # Jörg Hallwachs sagte: "..."
    language: re.compile(rf"(?P<who>{_NAME}) (?P<verb>{said})(?: [^.!?:\n„“”«»\"]{{0,60}})?[:,] {_QUOTED}")
    for language, said in _SAID.items()
}
_OF_SOMETHING = re.compile(r"\b(?:in|von|aus|bei|für|mit|zu|of|in|from|for|at|with|by) \Z")
_NAME_FIRST = re.compile(rf"{_QUOTED},? (?P<who>{_NAME}) (?P<verb>{_SAID['en']})\b")  # "...," Rachel Stone said
_ASKED = {"de": "Wer sagte: „{said}“?", "en": "Who said: “{said}”?"}


def quotes(article: Article, words: Words) -> Iterator[Proposal]:
    """A question for each quotation with a speaker whose full name is known."""
    language = wording_language(words.language)
    patterns = [_AFTER[language], _BEFORE[language], *([_NAME_FIRST] if language == "en" else [])]
    taken: set[str] = set()
    for pattern in patterns:
        for match in pattern.finditer(article.text):
            said = tidy(match["said"]).rstrip(",").removesuffix(".")
            name = full_name(match["who"], article.text, words)
            if pattern is _BEFORE[language] and _OF_SOMETHING.search(article.text, 0, match.start()):
                continue  # "die Polizei in Dortmund sagte"
            if not name or len(said.split()) not in LENGTH or not said[0].isupper() or said in taken:
                continue
            taken.add(said)
            question = _ASKED[language].format(said=said)
            quote = _whole(article.text, match.start(), match.end())
            if name[-1] in said:
                continue  # the quotation names its speaker, or somebody of the family
            wordings = [" ".join(name), name[-1]]
            yield propose(article, "quote", question, wordings, quote, 2, speaker=wordings)


def speakers(article: Article, words: Words) -> Iterator[tuple[str, ...]]:
    """First and last names of those whom the article quotes, each once."""
    found = (proposal.case.answers[0] for proposal in quotes(article, words))
    for name in dict.fromkeys(found):
        yield tuple(name.split())


def full_name(who: str, text: str, words: Words) -> tuple[str, ...] | None:
    """First and last name in "Baudezernent Jörg Hallwachs", or for "Hallwachs" as the article has it elsewhere.

    None when no first name is known, or what stands before the last name may be an office.
    """
    parts = [part for part in who.split() if part[0].isupper() and not part.endswith(".")]  # without "Dr.", "von"
    while parts and (is_role(parts[-1]) or not _person(parts[-1], words)):
        parts.pop()
    if not parts:
        return None
    if len(parts) > 1 and _person(parts[-2], words):
        return parts[-2], parts[-1]
    last = parts[-1]
    given = {
        match[1] for match in re.finditer(rf"\b([A-ZÄÖÜ][\w-]+) {re.escape(last)}\b", text) if _person(match[1], words)
    }
    return (given.pop(), last) if len(given) == 1 else None


def _person(word: str, words: Words) -> bool:
    """Whether the word may be part of a person's name: no office, no common noun, no abbreviation."""
    if len(word) < 2 or word.isupper() or is_role(word) or any(c.isdigit() for c in word):
        return False
    return not words.inside[word.lower()] and not words.common(word)


def _whole(text: str, start: int, end: int) -> str:
    """The sentences that hold ``text[start:end]``, word for word."""
    spans = sentences_around(text, start, end)
    return text[spans[0][0] : spans[-1][1]]
