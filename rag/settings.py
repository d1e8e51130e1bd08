"""One ``Settings``: defaults, then a TOML file, then the environment (``BELEGT_*``), then keyword arguments.

Unknown keys are errors in every source, so a typo never runs silently with a default.
"""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from rag.errors import SettingsError

PREFIX = "BELEGT_"
# Environment names that start like settings but say where or how to run, not what to answer.
NOT_SETTINGS = {"BELEGT_CONFIG", "BELEGT_DEBUG"}

_ELSEWHERE = {
    "index",
    "cache",
    "language",
    "embed_batch",
    "llm_url",
    "llm_gguf",
    "llm_api_key",
    "llm_timeout",
    "llm_followup_timeout",
    "login_file",
}


class Settings(BaseModel):
    """What to run with. Frozen; ``model_copy(update=...)`` makes variants.

    What each one means stands in ``locale/``, under ``setting_<name>``; ``belegt doctor`` prints it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: Path = Field(Path("index"))
    cache: Path = Field(default_factory=lambda: user_cache_path("belegt"))
    language: Literal["auto", "de", "en"] = Field("auto")
    embed_model: str = Field("bundled")
    embed_dtype: Literal["auto", "float32", "bfloat16"] = Field("auto")
    embed_batch: int = Field(8, ge=1, le=1024)
    query_prompt: str | None = Field(None)
    passage_prompt: str | None = Field(None)
    chunk_tokens: int = Field(128, ge=32, le=8192)
    chunk_overlap: int = Field(1, ge=0, le=5)
    candidates: int = Field(50, ge=1, le=1000)
    top_k: int = Field(10, ge=1, le=100)
    fusion: Literal["hybrid", "dense", "lexical"] = Field("hybrid")
    rerank_model: str = Field("bundled")
    rerank_seconds: float = Field(1.0, gt=0, le=60)
    read_seconds: float = Field(1.0, gt=0, le=60)
    answer_sentences: int = Field(3, ge=1, le=10)
    min_confidence: float | None = Field(None, ge=0, le=1)
    max_question_chars: int = Field(2000, ge=1)
    answer_mode: Literal["extractive", "llm"] = Field("extractive")
    llm_url: str | None = Field(None)
    llm_gguf: Path | None = Field(None)
    llm_model: str | None = Field(None)
    llm_api_key: SecretStr | None = Field(None)
    llm_context: int = Field(4096, ge=1024, le=10_000_000)
    llm_timeout: float = Field(120.0, gt=0, le=3600)
    llm_followup_timeout: float = Field(10.0, gt=0, le=3600)
    llm_temperature: float = Field(0.0, ge=0, le=2)
    llm_fallback: Literal["error", "extractive"] = Field("error")
    drop_unsupported: bool = Field(True)
    login_file: Path | None = Field(None)

    @field_validator("llm_url", "llm_gguf", "llm_model", "llm_api_key", "login_file", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        """An empty variable is the usual way to take one back in a shell."""
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("llm_url")
    @classmethod
    def _plain_address(cls, value: str | None) -> str | None:
        """Addresses are shown in messages, so they may hold no secret."""
        if value is None:
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address like http://127.0.0.1:11434/v1 is wanted")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("no password, query or fragment may stand in it; a key goes into llm_api_key")
        return value.strip().rstrip("/")

    @model_validator(mode="after")
    def _one_language_model(self) -> Settings:
        """Of two nobody could tell which one wrote. A file's name is that of its model."""
        if self.llm_gguf and (self.llm_url or self.llm_model not in (None, self.llm_gguf.stem)):
            raise ValueError("name a language model in llm_gguf or in llm_url and llm_model, not in both")
        if self.llm_gguf:
            self.__dict__["llm_model"] = self.llm_gguf.stem  # frozen for others, and not yet given out
        return self

    @classmethod
    def load(cls, file: Path | None = None, environ: Mapping[str, str] = os.environ, **given: Any) -> Settings:
        """Settings from ``file`` (or ``BELEGT_CONFIG``), ``environ`` and ``given`` (None counts as not given).

        Raises SettingsError naming the key that is unknown or wrong.
        """
        values: dict[str, Any] = {}
        file = file or (Path(environ["BELEGT_CONFIG"]) if environ.get("BELEGT_CONFIG") else None)
        if file is not None:
            try:
                values |= tomllib.loads(file.read_text("utf-8"))
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise SettingsError(name=str(file), reason=str(error)) from error
        for key, value in environ.items():
            if key.startswith(PREFIX) and key not in NOT_SETTINGS:
                values[key.removeprefix(PREFIX).lower()] = value
        values |= {key: value for key, value in given.items() if value is not None}
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise SettingsError(name=name, reason=first["msg"]) from error

    @property
    def llm_set(self) -> bool:
        """Whether a language model is named."""
        return bool(self.llm_model and (self.llm_url or self.llm_gguf))

    def relevant(self) -> dict[str, Any]:
        """Everything that can change an answer (not: where files lie, message language), as JSON-ready values.

        The address of a language model may be one of a house's inner network, and its key is secret: neither is here.
        """
        return self.model_dump(mode="json", exclude=_ELSEWHERE)

    def fingerprint(self) -> str:
        """Twelve hex digits over ``relevant``."""
        return hashlib.sha256(json.dumps(self.relevant(), sort_keys=True).encode()).hexdigest()[:12]
