"""Which slices a question belongs to: its language and tags, and the source and year of the articles that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from evals.cases import Case, QuestionSet
from rag.errors import BelegtError
from rag.types import Citation, Passage

if TYPE_CHECKING:
    from evals.results import Result

UNKNOWN = "?"
KINDS = ("language", "", "source", "year")  # in the order they are shown; tags have none


@dataclass(frozen=True, slots=True)
class Facts:
    """What the slices need to know of an article. ``published``: ISO 8601, possibly reduced to month or year."""

    source: str | None
    published: str | None


class Known(Protocol):
    """An article as the corpus has it."""

    @property
    def source(self) -> str | None: ...
    @property
    def published(self) -> object | None: ...


def gold_facts(questions: QuestionSet, article: Callable[[str], Known]) -> dict[str, Facts]:
    """The facts of every gold article, asked of the corpus by ``article`` (id -> article); those it lacks are left out.

    To be preferred to ``facts_of``, which knows only what was retrieved.
    """
    found: dict[str, Facts] = {}
    for gold in dict.fromkeys(gold for case in questions.cases for gold in case.articles):
        try:
            known = article(gold)
        except BelegtError:  # a set may name articles that this corpus does not have
            continue
        found[gold] = Facts(known.source, str(known.published) if known.published else None)
    return found


def facts_of(results: Iterable[Result]) -> dict[str, Facts]:
    """The facts of every article that any of the questions retrieved or cited.

    Pooled over all questions, since a gold article that its own question missed is often found by another; what nobody
    found falls into the slice "?", for leaving it out would flatter the others.
    """
    found: dict[str, Facts] = {}
    for result in results:
        items: tuple[Passage | Citation, ...] = (*result.passages, *result.citations)
        for item in items:
            found.setdefault(item.article_id, Facts(item.source, item.published))
    return found


def slice_order(name: str) -> tuple[int, str]:
    """A key to sort the names of slices by: languages, tags, sources, years."""
    kind = name.partition(":")[0]
    return KINDS.index(kind if kind in KINDS and ":" in name else ""), name


def slice_names(case: Case, facts: dict[str, Facts]) -> list[str]:
    """The names of the slices that ``case`` belongs to, each once."""
    return list(dict.fromkeys(_names(case, facts)))


def _names(case: Case, facts: dict[str, Facts]) -> Iterator[str]:
    if case.language:
        yield f"language:{case.language}"
    yield from case.tags
    gold = [facts.get(article) for article in case.articles]
    if any(one and one.source for one in facts.values()):
        for one in gold:
            yield f"source:{one.source if one and one.source else UNKNOWN}"
    if gold and any(one and one.published for one in facts.values()):
        for one in gold:
            yield f"year:{one.published[:4] if one and one.published else UNKNOWN}"
    elif case.as_of:
        yield f"year:{case.as_of.year}"
