"""An Answerer whose model is a scripted endpoint on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answerer import Answerer
from rag.index import Index
from rag.models.embed import Embedder
from rag.models.read import Reader
from rag.settings import Settings
from rag.types import Answer
from tests.llm_answers import QUESTION, articles
from tests.llm_endpoint import MODEL, Endpoint, Script, running

_READERS: dict[str, Reader] = {}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """One index for all tests of a file."""
    path = tmp_path_factory.mktemp("llm") / "index"
    with Index.open(Settings.load(index=path), create=True) as index:
        index.__dict__["embedder"] = embedder
        index.add(articles())
    return path


@pytest.fixture
def ask(endpoint: Endpoint, folder: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``ask(script, ..., **settings)``: the answer to QUESTION when the model says so."""
    monkeypatch.setattr("rag.generate.write.FIRST_PAUSE", 0.02)
    opened: list[Answerer] = []

    def answerer(**given: Any) -> Answerer:
        settings = {"llm_url": endpoint.url, "llm_model": MODEL, "answer_mode": "llm", "llm_timeout": 60.0}
        index = Index.open(Settings.load(index=folder, **settings | given))
        index.__dict__["embedder"] = embedder
        opened.append(Answerer(index, _READERS.get("one")))
        _READERS["one"] = opened[-1].reader  # loading it anew would cost seconds a test
        return opened[-1]

    def asked(*scripts: Script | str, question: str = QUESTION, **given: Any) -> Answer:
        endpoint.says(*scripts)
        return answerer(**given).ask(question)

    asked.answerer = answerer  # type: ignore[attr-defined]
    yield asked
    for each in opened:
        each.close()
