"""The plain llama-index + Chroma + HuggingFaceEmbedding quick start, at its defaults, as a baseline.

Built only from what the three packages offer: ``Document`` -> ``VectorStoreIndex.from_documents`` (``SentenceSplitter``,
1,024 tokens of cl100k with 20 of overlap) -> ``ChromaVectorStore`` over a collection made without options (l2) ->
``as_retriever``. The embedding is the very model that belegt uses, but ``HuggingFaceEmbedding`` as it comes: without the
prompts "query: " and "passage: " the model was trained with, which it drops unless they are passed in. Where a user
must choose, the choice that helps the baseline was made: the texts are those that belegt has cleaned, the title is
metadata, so it is embedded with every chunk, and as many passages are asked for as the measures need (default: 2).

Without a language model it answers nothing, it shows what it found. So that answers can be compared with answers, it can
be given belegt's own reader, as anyone runs a network of transformers': in float32, over the two passages that a query
engine of llama-index takes by default, refusing where "no answer" scores higher than every span (SQuAD 2.0's rule).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.article import Article
from corpus.language import question_language
from evals.errors import BaselineMissingError
from rag.messages import messages, wording_language
from rag.models.bundled import bundled_folder
from rag.sentences import sentences_around
from rag.settings import Settings
from rag.types import Answer, Citation, Passage, Sentence

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex

    from rag.models.reader.model import SpanReader

PACKAGES = ("llama-index-embeddings-huggingface==0.8.0", "llama-index-vector-stores-chroma==0.6.0")
COLLECTION = "quickstart"
AS_IT_COMES = 2  # passages that a query engine of llama-index is made of: its DEFAULT_SIMILARITY_TOP_K


def embedding(settings: Settings) -> Any:
    """The model of ``settings`` as a ``HuggingFaceEmbedding`` at its defaults, on our device; takes seconds.

    Raises BaselineMissingError without the packages, ModelError when there is no bundled model.
    """
    hugging_face = _integration().HuggingFaceEmbedding
    name = settings.embed_model
    source = bundled_folder(settings.cache) if name == "bundled" else Path(name).expanduser()
    return hugging_face(model_name=str(source) if source.is_dir() else name)


def reader(settings: Settings) -> SpanReader:
    """belegt's span reader in float32; takes a second. Raises ModelMissingError, ModelDamagedError."""
    import torch

    from rag.models.reader.evidence import ADAPTER
    from rag.models.reader.model import SpanReader

    return SpanReader.load(bundled_folder(settings.cache), ADAPTER, dtype=torch.float32)


class Quickstart:
    """The quick start's index in ``folder``, opened for questions. It knows no dates and, without a reader, never refuses."""

    def __init__(self, folder: Path, embed_model: Any) -> None:
        """Raises BaselineMissingError without the packages."""
        from llama_index.core import VectorStoreIndex

        self._client, store = _store(folder)
        self._index: VectorStoreIndex = VectorStoreIndex.from_vector_store(store, embed_model=embed_model)

    @classmethod
    def build(cls, articles: Iterable[Article], folder: Path, embed_model: Any, progress: bool = False) -> Quickstart:
        """Indexes ``articles`` in the empty ``folder``. Raises BaselineMissingError without the packages."""
        from llama_index.core import Document, StorageContext, VectorStoreIndex

        client, store = _store(folder)
        documents = [Document(id_=a.id, text=a.text, metadata={"title": a.title} if a.title else {}) for a in articles]
        # Its batches are of 2,048 chunks, below Chroma's limit of 5,461, as long as nobody calls the store's add itself.
        VectorStoreIndex.from_documents(
            documents,
            storage_context=StorageContext.from_defaults(vector_store=store),
            embed_model=embed_model,
            show_progress=progress,
        )
        client.close()
        return cls(folder, embed_model)

    def close(self) -> None:
        self._client.close()

    @property
    def count(self) -> int:
        """How many chunks it holds."""
        return int(self._client.get_collection(COLLECTION, embedding_function=None).count())

    def passages(self, question: str, top_k: int, within: Collection[str] | None = None) -> list[Passage]:
        """The nearest passages, best first; of the articles ``within`` alone, by llama-index's own metadata filter."""
        from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

        only = None
        if within is not None:
            ids = MetadataFilter(key="ref_doc_id", value=list(within), operator=FilterOperator.IN)
            only = MetadataFilters(filters=[ids])
        found = self._index.as_retriever(similarity_top_k=top_k, filters=only).retrieve(question)
        return [_passage(rank, scored) for rank, scored in enumerate(found)]

    def answers(self, top_k: int, reader: SpanReader | None) -> Callable[..., Answer]:
        """``read`` with a reader, ``ask`` without."""
        return partial(self.read, reader=reader) if reader else partial(self.ask, top_k=top_k)

    def ask(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        top_k: int = 10,
    ) -> Answer:
        """Its first passage, whole: what it shows without a language model (``response_mode="no_text"``).

        Its confidence is the similarity it gives. ``as_of`` is ignored, for nothing in the quick start filters by date.
        """
        started = time.perf_counter()
        passages = self.passages(question, top_k, within)
        first = passages[0] if passages else None
        cited = _citation(first) if first else None
        return _answer(question, started, passages, cited, first.score if first else 0.0)

    def read(
        self,
        question: str,
        as_of: dt.date | None = None,
        *,
        within: Collection[str] | None = None,
        reader: SpanReader,
    ) -> Answer:
        """The sentence with the best span of the ``AS_IT_COMES`` nearest passages; its confidence is that span's margin
        over "no answer", in logits. ``as_of`` is ignored."""
        started = time.perf_counter()
        passages = self.passages(question, AS_IT_COMES, within)
        readings = reader.read_pairs([(question, passage.titled) for passage in passages], spans=1)
        read = [(p, span) for p, reading in zip(passages, readings, strict=True) for span in reading.spans]
        if not read:
            return _answer(question, started, passages, None, 0.0)
        passage, span = max(read, key=lambda found: found[1].score)
        touched = sentences_around(passage.text, span.start, span.end)
        cited = _citation(passage, touched[0][0], touched[-1][1]) if span.score > 0 else None
        return _answer(question, started, passages, cited, span.score, passage.text[span.start : span.end])


def _answer(
    question: str,
    started: float,
    passages: Sequence[Passage],
    cited: Citation | None,
    confidence: float,
    short: str | None = None,
) -> Answer:
    """The quote of ``cited``; the refusal without one."""
    language = wording_language(question_language(question, default="de"))
    seconds = round(time.perf_counter() - started, 4)
    return Answer(
        question=question,
        language=language,
        text=f"{cited.quote} [1]" if cited else messages().say("refusal", language),
        status="answered" if cited else "not_found",
        sentences=(Sentence(cited.quote, (1,), "verbatim"),) if cited else (),
        citations=(cited,) if cited else (),
        passages=tuple(passages),
        confidence=confidence,
        short=short if cited else None,
        timings={"total": seconds},
        fingerprint="quickstart",
    )


def _integration() -> Any:
    try:
        import llama_index.embeddings.huggingface as hugging_face
        import llama_index.vector_stores.chroma  # noqa: F401
    except ImportError as error:
        raise BaselineMissingError(name="quickstart", detail=error, packages=" ".join(PACKAGES)) from error
    return hugging_face


def _store(folder: Path) -> tuple[Any, Any]:
    """A Chroma client on ``folder`` and llama-index's view of its one collection."""
    _integration()
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from llama_index.vector_stores.chroma import ChromaVectorStore

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    return client, ChromaVectorStore(chroma_collection=client.get_or_create_collection(COLLECTION))


def _passage(rank: int, scored: Any) -> Passage:
    node = scored.node
    text = node.get_content()
    start = node.start_char_idx or 0
    return Passage(
        chunk_id=rank,
        article_id=node.ref_doc_id,
        title=node.metadata.get("title"),
        source=None,
        published=None,
        url=None,
        language=None,
        text=text,
        start=start,
        end=start + len(text),
        score=float(scored.score),
        dense=float(scored.score),
        lexical=0.0,
    )


def _citation(passage: Passage, start: int = 0, end: int | None = None) -> Citation:
    """Of ``passage.text[start:end]``."""
    quote = passage.text[start:end]
    return Citation(
        number=1,
        article_id=passage.article_id,
        title=passage.title,
        source=None,
        published=None,
        url=None,
        quote=quote,
        start=passage.start + start,
        end=passage.start + start + len(quote),
    )
