"""Which of a record's fields is the text, the title, the date: by the names others use, or as a small TOML file says.

``belegt.toml`` beside the files, or ``news.toml`` beside ``news.csv`` (which then counts alone):

    [fields]                      # ours = theirs; dots lead into nested objects, several names are joined
    text = ["vorspann", "inhalt"]
    source = "medium.name"

    [defaults]                    # for records that do not say
    language = "de"
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import ReadWarning, UnreadableError
from corpus.formats.fragment import one_line, to_text
from corpus.formats.moments import to_iso
from corpus.formats.record import MAX_RECORD_BYTES, Record, place_of, read_raw

FILE = "belegt.toml"
_MAX_TOML = 64 * 1024
# Ours -> theirs, best first; compared without case, blanks, "_" and "-". "a.b" is the key b of the object a.
NAMES: dict[str, tuple[str, ...]] = {
    key: tuple(names.split())
    for key, names in {
        "id": "id _id guid uuid articleid docid documentid identifier",
        "title": "title headline header titel überschrift ueberschrift schlagzeile",
        "text": "text body articlebody maintext fulltext bodytext articletext content contenthtml contenttext article story "
        "volltext inhalt artikel artikeltext haupttext fields.bodytext fields.body plaintext rawtext html summary "
        "description abstract beschreibung",
        "source": "source outlet publisher publication newspaper medium quelle zeitung sitename site website domain "
        "sourcedomain sourcename provider",
        "author": "author authors byline creator dc:creator autor autoren autorin verfasser",
        "agency": "agency agentur newsagency nachrichtenagentur",
        "published": "published date pubdate publishedat datepublished datepublish publishdate publicationdate "
        "webpublicationdate publishedon dc:date dcterms:issued datum veröffentlicht veröffentlichtam "
        "veröffentlichungsdatum veroeffentlicht veroeffentlichungsdatum erschienen erscheinungsdatum issued "
        "createdat created timestamp",
        "updated": "updated modified updatedat datemodified datemodify modifiedat lastmodified dcterms:modified "
        "aktualisiert geändert geaendert",
        "url": "url link href permalink canonicalurl canonical articleurl weburl sourceurl",
        "language": "language lang inlanguage sprache dc:language",
        "category": "category categories section articlesection sectionname ressort rubrik kategorie",
    }.items()
}
_NOISE = re.compile(r"[\s_\-]+")
_INNER_TEXT = ("rendered", "text", "value", "#text", "@value")
_INNER = (
    "name",
    "title",
    "rendered",
    "value",
    "text",
    "#text",
    "@value",
    "url",
    "href",
)  # what an object says of itself


@dataclass(frozen=True, slots=True)
class FieldMap:
    """``fields``: ours -> their names, as the TOML file says. ``defaults``: ours -> value."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def beside(cls, path: Path) -> FieldMap:
        """The map for the file ``path``. Raises UnreadableError, naming ``path`` and the TOML file that is wrong."""
        for file in (path.with_suffix(".toml"), path.with_name(FILE)):
            try:
                stamp = file.stat().st_mtime_ns
            except (OSError, ValueError):
                continue
            try:
                return _parsed(file, stamp)
            except ValueError as error:
                raise UnreadableError(place_of(path), "mapping", file=place_of(file), detail=str(error)) from error
        return cls()

    def knows(self, name: str) -> bool:
        """Whether a field of this name would be taken for one of ours."""
        plain = _plain(name)
        return any(plain in map(_plain, names) for names in (*self.fields.values(), *NAMES.values()))

    def has_text(self, given: Mapping[str, Any]) -> bool:
        """Whether ``given`` has a field that can be the text."""
        return bool(self._values("text", _flat(given))[0])

    def record(
        self, given: Mapping[str, Any], place: str, line: int, warning: ReadWarning | None = None
    ) -> Record | UnreadableError:
        """The record that ``given`` describes; an UnreadableError for line ``line`` when it has no text."""
        flat = _flat(given)
        text, used = self._values("text", flat)
        if len(text) > MAX_RECORD_BYTES:
            return UnreadableError(place, "too_big", megabytes=len(text) // 2**20, limit=MAX_RECORD_BYTES // 2**20)
        if not text.strip():
            wanted = " / ".join(self.fields.get("text", ("text",)))
            return UnreadableError(place, "record", line=line, detail=f"'{wanted}' is missing or empty")
        fields = {}
        for ours in NAMES:
            if ours == "text":
                continue
            value, names = self._values(ours, flat)
            used |= names
            if value:
                fields[ours] = to_iso(value) if ours in ("published", "updated") else one_line(value)
        if len(fields.get("language", "")) > 2:
            fields["language"] = re.sub(r"^([A-Za-z]{2})[-_].*", r"\1", fields["language"]).lower()
        # What we have no name for is kept; first, so that ours win where a later step renames.
        rest = {key.lower(): _scalar(value) for key, value in given.items() if _plain(key) not in used}
        # Without an id the text itself tells records apart: line numbers shift when a line is added above.
        key = hashlib.sha256(f"{fields.get('title', '')}\n{text}".encode("utf-8", "replace")).hexdigest()[:12]
        others = {key: value for key, value in rest.items() if value.strip()}
        return Record(place, to_text(text), others | fields, key, warning)

    def _values(self, ours: str, flat: Mapping[str, Any]) -> tuple[str, set[str]]:
        """The value of one of our fields, "" when unknown, and the plain names that were used."""
        said = _body if ours == "text" else _scalar
        if names := self.fields.get(ours):
            found = {name: said(flat[name]) for name in map(_plain, names) if name in flat}
            parts = [value for value in found.values() if value.strip()]
            return ("\n\n" if ours == "text" else ", ").join(parts), {name.partition(".")[0] for name in found}
        for name in map(_plain, NAMES[ours]):
            if name in flat and (value := said(flat[name])).strip():
                return value, {name.partition(".")[0]}
        return "", set()


def _plain(name: str) -> str:
    return _NOISE.sub("", name).casefold()


def _flat(given: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` under plain names, with what nested objects hold as "a.b", three levels deep."""
    flat: dict[str, Any] = {}

    def walk(values: Mapping[str, Any], prefix: str, depth: int) -> None:
        for key, value in values.items():
            name = prefix + _plain(str(key))
            flat.setdefault(name, value)
            if isinstance(value, dict) and depth < 3:
                walk(value, name + ".", depth + 1)

    walk(given, "", 1)
    return flat


def _scalar(value: Any) -> str:
    """A value as one string: lists joined, of objects their name; "" for what says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return str(value) if isinstance(value, bool) else ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        inner = (value[name] for name in _INNER if name in value)
        return next((_scalar(one) for one in inner if isinstance(one, str | int | float)), "")
    if isinstance(value, list):
        return ", ".join(part for part in (_scalar(one) for one in value[:50] if not isinstance(one, list)) if part)
    return ""


def _body(value: Any) -> str:
    """A value as article text: a string, or a list of paragraphs, or an object around one of them."""
    if isinstance(value, dict):
        value = next((value[name] for name in _INNER_TEXT if name in value), "")
    if isinstance(value, list):
        return "\n\n".join(part for part in value if isinstance(part, str) and part.strip())
    return value if isinstance(value, str) else ""


def objects(loaded: Any, fields: FieldMap) -> Iterator[Any]:
    """The articles in a JSON value: itself, its items, or those of the one list of objects it holds."""
    if isinstance(loaded, list):
        yield from loaded
        return
    if isinstance(loaded, dict) and not fields.has_text(loaded):
        lists = [v for v in loaded.values() if isinstance(v, list) and v and isinstance(v[0], dict)]
        inner = [v for v in loaded.values() if isinstance(v, dict)]
        if len(lists) == 1:
            yield from lists[0]
            return
        if not lists and len(inner) == 1 and len(loaded) <= 3:  # {"response": {"results": [...]}}
            yield from objects(inner[0], fields)
            return
    yield loaded


@lru_cache(maxsize=64)
def _parsed(file: Path, _stamp: int) -> FieldMap:
    """The map that ``file`` holds. Raises ValueError saying what is wrong with it."""
    try:
        loaded = tomllib.loads(read_raw(file, _MAX_TOML).decode("utf-8-sig"))
    except UnreadableError as error:
        raise ValueError(error.reason()) from error
    if odd := set(loaded) - {"fields", "defaults"}:
        raise ValueError(f"unknown: {', '.join(sorted(odd))}; there are [fields] and [defaults]")
    for table in ("fields", "defaults"):
        values = loaded.get(table, {})
        if not isinstance(values, dict):
            raise ValueError(f"'{table}' is no table")
        known = set(NAMES) - ({"id", "text"} if table == "defaults" else set())
        if odd := set(values) - known:
            raise ValueError(f"unknown in [{table}]: {', '.join(sorted(odd))}; there are {', '.join(sorted(known))}")
    fields = {}
    for key, value in loaded.get("fields", {}).items():
        names = value if isinstance(value, list) else [value]
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ValueError(f"[fields] {key} is no name")
        fields[key] = tuple(names)
    defaults = {}
    for key, value in loaded.get("defaults", {}).items():
        if isinstance(value, dict | list):
            raise ValueError(f"[defaults] {key} is no single value")
        defaults[key] = value if isinstance(value, str) else str(value)
    return FieldMap(fields, defaults, str(file))
