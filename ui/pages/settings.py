"""The settings: how answers are made, models and index, and what ``belegt doctor`` finds, in words."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import gradio as gr

from rag.cli import try_model, versions
from rag.cli_llm import diagnosis
from rag.errors import BelegtError
from rag.messages import messages
from rag.models.reader.evidence import BundledReader
from ui import settings_view
from ui.errors import told
from ui.frame import HIDDEN, Frame, Updates
from ui.here import from_here
from ui.library_errors import FaultError
from ui.sent import sent
from ui.settings_view import MODES, Finding


class SettingsPage:
    """The page over one Answerer. What is switched holds for all who ask it, until belegt is started again."""

    name = "settings"

    def __init__(self, frame: Frame) -> None:
        self.frame, self.answerer = frame, frame.answerer
        with gr.Column(elem_id="settings"):
            self.modes = frame.html("", "modes", "belegt.forward(element, trigger) // 'mode'")
            self.check = frame.html("", "check", "belegt.forward(element, trigger) // 'examine'")
            self.models = frame.html("", "models")
            self.all = frame.html("", "all-settings")
        frame.on_show(self.show, [], [self.modes, self.check, self.models, self.all])
        self.modes.mode(self.switch, [], [self.modes, self.models, self.all], **HIDDEN)
        self.check.examine(self.examine, [], [self.check], **HIDDEN)

    def show(self, request: gr.Request) -> Updates:
        """The page was loaded, or its language switched."""
        shown = settings_view.check(None, False, from_here(request), self.frame.language(request))
        return {self.check: shown, **self._state(request)}

    def switch(self, request: gr.Request, event: gr.EventData) -> Updates:
        """Another way to answer was chosen."""
        mode, settings = sent(event, "mode"), self.answerer.settings
        possible = mode == "extractive" or settings.llm_set
        if mode in MODES and possible and from_here(request):
            self.answerer.settings = settings.model_copy(update={"answer_mode": mode})
        return self._state(request)

    def examine(self, request: gr.Request) -> Iterator[Updates]:
        """Everything is to be checked; that takes a few seconds."""
        language, here = self.frame.language(request), from_here(request)
        if not here:
            return
        yield {self.check: settings_view.check(None, True, here, language)}
        findings = [self._model(language), self._llm(language), self._index(language)]
        yield {self.check: settings_view.check(findings, False, here, language)}

    def _model(self, language: str) -> Finding:
        try:
            return Finding("doctor_model", try_model(self.answerer.index.embedder, language), True)
        except Exception as error:
            return Finding("doctor_model", told(error, FaultError).text(language), False)

    def _llm(self, language: str) -> Finding:
        try:
            return Finding("doctor_llm", *diagnosis(self.answerer.settings, language))
        except Exception as error:
            return Finding("doctor_llm", told(error, FaultError).text(language), False)

    def _index(self, language: str) -> Finding:
        say = messages().say
        try:
            faults = self.answerer.index.verify()
        except BelegtError as error:
            return Finding("doctor_index", error.text(language), False)
        found = "; ".join(say("doctor_index_fault", language, fault=fault) for fault in faults)
        return Finding("doctor_index", found or say("doctor_index_ok", language), not faults)

    def _state(self, request: gr.Request) -> Updates:
        language, here = self.frame.language(request), from_here(request)
        settings, status = self.answerer.settings, self.answerer.status()
        machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {sys.platform}"
        ours, loaded = isinstance(self.answerer.reader, BundledReader), "embedder" in self.answerer.index.__dict__
        reader = None if ours else type(self.answerer.reader).__name__
        return {
            self.modes: settings_view.modes(settings, here, language),
            self.models: settings_view.models(status, settings, reader, loaded, language),
            self.all: settings_view.everything(settings, versions(), machine, here, language),
        }
