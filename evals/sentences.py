"""``python -m evals.sentences``: how well sentence bounds are found in German, ours beside nltk's Punkt.

Gold sentences are joined to running text again, one blank between two (in CoNLL-U, none after ``SpaceAfter=No``); a
text is a document where the treebank says so, else ten sentences in a row. A bound is the offset of a sentence's end;
the last of a text is given away and not counted.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import DataMissingError
from evals.report import align
from rag.messages import user_language
from rag.sentences import sentence_spans

GROUP = 10  # sentences a text, where the treebank keeps no documents
FINAL = frozenset('.!?:;…"“”’»«)')
ABBREVIATIONS = "abs bspw bzw ca dr evtl ggf inkl mio mrd nr prof sog st tel usw vgl zb z b d h u a o i s v".split()
Splitter = Callable[[str], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Text:
    """Running text and the ends of its gold sentences but the last, ascending."""

    text: str
    bounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of bounds: found and right, found and wrong, missed."""

    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 when there was nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


def score(texts: Iterable[Text], split: Splitter, marked_only: bool = False) -> Score:
    """How well ``split`` (text -> ends of sentences) finds the bounds.

    With ``marked_only`` gold bounds that have no final punctuation before them are neither hit nor missed.
    """
    right = wrong = missed = 0
    for text in texts:
        gold = set(text.bounds)
        found = {end for end in split(text.text) if end < len(text.text)}
        if marked_only:
            unmarked = {bound for bound in gold if text.text[bound - 1] not in FINAL}
            gold, found = gold - unmarked, found - unmarked
        right, wrong, missed = right + len(gold & found), wrong + len(found - gold), missed + len(gold - found)
    return Score(right, wrong, missed)


def unmarked(texts: Iterable[Text]) -> int:
    """How many gold bounds have no final punctuation before them: headlines, list items, fragments."""
    return sum(text.text[bound - 1] not in FINAL for text in texts for bound in text.bounds)


def joined(sentences: Sequence[tuple[str, str]]) -> Text:
    """Sentences, each with the blank (or nothing) after it, as running text."""
    pieces, bounds, at = [], [], 0
    for sentence, blank in sentences:
        pieces += [sentence, blank]
        bounds.append(at + len(sentence))
        at += len(sentence) + len(blank)
    return Text("".join(pieces).rstrip(), tuple(bounds[:-1]))


def conllu(path: Path) -> list[Text]:
    """The texts of a treebank: its documents, or groups of sentences when none are marked."""
    documents: list[list[tuple[str, str]]] = [[]]
    marked = False
    sentence, blank = "", " "
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        if line.startswith("# newdoc"):
            marked = True
            documents.append([])
        elif line.startswith("# text = "):
            sentence = line.removeprefix("# text = ").strip()
        elif line:
            blank = "" if not line.startswith("#") and "SpaceAfter=No" in line.split("\t")[-1] else " "
        elif sentence:
            documents[-1].append((sentence, blank))
            sentence = ""
    if not marked:
        (all_,) = documents
        documents = [all_[i : i + GROUP] for i in range(0, len(all_), GROUP)]
    return [joined(document) for document in documents if document]


def lines(folder: Path) -> list[Text]:
    """The texts of a folder of stories, one sentence a line; the headline and blank lines are left out."""
    texts = []
    for path in sorted(folder.glob("*.txt")):
        sentences = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
        texts.append(joined([(sentence, " ") for sentence in sentences[1:]]))
    return [text for text in texts if text.text]


def sets(data: Path) -> Iterator[tuple[str, list[Text]]]:
    """Name and texts of each gold standard. Raises DataMissingError."""
    files = {
        "PUD": data / "pud" / "de_pud-ud-test.conllu",
        "GSD dev": data / "gsd" / "de_gsd-ud-dev.conllu",
        "GSD test": data / "gsd" / "de_gsd-ud-test.conllu",
        "APA or": data / "apa" / "or",
        "APA a2": data / "apa" / "a2",
        "APA b1": data / "apa" / "b1",
    }
    for name, path in files.items():
        if not path.exists():
            raise DataMissingError(path=path)
        yield name, lines(path) if path.is_dir() else conllu(path)


def ours(text: str) -> list[int]:
    return [end for _, end in sentence_spans(text)]


def punkt(name: str) -> Splitter:
    """nltk's Punkt: "untrained", "german" as llama-index ships it, or "abbreviations", the same with ``ABBREVIATIONS``."""
    punkt: Any = importlib.import_module("nltk.tokenize.punkt")  # has no types
    if name == "untrained":
        tokenizer = punkt.PunktSentenceTokenizer()
    else:
        importlib.import_module("nltk.data").path.insert(0, str(_nltk_data()))
        tokenizer = punkt.PunktTokenizer("german")
        if name == "abbreviations":
            tokenizer._params.abbrev_types.update(ABBREVIATIONS)
    return lambda text: (end for _, end in tokenizer.span_tokenize(text))


def _nltk_data() -> Path:
    """The folder of nltk data in the llama-index package, found without importing it."""
    spec = importlib.util.find_spec("llama_index")
    roots = list(spec.submodule_search_locations or ()) if spec else []
    places = [Path(root) / "core" / "_static" / "nltk_cache" for root in roots]
    return next((place for place in places if place.is_dir()), Path("nltk_cache"))


def table(data: Path, language: str) -> str:
    """A row for each gold standard and one for all texts together, a column for each splitter: F1, for ours also the
    counts behind it."""
    say, say_all = (_DE, "alle") if language == "de" else (_EN, "all")
    rivals = {name: punkt(name) for name in ("untrained", "german", "abbreviations")}
    rows: list[tuple[str, ...]] = [say]
    found = list(sets(data))
    everything = [text for _, texts in found for text in texts]
    for name, texts in [*found, (say_all, everything)]:
        mine, marked = score(texts, ours), score(texts, ours, marked_only=True)
        others = (f"{score(texts, split).f1:.3f}" for split in rivals.values())
        bounds = sum(len(text.bounds) for text in texts)
        counts = (str(mine.wrong), str(mine.missed), str(unmarked(texts)), f"{marked.f1:.3f}")
        rows.append((name, str(len(texts)), str(bounds), f"{mine.f1:.3f}", *others, *counts))
    text = align(rows)
    return text.replace(".", ",") if language == "de" else text


_EN = (
    "gold",
    "texts",
    "bounds",
    "ours",
    "Punkt",
    "German Punkt",
    "+ abbreviations",
    "wrong",
    "missed",
    "unmarked",
    "F1 without",
)
_DE = (
    "Gold",
    "Texte",
    "Grenzen",
    "unsere",
    "Punkt",
    "dt. Punkt",
    "+ Abkürzungen",
    "falsch",
    "fehlend",
    "unmarkiert",
    "F1 ohne",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table. 0, also when the data is not there."""
    parser = argparse.ArgumentParser(prog="python -m evals.sentences", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("place", type=Path, nargs="?", metavar="DATA")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/sentences"), help=argparse.SUPPRESS)
    language = user_language()
    try:
        args = parser.parse_args(argv)
        print(table(args.place or args.data, language))
    except DataMissingError as error:
        print(error.text(language), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
