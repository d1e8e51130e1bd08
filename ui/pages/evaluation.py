"""The evaluation: a question set is run over the index, runs are read again and compared, misses lead into the chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from evals import html_report
from evals.cases import load_set
from evals.comparison import Comparison, compare
from evals.drafting.feedback import read_feedback
from evals.drafting.proposal import Proposal
from evals.kept import SETS, Kept
from evals.results import Run
from evals.system import over
from rag.errors import BelegtError
from rag.feedback import FILE as FEEDBACK
from ui import evaluation_view
from ui.frame import HIDDEN, Frame, Updates
from ui.here import from_here
from ui.jobs import Job
from ui.library_errors import StoppedError
from ui.sent import sent
from ui.uploads import Uploads, answer_upload
from ui.worklist import Worklist

UPLOAD, REPORT = "/evaluation/upload", "/evaluation/report"


@dataclass(eq=False)
class Desk:
    """What one open page shows: a run, the run it is compared with, the newest it knows ("" where there was none; None before
    it has looked), how many jobs it knows the end of."""

    run: str | None = None
    against: str | None = None
    newest: str | None = None
    seen: int = 0


class Evaluation:
    """The page over one Answerer: runs ask it as the chat does."""

    name = "evaluation"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.answerer = frame, frame.answerer
        self.kept = Kept(self.answerer.settings.index)
        self.uploads = Uploads(self.answerer.settings.index / SETS, frozenset({".jsonl"}))
        frame.routes.append(Route(UPLOAD, self.upload, methods=["POST"]))
        frame.routes.append(Route(REPORT, self.report, methods=["GET"]))
        self.desk = gr.State(Desk())
        with gr.Column(elem_id="evaluation"):
            script = "belegt.evaluation.starting(element, trigger) // 'start' 'read'"
            self.starting = frame.html("", "starting", script)
            self.jobs = Worklist(frame, "eval-jobs", self.desk)
            self.runs = frame.html("", "runs", "belegt.forward(element, trigger) // 'pick'")
            self.run = frame.html("", "run", "belegt.evaluation.run(element, trigger, watch) // 'against' 'drop'")
            self.drafts = frame.html("", "drafts")
        page = [self.desk, self.starting, self.jobs.html, self.runs, self.run, self.drafts]
        frame.on_show(self.show, [self.desk], page)
        every: list[tuple[Any, Callable[..., Updates]]] = [
            (self.starting.start, self.start), (self.starting.read, self.read), (self.jobs.html.poll, self.poll),
            (self.runs.pick, self.pick), (self.run.against, self.compare), (self.run.drop, self.drop),
        ]  # fmt: skip
        for event, handler in every:
            event(handler, [self.desk], page, **HIDDEN)

    # What happens

    def show(self, desk: Desk, request: gr.Request) -> Updates:
        """The page was loaded, its language switched, or a job has ended: a run that is new to the page is shown."""
        desk.seen = self.jobs.worker.ended  # first: what ends from now on is asked after once more
        newest = max((head.id for head in self.kept.runs()), default="")
        if desk.newest is not None and newest > desk.newest:
            desk.run, desk.against = newest, None
        desk.newest = newest
        return {
            self.starting: self._sets(request),
            self.drafts: self._drafts(request),
            **self._runs(desk, request),
            **self.jobs.drawn(desk, request),
        }

    def start(self, desk: Desk, request: gr.Request, event: gr.EventData) -> Updates:
        """A set is to be run."""
        name = sent(event, "set")
        if name in self.kept.sets():
            self.jobs.submit(request, Job("eval", [name], self._work(name)))
        return self.jobs.drawn(desk, request)

    def _work(self, name: str) -> Callable[[Job], None]:
        def work(job: Job) -> None:
            job.stage = "asking"
            questions = self.kept.load_set(name)

            def progress(done: int, total: int) -> None:
                job.done, job.total = done, total

            try:
                self.kept.run(questions, over(self.answerer), progress, job.stopping.is_set)
            except KeyboardInterrupt:
                raise StoppedError from None

        return work

    def poll(self, desk: Desk, request: gr.Request) -> Updates:
        """The page looks at the jobs; when one has ended, there may be another run or set."""
        return self.jobs.drawn(desk, request) if desk.seen == self.jobs.worker.ended else self.show(desk, request)

    def pick(self, desk: Desk, request: gr.Request, event: gr.EventData) -> Updates:
        """A run of the list was pressed."""
        desk.run, desk.against = sent(event, "run"), None
        return self._runs(desk, request)

    def compare(self, desk: Desk, request: gr.Request, event: gr.EventData) -> Updates:
        """A run to compare with was chosen, or none."""
        desk.against = sent(event, "against") or None
        return self._runs(desk, request)

    def drop(self, desk: Desk, request: gr.Request, event: gr.EventData) -> Updates:
        if from_here(request):
            self.kept.delete(sent(event, "run"))
            desk.run = desk.against = None
        return self._runs(desk, request)

    async def upload(self, request: Request) -> Response:
        """A question set from the browser."""
        return await answer_upload(self.uploads, request, self.frame.language(request))

    def read(self, desk: Desk, request: gr.Request, event: gr.EventData) -> Updates:
        """A question set is here: whether it is one is seen now."""
        paths = self.uploads.take(getattr(event, "tokens", None))

        def work(job: Job) -> None:
            job.stage = "reading"
            for path in paths:
                try:
                    load_set(path)
                except BelegtError:
                    path.unlink()
                    raise

        if paths:
            self.jobs.submit(request, Job("set", [path.name for path in paths], work))
        return self.jobs.drawn(desk, request)

    async def report(self, request: Request) -> Response:
        """The whole report of a run, a page of its own with a policy of its own, stricter than ours."""
        given, language = request.query_params, self.frame.language(request)

        def page() -> str:
            against = given.get("against")
            return html_report.page(
                self.kept.load(given.get("run", "")), self.kept.load(against) if against else None, language
            )

        try:
            return HTMLResponse(await run_in_threadpool(page), headers={"Cache-Control": "no-store"})
        except BelegtError as error:
            return PlainTextResponse(error.text(language), 404)

    # Drawing

    def _sets(self, request: gr.Request) -> str:
        sizes: dict[str, int | None] = {}
        missing: dict[str, int] = {}
        for name in self.kept.sets():
            try:
                questions = self.kept.load_set(name)
            except BelegtError:
                sizes[name] = None
                continue
            sizes[name] = len(questions.cases)
            gold = {article for case in questions.cases for article in case.articles}
            missing[name] = len(gold - set(self.answerer.index.store.article_ids()))
        return evaluation_view.starting(sizes, missing, from_here(request), self.frame.language(request))

    def _runs(self, desk: Desk, request: gr.Request) -> Updates:
        language, heads = self.frame.language(request), self.kept.runs()
        head = next((head for head in heads if head.id == desk.run), None)
        shown = ""
        if head is not None:
            try:
                saved = self.kept.load(head.id) if head.whole else None
                compared = self._compared(desk, saved)
                others = [other for other in heads if other.id != head.id and other.whole]
                shown = evaluation_view.run(head, saved, others, desk.against, compared, from_here(request), language)
            except BelegtError as error:
                shown = evaluation_view.fault(error.text(language))
        return {self.desk: desk, self.runs: evaluation_view.runs(heads, desk.run, language), self.run: shown}

    def _compared(self, desk: Desk, saved: dict[str, Any] | None) -> Comparison | None:
        """The run against the other one that was chosen. Raises RunMissingError, NothingComparedError."""
        if saved is None or desk.against is None:
            return None
        return compare(Run.from_json(self.kept.load(desk.against)), Run.from_json(saved), common=True)

    def _drafts(self, request: gr.Request) -> str:
        path = self.answerer.settings.index / FEEDBACK
        if not from_here(request) or not path.exists():
            return ""
        language = self.frame.language(request)
        try:
            proposals: list[Proposal] = read_feedback(path)
        except BelegtError as error:
            return evaluation_view.fault(error.text(language))
        return evaluation_view.drafts(proposals, path, language)
