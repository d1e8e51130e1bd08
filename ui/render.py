"""The conversation as HTML: questions, answers, what is being done.

Knows nothing of gradio. Every piece of text that is not ours passes ``rag.safe``. Buttons carry ``data-event``; the
page's script reports a click on one to the server under that name, with its other ``data-`` values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from corpus.dates import display_date
from rag.display import display_days
from rag.safe import safe, shorten
from rag.types import Answer, Citation, Passage, QuestionTime, Sentence
from ui.rating import rating
from ui.session import Turn
from ui.texts import say

NEAR_PASSAGES = 3
NEAR_CHARS = 280
STAGES = ("searching", "reading", "composing")
_MARKER = re.compile(r"\[(\d{1,3})\]")


def bar(language: str) -> str:
    """What stands above the conversation."""
    return f'<button type="button" class="quiet new" data-event="fresh">{safe(say("new", language))}</button>'


def welcome(examples: Sequence[str], language: str) -> str:
    """The page before the first question."""
    offers = "".join(
        f'<li><button type="button" class="example" data-event="ask" data-question="{safe(question)}">'
        f"{safe(question)}</button></li>"
        for question in examples
    )
    offered = f'<p class="hint">{safe(say("examples", language))}</p><ul>{offers}</ul>' if offers else ""
    return (
        f'<div class="welcome"><h2>{safe(say("welcome", language))}</h2>'
        f"<p>{safe(say('welcome_text', language))}</p>{offered}</div>"
    )


def conversation(turns: Sequence[Turn], language: str) -> str:
    """All finished turns."""
    return "".join(turn(each, number, language) for number, each in enumerate(turns))


def turn(turn: Turn, number: int, language: str) -> str:
    """A question with what has become of it."""
    if turn.answer is not None:
        reply = answer(turn.answer, number, language, turn.ignored) + rating(turn, number, language)
    elif turn.error is not None:
        reply = f'<div class="reply error"><p>{safe(turn.error.text(language))}</p></div>'
    else:
        partial = f'<div class="prose"><p>{_with_markers(turn.text)}</p></div>' if turn.text else ""
        state = say("stopped", language) if turn.stopped else stage(turn.stage, language)
        working = "" if turn.stopped else " working"
        reply = f'<div class="reply">{partial}<p class="stage{working}">{safe(state)}</p></div>'
    return (
        f'<section class="turn" id="turn-{number}"><h2 class="question">'
        f'<span class="unseen">{safe(say("you_asked", language))} </span><bdi>{safe(turn.question)}</bdi></h2>'
        f"{reply}</section>"
    )


def stage(name: str, language: str) -> str:
    """What is being done, in words."""
    return say(f"stage_{name}" if name in STAGES else "stage_other", language)


def announcement(turn: Turn | None, language: str) -> str:
    """What a screen reader is told, once each: the stage, the finished answer or the error."""
    if turn is None:
        text = ""
    elif turn.answer is not None:
        text = say("answered", language, text=turn.answer.text)
    elif turn.error is not None:
        text = turn.error.text(language)
    else:
        text = say("stopped", language) if turn.stopped else stage(turn.stage, language)
    return status(text)


def status(text: str) -> str:
    """What a screen reader is told now."""
    return f'<p role="status" aria-live="polite">{safe(text)}</p>'


def answer(answer: Answer, number: int, language: str, ignored: str = "") -> str:
    """An answer: its sentences with their chips, the sources in short, how it came about.

    ``ignored`` are the words about time in the question that were left out of account.
    """
    labels = {citation.number: _what(citation, language) for citation in answer.citations}
    time = understood_html(answer, number, language) + _time(answer.time, number, language)
    notes = [say("time_ignored", language, words=" ".join(ignored.split()))] if ignored else []
    if answer.status == "not_found":
        body = f'<div class="prose"><p>{safe(answer.text)}</p></div>{_near(answer.passages, language)}'
        return f'<div class="reply not-found">{body}{time}{_notes(notes)}</div>'
    badge = f'<p class="badge">{safe(say("conflicting", language))}</p>' if answer.status == "conflicting" else ""
    if answer.sentences:
        paragraphs = "".join(f"<p>{_sentence(each, answer, number, labels, language)}</p>" for each in answer.sentences)
    else:
        paragraphs = f"<p>{_with_markers(answer.text)}</p>"
    if answer.mode == "extractive":
        notes.insert(0, say("extractive", language))
    if answer.as_of:
        notes.append(say("as_of", language, date=display_date(answer.as_of, language)))
    return (
        f'<div class="reply">{badge}<div class="prose" lang="{safe(answer.language)}">{paragraphs}</div>'
        f"{_references(answer.citations, number, language)}{time}{_notes(notes)}</div>"
    )


def understood_html(answer: Answer, number: int, language: str) -> str:
    """How a question that leans on the conversation was read, with a button that asks it as it stands."""
    if answer.understood_as is None:
        return ""
    label = safe(say("understood_off", language))
    return (
        f'<p class="time"><span title="{safe(say("understood_title", language))}">'
        f"{safe(say('understood', language, question=answer.understood_as))}</span>"
        f'<button type="button" class="off" data-event="again" data-turn="{number}" data-without="history" '
        f'aria-label="{label}" title="{label}"><span aria-hidden="true">✕</span></button></p>'
    )


def _notes(notes: Sequence[str]) -> str:
    return f'<p class="notes">{"&nbsp;· ".join(safe(note) for note in notes)}</p>' if notes else ""


def _time(time: QuestionTime | None, number: int, language: str) -> str:
    """How words about time in the question were read, with a button that asks again without them."""
    if time is None or not time.text:
        return ""
    words = " ".join(time.text.split())
    days = display_days(time.first, time.last, language)
    read, label = say(f"time_{time.kind}", language, words=words, days=days), say("time_off", language, words=words)
    return (
        f'<p class="time"><span title="{safe(say("time_title", language))}">{safe(read)}</span>'
        f'<button type="button" class="off" data-event="again" data-turn="{number}" aria-label="{safe(label)}" '
        f'title="{safe(label)}"><span aria-hidden="true">✕</span></button></p>'
    )


def facts(source: str | None, published: str | None, language: str) -> str:
    """Source and date of an article, each isolated so that neither can reorder the other."""
    date = display_date(published, language) or say("undated", language)
    return "&nbsp;· ".join(f"<bdi>{safe(part)}</bdi>" for part in (source, date) if part)


def _what(citation: Citation, language: str) -> str:
    parts = (
        citation.title or say("untitled", language),
        citation.source,
        display_date(citation.published, language),
    )
    return ", ".join(part for part in parts if part)


def _chip(cited: int, number: int, labels: dict[int, str], language: str) -> str:
    label = safe(say("cite_label", language, number=cited, what=labels[cited]))
    return (
        f'<button type="button" class="chip" data-event="show" data-turn="{number}" data-cite="{cited}" '
        f'aria-label="{label}" title="{label}">[{cited}]</button>'
    )


def _sentence(sentence: Sentence, answer: Answer, number: int, labels: dict[int, str], language: str) -> str:
    before, short, after = _MARKER.sub("", sentence.text).strip().partition(answer.short or "\0")
    text = safe(before) + (f"<strong>{safe(short)}</strong>" if short else "") + safe(after)
    chips = "".join(_chip(cited, number, labels, language) for cited in sentence.citations if cited in labels)
    doubt = ""
    if sentence.verdict in ("partly", "unsupported"):
        doubt = f' <span class="doubt">{safe(say(f"verdict_{sentence.verdict}", language))}</span>'
    return f"{text}&nbsp;{chips}{doubt}" if chips else f"{text}{doubt}"


def _with_markers(text: str) -> str:
    """Text still growing: its [n] look like chips but lead nowhere yet."""
    return _MARKER.sub(r'<span class="chip">[\1]</span>', safe(text))


def _references(citations: Sequence[Citation], number: int, language: str) -> str:
    """One line an article, in the order of its first citation, each with the numbers that lead to it."""
    order = {citation.article_id: position for position, citation in reversed(list(enumerate(citations)))}
    ordered = sorted(citations, key=lambda citation: (order[citation.article_id], citation.number))
    lines = []
    for _, group in groupby(ordered, key=lambda citation: citation.article_id):
        cited = list(group)
        first = cited[0]
        numbers = "".join(f"[{citation.number}]" for citation in cited)
        lines.append(
            f'<li><button type="button" class="reference" data-event="show" data-turn="{number}" '
            f'data-cite="{first.number}"><span class="numbers">{numbers}</span> '
            f'<span class="title"><bdi>{safe(first.title or say("untitled", language))}</bdi></span> '
            f'<span class="facts">{facts(first.source, first.published, language)}</span></button></li>'
        )
    return f'<ul class="references" aria-label="{safe(say("cited", language))}">{"".join(lines)}</ul>' if lines else ""


def _near(passages: Sequence[Passage], language: str) -> str:
    """The best passages of a search that found no answer, folded away and marked as no answer."""
    if not passages:
        return ""
    items = "".join(
        f'<li><p class="title"><bdi>{safe(passage.title or say("untitled", language))}</bdi></p>'
        f'<p class="facts">{facts(passage.source, passage.published, language)}</p>'
        f'<p class="passage" dir="auto">{safe(shorten(passage.text, NEAR_CHARS))}</p></li>'
        for passage in passages[:NEAR_PASSAGES]
    )
    return (
        f'<details class="near"><summary>{safe(say("near", language))}</summary>'
        f"<p>{safe(say('near_note', language))}</p><ul>{items}</ul></details>"
    )
