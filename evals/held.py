"""A language model's draft, measured as it wrote it and as belegt shows it: for ``evals.written``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from llama_index.core.base.llms.types import ChatMessage

from evals.cases import Case
from evals.metrics import contained
from evals.report import align
from evals.statistics import statistic_interval
from rag.answerer import Answerer
from rag.errors import LlmError
from rag.generate import Task
from rag.generate.check import Checker
from rag.generate.cut import Cutter
from rag.generate.draft import is_refusal
from rag.generate.prompt import Prompt, build
from rag.generate.write import Written, write
from rag.messages import wording_language
from rag.settings import Settings

ROWS = (
    "answered",
    "answered, of the unanswerable",
    "sentences an answer",
    "citation recall",
    "citation precision",
    "sentences not borne out",
    "cited articles that are gold",
    "gold wording in the answer",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One question's draft: ``text`` as the model wrote it, ``fault`` what ended it early, ``seconds`` what it took.

    ``chunks``: of the passages that it was given, best first.
    """

    id: str
    model: str
    chunks: tuple[int, ...]
    text: str
    fault: str | None
    seconds: float


class Replay:
    """Writes a kept draft again, in place of the model that wrote it."""

    def __init__(self, kept: Kept) -> None:
        self._kept, self.model = kept, kept.model

    def stream(
        self,
        messages: Sequence[ChatMessage],
        max_tokens: int,
        deadline: float,
        stop: Future[None] | None = None,
        streaming: bool = True,
    ) -> Iterator[str]:
        yield self._kept.text
        if self._kept.fault:
            raise LlmError(self._kept.fault, model=self.model, url="", detail="", seconds=0)

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer to be measured: sentences, each with the numbers of the passages it cites."""

    sentences: tuple[tuple[str, tuple[int, ...]], ...]
    invented: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's draft as written and as shown, and what became of its sentences on the way."""

    case: Case
    values: tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]
    invented: int
    uncited: int
    recited: int
    dropped: int
    sentences: int


def task(answerer: Answerer, case: Case) -> Task:
    """The question with the passages of the search, as ``rag.asking`` has a model answer it; the same at every call."""
    query = answerer.retriever.query(case.question)
    passages = answerer.retriever.passages(query, case.as_of, within=case.within or None, rerank=False)
    articles = {passage.article_id: answerer.article(passage.article_id) for passage in passages}
    day = case.as_of.isoformat() if case.as_of else answerer.index.store.newest()
    language = wording_language(query.language)
    parts = answerer.retriever.lexicon.parts
    return Task(query.text, language, passages, articles, day, lambda: 0.0, answerer.count, parts)


def prompt(of: Task, settings: Settings) -> Prompt:
    return build(of.question, of.language, of.passages, of.articles, settings, of.count, of.as_of)


def judged(answerer: Answerer, case: Case, kept: Kept) -> Judged:
    """Both measurements of a draft. Raises ValueError when the search finds other passages than the model was given."""
    of = task(answerer, case)
    if kept.chunks != tuple(passage.chunk_id for passage in of.passages):
        raise ValueError(f"{case.id}: the index gives other passages than the draft was written from")
    seen = prompt(of, answerer.settings)
    cutter = Cutter(len(seen.shown))
    cuts = (*cutter.feed(kept.text), *(() if kept.fault else cutter.finish()))
    raw = () if cuts and is_refusal(cuts[0][0]) else cuts
    try:
        *_, written = write(Replay(kept), of, answerer.settings)
    except LlmError:
        written = None  # of another language, say: belegt shows nothing of it
    assert not isinstance(written, str)
    checker = Checker(seen.shown, of.language, of.parts)
    both = tuple(
        _values(case, shown, checker, seen) for shown in (Shown(raw, cutter.removed), Shown(_numbered(written, seen)))
    )
    about = written.writing if written else None
    return Judged(
        case,
        (both[0], both[1]),
        cutter.removed,
        sum(not numbers for _, numbers in raw),
        about.recited if about else 0,
        len(about.dropped) if about else len(raw),
        len(raw),
    )


def _numbered(written: Written | None, seen: Prompt) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The sentences of an answer with the numbers that its passages had in the prompt."""
    if written is None:
        return ()
    place: dict[int, int] = {}
    for citation in written.citations:
        holds = (
            n
            for n, passage in enumerate(seen.shown, 1)
            if passage.article_id == citation.article_id and passage.start <= citation.start < passage.end
        )
        place[citation.number] = next(holds)
    return tuple((s.text, tuple(dict.fromkeys(place[n] for n in s.citations))) for s in written.sentences)


def _values(case: Case, shown: Shown, checker: Checker, seen: Prompt) -> dict[str, tuple[float, float]]:
    """For each of ROWS what is counted, and out of how many."""
    verdicts = [checker.check(text, numbers).verdict if numbers else "unsupported" for text, numbers in shown.sentences]
    useful = 0
    for (text, numbers), verdict in zip(shown.sentences, verdicts, strict=True):
        for number in numbers if verdict == "supported" else ():
            rest = [other for other in numbers if other != number]
            alone = checker.check(text, [number]).verdict == "supported"
            useful += alone or not rest or checker.check(text, rest).verdict != "supported"
    cited = [number for _, numbers in shown.sentences for number in numbers]
    gold = sum(seen.shown[number - 1].article_id in case.articles for number in cited)
    said = " ".join(text for text, _ in shown.sentences)
    language = case.language or "en"
    answered, total = float(bool(shown.sentences)), float(len(shown.sentences))
    known, unknown = float(bool(case.articles)), float(case.answerable is False)
    values = (
        (answered, 1.0),
        (answered * unknown, unknown),
        (total, answered),
        (float(verdicts.count("supported")), total),
        (float(useful), float(len(cited) + shown.invented)),
        (float(verdicts.count("unsupported")), total),
        (gold * known, (len(cited) + shown.invented) * known),
        (contained(said, case.answers, language) if case.answers else 0.0, float(bool(case.answers))),
    )
    return dict(zip(ROWS, values, strict=True))


def share(pairs: Sequence[tuple[float, float]]) -> str:
    """Sum over sum with its 95 % interval over resampled questions; "-" of nothing."""
    counted, out_of = np.array(pairs, dtype=float).T if pairs else np.zeros((2, 0))
    if not out_of.sum():
        return "-"

    def ratio(weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return (weights @ counted) / (weights @ out_of)

    low, high = statistic_interval(ratio, len(pairs)) or (np.nan, np.nan)
    return f"{counted.sum() / out_of.sum():.3f} [{low:.3f}, {high:.3f}]"


def table(results: Sequence[Judged]) -> str:
    """A row for each measure: as written, as shown; then what became of the sentences."""
    rows = [("", "of", "as written", "as shown")]
    for name in ROWS:
        written, shown = ([result.values[side][name] for result in results] for side in (0, 1))
        out_of = " / ".join(f"{sum(n for _, n in side):.0f}" for side in (written, shown))
        rows.append((name, out_of, share(written), share(shown)))
    drafts = float(len(results))
    rows += [
        (label, f"{total:.0f}", share([(float(count), float(size)) for count, size in pairs]), "")
        for label, total, pairs in (
            ("invented markers a draft", drafts, [(r.invented, 1) for r in results]),
            (
                "sentences without a marker",
                sum(r.sentences for r in results),
                [(r.uncited, r.sentences) for r in results],
            ),
            ("sentences cited anew", sum(r.sentences for r in results), [(r.recited, r.sentences) for r in results]),
            ("sentences dropped", sum(r.sentences for r in results), [(r.dropped, r.sentences) for r in results]),
        )
    ]
    return align(rows)
