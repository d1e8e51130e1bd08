"""A language model in GGUF format, run in this process by llama.cpp (the extra ``belegt[gguf]``).

One text at a time: the model holds one context, and whoever else asks waits for it, within their deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import ChatMessage

from rag.aside import Stop, Stopped
from rag.errors import LlmError
from rag.models.writer import Thoughts
from rag.settings import Settings

LOOK = 0.1  # seconds between two looks at ``stop`` while another text is being written
_TEMPLATE = "tokenizer.chat_template"


class Gguf:
    """The model of a file. Safe to share between threads. ``context``: tokens it holds, of the settings and of the file
    the smaller number."""

    def __init__(self, settings: Settings) -> None:
        """Loads it. Raises LlmError without the extra, and for a file that holds no model that knows turns of a chat."""
        assert settings.llm_gguf and settings.llm_model
        self.model, self._seconds, self._temperature = (
            settings.llm_model,
            settings.llm_timeout,
            settings.llm_temperature,
        )
        self._lock = threading.Lock()
        self._ends = 0.0  # the deadline of the text in hand, and who may stop it
        self._stop: Stop | None = None
        try:
            import llama_cpp
        except ImportError as error:
            raise LlmError("extra") from error
        if not settings.llm_gguf.is_file():
            raise LlmError("file", model=settings.llm_gguf, detail="no such file")
        self.context = settings.llm_context
        self._llama = self._loaded(llama_cpp, settings.llm_gguf)
        trained = llama_cpp.llama_model_n_ctx_train(self._llama.model)
        if 0 < trained < self.context:
            self._llama.close()
            self.context = trained
            self._llama = self._loaded(llama_cpp, settings.llm_gguf)
        if _TEMPLATE not in self._llama.metadata:
            self._llama.close()
            raise LlmError("file", model=settings.llm_gguf, detail="it has no template for a chat")
        # Looked at between the parts of a computation: the only way to end the reading of a long prompt.
        self._ended = llama_cpp.ggml_abort_callback(lambda _: self._over())
        llama_cpp.llama_set_abort_callback(self._llama.ctx, self._ended, None)

    def _loaded(self, llama_cpp: Any, path: Path) -> Any:
        try:
            return llama_cpp.Llama(str(path), n_ctx=self.context, verbose=False)
        except (ValueError, RuntimeError, OSError) as error:
            raise LlmError("file", model=path, detail=" ".join(str(error).split())) from error

    def stream(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int,
        deadline: float,
        stop: Stop | None = None,
        streaming: bool = True,
    ) -> Iterator[str]:
        """As ``Writer.stream``; what is written is computed while the caller waits for it."""
        while not self._lock.acquire(timeout=max(0.0, min(LOOK, deadline - time.monotonic()))):
            self._check(deadline, stop)
        try:
            self._ends, self._stop = deadline, stop
            yield from self._pieces(messages, max_tokens)
        finally:
            self._lock.release()

    def _pieces(self, messages: Sequence[ChatMessage], max_tokens: int) -> Iterator[str]:
        thoughts, ended = Thoughts(), None
        sent = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        try:
            for chunk in self._llama.create_chat_completion(
                sent, max_tokens=max_tokens, temperature=self._temperature, stream=True
            ):
                self._check(self._ends, self._stop)
                choice = chunk["choices"][0]
                ended = choice["finish_reason"] or ended
                if shown := thoughts.feed(choice["delta"].get("content") or ""):
                    yield shown
        except ValueError as error:
            raise LlmError("context", model=self.model, detail=" ".join(str(error).split())) from error
        except RuntimeError as error:
            self._llama.reset()
            self._check(self._ends, self._stop)
            raise LlmError("file", model=self.model, detail=" ".join(str(error).split())) from error
        if shown := thoughts.finish():
            yield shown
        if ended == "length":
            raise LlmError("length", model=self.model)

    def _over(self) -> bool:
        return time.monotonic() >= self._ends or (self._stop is not None and self._stop.done())

    def _check(self, deadline: float, stop: Stop | None) -> None:
        if stop is not None and stop.done():
            raise Stopped
        if time.monotonic() >= deadline:
            raise LlmError("slow", model=self.model, seconds=self._seconds)

    def close(self) -> None:
        """Frees the memory, once the text in hand is done."""
        with self._lock:
            self._llama.close()
