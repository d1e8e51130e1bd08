"""What can go wrong in the web page.

BelegtError
├── ListenError               the page can't be offered at that address
│   └── PortTakenError        another program listens there
└── UnexpectedError           a fault of ours; the log has the traceback
"""

from __future__ import annotations

from rag.errors import BelegtError


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
