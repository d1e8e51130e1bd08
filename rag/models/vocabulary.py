"""One vocabulary in memory for all tokenizers of a model: 250,000 pieces with their trie take 280 MB, each time.

The embedding model and the reader are both multilingual-e5-small and each need a tokenizer of their own, because padding and
truncation are state that threads would share. The pieces never change.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from rag.models.memory import release_memory

FILE = "tokenizer.json"


class Vocabulary:
    """The pieces of a tokenizer file. They are freed when nobody holds this and no tokenizer uses them."""

    def __init__(self, model: Any) -> None:
        self.model = model


_held: WeakValueDictionary[tuple[Path, int, int], Vocabulary] = WeakValueDictionary()
_lock = threading.Lock()


def share(tokenizer: Any, folder: Path) -> Vocabulary | None:
    """Lets a ``tokenizers.Tokenizer``, just loaded from ``folder``, use the pieces of one that was loaded from there before.

    Whoever keeps the tokenizer is to keep what is returned; None where the folder holds no such file.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    state = file.stat()
    key = (file.resolve(), state.st_mtime_ns, state.st_size)
    with _lock:
        held = _held.get(key)
        if held is None:
            held = _held[key] = Vocabulary(tokenizer.model)
            return held
        tokenizer.model = held.model
    release_memory()  # what was its own a moment ago
    return held
