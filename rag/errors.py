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
│   ├── FeedbackUnwritableError  feedback can't be stored, or taken out
│   └── ConversationsError    conversations can't be kept, or read
├── ModelError                the models
│   ├── ModelMissingError     what was asked for can't be had
│   ├── ModelDamagedError     the weights are not what they should be
│   └── LlmError              a language model can't write, or what it wrote is of no use
└── QuestionError             what was asked
    ├── EmptyQuestionError
    ├── LongQuestionError
    └── FilterValueError      no article has the source, language or category asked for

``str(error)`` is the English sentence, ``error.text("de")`` the German one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

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


class ConversationsError(StoreError):
    en = (
        "Conversations can't be kept: '{path}' can't be read or written ({detail}). Let belegt write in that folder, or "
        "move the file away if it is damaged; a new one is made."
    )
    de = (
        "Unterhaltungen lassen sich nicht aufbewahren: '{path}' ist nicht les- oder beschreibbar ({detail}). belegt das "
        "Schreiben in dem Ordner erlauben oder die Datei, falls beschädigt, wegnehmen; eine neue entsteht von selbst."
    )


class ModelError(BelegtError):
    exit_code = 2


class ModelMissingError(ModelError):
    en = "The model '{model}' can't be loaded ({detail}). {fix}"
    de = "Das Modell '{model}' lässt sich nicht laden ({detail}). {fix_de}"


class ModelDamagedError(ModelError):
    en = "The model in '{path}' is damaged ({detail}). Delete that folder; it is made again at the next start."
    de = "Das Modell in '{path}' ist beschädigt ({detail}). Den Ordner löschen; er entsteht beim nächsten Start neu."


class LlmError(ModelError):
    """A language model can't write, or what it wrote is of no use.

    ``reason`` is a key of ``REASONS``, whose holes ``facts`` fill: ``url`` and ``model`` as they are set, ``detail``,
    ``seconds``. ``retry_after``: how many seconds the server asked to be left alone.
    """

    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "unset": (
            "No language model is set. Name one in BELEGT_LLM_URL and BELEGT_LLM_MODEL, e.g. "
            "BELEGT_LLM_URL=http://127.0.0.1:11434/v1 for Ollama; 'belegt llm list' shows its models.",
            "Kein Sprachmodell ist eingestellt. In BELEGT_LLM_URL und BELEGT_LLM_MODEL eines nennen, z. B. "
            "BELEGT_LLM_URL=http://127.0.0.1:11434/v1 für Ollama; 'belegt llm list' zeigt dessen Modelle.",
        ),
        "extra": (
            "BELEGT_LLM_GGUF names a model to be run here, and what runs it is not installed: pip install 'belegt[gguf]'. "
            "Or take BELEGT_LLM_GGUF back.",
            "BELEGT_LLM_GGUF nennt ein Modell, das hier laufen soll, und was es ausführt, ist nicht installiert: "
            "pip install 'belegt[gguf]'. Oder BELEGT_LLM_GGUF zurücknehmen.",
        ),
        "file": (
            "'{model}' can't be used ({detail}). Name an instruct model in GGUF format in BELEGT_LLM_GGUF.",
            "'{model}' ist nicht zu gebrauchen ({detail}). In BELEGT_LLM_GGUF ein Instruct-Modell im GGUF-Format nennen.",
        ),
        "down": (
            "{url} can't be reached ({detail}). Start the server there or check BELEGT_LLM_URL; 'belegt doctor' tries it.",
            "{url} ist nicht zu erreichen ({detail}). Den Server dort starten oder BELEGT_LLM_URL prüfen; "
            "'belegt doctor' probiert es.",
        ),
        "slow": (
            "'{model}' was not done within {seconds:g} seconds. Raise BELEGT_LLM_TIMEOUT, or choose a smaller model.",
            "'{model}' war nach {seconds:g} Sekunden nicht fertig. BELEGT_LLM_TIMEOUT erhöhen oder ein kleineres "
            "Modell wählen.",
        ),
        "busy": (
            "{url} takes no more requests for now ({detail}). Ask again later, or raise the limit there.",
            "{url} nimmt zurzeit keine Anfragen mehr an ({detail}). Später noch einmal fragen oder die Grenze dort "
            "anheben.",
        ),
        "failed": (
            "{url} failed ({detail}). Look into that server's log, then ask again.",
            "{url} hat versagt ({detail}). Im Protokoll jenes Servers nachsehen, dann noch einmal fragen.",
        ),
        "key": (
            "{url} does not accept the key ({detail}). Check BELEGT_LLM_API_KEY.",
            "{url} nimmt den Schlüssel nicht an ({detail}). BELEGT_LLM_API_KEY prüfen.",
        ),
        "model": (
            "{url} has no model '{model}'. 'belegt llm list' shows what it has; then set BELEGT_LLM_MODEL.",
            "{url} hat kein Modell '{model}'. 'belegt llm list' zeigt, was da ist; danach BELEGT_LLM_MODEL setzen.",
        ),
        "request": (
            "{url} does not understand the request ({detail}). BELEGT_LLM_URL must end where the OpenAI-compatible "
            "interface begins, often with /v1.",
            "{url} versteht die Anfrage nicht ({detail}). BELEGT_LLM_URL muss da enden, wo die OpenAI-verträgliche "
            "Schnittstelle beginnt, oft mit /v1.",
        ),
        "malformed": (
            "{url} sent what is no answer ({detail}). Check that BELEGT_LLM_URL leads to an OpenAI-compatible interface.",
            "{url} schickte etwas, das keine Antwort ist ({detail}). Prüfen, ob BELEGT_LLM_URL zu einer "
            "OpenAI-verträglichen Schnittstelle führt.",
        ),
        "cut": (
            "The connection to {url} broke off before '{model}' was done. Look into that server's log, then ask again.",
            "Die Verbindung zu {url} brach ab, bevor '{model}' fertig war. Im Protokoll jenes Servers nachsehen, "
            "dann noch einmal fragen.",
        ),
        "length": (
            "'{model}' came to the end of its room before it was done. Raise BELEGT_LLM_CONTEXT if the server allows more, "
            "or lower BELEGT_TOP_K.",
            "'{model}' kam ans Ende seines Platzes, bevor es fertig war. BELEGT_LLM_CONTEXT erhöhen, wenn der Server mehr "
            "erlaubt, oder BELEGT_TOP_K senken.",
        ),
        "empty": (
            "'{model}' wrote nothing. Ask again, or choose another model in BELEGT_LLM_MODEL.",
            "'{model}' hat nichts geschrieben. Noch einmal fragen oder in BELEGT_LLM_MODEL ein anderes Modell wählen.",
        ),
        "language": (
            "'{model}' answered in another language than that of the question. Choose another model in BELEGT_LLM_MODEL.",
            "'{model}' antwortete in einer anderen Sprache als der der Frage. In BELEGT_LLM_MODEL ein anderes Modell "
            "wählen.",
        ),
        "repetition": (
            "'{model}' repeats itself without end. Raise BELEGT_LLM_TEMPERATURE a little, or choose another model.",
            "'{model}' wiederholt sich ohne Ende. BELEGT_LLM_TEMPERATURE etwas erhöhen oder ein anderes Modell wählen.",
        ),
        "context": (
            "Question and passages are more than '{model}' holds ({detail}). Set BELEGT_LLM_CONTEXT to what the server "
            "gives; 'belegt doctor' shows it.",
            "Frage und Stellen sind mehr, als '{model}' fasst ({detail}). BELEGT_LLM_CONTEXT auf das setzen, was der "
            "Server gibt; 'belegt doctor' zeigt es.",
        ),
    }

    def __init__(self, reason: str, retry_after: float | None = None, **facts: Any) -> None:
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(**facts)

    def text(self, language: str = "en") -> str:
        return self.REASONS[self.reason][language == "de"].format(**self.facts)


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
