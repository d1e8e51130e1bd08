"""Texts as ``rag.verify`` reads them, remembered: the steps of composing look at the same passages again and again."""

from __future__ import annotations

from functools import lru_cache

from rag.verify.words import read as _read

REMEMBERED = 1024  # texts, some 50 kB each for a passage

read = lru_cache(REMEMBERED)(_read)
