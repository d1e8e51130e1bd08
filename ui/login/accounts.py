"""The file of accounts: a line a person, ``name:scrypt$15$8$3$SALT$HASH:ID``, read again whenever it has changed."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ui.errors import AccountMissingError, AccountNameError, LoginFileError, PasswordLengthError

LEAST, MOST = 10, 1000  # characters of a password
LONGEST_NAME = 64
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}")
_LINE = re.compile(r"([^:]+):scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([0-9a-f]{32})\$([0-9a-f]{64}):([0-9a-f]{32})")
_COST = (15, 8, 3)  # 2**15 rounds of blocks of 8, three times: 32 MB; the least that OWASP advises of scrypt
_DEAREST = 2**20  # rounds times blocks times repetitions that a line of the file may ask for


@dataclass(frozen=True, slots=True)
class Account:
    """A person. ``id`` stands for them where conversations are kept, and outlives a change of password."""

    name: str
    cost: tuple[int, int, int]
    salt: bytes
    hash: bytes
    id: str

    def line(self) -> str:
        cost = "$".join(map(str, self.cost))
        return f"{self.name}:scrypt${cost}${self.salt.hex()}${self.hash.hex()}:{self.id}"


# Checked where the name is unknown, so that it takes as long. No password has this hash.
_NOBODY = Account("", _COST, bytes(16), bytes(32), "")


class Accounts:
    """The accounts in a file. Safe to share between threads; who writes replaces the whole file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, int, int], dict[str, Account]] | None = None

    def all(self) -> dict[str, Account]:
        """Every account by its name, as the file has it now. Raises LoginFileError, also where it holds none."""
        try:
            found = self.path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            with self._lock:
                if self._read is None or self._read[0] != stamp:
                    self._read = (stamp, _parsed(self.path))
                accounts = self._read[1]
        except OSError as error:
            raise LoginFileError(path=self.path, detail=error.strerror or str(error)) from error
        if not accounts:
            raise LoginFileError(path=self.path, detail="it is empty")
        return accounts

    def checked(self, name: str, password: str) -> Account | None:
        """The account, if that is its password; takes a fifth of a second either way. Raises LoginFileError."""
        account = self.all().get(name)
        right = hmac.compare_digest(_hash(password[:MOST], account or _NOBODY), (account or _NOBODY).hash)
        return account if right else None

    def add(self, name: str, password: str) -> bool:
        """Writes an account, or another password for it; true when it is new.

        Raises AccountNameError, PasswordLengthError, LoginFileError.
        """
        if not _NAME.fullmatch(name):
            raise AccountNameError(name=name)
        if not LEAST <= len(password) <= MOST:
            raise PasswordLengthError(least=LEAST, most=MOST)
        accounts = self._there()
        before = accounts.get(name)
        blank = Account(name, _COST, secrets.token_bytes(16), b"", before.id if before else secrets.token_hex(16))
        self._write({**accounts, name: Account(name, _COST, blank.salt, _hash(password, blank), blank.id)})
        return before is None

    def remove(self, name: str) -> None:
        """Deletes an account. Raises AccountMissingError, LoginFileError."""
        accounts = dict(self.all())
        if accounts.pop(name, None) is None:
            raise AccountMissingError(name=name)
        self._write(accounts)

    def _there(self) -> dict[str, Account]:
        return self.all() if self.path.exists() and self.path.stat().st_size else {}

    def _write(self, accounts: dict[str, Account]) -> None:
        text = "".join(f"{account.line()}\n" for account in accounts.values())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)  # for its owner alone
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self.path)
        except OSError as error:
            raise LoginFileError(path=self.path, detail=error.strerror or str(error)) from error


def _parsed(path: Path) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        cost = (int(found[2]), int(found[3]), int(found[4])) if found else (0, 0, 0)
        if not found or not _NAME.fullmatch(found[1]) or not 14 <= cost[0] <= 20 or found[1] in accounts:
            raise LoginFileError(path=path, detail=f"line {number}")
        if not 1 <= 2 ** cost[0] * cost[1] * cost[2] <= _DEAREST:
            raise LoginFileError(path=path, detail=f"line {number}")
        accounts[found[1]] = Account(found[1], cost, bytes.fromhex(found[5]), bytes.fromhex(found[6]), found[7])
    return accounts


def _hash(password: str, account: Account) -> bytes:
    """32 bytes. The same letters count as the same, however a keyboard composes them."""
    rounds, blocks, times = account.cost
    data = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    memory = 128 * blocks * (2**rounds + times + 2)
    return hashlib.scrypt(data, salt=account.salt, n=2**rounds, r=blocks, p=times, maxmem=2 * memory, dklen=32)
