"""The library: what the index holds, by time and source, searched, opened, added to and deleted from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rag import catalogue
from rag.catalogue import Wanted
from rag.index import Index
from rag.report import CorpusReport, corpus_report
from ui import add_view, article_view, library_view, library_work
from ui.frame import HIDDEN, Frame, Updates
from ui.here import from_here
from ui.jobs import Job
from ui.sent import sent, sent_number
from ui.uploads import FOLDER, Uploads, answer_upload, pasted
from ui.worklist import Worklist

PAGE = 25  # articles
UPLOAD = "/library/upload"


@dataclass(eq=False)
class Shelf:
    """What one open page shows: the articles wanted, from where on, which is open, and how many jobs it knows the end of."""

    wanted: Wanted = field(default_factory=Wanted)
    offset: int = 0
    open_id: str | None = None
    open_row: int | None = None
    confirming: bool = False
    seen: int = 0
    arrived: bool = False


class Library:
    """The page over the index of one Answerer; jobs and uploads are common to all who look at it."""

    name = "library"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.answerer = frame, frame.answerer
        self.uploads = Uploads(self.answerer.settings.index / FOLDER)
        self._report: tuple[int, dt.date, CorpusReport] | None = None
        frame.routes.append(Route(UPLOAD, self.upload, methods=["POST"]))
        self.shelf = gr.State(Shelf())
        with gr.Row(elem_id="library"):
            with gr.Column(elem_id="shelf"):
                self.adding = frame.html(
                    "", "adding", "belegt.library.adding(element, trigger) // 'read' 'fetch' 'paste'"
                )
                self.jobs = Worklist(frame, "jobs", self.shelf)
                self.tools = frame.html("", "tools", "belegt.library.tools(element, trigger) // 'search'")
                self.timeline = frame.html("", "timeline", "belegt.forward(element, trigger) // 'period'")
                self.list = frame.html(
                    "", "articles", "belegt.library.list(element, trigger, watch) // 'open' 'sort' 'leaf'"
                )
                self.checks = frame.html("", "checks", "belegt.library.list(element, trigger) // 'open'")
            with gr.Column(elem_id="reading"):
                script = "belegt.library.article(element, trigger, watch) // 'open' 'shut' 'ask_delete' 'erase' 'keep'"
                self.article = frame.html("", "article", script)
        self._wire()

    def _wire(self) -> None:
        drawn = [self.adding, self.jobs.html, self.tools, self.timeline, self.list, self.article]
        page = [self.shelf, *drawn, self.frame.top]
        self.frame.on_show(self.show, [self.shelf], page)
        # Apart from the rest, which should not wait for it: it reads every text.
        self.frame.on_show(self.inspect, [], [self.checks])
        every: list[tuple[Any, Callable[..., Updates]]] = [
            (self.timeline.period, self.period), (self.list.sort, self.sort), (self.list.leaf, self.leaf),
            (self.list.open, self.open), (self.checks.open, self.open), (self.jobs.html.open, self.open),
            (self.article.open, self.open), (self.article.shut, self.shut), (self.article.ask_delete, self.ask_delete),
            (self.article.keep, self.keep), (self.article.erase, self.erase), (self.adding.read, self.read),
            (self.adding.fetch, self.fetch), (self.adding.paste, self.paste),
        ]  # fmt: skip
        for event, handler in every:
            event(handler, [self.shelf], page, **HIDDEN)
        # After the jobs were drawn: drawn as finished, they are not asked after again.
        self.jobs.html.poll(self.poll, [self.shelf], page, **HIDDEN).then(self.inspect, [], [self.checks], **HIDDEN)
        # While one search is under way the next letters are typed: only the last of them count.
        self.tools.search(self.search, [self.shelf], page, trigger_mode="always_last", **HIDDEN)

    @property
    def index(self) -> Index:
        return self.answerer.index

    # Looking

    def show(self, shelf: Shelf, request: gr.Request) -> Updates:
        """The page was loaded, maybe at an article that a link names, or its language switched."""
        if not shelf.arrived:
            shelf.arrived, shelf.open_id = True, request.query_params.get("article")
        language, here = self.frame.language(request), from_here(request)
        shelf.seen = self.jobs.worker.ended
        return {
            self.adding: add_view.adding(here, language),
            self.tools: library_view.tools(shelf.wanted, catalogue.sources(self.index.store), language),
            **self._articles(shelf, request),
            **self._opened(shelf, request),
            **self.jobs.drawn(shelf, request),
        }

    def inspect(self, request: gr.Request) -> Updates:
        """What somebody should look at, once nothing is at work that changes it."""
        if any(not job.finished for job in self.jobs.worker.jobs):
            return {self.checks: gr.skip()}
        store, today = self.index.store, dt.date.today()
        revision = store.revision
        if self._report is None or self._report[:2] != (revision, today):
            self._report = (revision, today, corpus_report(store, today))
        report = self._report[2]
        titles = catalogue.titles(store, [odd.id for odd in report.suspicious[: library_view.LISTED]])
        return {self.checks: library_view.checks(report, titles, self.frame.language(request))}

    def search(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """Words were typed, or a source or a kind chosen."""
        only = sent(event, "only")
        return self._list(
            shelf, request, words=sent(event, "words")[:200], source=sent(event, "source") or None,
            only=only if only in ("copies", "versions") else "",
        )  # fmt: skip

    def period(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """A bar of the timeline was pressed."""
        return self._list(shelf, request, period=sent(event, "period")[:10])

    def sort(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """A heading was pressed: sorts by it, or the other way round."""
        by = sent(event, "sort")
        if by not in ("date", "title", "source"):
            return {self.shelf: shelf}
        again = by == shelf.wanted.sort
        return self._list(shelf, request, sort=by, descending=not shelf.wanted.descending if again else by == "date")

    def leaf(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """On or back in the list."""
        shelf.offset = sent_number(event, "offset") or 0
        return {self.shelf: shelf, self.list: self._listing(shelf, request)}

    def open(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """An article, or one version of it, was chosen."""
        shelf.open_id, shelf.open_row, shelf.confirming = sent(event, "id"), sent_number(event, "row"), False
        return {self.shelf: shelf, **self._opened(shelf, request)}

    def shut(self, shelf: Shelf) -> Updates:
        shelf.open_id, shelf.open_row, shelf.confirming = None, None, False
        return {self.shelf: shelf, self.article: ""}

    # Changing

    async def upload(self, request: Request) -> Response:
        """A file from the browser; it is read when the page asks for it."""
        return await answer_upload(self.uploads, request, self.frame.language(request))

    def read(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """All files are here: read them."""
        paths = self.uploads.take(getattr(event, "tokens", None))
        if paths:
            work = library_work.read_files(self.index, self.uploads, paths, self.frame.language(request))
            self.jobs.submit(request, Job("files", [path.name for path in paths], work))
        return self.jobs.drawn(shelf, request)

    def fetch(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """An address was given."""
        if url := sent(event, "url").strip()[:2000]:
            work = library_work.read_page(self.index, self.uploads, url, self.frame.language(request))
            self.jobs.submit(request, Job("url", [url], work))
        return self.jobs.drawn(shelf, request)

    def paste(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """A text was given."""
        title, source, published, url, text = (sent(event, n) for n in ("title", "source", "published", "url", "text"))
        if text.strip() and from_here(request):
            name, data = pasted(title, source, published, url, text[: add_view.LONGEST_TEXT])
            path = self.uploads.keep(name, data)
            work = library_work.read_files(self.index, self.uploads, [path], self.frame.language(request))
            self.jobs.submit(request, Job("text", [title.strip() or path.name], work))
        return self.jobs.drawn(shelf, request)

    def ask_delete(self, shelf: Shelf, request: gr.Request) -> Updates:
        shelf.confirming = True
        return {self.shelf: shelf, **self._opened(shelf, request)}

    def keep(self, shelf: Shelf, request: gr.Request) -> Updates:
        shelf.confirming = False
        return {self.shelf: shelf, **self._opened(shelf, request)}

    def erase(self, shelf: Shelf, request: gr.Request, event: gr.EventData) -> Updates:
        """The deletion of the open article was confirmed."""
        found = catalogue.opened(self.index.store, sent(event, "id")) if shelf.confirming else None
        if found:
            work = library_work.delete(self.index, self.uploads, found.article.id)
            self.jobs.submit(request, Job("delete", [found.article.title or found.article.id], work))
        return self.shut(shelf) | self.jobs.drawn(shelf, request)

    def poll(self, shelf: Shelf, request: gr.Request) -> Updates:
        """The page looks at the jobs; when one has ended, the articles are others."""
        if shelf.seen == self.jobs.worker.ended:
            return self.jobs.drawn(shelf, request)
        return self.show(shelf, request) | {self.adding: gr.skip()} | self.frame.redraw(request)

    # Drawing

    def _list(self, shelf: Shelf, request: gr.Request, **changes: Any) -> Updates:
        shelf.wanted, shelf.offset = replace(shelf.wanted, **changes), 0
        return {self.shelf: shelf, **self._articles(shelf, request)}

    def _articles(self, shelf: Shelf, request: gr.Request) -> Updates:
        language, store = self.frame.language(request), self.index.store
        months = catalogue.months(store, shelf.wanted)
        return {
            self.shelf: shelf,
            self.timeline: library_view.timeline(months, shelf.wanted, language),
            self.list: self._listing(shelf, request),
        }

    def _listing(self, shelf: Shelf, request: gr.Request) -> str:
        store = self.index.store
        total, entries = catalogue.listing(store, shelf.wanted, shelf.offset, PAGE)
        if not entries and total:  # articles were deleted meanwhile
            shelf.offset = 0
            total, entries = catalogue.listing(store, shelf.wanted, 0, PAGE)
        texts = catalogue.texts(store, [entry.row for entry in entries])
        language = self.frame.language(request)
        return library_view.listing(shelf.wanted, total, entries, texts, shelf.offset, PAGE, language)

    def _opened(self, shelf: Shelf, request: gr.Request) -> Updates:
        if shelf.open_id is None:
            return {self.article: ""}
        language = self.frame.language(request)
        found = catalogue.opened(self.index.store, shelf.open_id, shelf.open_row)
        if found is None:
            return {self.article: article_view.gone(language)}
        hit = catalogue.hit(found.article.text, shelf.wanted.words) if shelf.wanted.words else None
        return {self.article: article_view.article(found, language, hit, shelf.confirming, from_here(request))}
