"""Files that come by the browser: checked, named, and kept in the index folder, so that nothing depends on a passing file."""

from __future__ import annotations

import asyncio
import contextlib
import filecmp
import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from corpus.formats import READERS
from rag.errors import BelegtError
from rag.safe import plain
from ui.here import from_here
from ui.library_errors import ElsewhereError, UploadError

FOLDER = "uploads"  # in the index folder
MEGABYTE = 2**20
LONGEST_FILE = 100 * MEGABYTE
ROOM = 1024 * MEGABYTE  # that must stay free on the disk
AT_ONCE = 8  # files on their way at the same time, from all browsers together
STALE = 3600.0  # seconds after which a part that nobody goes on with is removed
_WAITING = 10_000  # files received but not yet asked to be read; the oldest are forgotten
_LONGEST_NAME = 80
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE
)  # names that Windows keeps for devices
_PART = ".part-"
_NO_CACHE = {"Cache-Control": "no-store"}


class Uploads:
    """The uploaded files of one folder. Browsers know them by a token; which file that is stays on the server."""

    def __init__(self, folder: Path, suffixes: frozenset[str] = frozenset(READERS)) -> None:
        self.folder = folder
        self.suffixes = suffixes
        self._waiting: dict[str, Path] = {}
        self._under_way = 0

    async def receive(self, name: str, size: int | None, body: AsyncIterator[bytes]) -> str:
        """Keeps a file and gives its token. ``size`` in bytes as announced, if it was. Raises UploadError."""
        if Path(name).suffix.lower() not in self.suffixes:
            raise UploadError("format", name=shown(name), formats=" ".join(sorted(self.suffixes)))
        if size is not None and size > LONGEST_FILE:
            raise UploadError("size", name=shown(name), limit=LONGEST_FILE // MEGABYTE)
        if self._under_way >= AT_ONCE:
            raise UploadError("busy", name=shown(name))
        self._under_way += 1
        part: Path | None = None
        try:
            part = self._part()
            await self._write(part, name, body)
            path = await asyncio.to_thread(self._settle, part, name)
        except OSError as error:
            raise UploadError("disk", name=shown(name), detail=error.strerror or str(error)) from error
        finally:
            self._under_way -= 1
            if part is not None:
                part.unlink(missing_ok=True)
        return self.token(path)

    def keep(self, name: str, data: bytes) -> Path:
        """Keeps ``data`` as a file of that name, or of one like it where that is taken by something else."""
        part = self._part()
        try:
            part.write_bytes(data)
            return self._settle(part, name)
        finally:
            part.unlink(missing_ok=True)

    def token(self, path: Path) -> str:
        token = secrets.token_urlsafe(16)
        self._waiting[token] = path
        while len(self._waiting) > _WAITING:
            del self._waiting[next(iter(self._waiting))]
        return token

    def take(self, tokens: object) -> list[Path]:
        """The files of these tokens, each token good for once; what is none of ours is passed over."""
        given = tokens if isinstance(tokens, list) else []
        return [path for token in given if (path := self._waiting.pop(str(token), None))]

    def remove(self, file: str) -> bool:
        """Deletes a file, given by its absolute path, with what was kept beside it, if it is one of ours; whether it was."""
        path = Path(file).parent.resolve() / Path(file).name
        if self.folder.resolve() not in path.parents:
            return False
        path.unlink(missing_ok=True)
        path.with_suffix(".toml").unlink(missing_ok=True)  # of a fetched PDF
        return True

    def _part(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{_PART}*"):
            with contextlib.suppress(OSError):  # another upload may be faster
                if time.time() - left.stat().st_mtime > STALE:
                    left.unlink()
        return self.folder / f"{_PART}{secrets.token_hex(8)}"

    async def _write(self, part: Path, name: str, body: AsyncIterator[bytes]) -> None:
        written = 0
        with part.open("xb") as file:
            async for data in body:
                written += len(data)
                if written > LONGEST_FILE:
                    raise UploadError("size", name=shown(name), limit=LONGEST_FILE // MEGABYTE)
                if shutil.disk_usage(self.folder).free < ROOM:
                    raise UploadError("full", name=shown(name), room=ROOM // MEGABYTE)
                await asyncio.to_thread(file.write, data)
        if not written:
            raise UploadError("empty", name=shown(name))

    def _settle(self, part: Path, name: str) -> Path:
        """Gives a finished part its name. The same file again keeps its place; another of that name gets a number."""
        first = self.folder / file_name(name)
        number = 1
        while True:
            path = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
            try:
                path.open("xb").close()  # takes the name, or fails where it is taken, which a rename would not
            except FileExistsError:
                if filecmp.cmp(part, path, shallow=False):
                    return path
                number += 1
                continue
            part.replace(path)
            return path


def file_name(name: str) -> str:
    """A name that any file system takes, whatever a browser sent: no folders, no marks, not hidden, not too long."""
    base = unicodedata.normalize("NFC", plain(re.split(r"[/\\]", name)[-1]))
    path = Path(re.sub(r"[^\w .()+-]", "_", base).strip(" .") or "artikel")
    stem, suffix = path.stem.strip(" .-_") or "artikel", path.suffix
    while len(stem.encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return f"{'_' if _RESERVED.match(stem) else ''}{stem}{suffix.lower()}"


def shown(name: str) -> str:
    """A name as it may stand in a message."""
    return plain(name)[:120]


def pasted(title: str, source: str, published: str, url: str, text: str) -> tuple[str, bytes]:
    """A text that was typed or pasted, as a file: its name and its bytes. Empty facts count as not given."""
    record = {"title": title, "source": source, "published": published, "url": url, "text": text}
    record = {key: value.strip() for key, value in record.items() if value.strip()}
    name = re.sub(r"\W+", "-", title.strip().lower()).strip("-")[:60] or "text"
    return f"{name}.json", json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")


async def answer_upload(uploads: Uploads, request: Request, language: str) -> Response:
    """Receives the file that a request brings; answers with its token, or why it was refused."""
    try:
        if not from_here(request):
            raise ElsewhereError
        length = request.headers.get("content-length", "")
        size = int(length) if length.isdecimal() else None
        token = await uploads.receive(request.query_params.get("name", ""), size, request.stream())
    except BelegtError as error:
        return JSONResponse({"error": error.text(language)}, 400, _NO_CACHE)
    return JSONResponse({"token": token}, 200, _NO_CACHE)
