"""The lines of a PDF's pages, as JSON on standard output: ``python -P pdf_pages.py FILE SECONDS MEGABYTES``.

A process of its own, run by ``pdf.py``: a PDF made to hang or to fill the memory then takes this process with it and
nothing else. It imports pypdf and the standard library alone, and must not be imported by the rest of the package.
"""

from __future__ import annotations

import contextlib
import json
import sys
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

MAX_CHARACTERS = 16 * 2**20
MAX_PAGES = 2000
GAP = 1.35  # of the usual distance between lines: a new paragraph
SIZE = 1.15  # of the font size: a heading begins or ends


def main(path: Path, seconds: int, megabytes: int) -> dict[str, Any]:
    """``{"pages": [[line, ...], ...], "info": {...}}``, "" being a gap between lines; or ``{"error", "detail"}``."""
    _limit(seconds, megabytes)
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"error": "encrypted"}
        if len(reader.pages) > MAX_PAGES:
            return {"error": "damaged", "detail": f"{len(reader.pages)} pages, over the limit of {MAX_PAGES}"}
        pages, size = [], 0
        for page in reader.pages:
            pages.append(_lines(page))
            size += sum(map(len, pages[-1]))
            if size > MAX_CHARACTERS:
                return {"error": "damaged", "detail": f"more than {MAX_CHARACTERS} characters"}
        info = {str(key)[1:]: str(value) for key, value in (reader.metadata or {}).items()}
    except (DependencyError, FileNotDecryptedError):
        return {"error": "encrypted"}
    except MemoryError:
        return {"error": "damaged", "detail": f"needs more than {megabytes} MB of memory"}
    except (PyPdfError, OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError,
            RecursionError, AssertionError, NotImplementedError) as error:  # fmt: skip
        return {"error": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]}
    return {"pages": pages, "info": info}


def _lines(page: Any) -> list[str]:
    """The lines of a page, with "" where the distance or the size of the letters changes."""
    lines: list[tuple[str, float, float]] = []  # text, height on the page, size
    parts: list[tuple[str, float, float]] = []

    def end_line() -> None:
        text = "".join(part for part, _, _ in parts).strip()
        if text:
            _, y, size = max(parts, key=lambda part: len(part[0]))
            lines.append((text, y, size))
        parts.clear()

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[2]) or 1.0
        for i, piece in enumerate(text.split("\n")):
            if i:
                end_line()
            if piece:
                parts.append((piece, height, abs(size) * scale))

    page.extract_text(visitor_text=visit)
    end_line()
    steps = [above[1] - below[1] for above, below in pairwise(lines)]
    usual = median([step for step in steps if step > 0] or [0])
    found = [lines[0][0]] if lines else []
    for (_, _, above), (text, _, size), step in zip(lines, lines[1:], steps, strict=False):
        if (usual and step > GAP * usual) or max(size, above) > SIZE * min(size, above) > 0:
            found.append("")
        found.append(text)
    return found


def _limit(seconds: int, megabytes: int) -> None:
    """Bounds on the processor time and the memory of this process, where the system has such."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


if __name__ == "__main__":
    result = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.buffer.write(json.dumps(result).encode("ascii", "replace"))
