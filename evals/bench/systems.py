"""Who the bench asks: belegt, its searches alone and together, and the quick start, over one set's articles."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from evals.baselines import BASELINES, WITHOUT, AnswerFunction
from evals.cases import Case
from evals.errors import CorpusError
from evals.importers import Imported
from evals.quickstart import Quickstart, embedding, reader
from rag.models.embed import model_identity
from rag.settings import Settings
from rag.types import Answer, Passage

if TYPE_CHECKING:
    import datetime as dt

    from rag.answerer import Answerer
    from rag.models.embed import Embedder
    from rag.models.reader.model import SpanReader
    from rag.retrieve import Query

OURS = "belegt"
PLAIN = "quickstart"
SYSTEMS = (OURS, *BASELINES)
DEPTH = 30  # passages asked for: several of one article count once, and ten articles are to be ranked


@dataclass(frozen=True, slots=True)
class Ingested:
    """What building an index took. Those of ``WITHOUT`` search the one that belegt built."""

    seconds: float
    articles: int
    chunks: int


class Models:
    """The embedding model as belegt runs it and as the quick start does, each loaded when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def belegt(self) -> Embedder:
        from rag.models.embed import Embedder

        return Embedder(self._settings)

    @cached_property
    def quickstart(self) -> Any:
        return embedding(self._settings)

    @cached_property
    def reader(self) -> SpanReader:
        """As the quick start is given it."""
        return reader(self._settings)


class System(Protocol):
    """One system, opened over one set."""

    def prepare(self, cases: Sequence[Case]) -> Sequence[Any]:
        """What can be done for many questions at once before ``find``; None for each where nothing can."""
        ...

    def find(self, case: Case, prepared: Any = None) -> list[Passage]:
        """``DEPTH`` passages, best first."""
        ...

    def ask(self, question: str, as_of: dt.date | None = None, *, within: Collection[str] | None = None) -> Answer: ...


class _Belegt:
    """belegt, with all its parts or without some; ``queries`` is shared by those over the same index."""

    def __init__(self, answerer: Answerer, queries: dict[str, Query]) -> None:
        self._retriever = answerer.retriever
        self._queries = queries
        self.ask = answerer.ask

    def prepare(self, cases: Sequence[Case]) -> list[Query]:
        new = [case.question for case in cases if case.question not in self._queries]
        self._queries.update(zip(new, self._retriever.queries(new), strict=True))
        return [self._queries[case.question] for case in cases]

    def find(self, case: Case, prepared: Query | None = None) -> list[Passage]:
        asked = prepared or case.question
        return self._retriever.passages(asked, case.as_of, DEPTH, within=case.within or None)


class _Quickstart:
    """The quick start; with a ``reader`` it answers by what that reads."""

    def __init__(self, opened: Quickstart, settings: Settings, reader: SpanReader | None) -> None:
        self._opened = opened
        self.ask: AnswerFunction = opened.answers(settings.top_k, reader)

    def prepare(self, cases: Sequence[Case]) -> list[None]:
        return [None] * len(cases)

    def find(self, case: Case, prepared: None = None) -> list[Passage]:
        return self._opened.passages(case.question, DEPTH, case.within or None)


class Corpus:
    """One set's articles and, under ``folder``, the indexes over them; those that are whole are not built again."""

    def __init__(self, name: str, imported: Imported, folder: Path, settings: Settings, models: Models) -> None:
        self.name = name
        self._articles = imported.articles
        self._folder = folder
        self._settings = settings.model_copy(update={"index": folder / OURS})
        self._models = models
        self._queries: dict[str, Query] = {}

    @contextmanager
    def open(self, system: str, progress: bool = False) -> Iterator[System]:
        """The system, its index built first where it is not there.

        Raises CorpusError, BaselineMissingError, and what reading and indexing raise."""
        from rag.answerer import Answerer
        from rag.index import Index

        if system not in WITHOUT and system != OURS:
            self._build(PLAIN, self._quickstart, progress)
            with closing(Quickstart(self._folder / PLAIN, self._models.quickstart)) as opened:
                yield _Quickstart(opened, self._settings, None if system == PLAIN else self._models.reader)
            return
        self._build(OURS, self._belegt, progress)
        chosen = self._settings.model_copy(update=WITHOUT.get(system, {}))
        with Index.open(chosen) as index:
            index.embedder = self._models.belegt
            yield _Belegt(Answerer(index), self._queries)

    @property
    def size(self) -> int:
        """How many articles there are."""
        if self._articles.is_dir():
            return sum(1 for _ in self._articles.iterdir())
        with self._articles.open("rb") as file:
            return sum(1 for _ in file)

    def ingested(self, system: str) -> Ingested | None:
        """What building the system's own index took; None where it has none, or none that is whole."""
        try:
            record = json.loads(self._record(system).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return Ingested(**record["took"]) if record["of"] == self._identity else None

    def _build(self, system: str, build: Any, progress: bool) -> None:
        if self.ingested(system) is not None:
            return
        shutil.rmtree(self._folder / system, ignore_errors=True)  # begun, or of other articles or settings
        took = build(progress)
        self._record(system).write_text(json.dumps({"took": asdict(took), "of": self._identity}), "utf-8")

    def _belegt(self, progress: bool) -> Ingested:
        from rag.index import Index

        with Index.open(self._settings, create=True) as index:
            index.embedder = self._models.belegt
            report = index.ingest([self._articles], progress=progress)
        if report.interrupted:
            raise KeyboardInterrupt
        if report.failed:
            reason = "{path}: {reason}".format(**report.failed[0])
            raise CorpusError(name=self.name, failed=len(report.failed), reason=reason)
        return Ingested(report.seconds, report.articles, report.chunks)

    def _quickstart(self, progress: bool) -> Ingested:
        from rag.index import Index

        self._build(OURS, self._belegt, progress)  # whose texts it is given
        with Index.open(self._settings) as index:
            articles = [article for _, article in index.store.articles()]
        model = self._models.quickstart
        started = time.perf_counter()
        with closing(Quickstart.build(articles, self._folder / PLAIN, model, progress)) as built:
            return Ingested(round(time.perf_counter() - started, 2), len(articles), built.count)

    def _record(self, system: str) -> Path:
        return self._folder / f"{system}.json"

    @cached_property
    def _identity(self) -> list[str]:
        """What an index depends on: articles, settings, model."""
        files = sorted(self._articles.iterdir()) if self._articles.is_dir() else [self._articles]
        content = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
        return [content, self._settings.fingerprint(), model_identity(self._settings)]
