"""What can go wrong on the pages that change the index.

BelegtError
├── UploadError               a file that was not taken
├── StoppedError              a job was stopped by hand
├── FaultError                a fault of ours; the log has the traceback
└── ElsewhereError            what only this computer may do was asked by another
"""

from __future__ import annotations

from typing import Any, ClassVar

from rag.errors import BelegtError


class UploadError(BelegtError):
    """``reason`` is a key of ``REASONS``; every one needs ``name``, the file's."""

    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "format": (
            "Files of this kind can't be read. Save it as one of these: {formats}",
            "Dateien dieser Art sind nicht lesbar. In einem von diesen Formaten speichern: {formats}",
        ),
        "size": (
            "It has more than {limit} MB. Split it, or read it from a folder with 'belegt ingest'.",
            "Sie hat mehr als {limit} MB. Aufteilen oder aus einem Ordner einlesen mit 'belegt ingest'.",
        ),
        "empty": ("The file is empty. Choose another one.", "Die Datei ist leer. Eine andere wählen."),
        "busy": (
            "Too many files are on their way. Try it again in a moment.",
            "Es sind zu viele Dateien unterwegs. Gleich noch einmal versuchen.",
        ),
        "full": (
            "Less than {room} MB are free on the disk of the index. Make room, then try again.",
            "Auf der Platte des Index sind weniger als {room} MB frei. Platz schaffen, dann noch einmal versuchen.",
        ),
        "disk": (
            "It can't be kept ({detail}). Check the folder of the index and its permissions.",
            "Sie lässt sich nicht ablegen ({detail}). Den Ordner des Index und seine Rechte prüfen.",
        ),
    }
    en = "{name}: {reason}"
    de = "{name}: {reason}"

    def __init__(self, reason: str, **facts: Any) -> None:
        self.key = reason
        super().__init__(**facts)

    def reason(self, language: str = "en") -> str:
        """The reason alone, without the file's name."""
        return self.REASONS[self.key][language == "de"].format(**self.facts)

    def text(self, language: str = "en") -> str:
        return f"{self.facts['name']}: {self.reason(language)}"


class StoppedError(BelegtError):
    en = "Stopped. What was finished before is kept; start it again for the rest."
    de = "Angehalten. Was vorher fertig war, bleibt; für den Rest noch einmal beginnen."


class FaultError(BelegtError):
    en = (
        "Something went wrong that should not have (reference {reference}). Try it again; if it happens again, look for "
        "this reference in the output of the terminal in which belegt runs."
    )
    de = (
        "Es ist ein Fehler aufgetreten, den es nicht geben sollte (Kennung {reference}). Noch einmal versuchen; bleibt "
        "der Fehler, steht unter dieser Kennung Näheres in der Ausgabe des Terminals, in dem belegt läuft."
    )


class ElsewhereError(BelegtError):
    en = "This can only be done on the computer on which belegt runs. There, open http://127.0.0.1 and its port."
    de = "Das geht nur an dem Rechner, auf dem belegt läuft. Dort http://127.0.0.1 mit seinem Port öffnen."
