"""The root of all errors shown to people, and those of reading; ``rag/errors.py`` draws the whole tree.

``str(error)`` is the English sentence, ``error.text("de")`` the German one. Each names the next step.
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
        "not_a_file": (
            "This is a pipe, a device or a folder, not a file; remove it or leave it out.",
            "Das ist eine Pipe, ein Gerät oder ein Ordner, keine Datei; entfernen oder auslassen.",
        ),
        "format": (
            "Files ending in '{suffix}' can't be read; convert to .txt, .md or .jsonl.",
            "Dateien mit der Endung '{suffix}' sind nicht lesbar; in .txt, .md oder .jsonl umwandeln.",
        ),
        "too_big": (
            "A record of {megabytes} MB is over the limit of {limit} MB; split it into articles.",
            "Ein Datensatz von {megabytes} MB überschreitet die Grenze von {limit} MB; in Artikel aufteilen.",
        ),
        "html_size": (
            "The page holds more than {limit} elements, or one with thousands of attributes; save the article alone.",
            "Die Seite hat mehr als {limit} Elemente oder eins mit Tausenden Attributen; den Artikel allein speichern.",
        ),
        "too_long": (
            "The text has {characters} characters, over the limit of {limit} for one article; split it into articles.",
            "Der Text hat {characters} Zeichen, mehr als die erlaubten {limit} für einen Artikel; in Artikel aufteilen.",
        ),
        "json": (
            "Line {line} is not valid JSON ({detail}); mend that line.",
            "Zeile {line} ist kein gültiges JSON ({detail}); diese Zeile reparieren.",
        ),
        "record": (
            'Line {line}: {detail}; give each record a text, e.g. {{"text": "..."}}.',
            'Zeile {line}: {detail}; jeder Datensatz braucht einen Text, z. B. {{"text": "..."}}.',
        ),
        "front_matter": (
            "The YAML front matter can't be read ({detail}); mend it or remove it.",
            "Der YAML-Kopf ist nicht lesbar ({detail}); reparieren oder entfernen.",
        ),
        "damaged": (
            "The {kind} file is damaged or is something else ({detail}); open and save it again, or remove it.",
            "Die {kind}-Datei ist beschädigt oder etwas anderes ({detail}); neu speichern oder entfernen.",
        ),
        "encrypted": (
            "It is protected with a password; save it without one.",
            "Die Datei ist mit einem Kennwort geschützt; ohne Kennwort speichern.",
        ),
        "no_ocr": (
            "There is no text in it, only pictures of pages; run OCR first, e.g. 'ocrmypdf in.pdf out.pdf'.",
            "Sie enthält keinen Text, nur Bilder von Seiten; erst OCR anwenden, z. B. 'ocrmypdf ein.pdf aus.pdf'.",
        ),
        "too_slow": (
            "Reading took more than {seconds} seconds or too much memory; split it, or save it again as a plain PDF.",
            "Das Lesen dauerte über {seconds} Sekunden oder brauchte zu viel Speicher; aufteilen oder neu als PDF speichern.",
        ),
        "columns": (
            'No column is known as the text ({columns}); name it in belegt.toml: [fields] text = "...".',
            'Keine Spalte ist als Text bekannt ({columns}); in belegt.toml nennen: [fields] text = "...".',
        ),
        "csv": (
            "Line {line} can't be read ({detail}); check its quotes.",
            "Zeile {line} ist nicht lesbar ({detail}); Anführungszeichen prüfen.",
        ),
        "no_feed": (
            "This XML is no RSS or Atom feed; convert it to .html, .md or .jsonl.",
            "Dieses XML ist kein RSS- oder Atom-Feed; in .html, .md oder .jsonl umwandeln.",
        ),
        "no_entries": (
            "The feed has no entries; fetch it again or remove it.",
            "Der Feed hat keine Einträge; neu abrufen oder entfernen.",
        ),
        "entities": (
            "It declares XML entities, which can be used for attacks and are not read; remove its <!DOCTYPE ...>.",
            "Sie vereinbart XML-Entitäten, die Angriffen dienen können und nicht gelesen werden; <!DOCTYPE ...> entfernen.",
        ),
        "bomb": (
            "It would expand to {megabytes} MB or more, over the limit of {limit} MB; unpack it by hand if you trust it.",
            "Entpackt wären es {megabytes} MB oder mehr, erlaubt sind {limit} MB; selbst entpacken, wenn man ihr traut.",
        ),
        "members": (
            "It holds more than {limit} files; unpack it and read the folder.",
            "Sie enthält mehr als {limit} Dateien; entpacken und den Ordner einlesen.",
        ),
        "nested": (
            "Archives inside archives inside archives are not read; unpack the outer one.",
            "Archive in Archiven in Archiven werden nicht gelesen; das äußere entpacken.",
        ),
        "no_members": (
            "The archive holds no article file; unpack it and look.",
            "Das Archiv enthält keine Artikeldatei; entpacken und nachsehen.",
        ),
        "mapping": (
            "The field mapping in {file} can't be used ({detail}); mend that file or remove it.",
            "Die Feldzuordnung in {file} ist nicht brauchbar ({detail}); diese Datei reparieren oder entfernen.",
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


class ReadWarning(UnreadableError):
    """The file was read, but something about it should be looked at."""

    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "encoding": (
            "Not UTF-8; read as {encoding}. Check the umlauts, or save the file as UTF-8.",
            "Kein UTF-8; als {encoding} gelesen. Umlaute prüfen oder die Datei als UTF-8 speichern.",
        ),
    }


class FetchError(UnreadableError):
    """One address that was not fetched; ``path`` is the address."""

    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "address": (
            "This is no address of a page (http or https, no password in it); check it.",
            "Das ist keine Adresse einer Seite (http oder https, ohne Kennwort darin); prüfen.",
        ),
        "host": (
            "'{host}' can't be found ({detail}); check the address and the connection.",
            "'{host}' ist nicht zu finden ({detail}); Adresse und Verbindung prüfen.",
        ),
        "private": (
            "'{host}' is in a private network ({address}) and is not asked; save the page by hand.",
            "'{host}' liegt in einem privaten Netz ({address}) und wird nicht abgefragt; die Seite von Hand speichern.",
        ),
        "robots": (
            "The site's robots.txt does not allow it; ask the publisher, or save the page by hand.",
            "Die robots.txt der Website erlaubt es nicht; den Verlag fragen oder die Seite von Hand speichern.",
        ),
        "redirects": (
            "It redirects more than {limit} times; open it in a browser and take the last address.",
            "Sie leitet über {limit}-mal weiter; im Browser öffnen und die letzte Adresse nehmen.",
        ),
        "status": (
            "The server answers {status}; check the address, or try again later.",
            "Der Server antwortet {status}; Adresse prüfen oder später erneut versuchen.",
        ),
        "type": (
            "'{type}' is no page, feed, sitemap or PDF; give the address of the article.",
            "'{type}' ist weder Seite noch Feed, Sitemap oder PDF; die Adresse des Artikels angeben.",
        ),
        "too_big": (
            "It has more than {limit} MB; save it by hand if it is an article.",
            "Sie hat über {limit} MB; von Hand speichern, falls es ein Artikel ist.",
        ),
        "too_slow": (
            "It took more than {seconds} seconds; try again later.",
            "Sie brauchte über {seconds} Sekunden; später erneut versuchen.",
        ),
        "network": (
            "The connection failed ({detail}); try again later, what was fetched is kept.",
            "Die Verbindung ist gescheitert ({detail}); später erneut versuchen, Geholtes bleibt.",
        ),
        "no_links": (
            "The feed or sitemap lists no page that is wanted; check the address and --since.",
            "Der Feed oder die Sitemap nennt keine gewünschte Seite; Adresse und --since prüfen.",
        ),
    }
