"""Questions drafted from sentences: their patterns, their grammar, and what is left out."""

from __future__ import annotations

import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from evals.drafting import english, german, german_numbers
from evals.drafting.alone import leans
from evals.drafting.proposal import propose, with_copies
from evals.drafting.quotes import quotes
from evals.drafting.sentence import plain_sentences
from evals.drafting.unanswerable import unanswerable
from evals.drafting.words import Words

# Sentences that tell how words are written; no question comes of them.
TELLING = {
    "de": "Sie sah die Bei-Spiele. Das war vor der Sache, nach der Sache, in der Sache, im Amt, bei der Arbeit und am Ort.",
    "en": "It was said that the mayor, the bridge, the council and the ferry were old.",
}


def article(text: str, language: str = "de", id: str = "a", title: str = "Titel") -> Article:
    return Article(id, text, title=title, published=NewsDate.parse("2023-07-06"), language=language)


def words(text: str, language: str = "de") -> Words:
    return Words([text, TELLING[language]], language)


def numbers(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Questions and answers about the amounts of a German text."""
    one = article(text)
    found = [p for s in plain_sentences(one, "de") for p in german_numbers.numbers(s, words(text))]
    return [(p.case.question, p.case.answers) for p in found]


def dates(text: str, language: str = "de") -> list[tuple[str, tuple[str, ...]]]:
    one, maker = article(text, language=language), german if language == "de" else english
    found = [p for s in plain_sentences(one, language) for p in maker.dates(s, words(text, language))]
    return [(p.case.question, p.case.answers) for p in found]


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "Rund 150 Anwohner hatten sich vor dem Rathaus in Elmstadt versammelt.",
            "Wie viele Anwohner hatten sich vor dem Rathaus in Elmstadt versammelt?",
            ("rund 150 Anwohner", "150 Anwohner", "150"),
        ),
        (
            "In Mühlrode kamen im Jahr 2022 genau vermessen 412 Kinder zur Welt.",  # a participle before the amount
            None,
            (),
        ),
        (
            "Im Jahr 2023 kamen in Mühlrode 412 Kinder zur Welt, 37 weniger als im Jahr davor.",
            "Wie viele Kinder kamen im Jahr 2023 in Mühlrode zur Welt?",
            ("412 Kinder", "412"),
        ),
        (
            "Zwei Millionen Menschen wurden nach Angaben der Behörden in Kerala obdachlos.",
            "Wie viele Menschen wurden nach Angaben der Behörden in Kerala obdachlos?",
            ("zwei Millionen Menschen", "zwei Millionen"),
        ),
        (
            "20 Prozent der Befragten in Elmstadt fahren jeden Tag mit dem Rad.",
            "Wie viel Prozent der Befragten in Elmstadt fahren jeden Tag mit dem Rad?",
            ("20 Prozent", "20"),
        ),
        (
            "Im Jahr 2022 stieg der Preis in Elmstadt um rund 12 Prozent.",
            "Um wie viel Prozent stieg im Jahr 2022 der Preis in Elmstadt?",
            ("rund 12 Prozent", "12 Prozent", "12"),
        ),
        (
            "In Elmstadt kostet der neue Bahnhof am Klinikum 84 Mio. Euro.",  # the subject stands behind the verb
            None,
            (),
        ),
        (
            "Am Mittwoch starben bei einem Unfall in Elmstadt drei Menschen.",
            "Wie viele Menschen starben am 5. Juli 2023 bei einem Unfall in Elmstadt?",
            ("drei Menschen", "drei"),
        ),
    ],
)
def test_amounts_are_asked_for_in_order(text: str, question: str | None, answers: tuple[str, ...]) -> None:
    assert numbers(text) == ([(question, answers)] if question else [])


@pytest.mark.parametrize(
    "text",
    [
        "1956 wurde Pakistan die erste Islamische Republik der Welt.",  # a year, no amount
        "Drei Tage nach dem Anschlag hat Elmstadt die Straße freigegeben.",  # a stretch of time
        "Bei dem Unfall starben vier Touristen aus Japan in Elmstadt.",  # "aus Japan" would lose its noun
        "Er sah dort 300 Menschen aus Elmstadt auf dem Marktplatz.",  # leans on what was said before
        "Die Kuppel soll zwei Astronauten zugleich im Weltraum über Elmstadt Platz bieten.",  # in the dative
        "1.300 Gemeinden in Elmstadt wurden getroffen, dort lagen die 40 Dörfer am Fluss.",
        "200 Zivilisten wurden in Elmstadt getötet und 400 verletzt.",  # two amounts
        "Das sind 31 Prozent mehr als im Jahr 2022 in Elmstadt.",
        "Auf dem fünften Platz folgt Elmstadt mit 438 Milliarden Dollar.",  # "fünften" is no verb
        "Mehr als 1.200 Abgeordnete aus 13 Landtagen, dem Bundestag und dem Senat wurden in Elmstadt befragt.",
        "Rund 1.000 Kilometer nördlich der Hauptstadt Jakutsk liegt der Ort Elmstadt am Fluss",  # no whole sentence
    ],
)
def test_amounts_in_doubt_are_left_out(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "Am Mittwochabend hat der Stadtrat von Elmstadt den Weiterbau der Linie beschlossen.",
            "Wann hat der Stadtrat von Elmstadt den Weiterbau der Linie beschlossen?",
            ("5. Juli 2023",),
        ),
        (
            "Bei einem Brand in Elmstadt ist am 3. Mai ein Feuerwehrmann verletzt worden, wie die Polizei mitteilte.",
            "Wann ist bei einem Brand in Elmstadt ein Feuerwehrmann verletzt worden?",
            ("3. Mai 2023",),
        ),
        (
            "Die Wiener Linien wurden im Jahr 1999 aus dem Gemeindebudget ausgegliedert.",
            "Wann wurden die Wiener Linien aus dem Gemeindebudget ausgegliedert?",
            ("1999",),
        ),
    ],
)
def test_days_are_asked_for_with_their_year(text: str, question: str, answers: tuple[str, ...]) -> None:
    assert dates(text) == [(question, answers)]


@pytest.mark.parametrize(
    "text",
    [
        "Im Jahr 2007 betrug der Umsatz der Wiener Linien 16 Millionen Kronen.",  # asks how much
        "Am Mittwoch beschloss das Gericht in Elmstadt, den Prozess um den Umbau zu vertagen.",  # a verb cut short
        "Vom 3. bis 5. Mai 2023 hat die Stadt Elmstadt ein Fest gefeiert.",  # no single day
        "Seit Mittwoch hat der Stadtrat von Elmstadt über den Umbau beraten.",
        "Das beschloss am Mittwoch ein Gericht in Elmstadt nach einer Anhörung.",
        "Am Mittwoch hat er in Elmstadt den Umbau der Linie 7 beschlossen.",  # who?
    ],
)
def test_days_in_doubt_are_left_out(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("text", "question", "answers"),
    [
        (
            "The bridge in Breedenhafen was closed on 3 May 2023 after a crack was found.",
            "When was the bridge in Breedenhafen closed after a crack was found?",
            ("3 May 2023",),
        ),
        ("On Tuesday the council of Elmstadt will vote on the new tram line.",
         "When will the council of Elmstadt vote on the new tram line?", ("11 July 2023",)),  # the one to come
        ("The ferry to Altwiesen sank on 3 May 2023 in a storm.", None, ()),  # no auxiliary verb
    ],
)  # fmt: skip
def test_english_days(text: str, question: str | None, answers: tuple[str, ...]) -> None:
    assert dates(text, "en") == ([(question, answers)] if question else [])


def test_english_amounts_ask_for_the_subject_or_move_the_auxiliary() -> None:
    def asked(text: str) -> list[tuple[str, tuple[str, ...]]]:
        one = article(text, language="en")
        found = [p for s in plain_sentences(one, "en") for p in english.numbers(s, words(text, "en"))]
        return [(p.case.question, p.case.answers) for p in found]

    assert asked("About 700 people were brought to safety in Breedenhafen.") == [
        ("How many people were brought to safety in Breedenhafen?", ("about 700 people", "700 people", "700"))
    ]
    assert asked("The council will build 12 stations along the line in Elmstadt.") == [
        ("How many stations will the council build along the line in Elmstadt?", ("12 stations", "12"))
    ]
    assert asked("Two years after the fire, Breedenhafen has a new hall.") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs.", "Jörg Hallwachs"),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Amtstierarzt Dr. Peer Tönnies.", "Peer Tönnies"),
        (
            "Matthias Elbrecht kam. „Wer im Bus steht, braucht kein Gutachten mehr“, sagte Elbrecht.",
            "Matthias Elbrecht",
        ),
        ("Hanne Dörfel sagte: „Wer im Bus steht, braucht kein Gutachten mehr.“", "Hanne Dörfel"),
        ("»Wer im Bus steht, braucht kein Gutachten mehr«, sagt die Vorsitzende Ulrike Stamm.", "Ulrike Stamm"),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte er.", None),
        ("„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Bürgermeisterin Dörfel.", None),
        ("Der Einsatzleiter der Polizei in Dortmund erklärte: „Wer im Bus steht, braucht kein Gutachten mehr.“", None),
        ("„Kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs.", None),  # too short to know again
    ],
)
def test_a_quotation_is_asked_for_by_its_speaker(text: str, name: str | None) -> None:
    found = list(quotes(article(text), words(text)))
    if name is None:
        assert found == []
        return
    case = found[0].case
    assert case.question == "Wer sagte: „Wer im Bus steht, braucht kein Gutachten mehr“?"
    assert case.answers == case.speaker == (name, name.split()[1])


def test_an_english_quotation_with_the_office_before_the_name() -> None:
    text = '"We rehearse the evacuation more often than songs," said the festival director, Femke Aldag.'
    (found,) = quotes(article(text, language="en"), words(text, "en"))
    assert found.case.question == "Who said: “We rehearse the evacuation more often than songs”?"
    assert found.case.answers == ("Femke Aldag", "Aldag")


def test_a_headline_is_asked_for_whom_it_names() -> None:
    text = "Die Schriftstellerin Herta Müller erhält in diesem Jahr den Nobelpreis für Literatur."
    one = article(text, title="Herta Müller erhält den Nobelpreis für Literatur")
    (found,) = german.titles(one, [text], words(text))
    assert (found.case.question, found.case.answers) == (
        "Wer erhält den Nobelpreis für Literatur?",
        ("Herta Müller", "Müller"),
    )
    telegraphic = article(text, title="Herta Müller erhält Nobelpreis für Literatur")
    assert list(german.titles(telegraphic, [text], words(text))) == []  # "Wer erhält Nobelpreis" is no German


@pytest.mark.parametrize(
    ("question", "vague"),
    [
        ("Wann wurde das Unternehmen verkauft?", True),
        ("Wann wurde das Unternehmen Kelvora verkauft?", False),
        ("Wann wurde das Unternehmen in Elmstadt verkauft?", False),
        ("Wann geriet das norwegische Unternehmen in finanzielle Not?", True),
        ("Wann kündigte der Ministerpräsident in einer Rede den Umbau an?", True),
        ("Wann hat er den Umbau beschlossen?", True),
    ],
)
def test_what_only_the_article_tells_is_vague(question: str, vague: bool) -> None:
    assert leans(question, "de") == vague


def test_nobody_is_asked_for_what_an_article_tells() -> None:
    said = "„Wer im Bus steht, braucht kein Gutachten mehr“, sagte Baudezernent Jörg Hallwachs."
    one = article(said)
    (proposal,) = unanswerable(one, [one], words(said))
    assert proposal.case.answerable is False and proposal.case.tags == ("draft", "unanswerable", "to-check")
    told = "Hallwachs ist 52 Jahre alt, wurde in Elmstadt geboren, studierte Jura und ist verheiratet."  # all of it
    assert list(unanswerable(one, [one, article(told, id="b")], words(said))) == []


def test_a_draft_must_say_what_it_answers() -> None:
    with pytest.raises(ValueError, match="not in a"):
        propose(article("Das eine."), "number", "Was?", ["x"], "Das andere.", 1)


def test_copies_of_a_story_answer_too() -> None:
    quote = "Sechs Windräder dürfen auf dem Höhenzug gebaut werden."
    copy, other = article(f"Vorab. {quote}", id="b"), article("Anderes.", id="c")
    made = propose(article(quote), "number", "Wie viele?", ["sechs"], quote, 1)
    assert with_copies(made, [article(quote), copy, other]).case.evidence == (("a", quote), ("b", quote))
