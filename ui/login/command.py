"""``belegt login add|remove|list``: the accounts in the file that BELEGT_LOGIN_FILE names."""

from __future__ import annotations

import argparse
import getpass
import sys

from rag.settings import Settings
from ui.errors import AccountNameError, LoginUnsetError, PasswordsDifferError
from ui.login.accounts import Accounts
from ui.texts import say


def main(arguments: argparse.Namespace, settings: Settings, language: str) -> int:
    """Raises LoginError."""
    if settings.login_file is None:
        raise LoginUnsetError
    accounts, name = Accounts(settings.login_file), arguments.name or ""
    if arguments.action == "list":
        print("\n".join(sorted(accounts.all())))
    elif not name:
        raise AccountNameError(name=name)
    elif arguments.action == "remove":
        accounts.remove(name)
        print(say("login_removed", language, name=name))
    else:
        new = accounts.add(name, _password(name, language))
        told = "login_added" if new else "login_changed"
        print(say(told, language, name=name, path=settings.login_file))
    return 0


def _password(name: str, language: str) -> str:
    """Typed twice at a terminal, where it is not shown; else the first line that is sent."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(say("login_password_prompt", language, name=name))
    if getpass.getpass(say("login_again_prompt", language)) != first:
        raise PasswordsDifferError
    return first
