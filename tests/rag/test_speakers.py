"""Whom a sentence names as saying so, in the sentence and across sentences, in German and English."""

from __future__ import annotations

import time

import pytest

from rag.compose.speakers import speaker_at, speakers
from rag.sentences import sentence_spans


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("de", "Nach Angaben der Polizei starben 12 Menschen.", ["Nach Angaben der Polizei"]),
        ("de", "Dort sind nach südkoreanischen Angaben 300 gefallen.", ["nach südkoreanischen Angaben"]),
        ("de", "Es liefert nach Darstellung Washingtons und Seouls Munition.", ["nach Darstellung Washingtons und Seouls"]),
        ("de", "Verletzt wurde laut dpa niemand.", ["laut dpa"]),
        ("de", "Der Polizei zufolge starben 12 Menschen.", ["Der Polizei zufolge"]),
        ("de", "„Wir bauen“, sagte Baudezernent Jörg Hallwachs am Mittwoch.", ["Baudezernent Jörg Hallwachs"]),
        ("de", "Es seien 300 gefallen, berichtete am Montag Lee Seong Kweun, Abgeordneter in Seoul.", ["Lee Seong Kweun"]),
        ("de", "Er kommt bloß nicht wieder“, so Straat.", ["Straat"]),
        ("de", "»Ein Fund«, sagt Museumsleiter Dr. Lorenz Weidacher.", ["Museumsleiter Dr. Lorenz Weidacher"]),
        ("de", "Die Polizei sprach am Nachmittag von 2.800 Teilnehmern.", ["Die Polizei"]),
        ("de", "Die Initiative „Hafen bleibt“, die das angemeldet hatte, zählte 5.000.", ["Die Initiative „Hafen bleibt“"]),
        ("de", "Das teilte der Kreis Marschland am Freitag mit.", ["der Kreis Marschland"]),
        ("de", "Das Ministerium gab den Schaden mit 3 Mio. Euro an.", ["Das Ministerium"]),
        ("de", "Kiew und seine Verbündeten werfen dem Iran vor, zu liefern.", ["Kiew und seine Verbündeten"]),
        ("de", "Elke Pohlmann nannte die Rechnung ein Märchen.", ["Elke Pohlmann"]),
        ("de", "Den Schaden bezifferte sie auf 610.000 Euro.", []),
        ("de", "Die Brücke ist seit Mittwoch gesperrt.", []),
        ("de", "Der Verbund zählt nun 1.940 Beschäftigte.", []),
        ("de", "Die Initiative zählte nach eigenen Angaben 5.000.", ["Die Initiative"]),
        ("en", "Polarlog, the company that ran the store, puts its losses at €4.8m.", ["Polarlog"]),
        ("en", "Ukraine's president, Volodymyr Zelensky, said that more had died.", ["Ukraine's president, Volodymyr Zelensky"]),
        ("en", "Some 11,500 people came, according to the organisers.", ["according to the organisers"]),
        ("en", "“We rehearse,” said Femke Aldag.", ["Femke Aldag"]),
        ("en", "The truck had been left overnight, prosecutor Lennart Goos said on Tuesday.", ["prosecutor Lennart Goos"]),
        ("en", "About 600 have died, twice as many as in January.", []),
    ],
)  # fmt: skip
def test_speakers(language: str, sentence: str, expected: list[str]) -> None:
    found = speakers(sentence, language)
    assert [one.text for one in found] == expected
    assert all(sentence[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        # Each number belongs to who stands in its own clause.
        ("Nach Angaben der GHL kamen 1.400 Menschen, der Verband der Reeder kam auf 950.", "1.400", "Nach Angaben der GHL"),
        ("Nach Angaben der GHL kamen 1.400 Menschen, der Verband der Reeder kam auf 950.", "950", "der Verband der Reeder"),
        # "sagte sie", and the subjunctive of reported speech, hand on who spoke before.
        ("Ruth Engelhorn erklärte den Anstieg. Es seien 38 Milligramm, sagte sie.", "38", "Ruth Engelhorn"),
        ("Distler hält den Betrag für zu niedrig. Unter 450 Euro rechne es sich nicht.", "450 Euro", "Distler"),
        ("„So ist es“, sagte Klaus Roth. Es waren nach seinen Worten 12 Menschen da.", "12", "Klaus Roth"),
        ("„So ist es“, sagte Klaus Roth. Seit August zu, braucht es nach seinen Worten Zeit.", "August", None),
        ("Klaus Roth sagte das. Später kamen 12 Menschen.", "12", None),  # the outlet's own voice again
        ("Klaus Roth sagte das.\n\nEs seien 12 gewesen.", "12", None),  # another paragraph
    ],
)  # fmt: skip
def test_who_says_what_stands_at_a_place(text: str, words: str, expected: str | None) -> None:
    at = text.index(words)
    [(start, end)] = [(first, last) for first, last in sentence_spans(text) if first <= at < last]
    found = speaker_at(text, start, end, (at, at + len(words)), "de")
    assert (found.text if found else None) == expected
    assert found is None or text[found.start : found.end] == found.text


def test_a_row_of_names_of_any_length_takes_no_time() -> None:
    started = time.process_time()
    assert speakers("Anna Berg " * 20_000, "de") == []
    speakers("Anna Berg " * 79, "de")
    assert time.process_time() - started < 2
