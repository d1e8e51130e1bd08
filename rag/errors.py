"""Every error a user can meet, in German and English, each naming the next step.

BelegtError
├── SettingsError             a setting is unknown or its value is wrong
├── SourceError               what should be read (these and the root live in corpus/errors.py)
│   ├── SourceMissingError    the path does not exist
│   ├── SourceEmptyError      nothing readable under the path
│   └── UnreadableError       one file or record can't be read; the run goes on
│       ├── ReadWarning       it was read, but should be looked at
│       └── FetchError        one address was not fetched
├── StoreError                the index folder
│   ├── IndexMissingError     no index there yet
│   ├── NotAnIndexError       a folder, but not one of ours
│   ├── IndexMismatchError    built with another model
│   ├── IndexLockedError      somebody else is writing
│   ├── IndexDamagedError     the database can't be read
│   ├── IndexFormatError      the database was made by another version of belegt
│   ├── ArticleMissingError   no such article
│   ├── CitedArticleGoneError feedback on an answer that cites what was deleted
│   └── FeedbackUnwritableError  feedback can't be stored, or taken out
├── ModelError                the models
│   ├── ModelMissingError     what was asked for can't be had
│   └── ModelDamagedError     the weights are not what they should be
└── QuestionError             what was asked
    ├── EmptyQuestionError
    ├── LongQuestionError
    └── FilterValueError      no article has the source, language or category asked for

``str(error)`` is the English sentence, ``error.text("de")`` the German one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from corpus.errors import (
    BelegtError,
    ReadWarning,
    SourceEmptyError,
    SourceError,
    SourceMissingError,
    UnreadableError,
)

__all__ = [
    "BelegtError",
    "ReadWarning",
    "SourceEmptyError",
    "SourceError",
    "SourceMissingError",
    "UnreadableError",
]


class SettingsError(BelegtError):
    en = "The setting '{name}' is wrong: {reason}. See 'belegt doctor' for all settings and their values."
    de = "Die Einstellung '{name}' stimmt nicht: {reason}. 'belegt doctor' zeigt alle Einstellungen und Werte."
    exit_code = 2


class StoreError(BelegtError):
    exit_code = 2


class IndexMissingError(StoreError):
    en = "There is no index at '{path}'. Create one with 'belegt ingest PATH --index {path}'."
    de = "Unter '{path}' gibt es keinen Index. Anlegen mit 'belegt ingest PFAD --index {path}'."


class NotAnIndexError(StoreError):
    en = "'{path}' holds other files and is no belegt index. Choose an empty or new folder with '--index'."
    de = "'{path}' enthält andere Dateien und ist kein belegt-Index. Mit '--index' einen leeren oder neuen Ordner wählen."


class IndexMismatchError(StoreError):
    en = "The index was built with '{built}', the settings say '{wanted}'. Run 'belegt rebuild --index {path}' to re-embed."
    de = (
        "Der Index wurde mit '{built}' gebaut, eingestellt ist '{wanted}'. "
        "'belegt rebuild --index {path}' bettet alles neu ein."
    )


class IndexLockedError(StoreError):
    en = "Another process is writing to '{path}' ({writer}). Wait until it ends, then run the command again."
    de = "Ein anderer Prozess schreibt gerade in '{path}' ({writer}). Warten, bis er fertig ist, dann erneut aufrufen."
    exit_code = 1


class IndexDamagedError(StoreError):
    en = "The database '{path}' can't be read ({detail}). Restore it from a backup, or ingest into a new folder."
    de = "Die Datenbank '{path}' ist nicht lesbar ({detail}). Aus einer Sicherung holen oder in einen neuen Ordner einlesen."


class IndexFormatError(StoreError):
    en = (
        "The index at '{path}' has format {found}; this version of belegt reads format {wanted}. "
        "Ingest the articles into a new folder with 'belegt ingest PATH --index NEW'."
    )
    de = (
        "Der Index unter '{path}' hat Format {found}; diese Version von belegt liest Format {wanted}. "
        "Die Artikel mit 'belegt ingest PFAD --index NEU' in einen neuen Ordner einlesen."
    )


class ArticleMissingError(StoreError):
    en = "The index has no article '{id}'. 'belegt status --articles' lists what it has."
    de = "Der Index hat keinen Artikel '{id}'. 'belegt status --articles' zeigt, welche er hat."


class CitedArticleGoneError(StoreError):
    en = "An article that this answer shows is no longer in the index, so nothing is saved about it. Ask again."
    de = (
        "Ein Artikel, den diese Antwort zeigt, ist nicht mehr im Index; darum wird zu ihr nichts gespeichert. "
        "Die Frage noch einmal stellen."
    )


class FeedbackUnwritableError(StoreError):
    en = "Nothing was saved: '{path}' can't be written ({detail}). Let belegt write in that folder, then try again."
    de = (
        "Nichts gespeichert: '{path}' ist nicht beschreibbar ({detail}). "
        "belegt das Schreiben in dem Ordner erlauben, dann noch einmal versuchen."
    )


class ModelError(BelegtError):
    exit_code = 2


class ModelMissingError(ModelError):
    en = "The model '{model}' can't be loaded ({detail}). {fix}"
    de = "Das Modell '{model}' lässt sich nicht laden ({detail}). {fix_de}"


class ModelDamagedError(ModelError):
    en = "The model in '{path}' is damaged ({detail}). Delete that folder; it is made again at the next start."
    de = "Das Modell in '{path}' ist beschädigt ({detail}). Den Ordner löschen; er entsteht beim nächsten Start neu."


class QuestionError(BelegtError):
    exit_code = 2


class EmptyQuestionError(QuestionError):
    en = 'The question is empty. Ask something, e.g. belegt ask "Wer ...?".'
    de = 'Die Frage ist leer. Etwas fragen, z. B. belegt ask "Wer ...?".'


class LongQuestionError(QuestionError):
    en = "The question has {length} characters, the limit is {limit}. Shorten it to its point."
    de = "Die Frage hat {length} Zeichen, erlaubt sind {limit}. Auf das Wesentliche kürzen."


class FilterValueError(QuestionError):
    """``name``: the field of ``rag.rows.Filter``; ``known``: the most frequent of ``total`` names that articles have."""

    en = "No article has the {kind} '{value}'. Choose one of these: {known}."
    de = "Kein Artikel hat die {kind_de} '{value}'. Eine von diesen wählen: {known}."
    KINDS: ClassVar[dict[str, tuple[str, str]]] = {
        "sources": ("source", "Quelle"),
        "languages": ("language", "Sprache"),
        "categories": ("category", "Rubrik"),
    }

    def __init__(self, name: str, value: str, known: Sequence[str], total: int) -> None:
        kind, kind_de = self.KINDS[name]
        listed = ", ".join(known) + (", ..." if total > len(known) else "") or "-"
        super().__init__(kind=kind, kind_de=kind_de, value=value, known=listed)
