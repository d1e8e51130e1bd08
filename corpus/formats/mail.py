"""Mails and newsletters: the plain part, else the HTML part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from corpus.errors import UnreadableError
from corpus.formats import html
from corpus.formats.encoding import decode
from corpus.formats.fragment import to_text
from corpus.formats.lines import paragraphs
from corpus.formats.moments import to_iso
from corpus.formats.record import Record, place_of, read_raw

MAX_MAIL_BYTES = 64 * 2**20  # with attachments, which are not read


def read(path: Path) -> Iterator[Record | UnreadableError]:
    """One record: Subject, From, Date with its zone, Message-ID as id. Attachments are left out."""
    place = place_of(path)
    data = read_raw(path, MAX_MAIL_BYTES)
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        fields = _fields(message)
        text = _text(message, place)
    except UnreadableError:
        raise
    except Exception as error:  # the standard library's parser trips over broken headers in many ways
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UnreadableError(place, "damaged", kind="EML", detail=detail) from error
    if not fields:
        raise UnreadableError(place, "damaged", kind="EML", detail="no mail headers")
    if not text.strip():
        raise UnreadableError(place, "no_text")
    yield Record(place, text, fields, provenance=dict.fromkeys(fields, "mail"))


def _fields(message: EmailMessage) -> dict[str, str]:
    name, address = parseaddr(_header(message, "From"))
    fields = {
        "id": _header(message, "Message-ID").strip("<> "),
        "title": _header(message, "Subject"),
        "author": name or address,
        "published": to_iso(re.sub(r"\s*\([^)]*\)$", "", _header(message, "Date"))),
    }
    return {key: value for key, value in fields.items() if value}


def _header(message: Message, name: str) -> str:
    """A header in one line; as it stands when it can't be decoded."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # see read
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _text(message: EmailMessage, place: str) -> str:
    part = message.get_body(("plain",))
    if part is not None and (plain := _content(part, place)).strip():
        return "\n".join(paragraphs(_unflow(plain) if part.get_param("format") == "flowed" else plain.splitlines()))
    part = message.get_body(("html",))
    if part is None:
        return ""
    markup = _content(part, place)
    whole = to_text(markup)
    try:
        article = html.page(markup.encode("utf-8", "replace"), place).text
    except UnreadableError:
        return whole
    # A newsletter is made of many pieces, of which the page reader may take one for the article.
    return article if 2 * len(article) > len(whole) else whole


def _content(part: Message, place: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError, ValueError):
        return decode(data, place)[0]


def _unflow(text: str) -> list[str]:
    """Lines of format=flowed (RFC 3676): a blank at the end of a line means that the paragraph goes on."""
    lines: list[str] = []
    flowing = False
    for line in text.splitlines():
        line = line.removeprefix(" ")
        if flowing and lines:
            lines[-1] += line
        else:
            lines.append(line)
        flowing = line.endswith(" ") and line != "-- "
    # Each line is a paragraph now.
    return [part for line in lines for part in (line.rstrip(), "")]
