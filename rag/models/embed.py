"""Text -> vectors by sentence-transformers, offered as a llama-index ``BaseEmbedding``."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag.errors import SettingsError
from rag.models import side_by_side
from rag.models.bundled import SHA256, bundled_folder
from rag.models.memory import release_memory, release_weights
from rag.models.source import device, find
from rag.models.vocabulary import share
from rag.models.word_tokens import WordTokens, preprocessing
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from rag.models.arithmetic import Arithmetic

PADDED = 16  # to a multiple of so many tokens
JOB = 4  # batches that are encoded in one call: sentence-transformers' own work for each call is paid once


class Embedder(BaseEmbedding):
    """A sentence-transformers model: ``bundled``, a folder, or a hub id, with its own prompts unless given others.

    Vectors are unit length, float32, shape (len(texts), dimension), in input order; text beyond the model's longest
    input is ignored. Computed in bfloat16 where the CPU multiplies in it and the vectors stay the same (arithmetic.py),
    several batches of passages side by side (side_by_side.py).
    Figures: docs/measurements.md, "Embedding speed".
    """

    _settings: Settings = PrivateAttr()
    _loaded: Any = PrivateAttr()
    _query_prompt: str = PrivateAttr()
    _passage_prompt: str = PrivateAttr()
    _arithmetic: Arithmetic | None = PrivateAttr(default=None)
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)
    _asking: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def __init__(self, settings: Settings) -> None:
        model = _load(settings)
        super().__init__(model_name=model_identity(settings), embed_batch_size=settings.embed_batch)
        prompts = model.prompts
        self._settings = settings
        self._loaded = model
        self._query_prompt = _first(settings.query_prompt, prompts.get("query"))
        self._passage_prompt = _first(settings.passage_prompt, prompts.get("document"), prompts.get("passage"))

    @classmethod
    def class_name(cls) -> str:
        return "belegt.Embedder"

    @property
    def _model(self) -> Any:
        # Without the lock first: counting tokens must not wait until a batch of another thread is embedded.
        if (model := self._loaded) is not None:
            return model
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._settings)
            return self._loaded

    def unload(self) -> None:
        """Frees the model's memory (half a gigabyte and more); the next use loads it again, which takes seconds."""
        with self._lock:
            self._loaded = self._arithmetic = None
        gc.collect()
        release_memory()

    def release(self) -> None:
        """Gives back memory that embedding has freed, and weights that their file still has."""
        release_memory()
        if (model := self._loaded) is not None:
            release_weights(model.parameters())

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """Tokens of the longest passage the model reads whole, its prompt and special tokens taken off."""
        model = self._model
        with model[0].tokenizing:
            prompt = model.tokenizer(self._passage_prompt).input_ids
        return int(model.max_seq_length or 512) - len(prompt)

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Character offsets of each text's tokens, without special tokens."""
        if not texts:
            return []
        model = self._model
        with model[0].tokenizing:
            coded = model.tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [[(int(a), int(b)) for a, b in offsets] for offsets in coded["offset_mapping"]]

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, without special tokens: as many as ``token_offsets`` has places for."""
        if not texts:
            return []
        model = self._model
        with model[0].tokenizing:
            counts: list[int] = model.words.counts(texts)
            return counts

    @property
    def arithmetic(self) -> Arithmetic:
        """In what numbers is computed. Raises SettingsError where bfloat16 is asked for and gives other vectors."""
        if (chosen := self._arithmetic) is not None:
            return chosen  # without the lock: a question must not wait until a batch of passages is embedded
        with self._lock:
            if self._arithmetic is None:
                self._arithmetic = self._choose()
            return self._arithmetic

    @property
    def width(self) -> int:
        """How many batches of passages are computed side by side."""
        return side_by_side.width() if self._model.device.type == "cpu" else 1

    def _choose(self) -> Arithmetic:
        from rag.models.arithmetic import FLOAT32, LEAST, cpu_has_bfloat16, fastest

        wanted = self._settings.embed_dtype
        if wanted == "float32" or self._model.device.type != "cpu" or not (wanted == "bfloat16" or cpu_has_bfloat16()):
            return FLOAT32
        found = fastest(self._model, lambda texts: self._encode(texts, self._passage_prompt))
        self.release()  # layers in float32 were read for the comparison; nothing else needs them
        if wanted == "bfloat16" and found is FLOAT32:
            reason = f"bfloat16 changes the vectors of {self.model_name} (cosine below {LEAST}); use auto or float32"
            raise SettingsError(name="embed_dtype", reason=reason)
        return found

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that are to be found."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        # One call at a time: two side by side fight for the same cores and each takes several times as long.
        with self._lock:
            if self._model.device.type != "cpu":
                return self._encode(texts, self._passage_prompt)
            out = np.empty((len(texts), self.dimension), np.float32)
            # Alike in length, so that little is padding; the longest first, so that no core gets them when others are done.
            order, size = sorted(range(len(texts)), key=lambda place: -len(texts[place])), JOB * self.embed_batch_size

            def embed(places: Sequence[int]) -> None:
                out[places] = self._encode([texts[place] for place in places], self._passage_prompt)

            parts = [order[start : start + size] for start in range(0, len(order), size)]
            side_by_side.run(parts, embed, self.arithmetic.entered)
            return out

    def questions(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that search."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        # Beside the passages of an ingest, whose batch takes seconds; one question after another, as they would fight too.
        with self._asking, self.arithmetic.entered():
            return self._encode(texts, self._query_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> np.ndarray:
        """Vectors of ``texts``, computed by this thread. The caller, or who waits for this thread, holds one of the locks."""
        vectors = self._model.encode(
            list(texts),
            prompt=prompt,
            batch_size=self.embed_batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)

    # llama-index's interface

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.questions([query])[0].tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.passages([text])[0].tolist()

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self.passages(texts).tolist()


def model_identity(settings: Settings) -> str:
    """The name vectors are stored under: another name means other vectors. Loads nothing."""
    if settings.embed_model == "bundled":
        name = f"multilingual-e5-small-q4-{SHA256[:8]}"
    else:
        path = Path(settings.embed_model).expanduser()
        name = str(path.resolve()) if path.is_dir() else settings.embed_model
    return name if settings.passage_prompt is None else f"{name} [{settings.passage_prompt!r}]"


def _load(settings: Settings) -> SentenceTransformer:
    # Batches that are computed side by side are tokenised so too. The tokenizer's own threads would wait for the cores that
    # these hold, and these for them. Who sets the variable decides.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    model = _find(settings)
    # Every new shape of a batch costs oneDNN a new kernel, in time and memory: lengths in such steps are a fifth faster.
    if hasattr(model[0], "processing_kwargs"):
        model[0].processing_kwargs = {"text": {"pad_to_multiple_of": PADDED}}
    if tokenizer := getattr(model.tokenizer, "backend_tokenizer", None):
        # One vocabulary with the reader's where both are the same model; it and the words live as long as the model.
        model.vocabulary = share(tokenizer, Path(model.tokenizer.name_or_path))
        model.words = WordTokens(tokenizer)
        model[0].preprocess = preprocessing(model, model.words, PADDED)
    _one_at_a_time(model[0])
    return model


def _one_at_a_time(module: Any) -> None:
    """Gives the module a lock ``tokenizing`` that its own tokenising takes. A fast tokenizer keeps padding and truncation
    as state that each call sets: two threads, one counting tokens and one embedding, would get each other's padding."""
    lock, preprocess = threading.RLock(), module.preprocess

    def locked(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return preprocess(*args, **kwargs)

    module.tokenizing, module.preprocess = lock, locked


def _find(settings: Settings) -> SentenceTransformer:
    wanted = settings.embed_model
    folder = str(bundled_folder(settings.cache)) if wanted == "bundled" else wanted

    def load(source: str, local: bool) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(source, device=device(), local_files_only=local)

    return find(folder, "BELEGT_EMBED_MODEL", load, named=wanted)


def _first(*values: str | None) -> str:
    return next((value for value in values if value is not None), "")
