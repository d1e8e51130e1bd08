"""``python -m evals.spelling``: does the lexical search find a word however it is spelt, cut or inflected?

Each pair of ``questions/spelling.tsv`` is two ways to write one thing, or a compound and its part. Both stand in short
reports of their own; the question asks with the one for the report with the other, and back. All reports tell of a few
meetings in the same words, so that only the pair tells them apart; the demo corpus and, where it is there, Wikinews
stand around them. Pairs of kind "not" look alike and are not: the one alone must not match the report with the other.

Half of the pairs, by a hash, were looked at while the analysis was built ("dev"); the other half were held out. Beside
it stands the same search with an analysis that knows neither compounds nor names.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.article import Article
from corpus.load import load
from evals.report import align
from evals.statistics import bootstrap
from evals.temporal import wikinews
from rag import lexicon
from rag.index import Index
from rag.messages import user_language
from rag.retrieve import Query, Retriever
from rag.rows import NewArticle
from rag.settings import Settings

PAIRS = Path(__file__).parent / "questions" / "spelling.tsv"
DEMO = Path(__file__).parents[1] / "corpus" / "demo"
K = 10
NOT = "not"
NO_VECTOR = np.zeros(0, np.float32)
# (question, report): what they share brings all reports of a meeting into play, {} alone tells which is meant.
MEETINGS = (
    ("Was wurde im Rathaussaal von Krellbach über {} gesagt?", "In Krellbach kam im Rathaussaal auch {} zur Sprache."),
    ("Worum ging es bei {} auf der Tagung in Ossenau?", "Auf der Tagung in Ossenau war von {} lange die Rede."),
    ("Was berichtet der Wendiner Anzeiger über {}?", "Dem Wendiner Anzeiger zufolge steht nun {} im Mittelpunkt."),
    ("Welche Rolle spielt {} in der Debatte von Tarvitz?", "Die Debatte in Tarvitz drehte sich erneut um {}."),
)
CLOSING = "Eine Entscheidung fiel an diesem Abend nicht, die Beteiligten wollen sich bald wieder treffen."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ways to write one thing; of kind "not", two things that look alike."""

    kind: str
    one: str
    other: str

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{self.kind}\t{self.one}\t{self.other}".encode()).hexdigest()[:12]

    @property
    def held_out(self) -> bool:
        return int(self.id, 16) % 2 == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one pair, forth and back: whether the report was among the first K; of kind "not", whether it matched."""

    pair: Pair
    forth: bool
    back: bool


class Unlearned(lexicon.Lexicon):
    """A lexicon that knows neither compounds nor names."""

    def parts(self, word: str) -> tuple[str, ...]:
        return ()

    def spellings(self, word: str) -> tuple[str, ...]:
        return ()


def pairs(path: Path = PAIRS) -> list[Pair]:
    """The pairs of a table with the columns kind, one, other."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Pair(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def reports(asked: Sequence[Pair]) -> Iterator[Article]:
    """Two reports for each pair, one with each of its words."""
    for number, pair in sorted(enumerate(asked), key=lambda item: item[1].id):  # ties are not to favour a kind
        for side, word in (("one", pair.one), ("other", pair.other)):
            _, report = MEETINGS[number % len(MEETINGS)]
            yield Article(id=f"{pair.id}-{side}", text=f"{report.format(word)} {CLOSING}", language="de")


def surroundings(path: Path) -> Iterator[Article]:
    """The demo articles and, where the file is there, those of Wikinews."""
    yield from (item for item in load([DEMO]) if isinstance(item, Article))
    if path.exists():
        yield from wikinews(path)


def fill(index: Index, articles: Iterable[Article]) -> None:
    """Stores articles for lexical search alone: without vectors, which take minutes."""
    for article in articles:
        index.store.put(NewArticle(article, article.id), index.draft(article), "none")
    with index.store.transaction() as db:  # the reports are alike on purpose: they are no copies of one story
        db.execute("UPDATE articles SET story = row")


def measure(retriever: Retriever, asked: Sequence[Pair]) -> list[Outcome]:
    """Every pair asked both ways."""
    outcomes = []
    for number, pair in enumerate(asked):
        question, _ = MEETINGS[number % len(MEETINGS)]
        found = []
        for word, side in ((pair.one, "other"), (pair.other, "one")):
            wanted = f"{pair.id}-{side}"
            if pair.kind == NOT:
                hits = retriever.passages(_query(retriever, word), top_k=1, fusion="lexical", within=[wanted])
            else:
                hits = retriever.passages(_query(retriever, question.format(word)), top_k=K, fusion="lexical")
            found.append(wanted in [hit.article_id for hit in hits])
        outcomes.append(Outcome(pair, *found))
    return outcomes


def _query(retriever: Retriever, question: str) -> Query:
    return retriever.analysed(question, NO_VECTOR)


def table(ours: Sequence[Outcome], plain: Sequence[Outcome], language: str) -> str:
    """A row for each kind of pair and half of the set: recall@10 forth and back, with and without compounds and names."""
    say = _DE if language == "de" else _EN
    rows: list[tuple[str, ...]] = [say.head]
    kinds = [kind for kind in dict.fromkeys(outcome.pair.kind for outcome in ours) if kind != NOT]
    for half, halves in zip(say.halves, ({False}, {True}, {False, True}), strict=True):
        for name, wanted in [
            *((kind, {kind}) for kind in kinds if len(halves) == 1),
            (say.all, {*kinds}),
            (say.false, {NOT}),
        ]:
            chosen = [
                i for i, outcome in enumerate(ours) if outcome.pair.held_out in halves and outcome.pair.kind in wanted
            ]
            if chosen:
                rows.append((name, half, str(len(chosen)), *_cells(chosen, ours), *_cells(chosen, plain)))
    text = align(rows)
    return text.replace(".", ",") if language == "de" else text


def _cells(chosen: Sequence[int], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The share that was found, forth and back, with its 95 % interval."""
    for found in ([outcomes[i].forth for i in chosen], [outcomes[i].back for i in chosen]):
        low, high = bootstrap([float(value) for value in found])
        yield f"{np.mean(found):.2f} [{low:.2f}–{high:.2f}]"


@dataclass(frozen=True, slots=True)
class _Words:
    head: tuple[str, ...]
    halves: tuple[str, str, str]
    all: str
    false: str


_EN = _Words(
    ("kind", "half", "pairs", "R@10 forth", "back", "without: forth", "back"),
    ("dev", "held out", "both"),
    "all but not",
    "not: false matches",
)
_DE = _Words(
    ("Art", "Hälfte", "Paare", "R@10 hin", "zurück", "ohne: hin", "zurück"),
    ("gesehen", "verdeckt", "alle"),
    "alle außer not",
    "not: falsche Treffer",
)


def run(path: Path, work: Path) -> tuple[list[Outcome], list[Outcome]]:
    """Outcomes with the analysis as it is, and without compounds and names."""
    asked = pairs()
    with Index.open(Settings.load(index=work), create=True) as index:
        fill(index, [*reports(asked), *surroundings(path)])
        plain = measure(Retriever(index, Unlearned(index.store)), asked)
        lexicon.learn(index.store)
        return measure(Retriever(index), asked), plain


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.spelling", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--wikinews", type=Path, default=Path("../shared/data/wikinews/articles.jsonl"))
    parser.add_argument("--misses", action="store_true", help="name the dev pairs that were not found")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        ours, plain = run(args.wikinews, Path(work))
    print(table(ours, plain, user_language()))
    for outcome in ours if args.misses else ():
        pair = outcome.pair
        good = not (outcome.forth or outcome.back) if pair.kind == NOT else outcome.forth and outcome.back
        if not good and not pair.held_out:
            print(pair.kind, pair.one, pair.other, outcome.forth, outcome.back, sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
