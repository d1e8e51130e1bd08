"""Each fault of a sentence by itself, and that what the passages say is left in peace."""

import datetime as dt

import pytest

from corpus.dates import NewsDate
from corpus.mentions import DateMention, date_mentions
from rag.types import Passage
from rag.verify import Source, verify

DAY = NewsDate.parse("2024-10-16")  # a Wednesday
TEXT = (
    "Bei dem Unglück in Krellbach sind am Freitag rund 300 Menschen verletzt und 14 getötet worden, teilte die Polizei mit. "
    "Bürgermeister Anton Weidlich will den Platz sperren. Eine Gefahr für Anwohner besteht nicht."
)


def check(sentence: str, text: str = TEXT, language: str = "de"):
    return verify(sentence, [Source(text, language, DAY)], language)


def found(sentence: str, text: str = TEXT, language: str = "de") -> tuple[str, list[tuple[str, str]]]:
    result = check(sentence, text, language)
    assert all(sentence[fault.start : fault.end] == fault.text for fault in result.faults)
    return result.verdict, [(fault.text, fault.reason) for fault in result.faults]


@pytest.mark.parametrize(
    "sentence",
    [
        *(sentence + "." for sentence in TEXT.rstrip(".").split(". ")),
        "Nach Polizeiangaben wurden am 11. Oktober 2024 in Krellbach etwa 300 Menschen verletzt.",
        "Der Polizei zufolge wurden 14 Menschen getötet.",
        "Weidlich will den Platz sperren.",
        "Für Anwohner besteht keine Gefahr.",
    ],
)
def test_what_the_passage_says_is_supported(sentence):
    assert found(sentence) == ("supported", [])


@pytest.mark.parametrize(
    ("sentence", "verdict", "fault"),
    [
        ("Laut Polizei wurden rund 400 Menschen verletzt.", "unsupported", ("400", "number")),
        ("Laut Polizei wurden 300 Menschen verletzt.", "partly", ("300", "number")),
        ("Laut Polizei wurden 14 Menschen verletzt.", "unsupported", ("verletzt", "unit")),
        ("Am Samstag wurden laut Polizei 14 Menschen getötet.", "unsupported", ("Am Samstag", "date")),
        (
            "Am 10. Oktober 2024 wurden laut Polizei 14 Menschen getötet.",
            "unsupported",
            ("Am 10. Oktober 2024", "date"),
        ),
        ("Bürgermeisterin Petra Kolb will den Platz sperren.", "unsupported", ("Petra Kolb", "name")),
        ("Weidlich will den Platz nicht sperren.", "unsupported", ("nicht", "negation")),
        ("Eine Gefahr für Anwohner besteht.", "unsupported", ("Eine Gefahr für Anwohner besteht", "negation")),
        ("Weidlich sperrt den Platz.", "partly", ("Weidlich sperrt den Platz", "modality")),
        (
            "Am Freitag wurden in Krellbach 14 Menschen getötet.",
            "partly",
            ("Am Freitag wurden in Krellbach 14 Menschen getötet", "attribution"),
        ),
        ("Laut Feuerwehr wurden 14 Menschen getötet.", "unsupported", ("Feuerwehr", "attribution")),
        ("Weidlich will den historischen Platz sperren.", "partly", ("historischen", "wording")),
    ],
)
def test_one_fault_is_found_and_named(sentence, verdict, fault):
    assert found(sentence) == (verdict, [fault])


def test_contraries_are_not_alike():
    text = "Der Umsatz der Firma stieg im Mai um 5 Prozent. Der Rat stimmte für den Bau."
    assert found("Der Umsatz der Firma sank um 5 Prozent.", text) == ("unsupported", [("sank", "wording")])
    assert found("Der Rat stimmte gegen den Bau.", text) == ("unsupported", [("gegen", "negation")])


def test_a_number_of_somebody_else_is_wrong():
    text = "Die Liste A kam auf 31 Prozent, die Liste B auf 22 Prozent."
    text = text.replace("Liste A", "Partei Morgenrot").replace("Liste B", "Union Krellbach")
    assert found("Das Morgenrot kam auf 31 Prozent.", text)[0] == "supported"
    assert found("Die Union Krellbach kam auf 31 Prozent.", text) == ("unsupported", [("31", "number")])


def test_who_does_it_to_whom():
    text = "Der Iran hat Israel in der Nacht angegriffen."
    assert found("Der Iran griff Israel an.", text)[0] == "supported"
    assert found("Israel griff den Iran an.", text) == ("unsupported", [("Israel", "name"), ("Iran", "name")])


def test_names_in_another_spelling_are_the_same():
    text = "Präsident Massud Peseschkian reiste nach Kiew."
    assert found("Massoud Pezeshkian reiste nach Kyjiw.", text) == ("supported", [])


def test_compounds_answer_to_their_parts_and_parts_to_compounds():
    assert found("Der Angriff mit Drohnen begann.", "Der Drohnenangriff begann.") == ("supported", [])
    assert found("Der Drohnenangriff begann.", "Der Angriff mit Drohnen begann.") == ("supported", [])


def test_english():
    text = "The mayor, Ruth Oduya, said on Friday that the ferry may sink. No one was hurt."
    assert found("Ruth Oduya said that the ferry may sink.", text, "en") == ("supported", [])
    assert found("Ruth Oduya said that the ferry will sink.", text, "en")[0] == "partly"
    assert found("Passengers were hurt.", text, "en")[0] == "unsupported"


def test_two_sources_bear_out_a_sentence_together():
    one = Source("Die Brücke in Altwiesen ist gesperrt.", "de", DAY)
    other = Source("Die Brücke in Altwiesen kostet 3 Mio. Euro.", "de", DAY)
    sentence = "Die Brücke in Altwiesen kostet drei Millionen Euro und ist gesperrt."
    assert verify(sentence, [one, other]).verdict == "supported"
    assert verify(sentence, [one]).verdict == "unsupported"


def test_relative_dates_count_from_each_source():
    sources = [Source("Der Rat tagte am Freitag.", "de", NewsDate.parse(day)) for day in ("2024-10-16", "2023-05-10")]
    assert verify("Der Rat tagte am 11. Oktober 2024.", sources).verdict == "supported"
    assert verify("Der Rat tagte am 5. Mai 2023.", sources).verdict == "supported"
    assert verify("Der Rat tagte am 6. Mai 2023.", sources).verdict == "unsupported"


def test_dates_of_the_index_are_trusted():
    text = "Der Rat tagte am Tag der Einheit."
    start = text.index("am Tag")
    date = DateMention(start, len(text) - 1, text[start:-1], dt.date(2024, 10, 3), dt.date(2024, 10, 3))
    assert verify("Der Rat tagte am 3. Oktober 2024.", [Source(text, "de", DAY, (date,))]).verdict == "supported"


def test_a_passage_is_taken_as_it_is():
    before = "Vorspann ohne Belang. "
    text = "Der Rat tagte am Freitag."
    passage = Passage(
        chunk_id=1, article_id="a", title=None, source="Elmstädter Anzeiger", published="2024-10-16", url=None,
        language="de", text=text, start=len(before), end=len(before + text), score=1.0, dense=1.0, lexical=1.0,
        dates=date_mentions(before + text, DAY),
    )  # fmt: skip
    source = Source.of(passage)
    assert [text[date.start : date.end] for date in source.dates or ()] == ["am Freitag"]
    sentence = "Wie der Elmstädter Anzeiger berichtet, tagte der Rat am 11. Oktober 2024."
    assert verify(sentence, [passage]).verdict == "supported"


def test_markers_are_no_numbers():
    assert check("Weidlich will den Platz sperren [2, 17].").verdict == "supported"


def test_what_can_not_be_checked_is_partly():
    assert found("Ja.") == ("partly", [("Ja", "wording")])


def test_another_language_leaves_numbers_and_dates_to_compare():
    source = Source("About 300 people were hurt on Friday.", "en", DAY)
    assert verify("Rund 300 Menschen wurden am 11. Oktober 2024 verletzt.", [source]).verdict == "partly"
    assert verify("Rund 700 Menschen wurden verletzt.", [source]).verdict == "unsupported"


def test_no_source_bears_out_nothing():
    result = verify("Es regnet.", [])
    assert (result.verdict, result.faults[0].text) == ("unsupported", "Es regnet.")


def test_a_reader_may_doubt_but_not_overrule_facts():
    source = [Source(TEXT, "de", DAY)]
    asked = []

    def score(value: float):
        def support(sentence: str, text: str) -> float:
            asked.append((sentence, text))
            return value

        return support

    assert verify("Weidlich will den Platz sperren.", source, support=score(0.05)).verdict == "partly"
    assert verify("Weidlich will den Platz sperren.", source, support=score(0.5)).verdict == "supported"
    assert verify("Weidlich will den historischen Platz sperren.", source, support=score(0.95)).verdict == "supported"
    assert verify("Weidlich will den Platz nicht sperren.", source, support=score(0.99)).verdict == "unsupported"
    assert verify("Weidlich sperrt den Platz.", source, support=score(0.99)).verdict == "partly"
    assert asked[0] == ("Weidlich will den Platz sperren.", TEXT)


def test_the_index_may_tell_how_compounds_are_cut():
    text = "Die Verwaltung baut einen Radschnellweg."
    plain = verify("Die Verwaltung baut einen Schnellweg.", [Source(text, "de", DAY)])
    cut = verify(
        "Die Verwaltung baut einen Weg.", [Source(text, "de", DAY)],
        parts=lambda word: ("rad", "schnell", "weg") if word == "radschnellweg" else (),
    )  # fmt: skip
    assert (plain.verdict, cut.verdict) == ("supported", "supported")


@pytest.mark.parametrize("sentence", ["", " ", "…", "[1]", "12", "¿?", "a" * 5000, "nicht " * 300, "1.2.3.4.5,6,7:8"])
def test_odd_sentences_get_a_verdict(sentence):
    result = check(sentence)
    assert result.verdict in ("partly", "unsupported")
    assert all(0 <= fault.start <= fault.end <= len(sentence) for fault in result.faults)
