"""What can go wrong in the web page.

BelegtError
├── ListenError               the page can't be offered at that address
│   └── PortTakenError        another program listens there
├── BusyError                 too many questions at once
├── LoginError                the optional login
│   ├── LoginFileError        the file of accounts can't be used
│   ├── LoginUnsetError       none is named
│   ├── LoginNeededError      who asks is not logged in
│   ├── LoginWrongError       a wrong name or password
│   ├── LoginTriesError       too many of those
│   ├── AccountNameError      no name for an account
│   ├── AccountMissingError   no account of that name
│   ├── PasswordLengthError   a password too short or too long
│   └── PasswordsDifferError  typed twice, not the same
├── RequestFormatError        a request of another program that is not understood
│   ├── BodySizeError         it is too long
│   └── BodyTypeError         it is not JSON
└── UnexpectedError           a fault of ours; the log has the traceback
"""

from __future__ import annotations

import logging
import secrets

from rag.errors import BelegtError

logger = logging.getLogger(__name__)


class ListenError(BelegtError):
    en = "The page can't be offered at {host}:{port} ({detail}). Choose another address with '--host' or '--port'."
    de = (
        "Die Seite lässt sich unter {host}:{port} nicht anbieten ({detail}). "
        "Mit '--host' oder '--port' eine andere Adresse wählen."
    )
    exit_code = 2


class PortTakenError(ListenError):
    en = "Port {port} on {host} is already taken. Choose another one, e.g. '--port {next_port}'."
    de = "Port {port} auf {host} ist schon belegt. Einen anderen wählen, z. B. '--port {next_port}'."


class BusyError(BelegtError):
    en = "Too many questions are waiting. Ask again in a moment."
    de = "Es warten zu viele Fragen. Bitte gleich noch einmal stellen."


class LoginError(BelegtError):
    exit_code = 2


class LoginFileError(LoginError):
    en = "The file of accounts {path} can't be used ({detail}). 'belegt login add NAME' writes one and adds to it."
    de = (
        "Die Datei der Zugänge {path} ist nicht zu gebrauchen ({detail}). "
        "'belegt login add NAME' legt sie an und ergänzt sie."
    )


class LoginUnsetError(LoginError):
    en = "There is no file for accounts yet. Name one in BELEGT_LOGIN_FILE, then run 'belegt login add NAME' again."
    de = (
        "Für Zugänge gibt es noch keine Datei. In BELEGT_LOGIN_FILE eine nennen, "
        "dann 'belegt login add NAME' noch einmal aufrufen."
    )


class LoginNeededError(LoginError):
    en = "Log in first: open '/login' in a browser, or send name and password along, as with 'curl -u NAME'."
    de = "Bitte erst anmelden: '/login' im Browser öffnen oder Name und Passwort mitsenden, wie mit 'curl -u NAME'."


class LoginWrongError(LoginError):
    en = "Name or password is wrong. Try again; who runs belegt can set another password with 'belegt login add NAME'."
    de = (
        "Name oder Passwort stimmt nicht. Bitte noch einmal versuchen; ein neues Passwort setzt, "
        "wer belegt betreibt, mit 'belegt login add NAME'."
    )


class LoginTriesError(LoginError):
    en = "Too many tries with a wrong password. The next one is possible in {seconds} s."
    de = "Zu viele Versuche mit falschem Passwort. Der nächste ist in {seconds} s möglich."


class AccountNameError(LoginError):
    en = "'{name}' can't be the name of an account. Use 1 to 64 of a-z, A-Z, 0-9, '.', '_', '-', a letter or digit first."
    de = (
        "'{name}' kann kein Zugang heißen. Erlaubt sind 1 bis 64 Zeichen aus a-z, A-Z, 0-9, '.', '_', '-', "
        "das erste ein Buchstabe oder eine Ziffer."
    )


class AccountMissingError(LoginError):
    en = "There is no account '{name}'. 'belegt login list' shows those there are."
    de = "Einen Zugang '{name}' gibt es nicht. 'belegt login list' zeigt die vorhandenen."


class PasswordLengthError(LoginError):
    en = "A password has {least} to {most} characters. Choose another one; a few words in a row will do."
    de = "Ein Passwort hat {least} bis {most} Zeichen. Bitte ein anderes wählen; einige Wörter hintereinander genügen."


class PasswordsDifferError(LoginError):
    en = "The two passwords are not the same; nothing was changed. Run the command again."
    de = "Die beiden Passwörter sind nicht gleich; nichts wurde geändert. Den Befehl noch einmal aufrufen."


class RequestFormatError(BelegtError):
    en = "The request is not understood: {detail}. 'HTTP interface' in the README shows what may be sent."
    de = "Die Anfrage ist nicht zu verstehen: {detail}. Was gesendet werden kann, zeigt 'HTTP interface' im README."


class BodySizeError(RequestFormatError):
    en = "The request is longer than {limit} KiB. Send fewer or shorter earlier questions."
    de = "Die Anfrage ist länger als {limit} KiB. Weniger oder kürzere frühere Fragen mitsenden."


class BodyTypeError(RequestFormatError):
    en = "The request must be JSON. Send it with the header 'Content-Type: application/json'."
    de = "Die Anfrage muss JSON sein. Mit der Kopfzeile 'Content-Type: application/json' senden."


class UnexpectedError(BelegtError):
    en = (
        "Something went wrong that should not have (reference {reference}). Ask again; if it happens again, "
        "look for this reference in the log, the output of the terminal in which belegt runs."
    )
    de = (
        "Es ist ein Fehler aufgetreten, den es nicht geben sollte (Kennung {reference}). Bitte die Frage noch einmal "
        "stellen; bleibt der Fehler, steht unter dieser Kennung Näheres im Protokoll, "
        "der Ausgabe des Terminals, in dem belegt läuft."
    )


def told(error: Exception, fault: type[BelegtError] = UnexpectedError) -> BelegtError:
    """``error`` as who asked is told it; one that is a fault of ours is logged in full and told as ``fault``."""
    if isinstance(error, BelegtError):
        return error
    reference = secrets.token_hex(3)
    logger.error("unexpected (reference %s)", reference, exc_info=error)
    return fault(reference=reference)
