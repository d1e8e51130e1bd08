"""PDF: what stands on the pages, put together into paragraphs; the pages are taken apart by ``pdf_pages.py``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UnreadableError
from corpus.formats.lines import paragraphs
from corpus.formats.moments import from_pdf
from corpus.formats.record import Record, place_of, read_raw

MAX_PDF_BYTES = 128 * 2**20
SECONDS = 60
MEGABYTES = 2048
_EDGE = 2  # lines at the top and the bottom of a page that may be its header and footer
_PAGE_NUMBER = re.compile(r"\W*(?:(?:seite|page|s\.|p\.)\s*)?#(?:\s*(?:/|von|of)\s*#)?\W*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'“”»«)\]]*$")
# What programs put for a title when nobody wrote one.
_NO_TITLE = re.compile(
    r"(?:untitled|unbenannt|ohne titel|microsoft \w+ - .*|.*\.(?:docx?|indd|qxp|qxd|pdf|odt|tex|dvi))", re.I
)


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record: all pages, without headers and footers. Raises UnreadableError when there is no text in it."""
    place = place_of(path)
    if b"%PDF-" not in read_raw(path, MAX_PDF_BYTES)[:1024]:
        raise UnreadableError(place, "damaged", kind="PDF", detail="no PDF header")
    pages, info = _pages(path, place)
    lines: list[str] = []
    for page in without_headers(pages):
        if lines and _SENTENCE_END.search(lines[-1]):
            lines.append("")  # a sentence may go on overleaf, a paragraph rarely does after its end
        lines += page
    text = "\n".join(paragraphs(lines))
    if not any(map(str.isalpha, text)):
        raise UnreadableError(place, "no_ocr")
    fields = {"title": info.get("Title", ""), "author": info.get("Author", ""), "keywords": info.get("Keywords", "")}
    if _NO_TITLE.fullmatch(fields["title"].strip()):
        fields["title"] = ""
    fields["published"] = from_pdf(info.get("CreationDate", "")) or ""
    fields = {key: value.strip() for key, value in fields.items() if value.strip()}
    yield Record(place, text, fields, provenance=dict.fromkeys(fields, "pdf"))


def without_headers(pages: list[list[str]]) -> list[list[str]]:
    """The pages without the lines that stand at the top or bottom of most of them, page numbers among them."""
    filled = [[_shape(line) for line in page if line] for page in pages]
    edges = [set(page[:_EDGE] + page[-_EDGE:]) for page in filled]
    counts = Counter(shape for shapes in edges for shape in shapes)
    # Left and right pages may have headers of their own: 40 % is "most".
    common = {shape for shape, n in counts.items() if shape and n >= max(2, 0.4 * len(pages))}
    if len(pages) > 1:
        common |= {shape for shape in counts if shape and _PAGE_NUMBER.fullmatch(shape)}
    found = []
    for page in pages:
        lines = list(page)
        for at in (0, -1):
            for _ in range(_EDGE):
                while lines and not lines[at]:
                    lines.pop(at)
                if lines and _shape(lines[at]) in common:
                    lines.pop(at)
        found.append(lines)
    # Pages of a few lines each, or the same page twice: then it was no header.
    kept, all_of_it = (sum(len(line) for page in side for line in page) for side in (found, pages))
    return found if 2 * kept > all_of_it else pages


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", line).strip().casefold()


def _pages(path: Path, place: str) -> tuple[list[list[str]], dict[str, str]]:
    """Lines of each page, and the document's information. Raises UnreadableError."""
    # -P keeps this folder, with its html.py, from hiding modules of the standard library.
    command = [sys.executable, "-P", str(Path(__file__).with_name("pdf_pages.py")), str(path.resolve()), str(SECONDS)]
    try:
        done = subprocess.run(
            [*command, str(MEGABYTES)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS + 5,
            check=False,
        )
        result: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise UnreadableError(place, "too_slow", seconds=SECONDS) from error
    except ValueError as error:  # it was ended by its limits
        raise UnreadableError(place, "too_slow", seconds=SECONDS) from error
    if "error" in result:
        raise UnreadableError(place, result["error"], kind="PDF", detail=result.get("detail", ""))
    return result["pages"], result["info"]
