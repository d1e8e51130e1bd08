"""The library's part for adding articles, and what the jobs say of themselves, as HTML. Knows nothing of gradio."""

from __future__ import annotations

from corpus.formats import READERS
from rag.safe import safe, shorten
from ui.jobs import Job, Line, Worker
from ui.library_errors import ElsewhereError
from ui.texts import say
from ui.uploads import LONGEST_FILE, MEGABYTE

LINES = 50  # of a job that are shown; a file may hold thousands of articles
LONGEST_TEXT = 1_000_000  # characters that may be pasted: those of the longest article


def adding(here: bool, language: str) -> str:
    """The three ways in: files, an address, a text. ``here``: whether the visitor may add at all."""

    def tell(key: str, **facts: object) -> str:
        return safe(say(key, language, **facts))

    if not here:
        return f'<p class="hint elsewhere">{safe(ElsewhereError().text(language))}</p>'
    limit = LONGEST_FILE // MEGABYTE
    kinds = " ".join(sorted({suffix for suffix in READERS if suffix not in (".markdown", ".htm", ".xhtml", ".ndjson")}))
    fields = "".join(
        f'<label for="paste-{name}">{tell(f"paste_{name}")}</label>'
        f'<input id="paste-{name}" name="{name}" type="{kind}" maxlength="300" autocomplete="off">'
        for name, kind in (("title", "text"), ("source", "text"), ("published", "date"), ("url", "url"))
    )
    return (
        f'<details class="adding"><summary>{tell("add")}</summary><div class="ways">'
        '<section class="drop" data-address="/library/upload">'
        f'<h3>{tell("add_files")}</h3><p class="hint">{tell("add_files_hint", limit=limit)}</p>'
        f'<p><button type="button" class="quiet" data-choose>{tell("add_choose")}</button>'
        f'<input type="file" multiple hidden accept="{safe(",".join(READERS))}" aria-label="{tell("add_choose")}"></p>'
        f'<p class="hint kinds">{safe(kinds)}</p>'
        f'<p class="sending" role="status" data-text="{tell("add_sending")}"></p><ul class="refused"></ul></section>'
        f'<form class="url" data-way="url"><h3><label for="add-url">{tell("add_url")}</label></h3>'
        f'<p class="hint">{tell("add_url_hint")}</p><p class="line"><input id="add-url" name="url" type="url" required '
        f'maxlength="2000" placeholder="https://" autocomplete="off"><button class="quiet">{tell("add_url_go")}</button></p>'
        "</form>"
        f'<form class="paste" data-way="text"><h3>{tell("add_text")}</h3>{fields}'
        f'<label for="paste-text">{tell("paste_text")}</label><textarea id="paste-text" name="text" rows="6" required '
        f'maxlength="{LONGEST_TEXT}"></textarea><p><button class="quiet">{tell("add_text_go")}</button></p></form>'
        "</div></details>"
    )


def jobs(worker: Worker, seen: int, here: bool, language: str) -> str:
    """What is being done, and what came of what was done, the latest first. The page asks again while something is at
    work, and once more when more jobs have ended than the rest of it has ``seen``."""
    drawn = "".join(_job(job, here, language) for job in reversed(worker.jobs))
    # Counted after drawing: a job that ends in between is drawn as finished, and nobody would ask again.
    return drawn + ("<span data-working></span>" if worker.ended != seen else "")


def _job(job: Job, here: bool, language: str) -> str:
    names = ", ".join(shorten(name, 60) for name in job.names[:3])
    if len(job.names) > 3:
        names += " " + say("and_more", language, count=len(job.names) - 3)
    title = f"<h3><span>{safe(say(f'job_{job.kind}', language))}</span> <bdi>{safe(names)}</bdi></h3>"
    event, label = ("dismiss", "job_dismiss") if job.finished else ("halt", "job_stop")
    button = f'<button type="button" class="quiet" data-event="{event}" data-job="{job.id}">{safe(say(label, language))}</button>'
    state = _state(job, language) if not job.finished else ""
    if job.error:
        state = f'<p class="failed">{safe(job.error.text(language))}</p>'
    lines = "".join(_line(line, language) for line in job.lines[:LINES]) if job.finished else ""
    if job.finished and len(job.lines) > LINES:
        lines += f"<li>{safe(say('and_more', language, count=len(job.lines) - LINES))}</li>"
    if job.finished and not job.error and not job.lines:
        state = f'<p class="working">{safe(say("job_done", language))}</p>'
    working = "" if job.finished else " data-working"
    return (
        f'<section class="job"{working}><div class="job-top">{title}{button if here else ""}</div>{state}'
        f"{f'<ul>{lines}</ul>' if lines else ''}</section>"
    )


def _state(job: Job, language: str) -> str:
    if job.stopping.is_set():
        text = say("job_stopping", language)
    elif job.busy:
        text = say("job_busy", language, writer=job.busy)
    else:
        text = say(f"job_{job.stage}", language)
    done = min(job.count() if job.count else job.done, job.total)
    bar = f'<progress max="{job.total}" value="{done}"></progress>' if job.total > 1 else ""
    counted = f" {say('job_of', language, done=done, total=job.total)}" if job.total > 1 else ""
    return f'<p class="working" role="status">{safe(text + counted)}</p>{bar}'


def _line(line: Line, language: str) -> str:
    name = f"<bdi>{safe(shorten(line.name, 120))}</bdi>"
    if line.article_id:
        name = (
            f'<button type="button" class="plain" data-event="open" data-id="{safe(line.article_id)}">{name}</button>'
        )
    reason = f" {safe(line.reason)}" if line.reason else ""
    outcome = safe(say(f"outcome_{line.outcome}", language))
    return f'<li class="{line.outcome}"><span class="outcome">{outcome}</span> {name}{reason}</li>'
