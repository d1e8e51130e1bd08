"""``python -m evals.followups``: are follow-up questions told from others, and is the right article found by them?

A hundred dialogues of our own over the demo corpus (``questions/followups.jsonl``), written before the code: half of the
last questions lean on what was asked before, half stand on their own and must be left alone. What was asked before is
asked of the system itself, so its own answers are leant on, also where they are wrong. A hit is an article of the gold
list among the first five different articles; of a question after the source, among those that are cited. The rules were
made on the split dev; held-out was kept aside.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import BelegtError
from evals.cases import read_records
from evals.report import align
from evals.statistics import bootstrap
from rag.answerer import Answerer
from rag.followup import FollowUp, understand
from rag.index import Index
from rag.messages import user_language
from rag.settings import Settings
from rag.types import Passage, Turn

QUESTIONS = Path(__file__).parent / "questions" / "followups.jsonl"
CORPUS = Path(__file__).parents[1] / "corpus" / "demo"
SPLITS = ("dev", "held-out")
INDEPENDENT = "independent"
TOP = 5
DEPTH = 50  # passages asked for, to have enough different articles


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions asked one after the other, the last of which is judged. Keys as in the file's header."""

    id: str
    split: str
    language: str
    kind: str
    asked: tuple[str, ...]
    question: str
    articles: tuple[str, ...]

    @property
    def leans(self) -> bool:
        return self.kind != INDEPENDENT


@dataclass(frozen=True, slots=True)
class Result:
    """How the last question was understood (None: as it stands), and the articles found without and with that."""

    dialogue: Dialogue
    understood_as: str | None
    raw: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether a leaning question was seen to lean, or another one left alone."""
        return (self.understood_as is not None) == self.dialogue.leans

    def hit(self, articles: Sequence[str]) -> bool:
        return not set(self.dialogue.articles).isdisjoint(articles[:TOP])


def dialogues(path: Path = QUESTIONS) -> list[Dialogue]:
    """The dialogues of the file, in its order. Raises SetMissingError, SetFormatError."""
    records = [record for _, record in read_records(path)]
    return [
        Dialogue(**{**record, "asked": tuple(record["asked"]), "articles": tuple(record["articles"])})
        for record in records
        if "question" in record
    ]


def run(answerer: Answerer, asked: Iterable[Dialogue]) -> list[Result]:
    """Every dialogue held with ``answerer``."""
    return [_hold(answerer, dialogue) for dialogue in asked]


def _hold(answerer: Answerer, dialogue: Dialogue) -> Result:
    history: list[Turn] = []
    for question in dialogue.asked:
        history.append(Turn(question, answerer.ask(question, history=history)))
    follow = understand(dialogue.question, history)
    raw = _articles(answerer.retriever.passages(dialogue.question, None, DEPTH))
    return Result(dialogue, follow.question if follow else None, raw, _found(answerer, follow) if follow else raw)


def _found(answerer: Answerer, follow: FollowUp) -> tuple[str, ...]:
    if follow.answer:
        return tuple(dict.fromkeys(citation.article_id for citation in follow.answer.citations))
    return _articles(answerer.retriever.passages(follow.question, None, DEPTH))


def _articles(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(passage.article_id for passage in passages))


def table(results: Sequence[Result]) -> str:
    """A row for each split, and for each language of it."""
    rows = [("questions", "leaning", "seen", "others", "left alone", f"R@{TOP} raw", f"R@{TOP} as understood")]
    for split in SPLITS:
        own = [result for result in results if result.dialogue.split == split]
        for name, group in ((split, own), *((f"  {code}", _of(own, code)) for code in ("de", "en"))):
            leaning = [result for result in group if result.dialogue.leans]
            others = [result for result in group if not result.dialogue.leans]
            rows.append(
                (
                    name,
                    str(len(leaning)),
                    _share([result.right for result in leaning]),
                    str(len(others)),
                    _share([result.right for result in others]),
                    _share([result.hit(result.raw) for result in leaning]),
                    _share([result.hit(result.found) for result in leaning]),
                )
            )
    return align(rows)


def _of(results: Sequence[Result], language: str) -> list[Result]:
    return [result for result in results if result.dialogue.language == language]


def _share(hits: Sequence[bool]) -> str:
    if not hits:
        return "-"
    low, high = bootstrap([float(hit) for hit in hits])
    return f"{sum(hits) / len(hits):.3f} [{low:.3f}, {high:.3f}]"


def listed(results: Sequence[Result], everything: bool = False) -> str:
    """How each question was understood; those judged wrong, or whose article was missed, marked with "!"."""
    lines = []
    for result in results:
        dialogue = result.dialogue
        wrong = not result.right or (dialogue.leans and not result.hit(result.found))
        if wrong or (everything and dialogue.leans):
            mark = "!" if wrong else " "
            first = ", ".join(result.found[:TOP])
            lines.append(
                f"{mark} {dialogue.id} {dialogue.kind}: {' / '.join(dialogue.asked)} / {dialogue.question}\n"
                f"      understood as: {result.understood_as or '-'}; first: {first}"
            )
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.followups", description=__doc__)
    parser.add_argument("--split", choices=SPLITS, help="only this split")
    parser.add_argument("--failures", action="store_true", help="list what went wrong")
    parser.add_argument("--all", action="store_true", help="list how every leaning question was understood")
    args = parser.parse_args(argv)
    try:
        wanted = [dialogue for dialogue in dialogues() if args.split in (None, dialogue.split)]
        with (
            tempfile.TemporaryDirectory() as folder,
            Index.open(Settings.load(index=Path(folder) / "index"), create=True) as index,
        ):
            index.ingest([CORPUS], progress=False)
            results = run(Answerer(index), wanted)
    except BelegtError as error:
        print(error.text(user_language("auto")), file=sys.stderr)
        return error.exit_code
    print(table(results))
    if args.failures or args.all:
        print(listed(results, args.all))
    return 0


if __name__ == "__main__":
    sys.exit(main())
