"""Where a saved page came from: ``belegt fetch`` writes it into the page's first line."""

from __future__ import annotations

import datetime as dt
import re

_LINE = re.compile(rb"\A(?:\xef\xbb\xbf)?<!-- belegt: url=(\S+) retrieved=(\S+) -->\r?\n")


def stamp(url: str, retrieved: dt.datetime) -> bytes:
    """The first line for a page from ``url``."""
    # "--" would end the comment; "%2D" is the same address.
    safe = url.replace("--", "%2D%2D").replace(">", "%3E").replace(" ", "%20")
    return f"<!-- belegt: url={safe} retrieved={retrieved.isoformat(timespec='seconds')} -->\n".encode(
        "ascii", "replace"
    )


def url_of(data: bytes) -> str | None:
    """The address in the first line of a page; None when it says none."""
    match = _LINE.match(data[:8192])
    return match[1].decode("ascii", "replace").replace("%2D%2D", "--") if match else None
