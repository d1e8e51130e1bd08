"""Text -> vectors by sentence-transformers, offered as a llama-index ``BaseEmbedding``."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag.errors import ModelMissingError
from rag.models.bundled import SHA256, bundled_folder
from rag.models.memory import release_memory
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class Embedder(BaseEmbedding):
    """A sentence-transformers model: ``bundled``, a folder, or a hub id, with its own prompts unless given others.

    Vectors are unit length, float32, shape (len(texts), dimension), in input order; text beyond the model's longest
    input is ignored. Questions are always computed in float32, passages in bfloat16 where the CPU multiplies in it.
    """

    _settings: Settings = PrivateAttr()
    _loaded: Any = PrivateAttr()
    _query_prompt: str = PrivateAttr()
    _passage_prompt: str = PrivateAttr()
    _half: bool = PrivateAttr()
    _lock: threading.RLock = PrivateAttr(default_factory=threading.RLock)

    def __init__(self, settings: Settings) -> None:
        model = _load(settings)
        super().__init__(model_name=model_identity(settings), embed_batch_size=settings.embed_batch)
        prompts = model.prompts
        self._settings = settings
        self._loaded = model
        self._query_prompt = _first(settings.query_prompt, prompts.get("query"))
        self._passage_prompt = _first(settings.passage_prompt, prompts.get("document"), prompts.get("passage"))
        self._half = settings.embed_dtype == "bfloat16" or (settings.embed_dtype == "auto" and _cpu_has_bfloat16())

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
            self._loaded = None
        gc.collect()
        release_memory()

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

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that are to be found."""
        return self._encode(texts, self._passage_prompt, self._half)

    def questions(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that search."""
        return self._encode(texts, self._query_prompt, half=False)

    def _encode(self, texts: Sequence[str], prompt: str, half: bool) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        import torch

        # Autocast keeps weights, norms and pooling in float32: cosine .99999 to full precision, at a third of the time.
        precision: AbstractContextManager[Any] = (
            torch.autocast("cpu", dtype=torch.bfloat16) if half and self._model.device.type == "cpu" else nullcontext()
        )
        # One at a time: two batches side by side fight for the same cores and each takes several times as long.
        with self._lock, precision:
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
    model = _find(settings)
    # Every new shape of a batch costs oneDNN a new kernel, in time and memory: lengths in steps of 16 are a fifth faster.
    if hasattr(model[0], "processing_kwargs"):
        model[0].processing_kwargs = {"text": {"pad_to_multiple_of": 16}}
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
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Threads that spin while they wait cost a quarter alone but a factor of four beside a second process on two cores,
    # and an ingest beside a chat is an ordinary day. Read by OpenMP when torch is imported, below.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    folder = bundled_folder(settings.cache) if wanted == "bundled" else Path(wanted).expanduser()
    if folder.is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    source = str(folder) if folder.is_dir() else wanted
    try:
        try:
            return SentenceTransformer(source, device=_device(), local_files_only=True)
        except (OSError, ValueError):
            if folder.is_dir():
                raise
            return SentenceTransformer(source, device=_device())  # a hub id the user named
    except Exception as error:
        fix = "Check BELEGT_EMBED_MODEL: 'bundled', a model folder, or a hub id (needs network once)."
        fix_de = "BELEGT_EMBED_MODEL prüfen: 'bundled', ein Modellordner oder eine Hub-Kennung (braucht einmal Netz)."
        detail = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise ModelMissingError(model=wanted, detail=detail, fix=fix, fix_de=fix_de) from error


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _cpu_has_bfloat16() -> bool:
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())


def _first(*values: str | None) -> str:
    return next((value for value in values if value is not None), "")
