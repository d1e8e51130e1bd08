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

# Where these tags stand and `parts` does not, `answers` lists the parts or sides of a full answer rather than wordings.
PART_TAGS = frozenset({"multi-article", "conflicting"})


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what is known about its answer. Empty or None: not stated, so not measured.

    ``answers``     acceptable wordings; for tags in ``PART_TAGS`` also the parts of a full answer
    ``articles``    ids of all articles that hold the answer
    ``evidence``    (article id, verbatim quote) pairs that carry the answer
    ``answerable``  whether the articles say; True where answers or articles are given and the file does not say
    ``as_of``       the day the question is asked as of
    ``parts``       wordings of each part: a full answer has one of every part. Where it is not stated but the tags say
                    that there are several, ``answers`` is grouped by ``metrics.same_part``
    ``within``      ids of the only articles that may be searched for this question
    ``speaker``     wordings of the name that a full answer names as the one who said it
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
    parts: tuple[tuple[str, ...], ...] = ()
    within: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.parts and PART_TAGS.intersection(self.tags):
            object.__setattr__(self, "parts", self._guessed_parts())

    def _guessed_parts(self) -> tuple[tuple[str, ...], ...]:
        """``answers`` by what they state: "300" and "rund 300" are one part, so are "4,8 Mio. Euro" and "€4.8m"."""
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
        """The case as a JSON object with every key, also those that are not stated."""
        record = dataclasses.asdict(self)
        record["evidence"] = [{"article": article, "quote": quote} for article, quote in self.evidence]
        record["as_of"] = self.as_of.isoformat() if self.as_of else None
        return record

    def stated(self) -> dict[str, Any]:
        """The JSON object of a set's line, without what is not stated; ``load_set`` reads it back to an equal case."""
        return {key: value for key, value in self.to_record().items() if value is not None and value not in ((), [])}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions under a name and a version."""

    name: str
    version: str | None
    licence: str | None
    cases: tuple[Case, ...]

    @property
    def sha256(self) -> str:
        """Hash of the cases: runs with equal hashes asked the same questions against the same gold answers.

        Over what is stated, so that a further key of later versions leaves the hashes of sets without it alone.
        """
        records = [case.stated() for case in self.cases]
        return hashlib.sha256(json.dumps(records, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def first(self, count: int) -> QuestionSet:
        """The set cut to its first ``count`` questions."""
        return dataclasses.replace(self, cases=self.cases[:count])

    def save(self, path: Path) -> None:
        """Writes the set as ``load_set`` reads it, in UTF-8."""
        header = {"set": self.name, "version": self.version, "licence": self.licence}
        records = [header, *(case.stated() for case in self.cases)]
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")


def load_set(path: Path | str) -> QuestionSet:
    """The question set in ``path``, in NFC; without a header its name is the file's.

    Raises SetMissingError, SetEmptyError, SetFormatError (naming the line, also for an id given twice).
    """
    path = Path(path)
    header: dict[str, Any] = {}
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for number, record in read_records(path):
        if not cases and not header and "set" in record and "question" not in record:
            header = record
            continue
        case = read_case(record, path, number)
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


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers, from 1, and their objects, in NFC; blank lines are passed over. Raises what ``load_set`` does."""
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


KEYS = tuple(field.name for field in fields(Case))


def read_case(record: dict[str, Any], path: Path, line: int) -> Case:
    """The case that an object with keys of ``KEYS`` states. Raises SetFormatError naming ``path`` and ``line``."""

    def fault(reason: str, **facts: object) -> SetFormatError:
        return SetFormatError(path, line, reason, **facts)

    def wrong(key: str, wanted_en: str, wanted_de: str) -> SetFormatError:
        return fault("value", key=key, wanted_en=wanted_en, wanted_de=wanted_de)

    def texts(key: str) -> tuple[str, ...]:
        if not _is_texts(given := record.get(key) or []):
            raise wrong(key, "a list of texts", "eine Liste von Texten")
        return tuple(given)

    for key in record:
        if key not in KEYS:
            raise fault("unknown", key=key, known=", ".join(KEYS))
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
    parts = record.get("parts") or []
    if not isinstance(parts, list) or not all(part and _is_texts(part) for part in parts):
        raise wrong(
            "parts",
            'a list of lists such as [["63"], ["41", "forty-one"]]',
            'eine Liste von Listen wie [["63"], ["41"]]',
        )
    answers, within = texts("answers"), texts("within")
    articles = texts("articles") or tuple(dict.fromkeys(article for article, _ in evidence))
    for article, _ in evidence:
        if article not in articles:
            raise fault("evidence", article=article)
    for article in articles if within else ():
        if article not in within:
            raise fault("within", article=article)
    stated = answers or articles or parts
    if answerable is False and stated:
        raise fault("unanswerable")
    if answerable is None and stated:
        answerable = True
    return Case(
        id=record["id"],
        question=record["question"],
        answers=answers,
        articles=articles,
        evidence=evidence,
        answerable=answerable,
        language=language,
        as_of=as_of,
        tags=texts("tags"),
        parts=tuple(tuple(part) for part in parts),
        within=within,
        speaker=texts("speaker"),
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
