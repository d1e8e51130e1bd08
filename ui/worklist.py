"""A page's jobs as one of its components: drawn, watched while something is at work, stopped, put away."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import add_view
from ui.frame import HIDDEN, Frame, Updates
from ui.here import from_here
from ui.jobs import Job, Worker
from ui.sent import sent


class Worklist:
    """The jobs of one worker. ``state`` holds what an open page shows; its ``seen``: how many jobs it knows the end of.

    The page itself wires ``html.poll``, for what has ended may change all of it. Jobs are common to all who look at it.
    """

    def __init__(self, frame: Frame, elem_id: str, state: gr.State) -> None:
        """Build it inside the page's ``gr.Blocks`` context, where the jobs are to be."""
        self.frame, self.state, self.worker = frame, state, Worker(f"belegt-{elem_id}")
        script = "belegt.library.jobs(element, trigger) // 'poll' 'halt' 'dismiss' 'open'"
        self.html: Any = frame.html("", elem_id, script)
        for event, handler in ((self.html.halt, self.halt), (self.html.dismiss, self.dismiss)):
            event(handler, [state], [state, self.html], **HIDDEN)

    def submit(self, request: gr.Request, job: Job) -> None:
        """Gives the job to the worker, if the visitor may: to others the page offers nothing to press."""
        if from_here(request):
            self.worker.submit(job)

    def halt(self, state: Any, request: gr.Request, event: gr.EventData) -> Updates:
        """A job is to stop."""
        if from_here(request):
            self.worker.stop(sent(event, "job"))
        return self.drawn(state, request)

    def dismiss(self, state: Any, request: gr.Request, event: gr.EventData) -> Updates:
        """A job that has ended is to be told of no more."""
        if from_here(request):
            self.worker.dismiss(sent(event, "job"))
        return self.drawn(state, request)

    def drawn(self, state: Any, request: gr.Request) -> Updates:
        """The jobs as they are now."""
        shown = add_view.jobs(self.worker, state.seen, from_here(request), self.frame.language(request))
        return {self.state: state, self.html: shown}
