"""Questions that the articles seem not to answer: about somebody they name, what none of them says.

That no article says it is only what a search for the usual words found. A person has to check, so the drafts are tagged
"to-check".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from corpus.article import Article
from evals.cases import Case
from evals.drafting.proposal import DRAFT, TO_CHECK, Proposal, draft_id
from evals.drafting.quotes import speakers
from evals.drafting.words import Words
from rag.messages import wording_language

# What is asked, and the words by which an article would tell it of somebody.
_ASKED = {
    "de": (
        ("Wie alt ist {name}?", r"Jahre alt|-[Jj]ährige|\bgeboren|\bGeburtstag|\bJahrgang|{last} \(\d\d\)|\d\d Jahre"),
        ("Wo wurde {name} geboren?", r"\bgeboren|\bGeburtsort|gebürtig|stammt aus|aufgewachsen|wuchs"),
        (
            "Mit wem ist {name} verheiratet?",
            r"verheiratet|Ehemann|Ehefrau|\bGatt|heirat|\b(?:sein|ihr)e? (?:Mann|Frau)\b",
        ),
        ("Welches Fach hat {name} studiert?", r"studier|Studium|\bDr\.|\bProf|Absolvent|Universität|Hochschule"),
    ),
    "en": (
        ("How old is {name}?", r"years? old|-year-old|\bborn\b|\bbirthday|\baged \d|{last}, \d\d\b"),
        ("Where was {name} born?", r"\bborn\b|\bbirthplace|\bnative|grew up|raised in|comes from"),
        ("Who is {name} married to?", r"married|husband|\bwife|spouse|\bpartner"),
        ("What subject did {name} study?", r"studi|degree|graduat|universit|\bDr\b|\bProf"),
    ),
}


def unanswerable(article: Article, articles: Sequence[Article], words: Words) -> Iterator[Proposal]:
    """One question about each person the article quotes, where one is left that no article seems to answer."""
    language = wording_language(words.language)
    for first, last in speakers(article, words):
        name = f"{first} {last}"
        told = [other.text for other in articles if last in other.text]
        asked = _ASKED[language]
        turn = int(draft_id(name, "")[-4:], 16) % len(asked)  # so that not all of them ask the same
        for question, tells in (*asked[turn:], *asked[:turn]):
            if not _told(told, tells.format(last=re.escape(last))):
                yield _proposal(question.format(name=name), article)
                break


def _told(texts: Iterable[str], tells: str) -> bool:
    """Whether any text has the words anywhere, about whomever."""
    return any(re.search(tells, text) for text in texts)


def _proposal(question: str, article: Article) -> Proposal:
    case = Case(
        id=draft_id(question, article.id),
        question=question,
        answerable=False,
        language=article.language,
        as_of=article.published.last if article.published else None,
        tags=(DRAFT, "unanswerable", TO_CHECK),
    )
    return Proposal(case, "unanswerable", 1, note=article.title, about=article.id)
