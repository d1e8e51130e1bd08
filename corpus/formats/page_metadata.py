"""What a page says about its article: title, source, author, dates, address, language, category.

For each field the first source that states it is taken: JSON-LD, then meta, then marks in the HTML, for dates at last
what htmldate finds. What no source states stays absent.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from corpus.dates import NewsDate
from corpus.formats import json_ld
from corpus.formats.byline import byline, is_house, names
from corpus.formats.headline import headlines
from corpus.formats.html_tree import name_words, text_of, visible

_SOURCE_META = ("og:site_name", "application-name", "dc.publisher", "publisher", "apple-mobile-web-app-title")
_AUTHOR_META = ("article:author", "author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "datepublished", "publication_date", "publish-date",
    "pubdate", "date.issued", "dcterms.date", "dcterms.created", "dc.date", "dc.date.issued", "parsely-pub-date",
    "sailthru.date", "date",
)  # fmt: skip
_UPDATED_META = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified", "date.updated",
)  # fmt: skip
_CATEGORY_META = ("article:section", "og:article:section", "section", "category", "dc.subject", "parsely-section")
_LOOSE_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)
_BASIC_ISO = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(Z|[+-]\d{2}:?\d{2})?")
_DATED = re.compile(r"(?:datum|veröffentlicht|erschienen|stand|date|published)\b(?: am| on)?\s*:?\s*\d", re.IGNORECASE)
_DATE_NAMES = frozenset("date datum published publish pubdate dateline timestamp veroeffentlicht".split())
EARLIEST = 1600  # the first newspapers


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as strings, and for each where it stood; ``titles`` and ``description`` help to find the text."""

    fields: dict[str, str]
    provenance: dict[str, str]
    titles: tuple[str, ...] = ()
    description: str = ""


def metadata(tree: HtmlElement, node: dict[str, Any], url: str | None = None) -> Metadata:
    """The fields of a page. ``node`` is its JSON-LD article (``json_ld.article``), ``url`` where it was fetched."""
    metas = _metas(tree)
    fields: dict[str, str] = {}
    provenance: dict[str, str] = {}

    def settle(name: str, candidates: Iterator[tuple[str, str]]) -> None:
        for value, origin in candidates:
            value = visible(value)
            if value:
                fields[name], provenance[name] = value[:1000], origin
                return

    settle("source", _source(node, metas))
    settle("url", _url(tree, node, metas, url))
    stated = list(headlines(tree, node, metas, fields.get("source", ""), fields.get("url", "")))
    settle("title", iter(stated))
    settle("author", _author(tree, node, metas, fields.get("source", "")))
    settle("published", _dates(tree, node, metas, "datePublished", _PUBLISHED_META))
    settle("updated", _dates(tree, node, metas, "dateModified", _UPDATED_META))
    settle("language", _language(tree, node, metas))
    settle("category", _category(tree, node, metas))
    titles = (visible(value) for value, _ in stated)
    description = json_ld.string(node.get("description")) or _first(metas, ("og:description", "description"))
    return Metadata(fields, provenance, tuple(dict.fromkeys(filter(None, titles))), visible(description))


def canonical_link(tree: HtmlElement) -> str:
    """The address of <link rel=canonical>, "" for none."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return (link.get("href") or "").strip()
    return ""


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := (meta.get(attribute) or "").strip().lower()):
                metas.setdefault(name, []).append(content)
    return metas


def _first(metas: dict[str, list[str]], keys: tuple[str, ...]) -> str:
    return next((metas[key][0] for key in keys if key in metas), "")


def _source(node: dict[str, Any], metas: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    for key in _SOURCE_META[:1]:
        yield from ((value, "meta") for value in metas.get(key, ()))
    yield json_ld.string(node.get("publisher")), "json-ld"
    for key in _SOURCE_META[1:]:
        yield from ((value, "meta") for value in metas.get(key, ()))


def _author(
    tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]], source: str
) -> Iterator[tuple[str, str]]:
    """Who a page names, as it names them, unless that is only the house itself: then the byline comes first, for many
    pages name the house in their head and the person in the text."""
    publisher = json_ld.string(node.get("publisher"))
    stated = json_ld.as_list(node.get("author")) or json_ld.as_list(node.get("creator"))
    given = [([name for one in stated for name in names(json_ld.string(one))], "json-ld")]
    given += [([name for value in metas.get(key, ()) for name in names(value)], "meta") for key in _AUTHOR_META]
    houses: list[tuple[str, str]] = []
    for found, origin in given:
        own = [is_house(name, source, publisher) for name in found]
        if found and (all(own) or (houses and any(own))):
            houses.append((", ".join(dict.fromkeys(found)), origin))
        elif found:
            yield ", ".join(dict.fromkeys(found)), origin
    written = byline(tree)
    if written and not all(is_house(name, source, publisher) for name in written):
        yield ", ".join(dict.fromkeys(written)), "html"
    yield from houses


def _dates(
    tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]], key: str, keys: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    yield iso(json_ld.string(node.get(key))), "json-ld"
    for name in (*keys, key.lower()):
        yield from ((iso(value), "meta") for value in metas.get(name, ()))
    for element in tree.iter("time", "span", "div", "meta", "abbr", "p"):
        if (element.get("itemprop") or "").strip() == key or (
            key == "datePublished" and element.get("pubdate") is not None
        ):
            yield iso(element.get("datetime") or element.get("content") or text_of(element)), "html"
    if key == "datePublished":
        for element in tree.iter("time"):
            # The first moment of the page: later ones belong to teasers and comments.
            if found := iso(element.get("datetime") or text_of(element)):
                yield found, "html"
                break
        yield from ((found, "html") for found in _written_dates(tree))
        yield _found_date(tree, next(iter(metas.get("og:url", ())), "")), "htmldate"


def _found_date(tree: HtmlElement, url: str) -> str:
    """What htmldate (Barbaresi 2020) finds in marks and in the address; never in free text, where any date may stand."""
    from htmldate import find_date

    try:
        found = find_date(copy.deepcopy(tree), extensive_search=False, original_date=True, url=url or None)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return ""
    return iso(found or "")


def _written_dates(tree: HtmlElement) -> Iterator[str]:
    """Dates that stand alone in an element called a date, or behind a word for it, outside of teasers."""
    for element in tree.iter("span", "div", "p", "li", "td", "dd"):
        text = visible(text_of(element)) if len(element) <= 4 else ""
        if not 6 <= len(text) <= 60 or any(a.tag in ("a", "aside", "footer", "nav") for a in element.iterancestors()):
            continue
        if _DATED.match(text) or not _DATE_NAMES.isdisjoint(name_words(element)):
            yield iso(text)


def iso(text: str) -> str:
    """``text`` as an ISO 8601 day or moment (with its time zone if it gives one); "" when it is neither, or in future."""
    text = text.strip()
    for pattern in (_LOOSE_ISO, _BASIC_ISO):
        if match := pattern.fullmatch(text):
            year, month, day, hour, minute, second, zone = match.groups()
            result = f"{year}-{month}-{day}"
            if hour and not (hour == minute == "00" and not zone and second in (None, "00")):
                result += f"T{hour}:{minute}:{second or '00'}"
                if zone:
                    result += "+00:00" if zone in "Zz" else f"{zone[:3]}:{zone[-2:]}"
            break
    else:
        found = NewsDate.parse(re.sub(r"^\D{0,30}?(?=\d)", "", text))
        result = found.iso if found and found.first == found.last else ""
    try:
        moment = dt.datetime.fromisoformat(result)
    except ValueError:
        return ""
    return result if EARLIEST <= moment.year <= dt.datetime.now(dt.UTC).year + 1 else ""


def _url(
    tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]], url: str | None
) -> Iterator[tuple[str, str]]:
    link, og = canonical_link(tree), _first(metas, ("og:url",))
    base = next((b for b in (url or "", og) if _is_web(b)), "")
    yield from ((address, origin) for address, origin in (
        (urljoin(base, link) if link else "", "link"),
        (og, "meta"),
        *((a, "json-ld") for a in sorted(json_ld.addresses(node))),
        (url or "", "given"),
    ) if _is_web(address))  # fmt: skip


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and len(address) <= 2000


def _language(tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    candidates = (
        (json_ld.string(node.get("inLanguage")), "json-ld"),
        (
            tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or "",
            "html",
        ),
        (_first(metas, ("og:locale", "content-language", "language", "dc.language")), "meta"),
    )
    for value, origin in candidates:
        if match := re.match(r"([A-Za-z]{2})(?:[-_]|\Z)", value.strip()):
            yield match[1].lower(), origin


def _category(tree: HtmlElement, node: dict[str, Any], metas: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    yield json_ld.string(node.get("articleSection")), "json-ld"
    for key in _CATEGORY_META:
        yield from ((value, "meta") for value in metas.get(key, ()))
