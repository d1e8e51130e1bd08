"""Pages from the web into a folder, for ``belegt ingest``: only those asked for, or those a feed or sitemap lists."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urljoin

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Xml

from corpus.errors import FetchError, UnreadableError
from corpus.formats import feed
from corpus.formats.fetched import stamp
from corpus.web import Page, Web, checked

MAX_BYTES = 16 * 2**20
MAX_PAGES = 1000  # that feeds and sitemaps may add in one call
MAX_DEPTH = 2  # a sitemap of sitemaps, and those in it
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SUFFIXES = (".html", ".pdf")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one address. ``count`` is how many pages a feed or sitemap ("listed") adds, ``left`` what remains."""

    url: str
    status: Literal["fetched", "skipped", "failed", "listed"]
    path: Path | None = None
    error: FetchError | None = None
    count: int = 0
    left: int = 0


def fetch(
    urls: Iterable[str],
    folder: Path,
    *,
    delay: float = 1.0,
    since: dt.date | None = None,
    limit: int = MAX_PAGES,
    allow_private: bool = False,
) -> Iterator[Fetched]:
    """Saves each page under ``folder`` and says what came of it; what is there already is skipped.

    A feed or sitemap stands for the pages it lists, those dated before ``since`` left out, ``limit`` at most. ``delay``:
    seconds between two requests to a host. ``allow_private`` lifts the ban on addresses of private networks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waiting = deque((url.strip(), 0) for url in urls)
    seen: set[str] = set()
    with closing(Web(delay, allow_private)) as web:
        while waiting:
            url, depth = waiting.popleft()
            try:
                url = str(checked(url))
                if url in seen:
                    continue
                seen.add(url)
                if path := _saved(folder, url):
                    yield Fetched(url, "skipped", path, left=len(waiting))
                    continue
                page = web.get(url, MAX_BYTES)
                found = listed(page, since)
                if found is None:
                    yield Fetched(url, "fetched", _save(page, url, folder), left=len(waiting))
                    continue
                if depth > MAX_DEPTH or not found:
                    raise FetchError(url, "no_links")
                new = [link for link in found if link not in seen][:limit]
                limit -= len(new)
                waiting.extendleft((link, depth + 1) for link in reversed(new))
                yield Fetched(url, "listed", count=len(new), left=len(waiting))
            except FetchError as error:
                yield Fetched(url, "failed", error=error, left=len(waiting))


def listed(page: Page, since: dt.date | None = None) -> list[str] | None:
    """The addresses that a feed or sitemap lists; None when ``page`` is a page. Raises FetchError when it is neither."""
    data = _unzipped(page)
    # Comments and white space may come first, and feeds are often sent as text/html.
    head = re.sub(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>", b"", data[:4096].replace(b"\0", b""), flags=re.DOTALL)
    root = re.match(rb"\W*<(?:\w+:)?(\w+)", head)
    kind = root[1].lower() if root else b""
    try:
        if kind in (b"rss", b"feed", b"rdf"):
            entries = feed.parse(data, page.url).entries
            dated = [(entry.get("link"), entry.get("published") or entry.get("updated"), entry) for entry in entries]
            links = [(str(link), _feed_day(entry)) for link, _, entry in dated if link]
        elif kind in (b"urlset", b"sitemapindex"):
            links = _sitemap(data)
        elif page.type.endswith("xml") and kind != b"html":
            raise FetchError(page.url, "type", type=kind.decode("ascii", "replace") or page.type)
        elif data is not page.data:
            raise FetchError(page.url, "type", type=page.type)
        else:
            return None
    except (DefusedXmlException, Xml.ParseError, UnreadableError, ValueError) as error:
        if isinstance(error, FetchError):
            raise
        raise FetchError(page.url, "no_links") from error
    wanted = (urljoin(page.url, link) for link, day in links if not (since and day and day < since.isoformat()))
    return list(dict.fromkeys(wanted))


def _sitemap(data: bytes) -> list[tuple[str, str]]:
    """Addresses and days ("" unknown) of a sitemap, or of the sitemaps in an index."""
    found = []
    for node in Xml.fromstring(data):
        # Pictures have a "loc" of their own, further in; the day of publication stands further in, too.
        texts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in node}
        published = next((e.text for e in node.iter() if e.tag.endswith("}publication_date")), None)
        if link := texts.get("loc"):
            day = _DAY.match((published or texts.get("lastmod") or "").strip())
            found.append((link, day[0] if day else ""))
    return found


def _feed_day(entry: object) -> str:
    parsed = getattr(entry, "get", lambda key: None)("published_parsed")
    return f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}" if parsed else ""


def _unzipped(page: Page) -> bytes:
    """The page's bytes; those of a sitemap in gzip unpacked, as far as a page may be long."""
    if not page.data.startswith(b"\x1f\x8b"):
        return page.data
    try:
        return zlib.decompressobj(31).decompress(page.data, MAX_BYTES)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise FetchError(page.url, "type", type="gzip") from error


def _saved(folder: Path, url: str) -> Path | None:
    """The file that holds ``url`` already."""
    return next((path for suffix in _SUFFIXES if (path := folder / _name(url, suffix)).exists()), None)


def _name(url: str, suffix: str) -> str:
    """A short hash tells addresses apart, the end of the path tells people what it is."""
    end = unquote(url.partition("?")[0].rstrip("/").rpartition("/")[2]).lower()
    slug = re.sub(r"[^a-z0-9]+", "-", end.removesuffix(".html").removesuffix(".pdf")).strip("-")[:60]
    return f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{slug or 'index'}{suffix}"


def _save(page: Page, url: str, folder: Path) -> Path:
    if page.data.startswith(b"%PDF-") or page.type == "application/pdf":
        path = folder / _name(url, ".pdf")
        # A mapping file beside the PDF: it has no first line to write an address into.
        _write(path.with_suffix(".toml"), f"[defaults]\nurl = {json.dumps(page.url)}\n".encode())
        _write(path, page.data)
        return path
    path = folder / _name(url, ".html")
    data, mark = page.data, b""
    charset = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else (page.charset or "utf-8").lower()
    if charset not in ("utf-8", "utf8", "ascii", "us-ascii"):
        # What the server said is written nowhere in the file, so the file becomes UTF-8.
        with suppress(LookupError):
            data, mark = data.decode(charset, "replace").lstrip("\ufeff").encode("utf-8", "replace"), b"\xef\xbb\xbf"
    data = data.removeprefix(b"\xef\xbb\xbf")
    _write(path, mark + stamp(page.url, dt.datetime.now(dt.UTC)) + data)
    return path


def _write(path: Path, data: bytes) -> None:
    """All or nothing: under a hidden name first."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
