"""The system that a run asks: belegt over an index, one of the baselines, or the search of either alone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import BaselineUnknownError
from evals.journal import index_stamp
from evals.run import AnswerFunction, SearchOnly
from evals.slices import Known
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.answerer import Answerer
    from rag.ingest import Report

OURS = "hybrid"  # the name of belegt among the baselines
_SHAPE = "eval_shape"  # meta key of the store: what an index that a run built was built with


@dataclass(frozen=True, slots=True)
class System:
    """A system opened over an index.

    ``settings``       those it answers by
    ``models``         names of what embeds and of what reads
    ``configuration``  what the settings do not tell of it: ``baseline`` and ``retrieval only`` where they are so, and
                       ``index``, the stamp of what is searched
    """

    answer: AnswerFunction | SearchOnly
    settings: Settings
    models: tuple[str, ...]
    article: Callable[[str], Known]
    configuration: dict[str, Any] = field(default_factory=dict)


def check_baseline(name: str) -> None:
    """Raises BaselineUnknownError."""
    from evals.baselines import BASELINES

    if name not in (OURS, *BASELINES):
        raise BaselineUnknownError(name=name, known=", ".join((OURS, *BASELINES)))


@contextmanager
def opened(settings: Settings, baseline: str = OURS, retrieval_only: bool = False) -> Iterator[System]:
    """Opens a system over the index of ``settings``; loads the models, which takes seconds.

    Raises BaselineUnknownError, BaselineMissingError, and what ``Answerer.open`` raises.
    """
    from evals.baselines import BASELINES, WITHOUT
    from rag.answerer import Answerer
    from rag.index import Index

    check_baseline(baseline)
    about: dict[str, Any] = {} if baseline == OURS else {"baseline": baseline}
    if retrieval_only:
        about["retrieval only"] = True
    if baseline != OURS and baseline not in WITHOUT:
        with BASELINES[baseline](settings) as answer, Index.open(settings) as index:
            about["index"] = index_stamp(index.store)
            models = (index.status().model, baseline)
            yield System(_searching(answer) if retrieval_only else answer, settings, models, index.article, about)
        return
    with Answerer.open(settings.model_copy(update=WITHOUT.get(baseline, {}))) as answerer:
        yield over(answerer, about, retrieval_only)


def over(answerer: Answerer, about: Mapping[str, Any] | None = None, retrieval_only: bool = False) -> System:
    """belegt as it is opened in ``answerer``; ``about``: what its settings do not tell."""
    retriever = answerer.retriever
    asked = SearchOnly(retriever.passages, retriever.queries) if retrieval_only else answerer.ask
    reader = () if retrieval_only else (type(answerer.reader).__name__,)
    told = {**(about or {}), "index": index_stamp(answerer.index.store)}
    return System(asked, answerer.settings, (answerer.status().model, *reader), answerer.article, told)


def _searching(answer: AnswerFunction) -> SearchOnly:
    """The search of a system that gives nothing but answers."""
    return SearchOnly(lambda question, as_of, *, within: answer(question, as_of, within=within).passages)


def prepare_index(articles: Path, settings: Settings, language: str, progress: bool) -> Report:
    """Makes the index of ``settings`` that of the articles in a file, as far as it is not: new, changed and gone ones,
    and all of them where the model, the size of the chunks or the format is another than it was built with.

    Raises SourceError, StoreError, ModelError.
    """
    from rag.errors import IndexFormatError
    from rag.index import STORE, Index
    from rag.models.embed import model_identity

    wanted = f"{model_identity(settings)} {settings.embed_dtype} {settings.chunk_tokens} {settings.chunk_overlap}"
    try:
        index = Index.open(settings, create=True)
    except IndexFormatError:
        if not _built_here(settings.index / STORE):
            raise
        shutil.rmtree(settings.index)  # nothing is in it that the articles beside it do not hold
        index = Index.open(settings, create=True)
    with index:
        if index.store.meta(_SHAPE) not in (None, wanted):
            index.rebuild(progress)
        report = index.ingest([articles], language, progress=progress, prune=True)
        with index.writing():
            index.store.set_meta(_SHAPE, wanted)
    return report


def _built_here(store: Path) -> bool:
    """Whether the database, of whatever format, is of an index that ``prepare_index`` made."""
    with closing(sqlite3.connect(store)) as db:
        return db.execute("SELECT 1 FROM meta WHERE key = ?", (_SHAPE,)).fetchone() is not None
