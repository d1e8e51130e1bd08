"""The conversation as HTML: questions, answers, what is being done.

Knows nothing of gradio. Every piece of text that is not ours passes ``rag.safe``. Buttons carry ``data-event``; the
page's script reports a click on one to the server under that name, with its other ``data-`` values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from corpus.dates import display_date
from rag.display import explained
from rag.display import note as display_note
from rag.safe import plain, safe
from rag.types import Answer, Citation, Sentence
from ui.conditions import conditions
from ui.disagreements import disagreements_html
from ui.export import footnoted
from ui.facts import chip, facts, what
from ui.header import either
from ui.near import further, near
from ui.rating import rating
from ui.session import Turn
from ui.texts import say

# The three steps shown while one waits, and the answerer's stages in each; a stage that is not listed is part of the last.
STEPS = {"search": ("waiting", "searching"), "read": ("reading",), "check": ("composing", "writing", "checking")}
STAGES = tuple(stage for stages in STEPS.values() for stage in stages)
_MARKER = re.compile(r"\[(\d{1,3})\]")
_TORN_MARKER = re.compile(r"\[\d{0,3}\Z")


def bar(language: str) -> str:
    """What stands above the conversation."""
    buttons = (("drawer", "conversations", "data-drawer=side"), ("new", "new", "data-event=fresh"))
    takeaways = (("takeaway", "export", "data-event=export"), ("takeaway", "print", "data-event=print"))
    return '<div class="bar">' + "".join(
        f'<button type="button" class="quiet {name}" {what_for}>{either(say(key, language), say(f"{key}_short", language))}'
        f"</button>"
        for name, key, what_for in buttons + takeaways
    ) + "</div>"  # fmt: skip


def welcome(examples: Sequence[str], language: str) -> str:
    """The page before the first question."""
    offers = "".join(
        f'<li><button type="button" class="example" data-event="ask" data-question="{safe(question)}">'
        f"{safe(question)}</button></li>"
        for question in examples
    )
    offered = f'<p class="hint">{safe(say("examples", language))}</p><ul>{offers}</ul>' if offers else ""
    return (
        f'<div class="welcome"><h1>{safe(say("welcome", language))}</h1>'
        f"<p>{safe(say('welcome_text', language))}</p>{offered}</div>"
    )


def conversation(turns: Sequence[Turn], language: str) -> str:
    """All finished turns; under the last one, questions one may ask next."""
    heading = f'<h1 class="unseen">{safe(say("conversation", language))}</h1>'
    suggested = further(turns[-1].answer, language) if turns and turns[-1].answer else ""
    return heading + "".join(turn(each, number, language) for number, each in enumerate(turns)) + suggested


def turn(turn: Turn, number: int, language: str) -> str:
    """A question with what has become of it."""
    if turn.answer is not None:
        reply = answer(turn.answer, number, language, turn) + rating(turn, number, language)
    elif turn.error is not None:
        reply = f'<div class="reply error"><p>{safe(turn.error.text(language))}</p></div>'
    elif turn.lost is not None:
        reply = f'<div class="reply error"><p>{safe(say(f"lost_{turn.lost}", language))}</p></div>'
    else:
        partial = f'<div class="prose"><p>{_with_markers(turn.text)}</p></div>' if turn.text else ""
        reply = f'<div class="reply"><p class="notes">{safe(say("stopped", language))}</p>{partial}</div>'
    return _section(turn, number, reply + _actions(turn, number, language), language)


def _section(turn: Turn, number: int, reply: str, language: str) -> str:
    return (
        f'<section class="turn" id="turn-{number}"><h2 class="question">'
        f'<span class="unseen">{safe(say("you_asked", language))} </span><bdi>{safe(turn.question)}</bdi></h2>'
        f"{reply}</section>"
    )


def live(turn: Turn, number: int, language: str) -> str:
    """A question that is being answered. The script puts into it what ``stream`` sends, so it must stay as it is meanwhile."""
    return _section(
        turn, number, '<div class="reply"><div class="notes steps"></div><div class="growth"></div></div>', language
    )


def stream(turn: Turn, begin: int, quotes: bool, language: str) -> str:
    """What the script needs to show how ``turn`` grows: the stage, and its text from ``begin`` on, as far as it is whole.

    ``begin`` counts characters of the text; ``data-from`` counts them as the browser does. ``quotes``: the text is a
    row of quotes, each a paragraph.
    """
    whole = _TORN_MARKER.sub("", plain(turn.text))
    begin = min(begin, len(whole))
    before = len(whole[:begin].encode("utf-16-le")) // 2
    return (
        f'<div hidden>{steps(turn.stage, language)}<span data-turn="{turn.id}" data-from="{before}"'
        f"{' data-quotes=yes' if quotes else ''}>{safe(whole[begin:])}</span></div>"
    )


def steps(stage: str, language: str) -> str:
    """The three steps, and which of them is being taken."""
    now = next((place for place, stages in enumerate(STEPS.values()) if stage in stages), len(STEPS) - 1)
    items = "".join(
        f'<li class="{"done" if place < now else "now" if place == now else "later"}"'
        f"{' aria-current=step' if place == now else ''}>{safe(say(f'step_{name}', language))}</li>"
        for place, name in enumerate(STEPS)
    )
    return f'<ol title="{safe(stage_text(stage, language))}">{items}</ol>'


def stage_text(name: str, language: str) -> str:
    """What is being done, in words."""
    return say(f"stage_{name}" if name in STAGES else "stage_other", language)


def announcement(turn: Turn | None, language: str) -> str:
    """What a screen reader is told, once each: the stage, the finished answer or the error."""
    if turn is None or turn.lost is not None:
        text = ""
    elif turn.answer is not None:
        text = say("answered", language, text=turn.answer.text)
    elif turn.error is not None:
        text = turn.error.text(language)
    else:
        text = say("stopped", language) if turn.stopped else stage_text(turn.stage, language)
    return status(text)


def status(text: str) -> str:
    """What a screen reader is told now."""
    return f'<p role="status" aria-live="polite">{safe(text)}</p>'


def answer(answer: Answer, number: int, language: str, turn: Turn | None = None) -> str:
    """An answer: how it came about, its sentences with their chips, the sources in short, the conditions it was sought under.

    ``turn`` knows the conditions, and which of the articles have changed since.
    """
    turn = turn or Turn(answer.question)
    labels = {citation.number: what(citation, language) for citation in answer.citations}
    read = conditions(answer, turn.only, number, language)
    notes = []
    if answer.status != "not_found" and answer.mode == "extractive":
        notes.append(say("extractive", language))
    if answer.as_of:
        notes.append(say("as_of", language, date=display_date(answer.as_of, language)))
    if turn.ignored:
        notes.append(say("time_ignored", language, words=" ".join(turn.ignored.split())))
    notes += [display_note(each, language) for each in answer.notes]
    top = f'<p class="notes">{"&nbsp;· ".join(safe(note) for note in notes)}</p>' if notes else ""
    if answer.status == "not_found":
        body = f'<div class="prose"><p>{safe(answer.text)}</p></div>{near(answer, number, language)}'
        return f'<div class="reply not-found">{top}{body}{read}</div>'
    badge = f'<p class="badge">{safe(say("conflicting", language))}</p>' if answer.status == "conflicting" else ""
    stale = {id: "changed" for id in turn.changed} | {id: "gone" for id in turn.gone}
    cited_stale = any(citation.article_id in stale for citation in answer.citations)
    flag = f'<p class="flag">{safe(say("stale", language))}</p>' if cited_stale else ""
    return (
        f'<div class="reply">{top}<div class="prose" lang="{safe(answer.language)}">'
        f"{_paragraphs(answer, number, labels, language)}</div>"
        f"{badge}{disagreements_html(answer, number, language)}{flag}"
        f"{_references(answer.citations, number, stale, language)}{read}</div>"
    )


def _actions(turn: Turn, number: int, language: str) -> str:
    """What can be done with a turn: take the answer along, ask again, ask differently."""
    copy = ""
    if turn.answer is not None:
        copy = (
            f'<button type="button" class="copy" data-event="copy" data-text="{safe(footnoted(turn.answer, language))}" '
            f'data-done="{safe(say("copied", language))}">{either(say("copy", language), say("copy_short", language))}</button>'
        )
    return (
        f'<div class="actions">{copy}<button type="button" class="retry" data-event="retry" data-turn="{number}">'
        f"{safe(say('retry', language))}</button>"
        f'<button type="button" data-event="edit" data-question="{safe(turn.question)}">{safe(say("edit", language))}'
        f"</button></div>"
    )


def _paragraphs(answer: Answer, number: int, labels: Mapping[int, str], language: str) -> str:
    """Of quotes each is a paragraph; what a model wrote has those that it made."""
    if not answer.sentences:
        return f"<p>{_with_markers(answer.text)}</p>"
    sentences = [_sentence(each, answer, number, labels, language) for each in answer.sentences]
    if answer.mode == "extractive":
        return "".join(f"<p>{sentence}</p>" for sentence in sentences)
    paragraphs, position = [""], 0
    for each, sentence in zip(answer.sentences, sentences, strict=True):
        found = answer.text.find(each.text, position)
        if found >= 0:
            if paragraphs[-1] and "\n\n" in answer.text[position:found]:
                paragraphs.append("")
            position = found + len(each.text)
        paragraphs[-1] += (" " if paragraphs[-1] else "") + sentence
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def _sentence(sentence: Sentence, answer: Answer, number: int, labels: Mapping[int, str], language: str) -> str:
    before, short, after = _MARKER.sub("", sentence.text).strip().partition(answer.short or "\0")
    text = safe(before) + (f"<strong>{safe(short)}</strong>" if short else "") + safe(after)
    chips = "".join(chip(cited, number, labels[cited], language) for cited in sentence.citations if cited in labels)
    return (f"{text}&nbsp;{chips}" if chips else text) + _verdict(sentence, answer, language)


def _verdict(sentence: Sentence, answer: Answer, language: str) -> str:
    """Whether the citations carry the sentence: a small mark where they do, words where they do not."""
    told = safe(say(f"verdict_{sentence.verdict}", language))
    if sentence.verdict in ("partly", "unsupported"):
        return f' <span class="doubt">{told}</span>'
    if answer.mode == "extractive":  # all of it is verbatim, and says so on top
        return ""
    return f'<span class="verdict" title="{told}"><span class="unseen"> ({told})</span></span>'


def _with_markers(text: str) -> str:
    """Text that was broken off: its [n] look like chips but lead nowhere."""
    return _MARKER.sub(r'<span class="chip">[\1]</span>', safe(text))


def _references(citations: Sequence[Citation], number: int, stale: Mapping[str, str], language: str) -> str:
    """One line an article, in the order of its first citation, each with the numbers that lead to it.

    ``stale``: article id -> "changed" or "gone", for articles that are not what they were.
    """
    order = {citation.article_id: position for position, citation in reversed(list(enumerate(citations)))}
    ordered = sorted(citations, key=lambda citation: (order[citation.article_id], citation.number))
    lines = []
    for article_id, group in groupby(ordered, key=lambda citation: citation.article_id):
        cited = list(group)
        first = cited[0]
        numbers = "".join(f"[{citation.number}]" for citation in cited)
        flag = ""
        if article_id in stale:
            flag = f' <span class="flag">{safe(say(f"stale_{stale[article_id]}", language))}</span>'
        meant = explained([date for citation in cited for date in citation.dates], language)
        dates = "".join(f'<span class="meant"><q>{safe(words)}</q> {safe(days)}</span>' for words, days in meant)
        address = f'<span class="address">{safe(first.url)}</span>' if first.url else ""  # in print
        lines.append(
            f'<li><button type="button" class="reference" data-event="show" data-turn="{number}" '
            f'data-cite="{first.number}"><span class="numbers">{numbers}</span> '
            f'<span class="title"><bdi>{safe(first.title or say("untitled", language))}</bdi></span> '
            f'<span class="facts">{facts(first.source, first.published, language)}{flag}</span>{dates}{address}</button></li>'
        )
    return f'<ul class="references" aria-label="{safe(say("cited", language))}">{"".join(lines)}</ul>' if lines else ""
