"""What an OpenAI-compatible address offers, and how fast its model is: for ``belegt doctor`` and ``belegt llm list``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import ChatMessage

from rag.errors import LlmError
from rag.models.llm_faults import named
from rag.models.llm_http import client, key, run
from rag.models.writer import Writer
from rag.settings import Settings

LIST_SECONDS = 15.0
TRY_SECONDS = 60.0
TRY_TOKENS = 32
# Where servers say how much context a model has: vLLM, LM Studio, Mistral and others, llama.cpp (as started, as trained).
_CONTEXT = ("max_model_len", "loaded_context_length", "max_context_length", "context_length", "n_ctx", "n_ctx_train")


@dataclass(frozen=True, slots=True)
class Offered:
    """A model by its name, and how many tokens of context the server gives it; None where it does not say."""

    name: str
    context: int | None


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds until the model's first words, and how many pieces (about tokens) it writes a second after them."""

    first: float
    rate: float


def offered(settings: Settings) -> list[Offered]:
    """The models at the address of the settings, by name. Raises LlmError."""
    if not settings.llm_url:
        raise LlmError("unset")
    url = settings.llm_url

    async def get() -> Any:
        async with client(settings) as http:
            headers = {"Authorization": f"Bearer {key(settings)}"} if settings.llm_api_key else {}
            reply = await http.get(f"{url}/models", headers=headers)
            reply.raise_for_status()
            return reply.json()

    try:
        listed = run(get(), LIST_SECONDS)
        found = [Offered(str(one["id"]), _context(one)) for one in listed["data"]]
    except (TypeError, KeyError, ValueError) as error:
        raise LlmError("malformed", url=url, detail="no list of models") from error
    except Exception as error:
        raise named(error, url, settings.llm_model or "", LIST_SECONDS) from error
    return sorted(found, key=lambda one: one.name)


def tried(llm: Writer) -> Speed:
    """How fast a model answers a short question; it is closed then. Raises LlmError."""
    started = time.monotonic()
    times: list[float] = []
    stream = llm.stream([ChatMessage(role="user", content="1 2 3 4 5 ...")], TRY_TOKENS, started + TRY_SECONDS)
    try:
        for _ in stream:
            times.append(time.monotonic())
    except LlmError as error:
        if error.reason != "length":  # it was asked for a few words only
            raise
    finally:
        llm.close()
    if not times:
        raise LlmError("empty", model=llm.model)
    return Speed(times[0] - started, (len(times) - 1) / max(times[-1] - times[0], 1e-3))


def _context(described: Mapping[str, Any]) -> int | None:
    meta = described.get("meta")
    places = [described, meta] if isinstance(meta, dict) else [described]
    sizes = (place.get(name) for name in _CONTEXT for place in places)
    return next((size for size in sizes if isinstance(size, int) and size > 0), None)
