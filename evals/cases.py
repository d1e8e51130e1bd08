"""Question sets: JSON lines, one question a line, an optional header ``{"set", "version", "licence"}`` first.

Only ``id`` and ``question`` are required; what a question does not state is not measured.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from evals.errors import SetEmptyError, SetFormatError, SetMissingError
from evals.metrics import same_part

# Where these tags stand, `answers` lists the parts or sides of a full answer rather than wordings of one.
PART_TAGS = frozenset({"multi-article", "conflicting"})


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what is known about its answer. Empty or None: not stated, so not measured.

    ``answers``     acceptable wordings; for tags in ``PART_TAGS`` also the parts of a full answer
    ``articles``    ids of all articles that hold the answer
    ``evidence``    (article id, verbatim quote) pairs that carry the answer
    ``answerable``  whether the articles say; True where answers or articles are given and the file does not say
    ``as_of``       the day the question is asked as of
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    answerable: bool | None = None
    language: str | None = None
    as_of: dt.date | None = None
    tags: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The parts of a full answer, each with its wordings; empty unless the tags say that there are several.

        Wordings of one part, by ``metrics.same_part``: "300" and "rund 300", "4,8 Mio. Euro" and "€4.8m".
        """
        if not PART_TAGS.intersection(self.tags):
            return ()
        parts: list[list[str]] = []
        for answer in sorted(self.answers, key=len):
            alike = (part for part in parts if any(same_part(one, answer, self.language or "en") for one in part))
            home = next(alike, None)
            if home is None:
                parts.append([answer])
            else:
                home.append(answer)
        return tuple(tuple(part) for part in parts) if len(parts) > 1 else ()

    def to_record(self) -> dict[str, Any]:
        """The JSON object of a set's line; ``load_set`` reads it back to an equal case."""
        record = dataclasses.asdict(self)
        record["evidence"] = [{"article": article, "quote": quote} for article, quote in self.evidence]
        record["as_of"] = self.as_of.isoformat() if self.as_of else None
        return record


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions under a name and a version."""

    name: str
    version: str | None
    licence: str | None
    cases: tuple[Case, ...]

    @property
    def sha256(self) -> str:
        """Hash of the cases: runs with equal hashes asked the same questions against the same gold answers."""
        records = [case.to_record() for case in self.cases]
        return hashlib.sha256(json.dumps(records, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def first(self, count: int) -> QuestionSet:
        """The set cut to its first ``count`` questions."""
        return dataclasses.replace(self, cases=self.cases[:count])

    def save(self, path: Path) -> None:
        """Writes the set as ``load_set`` reads it, in UTF-8."""
        header = {"set": self.name, "version": self.version, "licence": self.licence}
        records = [header, *(case.to_record() for case in self.cases)]
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")


def load_set(path: Path | str) -> QuestionSet:
    """The question set in ``path``, in NFC; without a header its name is the file's.

    Raises SetMissingError, SetEmptyError, SetFormatError (naming the line, also for an id given twice).
    """
    path = Path(path)
    header: dict[str, Any] = {}
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for number, record in _records(path):
        if not cases and not header and "set" in record and "question" not in record:
            header = record
            continue
        case = _case(record, path, number)
        if case.id in lines:
            raise SetFormatError(path, number, "duplicate", id=case.id, other=lines[case.id])
        lines[case.id] = number
        cases.append(case)
    if not cases:
        raise SetEmptyError(path=path)
    name, version, licence = (header.get(key) for key in ("set", "version", "licence"))
    return QuestionSet(
        name=str(name or path.stem),
        version=None if version is None else str(version),
        licence=None if licence is None else str(licence),
        cases=tuple(cases),
    )


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and their objects; blank lines are passed over."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SetMissingError(path=path, detail=error.strerror or error) from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _nfc(json.loads(line.decode("utf-8")))
        except UnicodeDecodeError as error:
            raise SetFormatError(path, number, "encoding") from error
        except (ValueError, RecursionError) as error:
            raise SetFormatError(path, number, "json", detail=str(error).split(":")[0]) from error
        if not isinstance(record, dict):
            raise SetFormatError(path, number, "object")
        yield number, record


def _nfc(value: Any) -> Any:
    """``value`` with all its texts in NFC, as articles are, so that equal texts compare equal."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    return value


_KEYS = tuple(field.name for field in fields(Case))


def _case(record: dict[str, Any], path: Path, line: int) -> Case:
    """The case of one line. Raises SetFormatError."""

    def fault(reason: str, **facts: object) -> SetFormatError:
        return SetFormatError(path, line, reason, **facts)

    def wrong(key: str, wanted_en: str, wanted_de: str) -> SetFormatError:
        return fault("value", key=key, wanted_en=wanted_en, wanted_de=wanted_de)

    def texts(key: str) -> tuple[str, ...]:
        given = record.get(key)
        if not isinstance(given or [], list) or not all(isinstance(item, str) and item.strip() for item in given or []):
            raise wrong(key, "a list of texts", "eine Liste von Texten")
        return tuple(given or ())

    for key in record:
        if key not in _KEYS:
            raise fault("unknown", key=key, known=", ".join(_KEYS))
    for key in ("id", "question"):
        if not isinstance(record.get(key), str) or not record[key].strip():
            raise fault("missing", key=key)
    answerable, language = record.get("answerable"), record.get("language")
    if answerable is not None and not isinstance(answerable, bool):
        raise wrong("answerable", "true or false", "true oder false")
    if language is not None and not isinstance(language, str):
        raise wrong("language", 'a code such as "de"', 'ein Kürzel wie "de"')
    try:
        as_of = None if record.get("as_of") is None else dt.date.fromisoformat(record["as_of"])
    except (TypeError, ValueError) as error:
        raise wrong("as_of", "a day such as 2025-06-30", "ein Tag wie 2025-06-30") from error
    try:
        evidence = tuple((str(item["article"]), str(item["quote"])) for item in record.get("evidence") or ())
    except (TypeError, KeyError) as error:
        shape = '[{"article": "...", "quote": "..."}]'
        raise wrong("evidence", shape, shape) from error
    answers = texts("answers")
    articles = texts("articles") or tuple(dict.fromkeys(article for article, _ in evidence))
    for article, _ in evidence:
        if article not in articles:
            raise fault("evidence", article=article)
    if answerable is False and (answers or articles):
        raise fault("unanswerable")
    if answerable is None and (answers or articles):
        answerable = True
    return Case(
        record["id"], record["question"], answers, articles, evidence, answerable, language, as_of, texts("tags")
    )
