"""Questions over news articles, answered from cited passages only.

>>> from rag import Answerer
>>> answerer = Answerer.open("index")                                                   # doctest: +SKIP
>>> print(answerer.ask("Wie viele nordkoreanische Soldaten wurden getötet?"))           # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answerer import Answerer, ask
    from rag.errors import BelegtError
    from rag.index import Index
    from rag.rows import Filter
    from rag.settings import Settings
    from rag.types import Answer, Citation, Event, Passage, Sentence

__all__ = [
    "Answer",
    "Answerer",
    "BelegtError",
    "Citation",
    "Event",
    "Filter",
    "Index",
    "Passage",
    "Sentence",
    "Settings",
    "ask",
]

_HOME = {
    "Answerer": "rag.answerer",
    "ask": "rag.answerer",
    "BelegtError": "rag.errors",
    "Filter": "rag.rows",
    "Index": "rag.index",
    "Settings": "rag.settings",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: torch and Chroma take seconds, and 'belegt --help' needs neither.
    if name not in __all__:
        raise AttributeError(f"module 'rag' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOME.get(name, "rag.types")), name)
