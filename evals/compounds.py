"""``python -m evals.compounds``: are German compounds cut where a person would cut them?

The gold (``../shared/data/sentences/compounds.txt``) names a word and its parts a line, some with several ways that are
right. The cutter knows no dictionary, so it is given a vocabulary to learn from: the words of the Wikinews articles and,
for the gold's words, its parts as words met a few times (column "parts known"), as they would be in a corpus on their
topic; the second column leaves those out. Places of the cuts are compared: linking letters belong to the part before.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.errors import DataMissingError
from evals.report import align
from rag import german
from rag.compounds import Splitter
from rag.messages import user_language

LINK = 2  # letters between two parts, or after the last, that belong to none
MET = 3  # how often the gold's parts count as met


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the gold and the ways to cut it that are right, as parts."""

    word: str
    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Compounds cut rightly, cut wrongly, left whole; words that are none and were left whole, or cut."""

    right: int
    wrong: int
    whole: int
    spared: int
    spoilt: int

    @property
    def precision(self) -> float:
        """Of all words cut, the share cut rightly."""
        cut = self.right + self.wrong + self.spoilt
        return self.right / cut if cut else 1.0

    @property
    def recall(self) -> float:
        """Of all compounds, the share cut rightly."""
        compounds = self.right + self.wrong + self.whole
        return self.right / compounds if compounds else 1.0


def gold(path: Path) -> list[Word]:
    """The words of the file. Raises DataMissingError."""
    if not path.exists():
        raise DataMissingError(path=path)
    words = []
    for line in path.read_text("utf-8").splitlines():
        entry = line.partition("#")[0].split()
        if len(entry) == 2:
            words.append(Word(entry[0], tuple(tuple(way.split(".")) for way in entry[1].split(","))))
    return words


def vocabulary(articles: Path) -> Counter[str]:
    """In how many paragraphs of the Wikinews articles each token occurs. Raises DataMissingError."""
    if not articles.exists():
        raise DataMissingError(path=articles)
    found: Counter[str] = Counter()
    for line in articles.read_text("utf-8").splitlines():
        item = json.loads(line)
        for paragraph in (item["title"], *item["text"].split("\n")):
            found.update(set(german.analyse(paragraph, "de")))
    return found


def score(words: Iterable[Word], frequencies: Counter[str]) -> Score:
    """How the words are cut by what ``frequencies`` knows."""
    splitter = Splitter(lambda token: frequencies[token])
    counts: Counter[str] = Counter()
    for word in words:
        [token] = german.analyse(word.word, "de")
        leaves = splitter.leaves(token)
        ways = [tuple(german.analyse(part, "de")[0] for part in way) for way in word.ways if len(way) > 1]
        if not ways:
            counts["spoilt" if leaves else "spared"] += 1
        elif not leaves:
            counts["whole"] += 1
        else:
            counts["right" if any(_same(leaves, way) for way in ways) else "wrong"] += 1
    return Score(*(counts[name] for name in ("right", "wrong", "whole", "spared", "spoilt")))


def _same(leaves: Sequence[str], way: Sequence[str]) -> bool:
    """Whether leaves are the parts of ``way``, or cut them finer; linking letters and endings may be left over."""
    left = list(leaves)
    for part in way:
        at = 0
        while left and 0 <= (found := part.find(left[0], at)) <= at + LINK and len(part) - at > LINK:
            at = found + len(left.pop(0))
        if len(part) - at > LINK:
            return False
    return not left


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table. 0, also when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m evals.compounds", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = parser.parse_args(argv)
    language = user_language()
    try:
        words = gold(args.data / "sentences" / "compounds.txt")
        learnt = vocabulary(args.data / "wikinews" / "articles.jsonl")
    except DataMissingError as error:
        print(error.text(language), file=sys.stderr)
        return 0
    given = learnt.copy()
    for word in words:
        parts = " ".join(part for way in word.ways if len(way) > 1 for part in way)
        for token in german.analyse(parts, "de"):
            given[token] = max(given[token], MET)
    rows: list[tuple[str, ...]] = [_DE if language == "de" else _EN]
    names = ("Teile bekannt", "nur Wikinews") if language == "de" else ("parts known", "Wikinews alone")
    for name, frequencies in zip(names, (given, learnt), strict=True):
        s = score(words, frequencies)
        counts = (str(n) for n in (len(words), s.right, s.wrong, s.whole, s.spared, s.spoilt))
        rows.append((name, *counts, f"{s.precision:.2f}", f"{s.recall:.2f}"))
    text = align(rows)
    print(text.replace(".", ",") if language == "de" else text)
    return 0


_EN = ("vocabulary", "words", "right", "wrong", "left whole", "spared", "spoilt", "precision", "recall")
_DE = ("Wortschatz", "Wörter", "richtig", "falsch", "ungeteilt", "geschont", "zerlegt", "Präzision", "Trefferquote")

if __name__ == "__main__":
    sys.exit(main())
