"""A language model as the rest sees it, wherever it runs; and what every one of them has to leave out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from rag.aside import Stop
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage

_THOUGHTS = ("<think>", "</think>")


class Writer(Protocol):
    """A language model. Safe to share between threads. ``model``: its name, as it is shown."""

    model: str

    def stream(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int,
        deadline: float,
        stop: Stop | None = None,
        streaming: bool = True,
    ) -> Iterator[str]:
        """What the model writes, piece by piece, without its thoughts; in one piece unless ``streaming``.

        ``deadline``: on the clock of ``time.monotonic``. Closing the iterator, or ``stop``, ends the writing.
        Raises LlmError for whatever goes wrong, Stopped at ``stop``.
        """
        ...

    def close(self) -> None:
        """Gives back what it holds: connections, memory."""
        ...


def writer(settings: Settings) -> Writer:
    """The model that the settings name: a file here, or one at an address, which is not called yet. Raises LlmError."""
    if settings.llm_gguf:
        from rag.models.llm_gguf import Gguf

        return Gguf(settings)
    from rag.models.llm import Llm  # not for those who ask without one: the openai package takes a second

    return Llm(settings)


class Thoughts:
    """Takes out what a reasoning model thinks aloud, <think>...</think>, however the stream is cut."""

    def __init__(self) -> None:
        self._inside = False
        self._held = ""

    def feed(self, text: str) -> str:
        """What of the text so far is certainly meant to be read."""
        self._held += text
        shown = ""
        while True:
            tag = _THOUGHTS[self._inside]
            at = self._held.find(tag)
            if at < 0:
                break
            shown += "" if self._inside else self._held[:at]
            self._held, self._inside = self._held[at + len(tag) :], not self._inside
        # The end of what is held may be the beginning of the tag.
        kept = next((n for n in range(len(tag) - 1, 0, -1) if self._held.endswith(tag[:n])), 0)
        cut = len(self._held) - kept
        shown += "" if self._inside else self._held[:cut]
        self._held = self._held[cut:]
        return shown

    def finish(self) -> str:
        """What was still held back; thoughts that never ended are none of it."""
        held, self._held = self._held, ""
        return "" if self._inside else held
