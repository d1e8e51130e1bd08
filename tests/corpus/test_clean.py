"""Boilerplate goes with a reason; sentences of the article stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.clean import clean, tidy

BODY = "Der Stadtrat hat am Montag dem Haushalt zugestimmt. Die Opposition stimmte dagegen."
MORE = "Das Geld soll vor allem in neue Schulen fließen, wie die Kämmerin am Abend erklärte."


APP = (
    "Wenn Sie alle Nachrichten aus Altwiesen auf Ihrem Handy haben wollen, laden Sie hier unsere App für Apple herunter"
)
EMBED = "An dieser Stelle finden Sie einen externen Inhalt von Zwitscher, der den Artikel ergänzt. Ein Klick lädt ihn."
DONATION = (
    "Unser Journalismus ist frei zugänglich, ohne Paywall. Jetzt unterstützen: Schon mit 5 Euro helfen Sie der "
    "Redaktion, die Leser:innen danken es Ihnen. Jede Spende zählt."
)


@pytest.mark.parametrize(
    ("paragraph", "reason"),
    [
        ("+++ Auch spannend: Neuer Radweg wird teurer +++", "teaser"),
        ("Lesen Sie auch: Was der Radweg kostet", "teaser"),
        ("[Lesen Sie hier ein Interview mit der Kämmerin: „Wir müssen sparen“]", "teaser"),
        ("Mehr Themen für dich:", "teaser"),
        ("Mehr zum Thema: Haushalt", "teaser"),
        ("Mehr zum Haushalt von Altwiesen:", "teaser"),
        ("Siehe auch: Radweg wird teurer", "teaser"),
        ("Auch interessant", "teaser"),
        ("Alle Beschlüsse des Rates finden Sie hier in unserem Newsblog.", "teaser"),
        ("[Wie sich der Haushalt verändert hat, sehen Sie in dieser Grafik.]", "teaser"),
        ("Read more: What the cycle path costs", "teaser"),
        ("Related: The new cycle path", "teaser"),
        ("Foto: Erika Muster", "photo credit"),
        ("(Symbolbild: Max Beispiel/dpa)", "photo credit"),
        ("© dpa-infocom, dpa:200727-99-937816/3", "copyright"),
        ("Abonnieren Sie unseren Newsletter und lesen Sie jeden Morgen das Wichtigste.", "newsletter"),
        ("[Der Rat am Morgen: unser Newsletter. Jetzt kostenlos anmelden: rat.kurier.example]", "newsletter"),
        ("Sign up for our newsletter to get the news every morning", "newsletter"),
        (f"[{APP}.]", "app"),
        ("[Mehr wissen mit Kurier Plus: Jetzt 30 Tage kostenlos testen.]", "subscription"),
        ("Already a subscriber? Log in", "subscription"),
        ("Dieser Artikel ist nur für Abonnenten verfügbar", "subscription"),
        ("Wir verwenden Cookies. Wenn Sie zustimmen, speichern wir Einstellungen.", "cookies"),
        (DONATION, "donation"),
        (EMBED, "embed"),
        ("Empfohlener redaktioneller Inhalt", "embed"),
        ("Das Video konnte nicht geladen werden.", "video"),
        ("0:00 / 3:24", "video"),
        ("Anzeige", "advertisement"),
        ("- Advertisement -", "advertisement"),
        ("Teilen Twittern Mailen", "share bar"),
        ("Facebook WhatsApp", "share bar"),
        ("Auf Facebook teilen | Auf Twitter teilen", "share bar"),
        ("Artikel drucken", "share bar"),
        ("Zur Startseite", "page furniture"),
        ("Schlagworte: Altwiesen, Haushalt", "page furniture"),
        ("12 Kommentare", "comments"),
        ("Lesezeit: 4 Minuten", "reading time"),
        ("3 min read", "reading time"),
        ("Sie haben Fragen oder Anregungen? Schreiben Sie uns: rat@kurier.example", "contact"),
    ],
)  # fmt: skip
def test_boilerplate_goes(paragraph: str, reason: str) -> None:
    text, removed = clean(f"{BODY}\n{paragraph}\n{MORE}")
    if "Teilen" in paragraph:
        assert reason == removed[0].reason
    assert text == f"{BODY}\n\n{MORE}"
    assert [(r.text, r.reason) for r in removed] == [(paragraph, reason)]


@pytest.mark.parametrize(
    "paragraph",
    [
        "Die Partei bat um Spenden für die Flutopfer; 5 Euro reichten für eine Mahlzeit, sagte die Sprecherin.",
        "Der Verlag stellt seinen Newsletter ein, teilte er am Freitag mit.",
        "Den Newsletter der Stadt kann man nun kostenlos abonnieren, sagte der Bürgermeister.",
        "Das Foto zeigt nach Angaben der Polizei den Täter.",
        "Lesen und Schreiben lernen Kinder in der ersten Klasse.",
        "Wer Cookies backt, braucht Butter.",
        "Das Gericht rügte die Cookie-Banner des Unternehmens.",
        "Gegen den Mann liegt eine Anzeige vor.",
        "Die App der Stadt lässt sich kostenlos für Apple- und Android-Geräte herunterladen, erklärte die Verwaltung.",
        "Mehr dazu sagte der Minister nicht.",
        "Mehr zum Thema sagte sie nicht.",
        "Auch interessant ist, dass die Zahl der Fälle seit Mai sinkt.",
        "See more people on the streets is what the mayor wants.",
        "Auf Facebook und Twitter teilen Tausende das Video.",
        "12 Kommentare wertete die Forscherin als Drohung.",
        "„Lesen Sie hier, was die Verwaltung schreibt“, rief er und hob das Blatt.",
        "Dieser Artikel erschien zuerst im Altwiesener Kurier.",
        "Dieser Text ist zuerst am 28. Februar im Newsletter des Kuriers erschienen.",
        "[Kunsthaus Altwiesen, Marktplatz 3, bis 9. Oktober, Di bis So 11–18 Uhr, www.kunsthaus.example]",
        "[Die Autorin ist Professorin für Verkehr in Altwiesen.]",
        "[Anmerkung der Redaktion: In einer früheren Fassung dieses Artikels hieß es, mehr dazu lesen Sie hier.]",
        "Der Verein bietet Hilfe an: Wie Sie spenden können, erfahren Sie hier oder unter (040) 123 45 67.",
        "Weitere Informationen gibt es unter www.altwiesen.example.",
        "Wer etwas gesehen hat, schreibt bitte an zeugen@polizei.example oder ruft an.",
        "Wird geladen, was leer ist, hält der Akku länger.",
    ],
)
def test_sentences_about_such_things_stay(paragraph: str) -> None:
    assert clean(f"{BODY}\n{paragraph}") == (f"{BODY}\n\n{paragraph}", ())


@pytest.mark.parametrize(
    "aside", [f"[{APP}.]", "[Lesen Sie hier mehr zum Haushalt]", "+++ Lesen Sie auch: Radweg wird teurer +++"]
)
def test_an_aside_is_cut_out_of_its_paragraph(aside: str) -> None:
    for paragraph, rest in (
        (f"{BODY} {aside} {MORE}", f"{BODY} {MORE}"),
        (f"{BODY}{aside}", BODY),
        (f"{aside} {BODY}", BODY),
    ):
        text, removed = clean(paragraph)
        assert text == rest
        assert [r.text for r in removed] == [aside]


def test_a_credit_is_cut_out_of_its_caption() -> None:
    text, removed = clean("Die Kämmerin vor dem Rathaus von Altwiesen (Foto: Erika Muster/dpa)")
    assert text == "Die Kämmerin vor dem Rathaus von Altwiesen"
    assert [(r.text, r.reason) for r in removed] == [("(Foto: Erika Muster/dpa)", "photo credit")]


def test_other_asides_stay() -> None:
    paragraph = "Er sagte: „Sie [die Kämmerin] hat recht [...] und zwar immer [lacht herzlich und lange].“"
    assert clean(paragraph) == (paragraph, ())


def test_an_appeal_glued_to_a_paragraph_stays_with_it() -> None:
    paragraph = f"Im Land wurden am Montag 12 Menschen geimpft, so das Amt. {DONATION}"
    assert clean(paragraph) == (paragraph, ())


def test_a_share_bar_of_lines() -> None:
    text, removed = clean(f"{BODY}\nTeilen\nTwittern\nDrucken\n{MORE}\nTeilen\n{BODY[:50]}")
    assert text == f"{BODY}\n\n{MORE}\n\nTeilen\n\n{BODY[:50]}"  # one word alone may be a heading
    assert [r.reason for r in removed] == ["share bar"] * 3


def test_a_live_ticker_keeps_its_lines() -> None:
    ticker = "\n".join(f"+++ 1{hour}:30 Uhr: Rat berät Punkt {hour} +++" for hour in range(3))
    assert clean(ticker)[1] == ()
    assert clean(f"{BODY}\n+++ 14:20 Uhr: Rat beginnt +++")[1] == ()


def test_what_is_repeated() -> None:
    lead = "Der Rat von Altwiesen hat dem Haushalt zugestimmt, aber nur knapp."
    text, removed = clean(
        f"Haushalt beschlossen!\n{lead}\n{lead} Die Opposition stimmte dagegen.\n{MORE}\n{MORE}", "Haushalt beschlossen"
    )
    assert text == f"{lead} Die Opposition stimmte dagegen.\n\n{MORE}"
    assert [r.reason for r in removed] == ["repeated"] * 3


def test_a_question_put_twice_stays() -> None:
    question = "Und was halten Sie von dem Haushalt, den der Rat nun beschlossen hat?"
    text = f"{question}\n\nNichts.\n\n{question}\n\nViel."
    assert clean(text) == (text, ())


def test_the_heading_of_an_appeal_goes_with_it() -> None:
    appeal = "Unterstützen Sie uns: Jetzt unterstützen mit 5 Euro. Unser Journalismus bleibt ohne Paywall."
    text, removed = clean(f"{BODY}\nWir und unsere Leser\n{appeal}")
    assert text == BODY
    assert len(removed) == 2


@given(st.text())
def test_tidy_twice_is_tidy_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.lists(st.text(alphabet="abc .äöü+:", max_size=40), max_size=8))
def test_nothing_is_lost(lines: list[str]) -> None:
    text = tidy("\n".join(lines))
    kept, removed = clean(text)
    assert sorted(kept.split() + [word for r in removed for word in r.text.split()]) == sorted(text.split())
