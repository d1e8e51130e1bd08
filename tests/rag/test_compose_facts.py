"""Short answers: the exact words, who says so, how many agree, and nothing that is about something else."""

from __future__ import annotations

from dataclasses import replace

from rag.messages import messages
from tests.compose_world import Told, answered

DEAD = "Wie viele Menschen starben beim Brand in Altdorf?"


def fire(text: str, words: str, confidence: float = 0.9, **facts: object) -> Told:
    return Told(text, [(words, confidence)], title="Brand in Altdorf", **facts)  # type: ignore[arg-type]


def test_the_exact_words_with_what_they_count_and_the_sentence() -> None:
    answer = answered(DEAD, fire("Bei dem Brand in Altdorf starben am Freitag rund 300 Menschen.", "300"))
    assert answer.short == "rund 300"  # a rounding word belongs to its number
    assert answer.text == ("rund 300 Menschen [1]\nBei dem Brand in Altdorf starben am Freitag rund 300 Menschen. [1]")
    assert answer.status == "answered"


def test_who_says_so_is_kept() -> None:
    answer = answered(DEAD, fire("Nach Angaben der Polizei starben in Altdorf 12 Menschen.", "12"))
    assert answer.speaker == "Nach Angaben der Polizei"
    assert answer.text.startswith("12 Menschen (nach Angaben der Polizei) [1]")
    answer = answered(DEAD, fire("In Altdorf seien 12 Menschen gestorben, sagte Sprecherin Ute Kern.", "12"))
    assert answer.text.startswith("12 Menschen (so Sprecherin Ute Kern) [1]")


def test_equal_answers_are_one_and_counted_by_source() -> None:
    answer = answered(
        DEAD,
        fire("Beim Brand in Altdorf starben rund 300 Menschen.", "rund 300"),
        fire("Etwa 300 Menschen starben bei dem Brand in Altdorf.", "Etwa 300", 0.8, source="Kurier"),
        fire("In Altdorf starben bei dem Feuer 300 Menschen.", "300", 0.8, source="Echo"),
        fire("Noch einmal: In Altdorf starben 300 Menschen.", "300", 0.8, source="Echo"),
    )
    assert answer.text.startswith("rund 300 Menschen, so auch 2 weitere Quellen [1][2][3]\n")
    assert answer.disagreements == ()


def test_a_short_answer_is_told_where_it_is_likelier_right_than_not() -> None:
    once = fire("Beim Brand in Altdorf starben 300 Menschen.", "300", 0.4)
    alone = answered(DEAD, once, least=0.2)
    assert (alone.status, alone.short, alone.text) == ("answered", None, f"{once.text} [1]")  # quoted, no more
    again = fire("Es starben in Altdorf 300 Menschen.", "300", 0.3, source="Kurier")
    assert answered(DEAD, once, again, least=0.2).short == "300"  # 1 - .6 x .7: a second source makes it surer
    copy = fire("Es starben in Altdorf 300 Menschen.", "300", 0.3)
    assert answered(DEAD, once, copy, least=0.2).short is None  # the same source makes it no surer


def test_copies_of_one_story_are_one_source() -> None:
    text = "Beim Brand in Altdorf starben am Freitag 300 Menschen, viele im Schlaf."
    copied = answered(DEAD, fire(text, "300"), fire(text, "300", source="Kurier"))
    assert copied.text.startswith("300 Menschen [1]\n")
    known = answered(
        DEAD,
        fire(text, "300", also_in=("Kurier",)),
        fire("Es starben in Altdorf 300 Menschen.", "300", 0.8, source="Kurier"),
    )
    assert known.text.startswith("300 Menschen [1]\n")


def test_an_exact_number_before_an_order_of_size() -> None:
    told = (
        fire("Tausende Menschen starben beim Brand in Altdorf.", "Tausende", 0.95),
        fire("Beim Brand in Altdorf starben 3.600 Menschen.", "3.600", 0.85, source="Kurier"),
    )
    answer = answered(DEAD, *told)
    assert (answer.short, answer.status) == ("3.600", "answered")


def test_a_number_that_counts_something_else_comes_last() -> None:
    text = "130 Feuerwehrleute kamen nach Altdorf. Dort starben 12 Menschen."
    answer = answered(DEAD, Told(text, [("130", 0.95), ("12", 0.9)], title="Brand in Altdorf"))
    assert answer.short == "12"


def test_a_long_span_is_quoted_but_is_no_short_answer() -> None:
    text = "Er sagte der Zeitung, die Halle habe man nach dem Feuer niemals wieder betreten dürfen."
    span = "die Halle habe man nach dem Feuer niemals wieder betreten dürfen"
    answer = answered("Was sagte er?", Told(text, [(span, 0.9)]))
    assert (answer.short, answer.text) == (None, f"{text} [1]")


def test_another_place_or_year_is_no_answer() -> None:
    told = fire("Beim Brand in Altdorf starben 12 Menschen.", "12")
    beside = Told("In Neudorf wurde ein Fest gefeiert. Der Bürgermeister von Neudorf kam.", title="Fest in Neudorf")
    answer = answered("Wie viele Menschen starben beim Brand in Neudorf?", told, beside)
    assert (answer.status, answer.text) == ("not_found", messages().say("refusal", "de"))
    old = fire("Im Jahr 2021 starben beim Brand in Altdorf 12 Menschen.", "12")
    assert answered("Wie viele Menschen starben 2019 beim Brand in Altdorf?", old).status == "not_found"
    assert answered("Wie viele Menschen starben 2021 beim Brand in Altdorf?", old).short == "12"
    # Who asks to have the time ignored is not refused for a year.
    assert answered("Wie viele Menschen starben 2019 beim Brand in Altdorf?", old, timed=False).short == "12"


def test_a_number_of_something_else_is_no_answer() -> None:
    told = Told("Die neue Strecke in Altdorf ist 4,2 Kilometer lang.", [("4,2 Kilometer", 0.9)])
    assert answered("Wie lange dauert die Fahrt auf der Strecke in Altdorf?", told).status == "not_found"
    assert answered("Wie lang ist die Strecke in Altdorf?", told).short == "4,2 Kilometer"
    told = Told("In Altdorf demonstrierten 150 Anwohner.", [("150", 0.9)])
    assert answered("Wie viele Einwohner hat Altdorf?", told).status == "not_found"


def test_our_words_are_in_the_language_of_the_question() -> None:
    text = "Nach Angaben der Polizei starben in Altdorf etwa 12 Menschen."
    first, quote = answered("How many people died in the Altdorf fire?", fire(text, "12"), language="en").text.split(
        "\n"
    )
    assert quote == f"{text} [1]"  # quotes stay as they are
    assert first == "„etwa 12 Menschen“ („Nach Angaben der Polizei“) [1]"  # German words are marked as such
    said = "In Altdorf seien 12 Menschen gestorben, sagte Ute Kern."
    assert answered("How many people died in Altdorf?", fire(said, "12"), language="en").text.startswith(
        "„12 Menschen“ (according to Ute Kern) [1]"
    )


def test_a_list_has_each_thing_once_with_its_source() -> None:
    answer = answered(
        "Welche Länder wurden vom Sturm Zita getroffen?",
        Told("Der Sturm Zita hat Spanien getroffen, danach auch Frankreich.", [("Spanien", 0.9), ("Frankreich", 0.8)]),
        Told(
            "Vom Sturm Zita wurden Portugal und Spanien getroffen.",
            [("Portugal", 0.7), ("Spanien", 0.6)],
            source="Echo",
        ),
    )
    assert answer.text.startswith("Genannt werden: Spanien; Frankreich; Portugal. [1][2]\n")
    one = answered(
        "Welche Länder wurden vom Sturm Zita getroffen?", Told("Der Sturm Zita traf Spanien.", [("Spanien", 0.9)])
    )
    assert one.text.startswith("Spanien [1]")


def test_an_unsure_list_is_quoted_and_no_conflict() -> None:
    dam = "Damm in Altdorf"
    told = (
        Told("Das Land zahlte Altdorf für den Damm 3 Millionen Euro.", [("3 Millionen Euro", 0.4)], title=dam),
        Told("Für den Damm zahlte das Land Altdorf 5 Millionen Euro.", [("5 Millionen Euro", 0.39)], "Echo", title=dam),
    )
    answer = answered("Welche Beträge zahlte das Land Altdorf für den Damm?", *told, least=0.2)
    assert (answer.status, answer.short) == ("answered", None)
    assert answer.text == f"{told[0].text} [1] {told[1].text} [2]"


def test_without_spans_it_is_quotes_as_ever() -> None:
    from rag.compose import compose
    from tests.compose_world import world

    told = fire("Beim Brand in Altdorf starben 12 Menschen. Mehr nicht.", "12")
    [item], passages, articles = world(told)
    bare = type(item)(item.passage, item.start, item.end, item.text, item.confidence)
    answer = compose(DEAD, "de", [bare], passages, articles, most=3, least_confidence=0.5, as_of=None)
    assert (answer.text, answer.short) == ("Beim Brand in Altdorf starben 12 Menschen. [1]", None)


def test_the_present_state_is_that_of_the_newest_article() -> None:
    old = Told("Das Projekt leitet Jörg Hall.", [("Jörg Hall", 0.95)], published="2023-07-01")
    new = Told("Das Projekt leitet nun Meike Tann.", [("Meike Tann", 0.9)], source="Echo", published="2025-03-01")
    assert answered("Wer leitet jetzt das Projekt?", old, new, as_of="2025-06-30").short == "Meike Tann"
    assert answered("Wer leitet das Projekt?", old, new, as_of="2025-06-30").short == "Jörg Hall"


def test_of_dates_that_agree_the_most_exact_is_told() -> None:
    vague = Told("Die Brücke ist seit August 2024 gesperrt.", [("August 2024", 0.92)], published="2024-09-17")
    exact = Told(
        "Seit dem 21. August 2024 ist die Brücke gesperrt.", [("21. August 2024", 0.9)], published="2024-08-22"
    )
    answer = answered("Wann wurde die Brücke gesperrt?", vague, exact, as_of="2024-12-31")
    assert answer.short == "21. August 2024"


def test_how_much_more_is_a_difference() -> None:
    told = Told("Die Jugendlichen schliefen 34 Minuten mehr als zuvor.", [("34 Minuten", 0.9)])
    assert answered("Wie viel länger schlafen die Jugendlichen?", told).short == "34 Minuten"


def test_a_price_is_a_sum_of_money_and_litres_are_litres() -> None:
    told = Told("Der Satellit Korax wiegt 630 und misst 12 Meter.", [("630", 0.9)])
    for question in (
        "Was kostet der Satellit Korax?",
        "Was hat der Satellit Korax gekostet?",
        "Auf welchen Geldwert wird Korax geschätzt?",
    ):
        assert answered(question, told).status == "not_found"
    assert (
        answered("Was soll Korax kosten?", Told("Korax kostet 14 Mio. Euro.", [("14 Mio. Euro", 0.9)])).short
        == "14 Mio. Euro"
    )
    tank = Told("Der Tanker bei Altdorf hatte 12 Räder und 3 Kammern.", [("12", 0.9)])
    assert answered("Wie viele Liter hatte der Tanker bei Altdorf geladen?", tank).status == "not_found"
    tank = Told("Der Tanker bei Altdorf hatte 320 Liter geladen.", [("320", 0.9)])
    assert answered("Wie viele Liter hatte der Tanker bei Altdorf geladen?", tank).short == "320 Liter"


def test_the_end_of_a_compound_counts_the_same_things() -> None:
    told = Told(
        "In Altdorf wachsen Weihnachtsbäume. Man verkauft dort zehn Millionen Bäume.", [("zehn Millionen", 0.9)]
    )
    assert answered("Wie viele Weihnachtsbäume verkauft Altdorf?", told).short == "zehn Millionen"


def test_an_article_knows_a_country_by_its_adjective() -> None:
    told = Told("Dänische Bauern verkaufen im Jahr zehn Millionen Bäume.", [("zehn Millionen", 0.9)])
    beside = Told("In Schweden wurde ein Fest gefeiert, auch Dänemark feierte mit.", title="Fest")
    assert answered("Wie viele Bäume verkauft Dänemark?", told, beside).short == "zehn Millionen"
    assert answered("Wie viele Bäume verkauft Schweden?", told, beside).status == "not_found"


def test_a_road_is_no_person_and_what_was_asked_is_no_answer() -> None:
    flight = Told("Der Fahrer floh über die BAB 12 nach Altdorf.", [("BAB 12", 0.9)])
    assert answered("Wie heißt der Fahrer, der nach Altdorf floh?", flight).short is None
    fire = Told("Ein Feuer hat die Halle in Altdorf zerstört.", [("Ein Feuer", 0.9)])
    assert answered("Was hat den Brand in Altdorf ausgelöst?", fire).short is None
    assert answered("Was hat die Halle in Altdorf zerstört?", fire).short == "Ein Feuer"
    either = Told("Das Spiel in Altdorf gewann Rot.", [("Rot", 0.9)])
    assert answered("Wer gewann das Spiel in Altdorf, Rot oder Blau?", either).short == "Rot"


def test_where_something_went_is_not_where_it_came_from() -> None:
    went = Told("Der Gefangene wurde am Dienstag nach Neudorf geflogen.", [("Neudorf", 0.9)])
    assert answered("Aus welcher Stadt wurde der Gefangene geflogen?", went).short is None
    assert answered("Woher kam der Gefangene?", went).short is None
    assert answered("Wohin wurde der Gefangene geflogen?", went).short == "Neudorf"
    assert answered("In welche Stadt wurde der Gefangene geflogen?", went).short == "Neudorf"
    came = Told("Der Gefangene wurde am Dienstag aus Altdorf ausgeflogen.", [("aus Altdorf", 0.9)])
    assert answered("In welche Stadt wurde der Gefangene geflogen?", came).short is None
    assert answered("Aus welcher Stadt wurde der Gefangene geflogen?", came).short == "aus Altdorf"
    reason = Told("Nach Neudorf flog der Gefangene wegen einer Drohung.", [("Neudorf", 0.9)])
    assert answered("Where was the Gefangene flown from?", reason, language="en").short is None


def test_what_another_country_does_is_no_answer() -> None:
    told = Told(
        "Nordkorea lieferte seitdem Granaten und entsandte Soldaten, die Iran und Russland loben.", [("Granaten", 0.9)]
    )
    other = Told(
        "Nordkorea lieferte seitdem Granaten und entsandte Soldaten.", [("Granaten", 0.9)], title="Iran und Russland"
    )
    assert answered("Was liefert der Iran an Russland?", other).status == "not_found"
    assert answered("Was liefert der Iran an Russland?", told).short == "Granaten"  # it speaks of both
    assert answered("Was lieferte Nordkorea an Russland?", other).short == "Granaten"
    actor = Told("Nordkorea lieferte seitdem Granaten.", [("Nordkorea", 0.9)], title="Iran und Russland")
    assert answered("Welches Land liefert Granaten an Russland?", actor).short == "Nordkorea"
    guess = Told("Frankreich schätzt die Lieferungen auf 300 Granaten.", [("300", 0.9)], title="Iran und Russland")
    assert (
        answered("Wie viele Granaten liefert der Iran an Russland?", guess).short == "300"
    )  # it tells, and did not do it


def test_what_would_have_to_be_is_no_count() -> None:
    told = Told(
        "Das Werk in Altdorf bekommt Geld unter der Bedingung, dass mindestens 600 Arbeitsplätze entstehen.",
        [("600", 0.9)],
    )
    assert answered("Wie viele Arbeitsplätze hat das Werk in Altdorf?", told).status == "not_found"
    assert answered("Wie viele Arbeitsplätze muss das Werk in Altdorf schaffen?", told).short == "mindestens 600"
    below = Told("Bleibt das Werk in Altdorf unter 600 Arbeitsplätzen, kann das Geld gekürzt werden.", [("600", 0.9)])
    assert answered("Wie viele Arbeitsplätze hat das Werk in Altdorf?", below).status == "not_found"
    norm = Told("Für eine Station in Altdorf sind mindestens 600 Geburten nötig.", [("600", 0.9)])
    assert answered("Wie viele Geburten zählte die Station in Altdorf?", norm).status == "not_found"
    assert answered("Ab wie vielen Geburten lohnt sich eine Station in Altdorf?", norm).short == "mindestens 600"
    # Beside a condition of something else a number is what it says.
    paid = Told("Das Werk in Altdorf hat 700 Arbeitsplätze, wenn man die Lehrlinge zählt.", [("700", 0.9)])
    assert answered("Wie viele Arbeitsplätze hat das Werk in Altdorf?", paid).short == "700"


def test_who_told_of_it_did_not_do_it() -> None:
    told = Told(
        "Die Kelvora AG baut in Altdorf ein Pumpenwerk, wie Vorstandschef Matthias Elbrecht mitteilte.",
        [("Matthias Elbrecht", 0.9), ("Kelvora AG", 0.8)],
    )
    assert answered("Wer baut das Pumpenwerk in Altdorf?", told).short == "Kelvora AG"
    apart = Told(
        "Die Kelvora AG baut in Altdorf ein Pumpenwerk. Man will 220 Mio. Euro zahlen, wie Chef Matthias Elbrecht sagte.",
        [("Matthias Elbrecht", 0.9), ("Kelvora AG", 0.8)],
    )
    assert answered("Wer baut das Pumpenwerk in Altdorf?", apart).short == "Kelvora AG"
    assert answered("Wer teilte mit, dass in Altdorf ein Pumpenwerk gebaut wird?", told).short == "Matthias Elbrecht"


def test_only_who_tells_the_same_of_the_same_day_agrees() -> None:
    shut = Told("Am 5. Juni 2024 wurde die Orlebrücke gesperrt.", [("5. Juni 2024", 0.9)])
    question = "Wann wurde die Orlebrücke gesperrt?"
    agrees = Told("Gesperrt hat man die Orlebrücke am 5. Juni 2024.", [("5. Juni 2024", 0.8)], source="Echo")
    assert answered(question, shut, agrees).text.startswith("5. Juni 2024, so auch eine weitere Quelle")
    vague = Told("Die Orlebrücke wurde 2024 gesperrt.", [("2024", 0.8)], source="Echo")
    assert answered(question, shut, vague).text.startswith("5. Juni 2024 [1]\n")
    other = Told("An der Orlebrücke sang am 5. Juni 2024 ein Chor.", [("5. Juni 2024", 0.8)], source="Echo")
    assert answered(question, shut, other).text.startswith("5. Juni 2024 [1]\n")


def test_of_a_day_asked_about_another_sentence_tells_than_one_of_that_month() -> None:
    question = "Wo trafen sich Roth und Pohl am 11. Oktober 2024?"
    month = Told("Zuletzt trafen sich Roth und Pohl im Oktober in Altdorf.", [("Altdorf", 0.9)], published="2025-01-20")
    day = Told("Roth und Pohl trafen sich am Freitag in Elmstadt.", [("Elmstadt", 0.6)], published="2024-10-12")
    assert answered(question, month, day, as_of="2025-02-01").short == "Elmstadt"
    assert answered(question, month, as_of="2025-02-01").short == "Altdorf"
    weak = replace(day, answers=[("Elmstadt", 0.1)])
    assert answered(question, month, weak, as_of="2025-02-01").short == "Altdorf"


def test_who_is_called_what_stands_in_no_sentence_without_a_name() -> None:
    question = "Wie heißt das Mädchen, das in Altdorf entführt wurde?"
    nameless = Told("Am Donnerstag, dem 10. Februar 2011, wurde in Altdorf ein Mädchen entführt.", [("Mädchen", 0.9)])
    assert answered(question, nameless).status == "not_found"
    named = Told("Das Mädchen, das in Altdorf entführt wurde, heißt Lena.", [("Lena", 0.9)])
    assert answered(question, named).short == "Lena"


def test_whence_somebody_is_who_is_named_the_article_need_not_say() -> None:
    told = Told("Am 16. Juni 2016 wurde in Altdorf Jo Roth ermordet.", [("16. Juni 2016", 0.9)])
    assert answered("Wann wurde die britische Abgeordnete Jo Roth ermordet?", told).short == "16. Juni 2016"
    assert answered("Wann wurde die britische Abgeordnete Eva Pohl ermordet?", told).status == "not_found"
    dead = Told("Am 16. Juni 2016 starben in Altdorf Soldaten.", [("16. Juni 2016", 0.9)])
    assert answered("Wann starben russische Soldaten Altdorf?", dead).status == "not_found"
    assert answered("Wann starben Soldaten in Altdorf?", dead).short == "16. Juni 2016"


def test_whoever_died_is_counted_among_the_dead_and_not_among_the_wounded() -> None:
    question = "Wie viele Tote gab es in Altdorf?"
    told = Told("In Altdorf wurden 200 Zivilisten getötet.", [("200", 0.9)])
    assert answered(question, told).short == "200"
    hurt = Told("In Altdorf wurden 400 Zivilisten verletzt.", [("400", 0.9)])
    assert answered(question, hurt).status == "not_found"
    assert answered("Wie viele Verletzte gab es in Altdorf?", hurt).short == "400"


def test_the_end_of_a_clause_is_no_short_answer() -> None:
    told = Told(
        "Käme es in Altdorf zum Streik, würde der Hafen schließen, sagte Roth.", [("würde der Hafen schließen", 0.9)]
    )
    answer = answered("Was sagte Roth zum Streik in Altdorf?", told)
    assert (answer.short, answer.text) == (None, f"{told.text} [1]")


def test_what_is_demanded_is_not_what_is_paid() -> None:
    wanted = Told("In Altdorf fordert die Gewerkschaft 340 Euro mehr für die Hafenarbeiter.", [("340 Euro", 0.7)])
    paid = Told("In Altdorf bekommen die Hafenarbeiter 260 Euro mehr.", [("260 Euro", 0.5)], title="Einigung")
    question = "Wie viel mehr Geld {} in Altdorf?"
    assert answered(question.format("bekommen die Hafenarbeiter"), wanted, paid).short == "260 Euro"
    assert answered(question.format("fordert die Gewerkschaft für die Hafenarbeiter"), wanted, paid).short == "340 Euro"


def test_whoever_acted_is_not_counted_among_those_acted_upon() -> None:
    question = "Wie viele Personen nahm die Polizei bei dem Lauf in Altdorf fest?"
    there = Told("Bei dem Lauf in Altdorf waren 3.000 Beamte der Polizei im Einsatz.", [("3.000", 0.9)])
    assert answered(question, there).status == "not_found"
    seized = Told("Bei dem Lauf in Altdorf nahm die Polizei 37 Demonstranten fest.", [("37", 0.8)])
    assert answered(question, there, seized).short == "37"
    assert answered("Wie viele Beamte hatte die Polizei bei dem Lauf in Altdorf?", there).short == "3.000"


def test_a_day_that_the_words_leave_open_is_told() -> None:
    told = fire("Der Brand in Altdorf brach am Mittwoch um 21 Uhr aus.", "am Mittwoch", published="2025-01-17")
    assert answered("Wann brach der Brand in Altdorf aus?", told).text.startswith("am Mittwoch (15. Januar 2025) [1]\n")
    english = fire("Der Brand in Altdorf brach am Mittwoch um 21 Uhr aus.", "Mittwoch", published="2025-01-17")
    answer = answered("When did the Brand in Altdorf break out?", english, language="en")
    assert "(15 January 2025)" in answer.text
    exact = fire("Der Brand in Altdorf brach am 15. Januar 2025 aus.", "15. Januar 2025", published="2025-01-17")
    assert answered("Wann brach der Brand in Altdorf aus?", exact).text.startswith("15. Januar 2025 [1]\n")
