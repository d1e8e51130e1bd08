"""What a page states about its article in JSON-LD (schema.org), however it is nested, listed or linked by @id."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag

MAX_SCRIPT = 8 * 2**20
MAX_NODES = 20_000
_COMMENT = re.compile(r"\A\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*\Z")
_TRAILING = re.compile(r",(?=\s*[}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report)\Z")
_ASIDE = frozenset(
    "itemListElement hasPart isPartOf mentions citation relatedLink subjectOf about isBasedOn comment".split()
)
_TAGS = re.compile(r"<[^<>]{1,2000}>")
_BREAKS = re.compile(r"<(?:br|/p|/h[1-6]|/li|/div)\b[^<>]{0,200}>", re.IGNORECASE)


def article(scripts: Iterable[str], url: str | None = None) -> dict[str, Any]:
    """The node that describes the page's article, with linked nodes put in; empty when there is none.

    Of several the one whose address is ``url``, else the one that says most.
    """
    found: list[tuple[int, dict[str, Any]]] = []
    linked: dict[str, dict[str, Any]] = {}
    for node, aside in _nodes(scripts):
        if isinstance(node.get("@id"), str) and len(node) > len(linked.get(node["@id"], {})):
            linked[node["@id"]] = node
        if not aside and any(_ARTICLE.search(kind) for kind in kinds(node)):
            says = ("headline", "datePublished", "author", "articleBody", "description", "liveBlogUpdate")
            score = sum(bool(node.get(key)) for key in says)
            found.append((score + 10 * bool(url and url in addresses(node)), node))
    if not found:
        return {}
    best = dict(max(found, key=lambda pair: pair[0])[1])
    for key in ("author", "creator", "publisher"):
        if best.get(key):
            best[key] = [_resolve(value, linked) for value in as_list(best[key])]
    return best


def _resolve(value: Any, linked: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return linked.get(value["@id"], value)
    return value


def _nodes(scripts: Iterable[str]) -> Iterator[tuple[dict[str, Any], bool]]:
    """All objects, outer before inner, and whether each stands where a page names other articles."""
    for script in scripts:
        pending: list[tuple[Any, bool]] = [(_load(script), False)]
        seen = 0
        while pending and seen < MAX_NODES:
            value, aside = pending.pop()
            seen += 1
            if isinstance(value, dict):
                yield value, aside
                pending += [(v, aside or k in _ASIDE) for k, v in reversed(value.items()) if isinstance(v, dict | list)]
            elif isinstance(value, list):
                pending += [(v, aside) for v in reversed(value)]


def _load(script: str) -> Any:
    if len(script) > MAX_SCRIPT:
        return None
    script = _COMMENT.sub("", _COMMENT.sub("", script)).strip().rstrip(";")
    for attempt in (script, _TRAILING.sub("", script), html.unescape(script)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def as_list(value: Any) -> list[Any]:
    """``value`` itself, its members flattened (at most 50), or nothing for None."""
    flat: list[Any] = []
    pending = [value]
    while pending and len(flat) < 50:
        one = pending.pop(0)
        if isinstance(one, list):
            pending = one[:50] + pending
        elif one is not None:
            flat.append(one)
    return flat


def kinds(node: Any) -> list[str]:
    """The ``@type`` names of a node, without a namespace."""
    if not isinstance(node, dict):
        return []
    return [kind.rsplit("/", 1)[-1] for kind in as_list(node.get("@type")) if isinstance(kind, str)]


def string(value: Any) -> str:
    """The first string of ``value`` (a string, a list, a node with ``name`` or ``@value``) without tags; "" for none."""
    for one in as_list(value):
        if isinstance(one, dict):
            one = one.get("@value") or one.get("name") or ""
        if isinstance(one, str) and one.strip():
            return plain(one).replace("\n", " ").strip()
    return ""


def plain(text: str) -> str:
    """Text of a value that may hold markup or escaped markup; ends of blocks become line ends."""
    text = html.unescape(html.unescape(text)) if "&" in text else text
    return _TAGS.sub("", _BREAKS.sub("\n", text)) if "<" in text else text


def addresses(node: dict[str, Any]) -> set[str]:
    """Where the article of a node says it is."""
    found = set()
    for key in ("url", "@id", "mainEntityOfPage"):
        for value in as_list(node.get(key)):
            value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
            if isinstance(value, str):
                found.add(urldefrag(value)[0])
    return found


def body(node: dict[str, Any]) -> str:
    """``articleBody``, and for a live blog its updates in the order given, each with its headline; "" for none."""
    parts = [plain(one) for one in as_list(node.get("articleBody")) if isinstance(one, str)]
    updates: Sequence[Any] = node.get("liveBlogUpdate") or ()
    for update in updates if isinstance(updates, list) else [updates]:
        if isinstance(update, dict):
            parts += [
                string(update.get("headline")),
                *(plain(b) for b in as_list(update.get("articleBody")) if isinstance(b, str)),
            ]
    return "\n".join(part for part in parts if part.strip())
