"""The cookie that a browser gets for a right password: who, until when, and a signature that only this server can make."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable

from ui.login.accounts import Account

COOKIE = "belegt_session"
MAX_AGE = 7 * 24 * 3600  # seconds


class Sessions:
    """Signs and reads cookies. The key is drawn anew at each start, which ends all sessions, and so does another password."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._key, self._clock = secrets.token_bytes(32), clock
        self._ended: dict[str, int] = {}  # those that were logged out, and when they would have ended anyway
        self._lock = threading.Lock()

    def begin(self, account: Account) -> str:
        """A cookie's value for ``account``."""
        said = f"{account.name}.{int(self._clock()) + MAX_AGE}.{secrets.token_hex(8)}"
        return f"{said}.{self._signature(said, account)}"

    def name(self, cookie: str) -> str:
        """Whose it says it is; nothing is checked yet."""
        return cookie.rsplit(".", 3)[0]

    def holds(self, cookie: str, account: Account | None) -> bool:
        """Whether ``cookie`` is a session of ``account`` that has not ended."""
        parts = cookie.rsplit(".", 3)
        if account is None or len(parts) != 4 or parts[0] != account.name or not cookie.isascii():
            return False
        signed = hmac.compare_digest(self._signature(".".join(parts[:3]), account), parts[3])
        return signed and int(parts[1]) > self._clock() and parts[2] not in self._ended

    def end(self, cookie: str, account: Account | None) -> None:
        """The session is over, whoever still has the cookie."""
        if not self.holds(cookie, account):
            return
        _, until, own, _ = cookie.rsplit(".", 3)
        with self._lock:
            self._ended = {each: end for each, end in self._ended.items() if end > self._clock()} | {own: int(until)}

    def proof(self, account: Account, password: str) -> bytes:
        """What a right password of a program is remembered by, so that each of its requests need not take so long."""
        return hmac.digest(self._key, b"program\0" + account.hash + password.encode("utf-8", "surrogatepass"), "sha256")

    def _signature(self, said: str, account: Account) -> str:
        return hmac.new(self._key, b"session\0" + account.hash + said.encode(), hashlib.sha256).hexdigest()
