"""What every import reads with and writes: the articles file and the question sets of one folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.language import detect_language
from evals.cases import Case, QuestionSet
from evals.errors import DataFormatError, DataMissingError

ARTICLES = "articles.jsonl"
_SAMPLE = 60  # texts that tell the language; one question alone is often taken for another language


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: the articles file, and the question sets by the language, split or file they are of."""

    articles: Path
    sets: Mapping[str, Path]


def read_text(path: Path) -> str:
    """The file, in UTF-8. Raises DataMissingError, DataFormatError."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise DataMissingError(path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(path=path, detail=error) from error


def read_lines(path: Path, *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and the objects of a JSON lines file, each with these keys, read as they are needed.

    Raises DataMissingError, DataFormatError naming the line.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    record = json.loads(line)
                    for key in keys:
                        record[key]
                except (ValueError, KeyError, TypeError) as error:
                    raise broken(path, number, f"{type(error).__name__}: {error}") from error
                yield number, record
    except FileNotFoundError as error:
        raise DataMissingError(path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFormatError(path=path, detail=error) from error


def broken(path: Path, line: int, detail: str) -> DataFormatError:
    """The error for one line of a file."""
    return DataFormatError(path=path, detail=f"line {line}, {detail}")


def language_of(texts: Iterable[str], default: str = "de") -> str:
    """ISO 639-1 code of the language of the first of these texts, taken together."""
    return detect_language("\n".join(islice(texts, _SAMPLE)), default) or default


def write_articles(records: Iterable[Mapping[str, str | None]], folder: Path) -> Path:
    """``articles.jsonl`` of ``folder``, which is made, from records with ``id``, ``text`` and what else is known.

    The file appears when it is whole, so that a run never indexes the half of a corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, beside = folder / ARTICLES, folder / f".{ARTICLES}.new"
    with beside.open("w", encoding="utf-8") as file:
        for record in records:
            stated = {key: value for key, value in record.items() if value}
            file.write(json.dumps(stated, ensure_ascii=False) + "\n")
    beside.replace(path)
    return path


def write_set(name: str, cases: Iterable[Case], folder: Path, part: str, licence: str) -> Path:
    """The question set ``questions-<part>.jsonl`` of ``folder``."""
    path = folder / f"questions-{part}.jsonl"
    QuestionSet(name, None, licence or None, tuple(cases)).save(path)
    return path
