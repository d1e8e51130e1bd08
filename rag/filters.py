"""Names in a filter, as the articles spell them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rag.errors import FilterValueError
from rag.rows import NAMED, Filter
from rag.store import Store

SHOWN = 12  # names an error lists


def spelled(store: Store, only: Filter) -> Filter:
    """``only`` with its sources, languages and categories as current articles spell them; case does not matter.

    Raises FilterValueError for a name that no article has: a typo would find nothing without a word.
    """
    return replace(
        only,
        sources=_spelled(store, "sources", only.sources),
        languages=_spelled(store, "languages", only.languages),
        categories=_spelled(store, "categories", only.categories),
    )


def _spelled(store: Store, name: str, values: Collection[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    known = store.names(NAMED[name])
    spellings: dict[str, list[str]] = {}
    for one in known:
        spellings.setdefault(one.casefold(), []).append(one)
    for value in values:
        if value.casefold() not in spellings:
            raise FilterValueError(name, value, known[:SHOWN], len(known))
    return tuple(one for value in values for one in spellings[value.casefold()])
