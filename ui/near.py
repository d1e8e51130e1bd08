"""A refusal that helps, as HTML: the nearest passages and why they are no answer; questions one may ask next."""

from __future__ import annotations

import re
from dataclasses import replace

from rag import german
from rag.safe import safe, shorten
from rag.types import Answer, Citation, Passage
from ui.facts import facts
from ui.texts import say

NEAR_PASSAGES = 3
NEAR_CHARS = 280
SUGGESTED = 3
LONGEST_TITLE = 100  # characters of a headline that still makes a question one can take in
_WORD = re.compile(r"\w+(?:-\w+)*")


def shown(answer: Answer) -> tuple[Citation, ...]:
    """What the panel shows of an answer: its citations; of a refusal the nearest passages, numbered as if cited."""
    if answer.status != "not_found":
        return answer.citations
    return tuple(
        Citation(number, p.article_id, p.title, p.source, p.published, p.url, p.text, p.start, p.end, also_in=p.also_in)
        for number, p in enumerate(_nearest(answer), 1)
    )


def _nearest(answer: Answer) -> list[Passage]:
    """The best passage of each article among the first."""
    return list({passage.article_id: passage for passage in reversed(answer.passages[:NEAR_PASSAGES])}.values())[::-1]


def near(answer: Answer, number: int, language: str) -> str:
    """The best passages of a search that found no answer, each with the reason and the way to its article.

    Folded away unless the first of them has all that the question names.
    """
    passages = _nearest(answer)
    if not passages:
        return ""
    lacks = [missing(_asked(answer), answer.language, passage) for passage in passages]
    nowhere = [word for word in lacks[0] or () if all(lack is not None and word in lack for lack in lacks)]
    note = say("near_nowhere", language, words=_quoted(nowhere, language)) if nowhere else say("near_note", language)
    unfolded = (
        " open" if lacks[0] == [] and _subjects(_asked(answer)) else ""
    )  # it may be the answer, and only a person can tell
    items = "".join(
        f'<li><button type="button" class="near-one" data-event="show" data-turn="{number}" data-cite="{place}">'
        f'<span class="title"><bdi>{safe(passage.title or say("untitled", language))}</bdi></span> '
        f'<span class="facts">{facts(passage.source, passage.published, language)}</span></button>'
        f'<p class="passage" dir="auto">{safe(shorten(passage.text, NEAR_CHARS))}</p>'
        f'<p class="reason">{safe(_reason(lack, language))}</p></li>'
        for place, (passage, lack) in enumerate(zip(passages, lacks, strict=True), 1)
    )
    return (
        f'<div class="near-why"><p>{safe(note)}</p><details class="near"{unfolded}>'
        f"<summary>{safe(say('near', language))}</summary>"
        f"<ul>{items}</ul></details></div>"
    )


def missing(question: str, language: str, passage: Passage) -> list[str] | None:
    """Names, nouns and numbers of the question that the passage and its title hold in no form, as the question spells them.

    Verbs are left out, for a passage may well say the thing with another one. None for a passage in another language.
    """
    if passage.language not in (None, language):
        return None
    held = set(german.analyse(f"{passage.title or ''}\n{passage.text}", passage.language))
    return [
        word
        for word, tokens in _subjects(question).items()
        if not any(german.stem(token, passage.language) in held for token in tokens)
    ]


def _subjects(question: str) -> dict[str, list[str]]:
    """Names, nouns and numbers of a question, and the words that the index knows them by; all words of one in small letters."""
    found, small = {}, question.islower()
    for word in _WORD.findall(question):
        tokens = [token for token in german.words(word) if token not in german.STOPWORDS and len(token) > 2]
        if tokens and (small or word[0].isupper() or word[0].isdecimal()):
            found[word] = tokens
    return found


def _asked(answer: Answer) -> str:
    """The question as it was understood, less its words about time: articles were chosen by them, which need not say them."""
    question = answer.understood_as or answer.question
    return question.replace(answer.time.text, " ") if answer.time and answer.time.text else question


def _related(answer: Answer, passage: Passage) -> bool:
    """Whether a passage is about what the question names: it holds all of that, or most and its title some of it.

    One in another language is taken at its rank.
    """
    lacking = missing(_asked(answer), answer.language, passage)
    if not lacking:
        return True
    subjects = len(_subjects(_asked(answer)))
    title = missing(_asked(answer), answer.language, replace(passage, text=""))
    return 2 * len(lacking) < subjects and len(title or ()) < subjects


def _reason(lack: list[str] | None, language: str) -> str:
    if lack is None:
        return say("near_other_language", language)
    return say("near_missing", language, words=_quoted(lack, language)) if lack else say("near_all_words", language)


def _quoted(words: list[str], language: str) -> str:
    return ", ".join(f"„{word}“" if language == "de" else f"“{word}”" for word in words)


def further(answer: Answer, language: str) -> str:
    """Questions about what else the search found: other articles on the same subject than those cited, best first."""
    cited = {citation.article_id for citation in answer.citations} | {c.title for c in answer.citations}
    titles = [
        passage.title
        for passage in answer.passages
        if passage.title and len(passage.title) <= LONGEST_TITLE and not {passage.article_id, passage.title} & cited
        if _related(answer, passage)
    ]
    if answer.status == "not_found" or not titles:
        return ""
    questions = [say("further_question", language, title=title) for title in dict.fromkeys(titles)][:SUGGESTED]
    items = "".join(
        f'<li><button type="button" data-event="ask" data-question="{safe(question)}">{safe(question)}</button></li>'
        for question in questions
    )
    return f'<div class="further"><p class="hint">{safe(say("further", language))}</p><ul>{items}</ul></div>'
