"""The evaluation as HTML: sets to run, past runs, one run with its misses, two runs side by side. Knows no gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from corpus.dates import display_date
from evals.comparison import Comparison
from evals.drafting.proposal import Proposal
from evals.kept import Head
from evals.report import number, seconds
from evals.report_page import parts
from evals.report_page.curve import interval_svg
from evals.report_page.intervals import stated_intervals
from evals.report_page.rows import is_wrong, outcome
from evals.results import Result
from rag.safe import safe, shorten
from ui.header import count
from ui.library_errors import ElsewhereError
from ui.rating import command
from ui.texts import say

SHOWN = ("contained", "citation hit", "hallucination", "error")  # measures in the list of runs
MISSES = 100  # questions of a run, or won and lost, that are listed; the report has them all
ANSWER = 220  # characters


def starting(sets: Mapping[str, int | None], missing: Mapping[str, int], here: bool, language: str) -> str:
    """What can be run. ``sets``: questions by name, None for a set that can't be read; ``missing``: gold articles that
    this index lacks."""
    if not here:
        return f'<p class="hint elsewhere">{safe(ElsewhereError().text(language))}</p>'
    rows = "".join(_set(name, questions, missing.get(name, 0), language) for name, questions in sets.items())
    upload = (
        f'<div class="drop" data-address="/evaluation/upload"><p class="hint">{safe(say("eval_upload_hint", language))}</p>'
        f'<p><button type="button" class="quiet" data-choose>{safe(say("eval_upload", language))}</button>'
        f'<input type="file" hidden accept=".jsonl" aria-label="{safe(say("eval_upload", language))}"></p>'
        f'<p class="sending" role="status" data-text="{safe(say("add_sending", language))}"></p><ul class="refused"></ul></div>'
    )
    return f'<section class="sets"><h2>{safe(say("eval_sets", language))}</h2><ul>{rows}</ul>{upload}</section>'


def _set(name: str, questions: int | None, missing: int, language: str) -> str:
    label = say("eval_demo", language) if name == "demo" else name
    if questions is None:
        return f'<li><bdi>{safe(label)}</bdi> <span class="facts">{safe(say("eval_unreadable", language))}</span></li>'
    told = say("eval_questions", language, count=count(questions, language))
    warning = ""
    if missing:
        warning = f'<p class="warning">{safe(say("eval_missing", language, count=count(missing, language)))}</p>'
    return (
        f'<li><div class="set-line"><span><bdi>{safe(label)}</bdi> <span class="facts">{safe(told)}</span></span>'
        f'<button type="button" class="quiet" data-event="start" data-set="{safe(name)}">{safe(say("eval_start", language))}'
        f"</button></div>{warning}</li>"
    )


def runs(heads: Sequence[Head], chosen: str | None, language: str) -> str:
    """Past runs, the latest first, each with its main measures and their intervals drawn."""
    title = f"<h2>{safe(say('eval_runs', language))}</h2>"
    if not heads:
        return f'<section class="runs">{title}<p class="hint">{safe(say("eval_no_runs", language))}</p></section>'
    labels = [safe(parts.label(name, language)) for name in SHOWN]
    columns = [
        safe(say("eval_run", language)),
        safe(say("eval_wrong", language)),
        *labels,
        safe(say("eval_seconds", language)),
    ]
    cells = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "".join(_run(each, each.id == chosen, labels, language) for each in heads)
    return (
        f'<section class="runs">{title}<div class="wide" tabindex="0" role="region" '
        f'aria-label="{safe(say("eval_runs", language))}"><table><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>'
        f'</div><p class="hint">{safe(say("eval_interval_note", language))}</p></section>'
    )


def _run(head: Head, chosen: bool, labels: Sequence[str], language: str) -> str:
    cells = []
    for name, label in zip(SHOWN, labels, strict=True):
        mean = head.measures.get(name)
        value = number(name, mean.value if mean else None, language)
        drawn = ""
        if mean and mean.value is not None and mean.low is not None and mean.high is not None:
            drawn = interval_svg(mean.value, mean.low, mean.high)
        cells.append(f'<td data-label="{label}"><span>{safe(value)}</span>{drawn}</td>')
    wrong = f"{count(head.wrong, language)} / {count(head.questions, language)}"
    moment = f"{display_date(head.date, language)}, {head.date[11:16]} UTC"
    return (
        f'<tr{" class=chosen-run" if chosen else ""}><th scope="row"><button type="button" class="plain" data-event="pick" '
        f'data-run="{safe(head.id)}" aria-pressed="{str(chosen).lower()}"><bdi>{safe(head.name)}</bdi></button>'
        f'<span class="facts">{safe(moment)}</span></th><td data-label="{safe(say("eval_wrong", language))}">{wrong}</td>'
        f'{"".join(cells)}<td data-label="{safe(say("eval_seconds", language))}">{safe(seconds(head.p50, language))}</td></tr>'
    )


def run(
    head: Head,
    saved: Mapping[str, Any] | None,
    others: Sequence[Head],
    against: str | None,
    compared: Comparison | None,
    here: bool,
    language: str,
) -> str:
    """One run: its measures, beside another's where ``compared``; its misses, or what was won and lost."""
    day = safe(display_date(head.date, language))
    top = f'<header class="run-top"><h2 tabindex="-1"><bdi>{safe(head.name)}</bdi>, {day}</h2>'
    if saved is None:
        return (
            f'<section class="run">{top}</header><p class="hint">{safe(say("eval_forgotten", language))}</p></section>'
        )
    query = f"run={quote(head.id)}" + (f"&amp;against={quote(against)}" if against and compared else "")
    top += (
        f'<p class="run-links"><a class="quiet" href="/evaluation/report?{query}" target="_blank" rel="noopener">'
        f'{safe(say("eval_report", language))} <span aria-hidden="true">↗</span></a>'
    )
    if here:
        top += (
            f'<button type="button" class="quiet danger" data-event="drop" data-run="{safe(head.id)}">'
            f"{safe(say('eval_drop', language))}</button>"
        )
    top += "</p></header>"
    body = parts.measures(saved, stated_intervals(saved), compared, language)
    if compared:
        lists = _changed("eval_won", compared.won, language) + _changed("eval_lost", compared.lost, language)
        shared = f'<p class="hint">{safe(say("eval_shared", language, count=count(compared.questions, language)))}</p>'
        return f'<section class="run">{top}{_choice(others, against, language)}{shared}{lists}{body}</section>'
    curve = parts.curve([(x, y) for x, y in saved.get("risk") or ()], language)
    return f'<section class="run">{top}{_choice(others, against, language)}{_misses(saved, language)}{body}{curve}</section>'


def _choice(others: Sequence[Head], against: str | None, language: str) -> str:
    """Which other run to compare with."""
    if not others:
        return ""
    options = "".join(
        f'<option value="{safe(other.id)}"{" selected" if other.id == against else ""}>'
        f"{safe(f'{other.name}, {display_date(other.date, language)} {other.date[11:16]}')}</option>"
        for other in others
    )
    return (
        f'<form class="against"><label for="against">{safe(say("eval_against", language))}</label>'
        f'<select id="against" name="against"><option value="">{safe(say("eval_against_none", language))}</option>{options}'
        "</select></form>"
    )


def _misses(saved: Mapping[str, Any], language: str) -> str:
    """The questions that were answered wrongly, each with a way into the chat."""
    missed = [record for record in saved.get("results") or () if is_wrong(record)]
    title = f"<h3>{safe(say('eval_misses', language, count=count(len(missed), language)))}</h3>"
    items = "".join(
        _question(
            record["question"], parts.texts().say(f"script_{outcome(record)}", language), record.get("answers") or (),
            record.get("answer") or record.get("error") or "", language,
        )
        for record in missed[:MISSES]
    )  # fmt: skip
    more = (
        f'<p class="hint">{safe(say("and_more", language, count=len(missed) - MISSES))}</p>'
        if len(missed) > MISSES
        else ""
    )
    return f'<section class="misses">{title}<ul>{items}</ul>{more}</section>'


def _changed(key: str, pairs: Sequence[tuple[Result, Result]], language: str) -> str:
    items = "".join(
        _question(other.case.question, "", other.case.answers, f"{one.answer or '–'} → {other.answer or '–'}", language)
        for one, other in pairs[:MISSES]
    )
    title = f"<h3>{safe(say(key, language, count=count(len(pairs), language)))}</h3>"
    return f'<section class="misses">{title}<ul>{items}</ul></section>'


def _question(question: str, what: str, gold: Sequence[str], given: str, language: str) -> str:
    told = f'<span class="tag">{safe(what)}</span> ' if what else ""
    wanted = " | ".join(gold) or say("eval_no_gold", language)
    return (
        f'<li><p class="asked">{told}<bdi>{safe(question)}</bdi> {to_chat(question, language)}</p>'
        f'<dl><dt>{safe(say("eval_expected", language))}</dt><dd dir="auto">{safe(shorten(wanted, ANSWER))}</dd>'
        f'<dt>{safe(say("eval_given", language))}</dt><dd dir="auto">{safe(shorten(given, 2 * ANSWER))}</dd></dl></li>'
    )


def to_chat(question: str, language: str) -> str:
    """A link to the chat with the question already in its box."""
    return f'<a href="/?q={quote(question[:1000])}">{safe(say("eval_to_chat", language))}</a>'


def drafts(proposals: Sequence[Proposal], kept: Path, language: str) -> str:
    """What people did not like, as draft questions that a person still has to check."""
    if not proposals:
        return ""
    items = "".join(
        f'<li><p class="asked"><bdi>{safe(each.case.question)}</bdi> {to_chat(each.case.question, language)}</p>'
        f'<p class="facts" dir="auto">{safe(shorten(each.note or "", 2 * ANSWER))}</p></li>'
        for each in proposals[:MISSES]
    )
    return (
        f'<details class="drafts"><summary>{safe(say("eval_drafts", language, count=count(len(proposals), language)))}</summary>'
        f'<p class="hint">{safe(say("eval_drafts_hint", language))} <code>{safe(command(kept))}</code></p>'
        f"<ul>{items}</ul></details>"
    )


def fault(text: str) -> str:
    """In place of what can't be shown."""
    return f'<p class="warning">{safe(text)}</p>'
