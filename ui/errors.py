"""What can go wrong in the web page.

BelegtError
├── ListenError               the page can't be offered at that address
│   └── PortTakenError        another program listens there
├── BusyError                 too many questions at once
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
