"""Who may change the index: whoever sits at the computer on which belegt runs. Reading is open to all who reach the page."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # what a reverse proxy adds


class Asking(Protocol):
    """What gradio's and Starlette's requests have in common."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def client(self) -> Any: ...


def from_here(request: Asking) -> bool:
    """Whether a request comes from this computer itself, by a name that means it, and through no proxy."""
    headers = request.headers
    if any(headers.get(name) for name in _FORWARDED):
        return False
    if urlsplit(f"//{headers.get('host', '')}").hostname not in LOOPBACK:
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
