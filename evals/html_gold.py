"""Real pages with their hand-checked text and metadata, as the tests of fundus (github.com/flairNLP/fundus) keep them.

``COUNTRY/NAME.json`` holds the gold by the version of a parser ("V1", "V1_1", "V2"), ``COUNTRY/NAME_YYYY_MM_DD.html.gz``
the pages. Each version has a page of its own, so the i-th version in order is the gold of the i-th page by date. Of the 92
pages at hand every one holds at least 97 % of the words of the gold so found; with one version for all pages of a name,
the first or the last, 59 hold 95 %. A page that holds less than ``FITS`` of its gold is left out and counted.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import DataFormatError, DataMissingError

HALVES = ("development", "held-out")
FITS = 0.95  # share of the gold body's words that a page must hold
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_DATE = re.compile(r"_\d{4}_\d{2}_\d{2}\.html\.gz$")


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor found on a page, or what is there to be found; None is unknown."""

    body: str = ""
    title: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    data: bytes
    gold: Found

    @property
    def half(self) -> str:
        return HALVES[zlib.crc32(self.name.encode()) % 2]


def load_pages(folder: Path) -> tuple[list[Page], int]:
    """The pages with their gold, in the order of their names, and how many were left out for want of one.

    Raises DataMissingError, DataFormatError.
    """
    names = sorted(path for path in folder.glob("*/*.json"))
    if not names:
        raise DataMissingError(path=folder)
    pages, left_out = [], 0
    for path in names:
        try:
            versions: dict[str, Any] = json.loads(path.read_text("utf-8"))
            golds = [_gold(versions[name]) for name in sorted(versions, key=_version)]
            files = sorted(f for f in path.parent.glob(f"{path.stem}_*.html.gz") if _DATE.sub("", f.name) == path.stem)
            if len(golds) != len(files):
                left_out += len(files)
                continue
            for file, gold in zip(files, golds, strict=True):
                data = gzip.decompress(file.read_bytes())
                if fit(gold.body, data) >= FITS:
                    pages.append(Page(f"{path.parent.name}/{file.name}", data, gold))
                else:
                    left_out += 1
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataFormatError(path=path, detail=error) from error
    return pages, left_out


def _version(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", name)]


def _gold(entry: dict[str, Any]) -> Found:
    body = entry["body"] or {"summary": [], "sections": []}
    parts = list(body["summary"])
    for section in body["sections"]:
        parts += [*section["headline"], *section["paragraphs"]]
    published = (entry.get("publishing_date") or "").replace(" ", "T", 1)
    return Found("\n".join(parts), entry.get("title"), published or None, tuple(entry.get("authors") or ()))


def fit(body: str, data: bytes) -> float:
    """The share of ``body``'s words that the page holds anywhere, in markup or in scripts."""
    raw = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), html.unescape(data.decode("utf-8", "replace")))
    wanted, there = words(body), words(_TAG.sub(" ", raw)) | words(raw)
    return (wanted & there).total() / max(1, wanted.total())


def words(text: str) -> Counter[str]:
    """The runs of letters and digits in ``text``, case folded, with how often each occurs."""
    return Counter(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
