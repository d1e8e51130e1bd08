"""What the bench asks: public data sets and the demo set, as articles and slices of questions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.cases import Case, load_set
from evals.cli import DEMO_SET
from evals.importers import Imported, import_nomiracl, import_pairs, import_squad

XQUAD_LANGUAGES = ("de", "en", "es", "ru", "tr")
DEMO_ARTICLES = Path(__file__).resolve().parents[2] / "corpus" / "demo"


@dataclass(frozen=True, slots=True)
class Source:
    """A set: ``load(data folder, folder to write to)`` raises DataMissingError, DataFormatError.

    ``answered``     its questions are answered end to end, not only searched for
    ``by_language``  the questions in each language make a slice of their own
    """

    load: Callable[[Path, Path], Imported]
    answered: bool = False
    by_language: bool = True


@dataclass(frozen=True, slots=True)
class Slice:
    """Questions of one kind over one set's articles."""

    set: str
    name: str
    cases: tuple[Case, ...]
    answered: bool

    @property
    def searched(self) -> bool:
        """Whether any question says which articles should be found."""
        return any(case.articles for case in self.cases)

    @property
    def sha256(self) -> str:
        """Hash of the questions and their gold: measured values hold for these alone."""
        records = [case.to_record() for case in self.cases]
        return hashlib.sha256(json.dumps(records, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _xquad(data: Path, folder: Path) -> Imported:
    """German contexts, parallel questions in five languages."""
    files = {language: data / "xquad" / f"xquad.{language}.json" for language in XQUAD_LANGUAGES}
    return import_squad("xquad", files["de"], files, folder, licence="CC BY-SA 4.0")


def _mlqa(data: Path, folder: Path) -> Imported:
    """MLQA test, German questions to German passages."""
    source = data / "mlqa_test_de_retrieval"
    return import_pairs("mlqa", source / "corpus.jsonl", source / "pairs.jsonl", folder, licence="CC BY-SA 3.0")


def _nomiracl(language: str) -> Callable[[Path, Path], Imported]:
    """A corpus for each language, as the data set has it; a question is asked within its own ten passages."""

    def load(data: Path, folder: Path) -> Imported:
        file = data / "nomiracl" / f"nomiracl_{language}_test.jsonl"
        return import_nomiracl("nomiracl", [file], folder, language, licence="Apache-2.0")

    return load


def _demo(data: Path, folder: Path) -> Imported:
    """The demo articles and questions of this repository."""
    return Imported(DEMO_ARTICLES, {"all": DEMO_SET})


SETS: dict[str, Source] = {
    "xquad": Source(_xquad),
    "mlqa": Source(_mlqa),
    "nomiracl-de": Source(_nomiracl("de"), answered=True, by_language=False),
    "nomiracl-en": Source(_nomiracl("en"), answered=True, by_language=False),
    "demo": Source(_demo, answered=True, by_language=False),
}


def slices(name: str, imported: Imported, languages: Sequence[str] = (), limit: int | None = None) -> list[Slice]:
    """The slices of the set ``name``, asked in ``languages`` (none: in any), the first ``limit`` questions of each.

    Where questions are only searched for, those without a gold article are left out.
    """
    source = SETS[name]
    groups: dict[str, list[Case]] = {}
    for case in _cases(imported):
        if (languages and case.language not in languages) or not (source.answered or case.articles):
            continue
        groups.setdefault(f"{name} {case.language}" if source.by_language else name, []).append(case)
    return [Slice(name, group, tuple(cases[:limit]), source.answered) for group, cases in groups.items()]


def _cases(imported: Imported) -> Iterator[Case]:
    for path in imported.sets.values():
        yield from load_set(path).cases
