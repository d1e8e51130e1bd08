"""What belegt is measured against, on the same questions: ``BASELINES["bm25"](settings)`` opens one over an index.

"bm25"        keyword search alone: the lexical half of belegt, BM25 over tokens of German analysis (stems, ä/ae, parts
              of compounds). That is more than textbook BM25 over lowercased words, so the harder one to beat.
"dense"       vector search alone: cosine similarity of the same embeddings, with the model's own prompts
"fused"       both searches, in the order that their fusion gives: no reader or CrossEncoder puts the passages in order
"quickstart"  llama-index + Chroma + HuggingFaceEmbedding as they come; see ``evals/quickstart.py``
"quickstart-reader"  the same with belegt's reader over what it found

The first three answer through belegt's own reader and threshold, so that what differs is the search alone. The quick
start has no reader and, without a language model, nothing that refuses: it shows its best passage whatever is asked.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from evals.quickstart import Quickstart, embedding, reader
from rag.index import Index
from rag.settings import Settings
from rag.types import Answer

# belegt's own settings that leave a part of it out.
WITHOUT: dict[str, dict[str, str]] = {
    "bm25": {"fusion": "lexical"},
    "dense": {"fusion": "dense"},
    "fused": {"rerank_model": "none"},
}


class AnswerFunction(Protocol):
    """How every system is asked; ``within`` holds the ids of the only articles to be searched."""

    def __call__(
        self, question: str, as_of: dt.date | None = None, *, within: Collection[str] | None = None
    ) -> Answer: ...


@contextmanager
def _part(without: dict[str, str], settings: Settings) -> Iterator[AnswerFunction]:
    from rag.answerer import Answerer  # loads the models' libraries

    with Answerer.open(settings.model_copy(update=without)) as answerer:
        yield answerer.ask


@contextmanager
def _quickstart(settings: Settings, reads: bool = False) -> Iterator[AnswerFunction]:
    """Built anew each time, in a folder that is gone afterwards: a copy left behind would outlive ``belegt delete``."""
    model = embedding(settings)
    with tempfile.TemporaryDirectory(prefix="belegt-quickstart-") as folder:
        with Index.open(settings) as index:
            articles = [article for _, article in index.store.articles()]
        with closing(Quickstart.build(articles, Path(folder), model, progress=True)) as opened:
            yield opened.answers(settings.top_k, reader(settings) if reads else None)


Baseline = Callable[[Settings], AbstractContextManager[AnswerFunction]]

# Each takes the settings of an index and gives the function that answers from it. Raises as ``Answerer.open`` does, and
# BaselineMissingError when its packages are not installed.
BASELINES: dict[str, Baseline] = {
    **{name: partial(_part, without) for name, without in WITHOUT.items()},
    "quickstart": _quickstart,
    "quickstart-reader": partial(_quickstart, reads=True),
}
