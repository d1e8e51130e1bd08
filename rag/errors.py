"""Every error a user can meet, in German and English, each naming the next step.

BelegtError
├── SettingsError             a setting is unknown or its value is wrong
├── SourceError               what should be read
│   ├── SourceMissingError    the path does not exist
│   ├── SourceEmptyError      nothing readable under the path
│   └── UnreadableError       one file or record can't be read; the run goes on
├── StoreError                the index folder
│   ├── IndexMissingError     no index there yet
│   ├── NotAnIndexError       a folder, but not one of ours
│   ├── IndexMismatchError    built with another model
│   ├── IndexLockedError      somebody else is writing
│   ├── IndexDamagedError     the database can't be read
│   └── ArticleMissingError   no such article
├── ModelError                the models
│   ├── ModelMissingError     what was asked for can't be had
│   └── ModelDamagedError     the weights are not what they should be
└── QuestionError             what was asked
    ├── EmptyQuestionError
    └── LongQuestionError

``str(error)`` is the English sentence, ``error.text("de")`` the German one.
"""

from __future__ import annotations

from typing import Any, ClassVar


class BelegtError(Exception):
    """Base of all errors shown to users. ``facts`` fill the holes of ``en`` and ``de``."""

    en: ClassVar[str] = "{reason}"
    de: ClassVar[str] = "{reason}"
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.text("en"))

    def text(self, language: str = "en") -> str:
        """The message in ``language`` ("de" or "en")."""
        facts = {key: v.text(language) if isinstance(v, BelegtError) else v for key, v in self.facts.items()}
        return (self.de if language == "de" else self.en).format(**facts)


class SettingsError(BelegtError):
    en = "The setting '{name}' is wrong: {reason}. See 'belegt doctor' for all settings and their values."
    de = "Die Einstellung '{name}' stimmt nicht: {reason}. 'belegt doctor' zeigt alle Einstellungen und Werte."
    exit_code = 2


class SourceError(BelegtError):
    exit_code = 2


class SourceMissingError(SourceError):
    en = "There is no file or folder '{path}'. Check the path and run 'belegt ingest' again."
    de = "Es gibt keine Datei und keinen Ordner '{path}'. Pfad prüfen und 'belegt ingest' erneut aufrufen."


class SourceEmptyError(SourceError):
    en = "'{path}' holds no article file ({formats}). Point 'belegt ingest' at a folder that does."
    de = "'{path}' enthält keine Artikeldatei ({formats}). 'belegt ingest' mit einem Ordner aufrufen, der welche hat."


class UnreadableError(SourceError):
    """One file or record: ``reason`` is a key of ``REASONS``; the other facts fill its holes."""

    exit_code = 1
    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "empty": (
            "The file is empty; remove it or fill it.",
            "Die Datei ist leer; löschen oder füllen.",
        ),
        "no_text": (
            "No article text was left after cleaning; check the file.",
            "Nach dem Säubern blieb kein Artikeltext übrig; Datei prüfen.",
        ),
        "binary": (
            "This is a binary file, not text; convert it to .txt, .md or .jsonl first.",
            "Das ist eine Binärdatei, kein Text; erst in .txt, .md oder .jsonl umwandeln.",
        ),
        "format": (
            "Files ending in '{suffix}' can't be read; convert to .txt, .md or .jsonl.",
            "Dateien mit der Endung '{suffix}' sind nicht lesbar; in .txt, .md oder .jsonl umwandeln.",
        ),
        "too_big": (
            "A record of {megabytes} MB is over the limit of {limit} MB; split it into articles.",
            "Ein Datensatz von {megabytes} MB überschreitet die Grenze von {limit} MB; in Artikel aufteilen.",
        ),
        "json": (
            "Line {line} is not valid JSON ({detail}); mend that line.",
            "Zeile {line} ist kein gültiges JSON ({detail}); diese Zeile reparieren.",
        ),
        "record": (
            "Line {line}: {detail}; give each record a text, e.g. {{\"text\": \"...\"}}.",
            "Zeile {line}: {detail}; jeder Datensatz braucht einen Text, z. B. {{\"text\": \"...\"}}.",
        ),
        "front_matter": (
            "The YAML front matter can't be read ({detail}); mend it or remove it.",
            "Der YAML-Kopf ist nicht lesbar ({detail}); reparieren oder entfernen.",
        ),
        "duplicate_id": (
            "The id '{id}' is already taken by {other}; give each article its own id.",
            "Die id '{id}' gehört schon zu {other}; jedem Artikel eine eigene id geben.",
        ),
        "io": (
            "The file can't be opened ({detail}); check its permissions.",
            "Die Datei lässt sich nicht öffnen ({detail}); Rechte prüfen.",
        ),
    }
    en = "{path}: {reason}"
    de = "{path}: {reason}"

    def __init__(self, path: str, reason: str, **facts: Any) -> None:
        self.key = reason
        super().__init__(path=path, **facts)

    def reason(self, language: str = "en") -> str:
        """The reason alone, without the path."""
        return self.REASONS[self.key][language == "de"].format(**self.facts)

    def text(self, language: str = "en") -> str:
        return f"{self.facts['path']}: {self.reason(language)}"


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


class ArticleMissingError(StoreError):
    en = "The index has no article '{id}'. 'belegt status --articles' lists what it has."
    de = "Der Index hat keinen Artikel '{id}'. 'belegt status --articles' zeigt, welche er hat."


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
    en = "The question is empty. Ask something, e.g. belegt ask \"Wer ...?\"."
    de = "Die Frage ist leer. Etwas fragen, z. B. belegt ask \"Wer ...?\"."


class LongQuestionError(QuestionError):
    en = "The question has {length} characters, the limit is {limit}. Shorten it to its point."
    de = "Die Frage hat {length} Zeichen, erlaubt sind {limit}. Auf das Wesentliche kürzen."
