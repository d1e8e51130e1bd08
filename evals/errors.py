"""What can go wrong with a question set or a benchmark, in German and English, each naming the next step.

BelegtError
└── EvaluationError
    ├── SetMissingError       there is no question set at the path
    ├── SetFormatError        one line of a set can't be used; names file, line and the fix
    ├── SetEmptyError         a set without a question
    ├── NoSetError            a folder without a question set
    ├── FileMissingError      what should be imported is not there
    ├── FileCountError        a format takes another number of files
    ├── FolderFullError       an import would mix with what its folder holds
    ├── RunUnderWayError      the same run is going on in another process
    ├── BaselineUnknownError  there is no baseline of that name
    ├── DataMissingError      the benchmark's data folder is not there
    ├── DataFormatError       a data set file is not what its format says
    ├── OutputError           the results can't be written
    ├── RunMissingError       there is no saved run at the path
    ├── RunFormatError        a file is not a run as this version saves it
    ├── QuestionsDifferError  two runs did not ask the same questions
    ├── NothingComparedError  two runs have no question in common
    ├── NoRunError            a gate got neither a set nor a run
    ├── WhichSetError         a gate got a folder of several sets, none of the baseline's name
    ├── CorpusError           a benchmark's articles did not all get into the index
    ├── BaselineMissingError  the packages of a baseline are not installed
    ├── FeedbackMissingError  there is no feedback at the path
    ├── FeedbackFormatError   one line of feedback can't be used
    └── NoTerminalError       drafts should be shown where nobody can answer
"""

from __future__ import annotations

from typing import ClassVar

from corpus.errors import BelegtError


class EvaluationError(BelegtError):
    exit_code = 2


class SetMissingError(EvaluationError):
    en = "The question set '{path}' can't be opened ({detail}). Check the path, or run 'belegt eval' for the demo set."
    de = (
        "Der Fragensatz '{path}' lässt sich nicht öffnen ({detail}). "
        "Pfad prüfen oder 'belegt eval' ohne Pfad für den Demo-Satz aufrufen."
    )


class SetEmptyError(EvaluationError):
    en = '\'{path}\' holds no question. Add one line a question, e.g. {{"id": "q1", "question": "..."}}.'
    de = '\'{path}\' enthält keine Frage. Je Frage eine Zeile anlegen, z. B. {{"id": "q1", "question": "..."}}.'


class SetFormatError(EvaluationError):
    """One line of a question set: ``reason`` is a key of ``REASONS``; the other facts fill its holes."""

    REASONS: ClassVar[dict[str, tuple[str, str]]] = {
        "encoding": (
            "not UTF-8; save the file as UTF-8.",
            "kein UTF-8; die Datei als UTF-8 speichern.",
        ),
        "json": (
            "not valid JSON ({detail}); mend this line.",
            "kein gültiges JSON ({detail}); diese Zeile reparieren.",
        ),
        "object": (
            'not an object; write {{"id": "q1", "question": "..."}}.',
            'kein Objekt; {{"id": "q1", "question": "..."}} schreiben.',
        ),
        "missing": (
            "'{key}' is missing or empty; give every question an id and a text.",
            "'{key}' fehlt oder ist leer; jede Frage braucht id und Text.",
        ),
        "unknown": (
            "the key '{key}' is unknown; use one of {known}.",
            "der Schlüssel '{key}' ist unbekannt; möglich sind {known}.",
        ),
        "value": (
            "'{key}' must be {wanted_en}; correct it or leave it out.",
            "'{key}' muss {wanted_de} sein; berichtigen oder weglassen.",
        ),
        "unanswerable": (
            "'answerable' is false, but answers, parts or articles are given; remove them or set it to true.",
            "'answerable' ist false, aber Antworten, Teile oder Artikel sind angegeben; diese löschen oder true setzen.",
        ),
        "evidence": (
            "evidence names the article '{article}', which 'articles' lacks; add it there.",
            "'evidence' nennt den Artikel '{article}', der in 'articles' fehlt; dort ergänzen.",
        ),
        "within": (
            "'articles' names '{article}', which 'within' leaves out, so that nobody could find it; add it there.",
            "'articles' nennt '{article}', den 'within' auslässt, sodass ihn niemand finden kann; dort ergänzen.",
        ),
        "duplicate": (
            "the id '{id}' is already taken in line {other}; give each question its own id.",
            "die id '{id}' steht schon in Zeile {other}; jeder Frage eine eigene id geben.",
        ),
    }

    def __init__(self, path: object, line: int, reason: str, **facts: object) -> None:
        self.key = reason
        super().__init__(path=path, line=line, **facts)

    def text(self, language: str = "en") -> str:
        reason = self.REASONS[self.key][language == "de"].format(**self.facts)
        line = "Zeile" if language == "de" else "line"
        return f"{self.facts['path']}, {line} {self.facts['line']}: {reason}"


class NoSetError(EvaluationError):
    en = "There is no question set in '{path}'. Make one with 'belegt eval import FORMAT FILE --out {path}'."
    de = "In '{path}' liegt kein Fragensatz. Einen anlegen mit 'belegt eval import FORMAT DATEI --out {path}'."


class FileMissingError(EvaluationError):
    en = "There is no '{path}'. Check the path and run 'belegt eval import' again."
    de = "'{path}' gibt es nicht. Pfad prüfen und 'belegt eval import' erneut aufrufen."


class FileCountError(EvaluationError):
    en = "The format '{format}' takes {count} FILE. 'belegt eval import --help' says what each format is made of."
    de = "Das Format '{format}' nimmt {count} FILE. 'belegt eval import --help' sagt, woraus jedes Format besteht."


class FolderFullError(EvaluationError):
    en = "'{path}' is not empty, and its articles would mix with the new ones. Choose a new folder with '--out'."
    de = "'{path}' ist nicht leer, und die Artikel gerieten durcheinander. Mit '--out' einen neuen Ordner wählen."


class RunUnderWayError(EvaluationError):
    exit_code = 1
    en = "The same run of '{name}' is going on in another process. Wait for it, or end it; this command then goes on there."
    de = (
        "Derselbe Lauf von '{name}' ist in einem anderen Prozess im Gang. Abwarten oder dort beenden; "
        "dann macht dieser Befehl an der Stelle weiter."
    )


class BaselineUnknownError(EvaluationError):
    en = "There is no baseline '{name}'. Choose one with '--baseline': {known}."
    de = "Den Vergleich '{name}' gibt es nicht. Mit '--baseline' wählen: {known}."


class DataMissingError(EvaluationError):
    en = "Skipped: there is no '{path}'. Say where the data lies with '--data FOLDER'."
    de = "Übersprungen: '{path}' gibt es nicht. Mit '--data ORDNER' sagen, wo die Daten liegen."


class DataFormatError(EvaluationError):
    en = "'{path}' can't be imported: {detail}. Fetch the file again from its source."
    de = "'{path}' lässt sich nicht übernehmen: {detail}. Die Datei neu von ihrer Quelle holen."


class OutputError(EvaluationError):
    en = "The results can't be written to '{path}' ({detail}). Choose another file, with '--json', '--html' or '--out'."
    de = (
        "Die Ergebnisse lassen sich nicht nach '{path}' schreiben ({detail}). "
        "Mit '--json', '--html' oder '--out' eine andere Datei wählen."
    )


class RunMissingError(EvaluationError):
    en = "The saved run '{path}' can't be opened ({detail}). Check the path; 'belegt eval run SET --json FILE' saves one."
    de = (
        "Der gespeicherte Lauf '{path}' lässt sich nicht öffnen ({detail}). "
        "Pfad prüfen; 'belegt eval run SATZ --json DATEI' speichert einen."
    )


class RunFormatError(EvaluationError):
    en = "'{path}' is not a run as this version saves it ({detail}). Make it anew with 'belegt eval run SET --json FILE'."
    de = (
        "'{path}' ist kein Lauf, wie ihn diese Version speichert ({detail}). "
        "Mit 'belegt eval run SATZ --json DATEI' neu erzeugen."
    )


class QuestionsDifferError(EvaluationError):
    en = (
        "The runs did not ask the same questions: {only_a} only in A, {only_b} only in B, {changed} with another text or "
        "gold (e.g. {example}). Run the same set again, or compare the {common} they share with '--common'."
    )
    de = (
        "Die Läufe haben nicht dieselben Fragen gestellt: {only_a} nur in A, {only_b} nur in B, {changed} mit anderem "
        "Text oder Gold (z. B. {example}). Denselben Satz neu laufen lassen oder mit '--common' die {common} gemeinsamen "
        "vergleichen."
    )


class NothingComparedError(EvaluationError):
    en = "The runs have no question in common, so there is nothing to compare. Run both over the same set."
    de = (
        "Die Läufe haben keine Frage gemeinsam, es gibt nichts zu vergleichen. Beide über denselben Satz laufen lassen."
    )


class NoRunError(EvaluationError):
    en = "There is nothing to check. Name a question set, or a saved run with '--run FILE'."
    de = "Es gibt nichts zu prüfen. Einen Fragensatz nennen oder mit '--run DATEI' einen gespeicherten Lauf."


class WhichSetError(EvaluationError):
    en = "'{path}' holds several sets ({sets}), none of them alone is '{name}' of the baseline. Name the file of one."
    de = "'{path}' enthält mehrere Sätze ({sets}), keiner davon allein ist '{name}' des Vergleichslaufs. Die Datei nennen."


class CorpusError(EvaluationError):
    exit_code = 1
    en = "{failed} articles of '{name}' are not in the index, the first: {reason} Mend it; the bench needs them all."
    de = "{failed} Artikel aus '{name}' kamen nicht in den Index, der erste: {reason} Beheben; der Bench braucht alle."


class BaselineMissingError(EvaluationError):
    en = "The baseline '{name}' needs packages that are not installed ({detail}). Run 'pip install {packages}'."
    de = "Der Vergleich '{name}' braucht Pakete, die fehlen ({detail}). 'pip install {packages}' aufrufen."


class FeedbackMissingError(EvaluationError):
    en = "The feedback '{path}' can't be opened ({detail}). Check the path."
    de = "Die Rückmeldungen '{path}' lassen sich nicht öffnen ({detail}). Pfad prüfen."


class FeedbackFormatError(EvaluationError):
    en = (
        "{path}, line {line}: not usable ({detail}). Write one object a line, such as "
        '{{"question": "...", "answer": "...", "citations": [{{"article_id": "..."}}], "as_of": "2025-06-30"}}.'
    )
    de = (
        "{path}, Zeile {line}: nicht brauchbar ({detail}). Je Zeile ein Objekt schreiben wie "
        '{{"question": "...", "answer": "...", "citations": [{{"article_id": "..."}}], "as_of": "2025-06-30"}}.'
    )


class NoTerminalError(EvaluationError):
    en = "'--review' asks on a terminal, and there is none. Leave it out to write all drafts to a file."
    de = "'--review' fragt auf einem Terminal, hier ist keines. Ohne '--review' kommen alle Entwürfe in eine Datei."
