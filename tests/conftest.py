"""What all tests share: one cache of the decoded model, one index over the demo articles, and no network.

The real model, Chroma and SQLite are used throughout; ``--disable-socket`` in pyproject.toml keeps the hub out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.pop("BELEGT_CONFIG", None)
_LLM = {name[7:].lower(): value for name, value in os.environ.items() if name.startswith("BELEGT_LLM_")}
for name in [name for name in os.environ if name.startswith("BELEGT_") and name != "BELEGT_CACHE"]:
    del os.environ[name]

from rag.answerer import Answerer  # noqa: E402  the switches above come first
from rag.index import Index  # noqa: E402
from rag.models.embed import Embedder  # noqa: E402
from rag.settings import Settings  # noqa: E402
from ui.screenshot import CHROMIUM_ARGS, find_chromium  # noqa: E402

DEMO = Path(__file__).resolve().parent.parent / "corpus" / "demo"
SHARED = Path(__file__).resolve().parents[2] / "shared"
# What is read must not depend on what else runs here.
PATIENT: dict[str, Any] = {"rerank_seconds": 60, "read_seconds": 60}


def until(done: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds:g} seconds"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def llm_settings() -> dict[str, Any]:
    """What the tests marked llm ask, from BELEGT_LLM_*; no other test may see it."""
    if not {"llm_url", "llm_model"} <= _LLM.keys() and "llm_gguf" not in _LLM:
        pytest.fail("name a model in BELEGT_LLM_URL and BELEGT_LLM_MODEL, or in BELEGT_LLM_GGUF")
    return _LLM


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model, decoded into the user's cache once."""
    return Embedder(Settings.load())


@pytest.fixture(scope="module")
def one_model(embedder: Embedder) -> Iterator[None]:
    """Commands run in this process get the bundled model that is loaded already; another model they load themselves."""

    def load(settings: Settings) -> Embedder:
        return embedder if settings.embed_model == "bundled" else Embedder(settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.index.Embedder", load)
        yield


@pytest.fixture
def make_index(tmp_path: Path, embedder: Embedder) -> Iterator[Callable[..., Index]]:
    """``make_index(**settings)`` opens an index in this test's folder with the shared model."""
    opened: list[Index] = []

    def make(**given: Any) -> Index:
        settings = Settings.load(**{"index": tmp_path / "index", **PATIENT, **given})
        index = Index.open(settings, create=True)
        index.__dict__["embedder"] = embedder  # loading it anew would cost seconds a test
        opened.append(index)
        return index

    yield make
    for index in opened:
        index.close()


@pytest.fixture(scope="session")
def demo_answerer(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Answerer]:
    """An Answerer over the demo corpus."""
    settings = Settings.load(index=tmp_path_factory.mktemp("demo") / "index", **PATIENT)
    with Index.open(settings, create=True) as index:
        index.__dict__["embedder"] = embedder
        index.ingest([DEMO], progress=False)
        yield Answerer(index)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, for tests that are skipped where it is not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The two real articles; they are not in the repository."""
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here; it lies beside the repository in development only")
    return folder
