"""Sources that differ are shown side by side, newest first; what only looks like a difference is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compose_world import Told, answered

DEAD = "Wie viele Menschen starben beim Brand in Altdorf?"
BOTE = Told(
    "Beim Brand im Hotel Krone in Altdorf starben nach Angaben der Polizei 12 Menschen.",
    [("12", 0.9)], title="Brand in Altdorf", published="2024-05-03",
)  # fmt: skip
KURIER = Told(
    "Bei dem Brand im Hotel Krone in Altdorf starben 15 Menschen, sagte Bürgermeister Jan Pohl.",
    [("15", 0.8)], title="Das Feuer von Altdorf", source="Kurier", published="2024-05-05",
)  # fmt: skip


def test_both_sides_with_source_date_and_speaker_newest_first() -> None:
    crowd = "Wie viele Menschen demonstrierten in Altdorf?"
    one = Told(
        "In Altdorf demonstrierten am Samstag rund 2.800 Menschen, teilte die Polizei mit.",
        [("2.800", 0.9)], title="Demo in Altdorf", published="2024-05-04",
    )  # fmt: skip
    other = Told(
        "In Altdorf demonstrierten 5.000 Menschen, sagte Veranstalterin Eva Roth.",
        [("5.000", 0.8)], title="Nach der Demo in Altdorf", source="Kurier", published="2024-05-06",
    )  # fmt: skip
    answer = answered(crowd, one, other)
    assert (answer.status, answer.short) == ("conflicting", None)
    newer, older = answer.disagreements
    assert (newer.short, newer.value, newer.source, newer.published) == ("5.000", "5000", "Kurier", "2024-05-06")
    assert (older.short, older.value, older.speaker) == ("rund 2.800", "2800", "die Polizei")
    assert newer.speaker == "Veranstalterin Eva Roth"
    assert newer.text == other.text
    assert [answer.citations[n - 1].source for side in answer.disagreements for n in side.citations] == [
        "Kurier",
        "Bote",
    ]
    assert answer.text.split("\n")[0] == (
        "Die Quellen machen dazu verschiedene Angaben: 5.000 (so Veranstalterin Eva Roth; Kurier, 6. Mai 2024); "
        "rund 2.800 (so die Polizei; Bote, 4. Mai 2024). [1][2]"
    )
    assert answered(
        "How many people demonstrated in Altdorf?", one, other, language="en"
    ).text  # no crash over languages


CROWD = "Wie viele Menschen demonstrierten in Altdorf gegen die Brücke?"
THOUSANDS = Told(
    "In Altdorf demonstrierten am Samstag Tausende Menschen gegen die Brücke.",
    [("Tausende", 0.8)], title="Demo in Altdorf", published="2024-05-04",
)  # fmt: skip


def test_a_count_is_as_sure_as_the_order_of_size_that_it_says_exactly() -> None:
    counted = "Gegen die Brücke demonstrierten in Altdorf {} Menschen, teilte die Polizei mit."

    def beside(text: str, number: str) -> str | None:
        told = Told(text.format(number), [(number, 0.3)], title="Die Demo", source="Kurier", published="2024-05-06")
        return answered(CROWD, THOUSANDS, told).short

    assert beside(counted, "3.600") == "3.600"
    assert beside(counted, "600") == "Tausende"
    assert beside(counted, "60.000") == "Tausende"
    assert beside("Bei der Demo in Altdorf gegen die Brücke wachten {} Polizisten.", "3.600") == "Tausende"


def test_counts_that_differ_are_told_rather_than_their_order_of_size() -> None:
    police = Told(
        "In Altdorf demonstrierten am Samstag nach Angaben der Polizei 2.800 Menschen gegen die Brücke.",
        [("2.800", 0.3)], title="Protest am Rathaus", published="2024-05-04",
    )  # fmt: skip
    hosts = Told(
        "Gegen die Brücke demonstrierten am Samstag in Altdorf 5.000 Menschen, sagte Veranstalterin Eva Roth.",
        [("5.000", 0.3)], title="Nach dem Protest am Rathaus", source="Kurier", published="2024-05-05",
    )  # fmt: skip
    answer = answered(CROWD, THOUSANDS, police, hosts)
    assert [side.short for side in answer.disagreements] == ["5.000", "2.800"]


def test_sources_differ_where_one_of_them_is_likely_right() -> None:
    def unsure(bote: float, kurier: float) -> str:
        told = replace(BOTE, answers=[("12", bote)]), replace(KURIER, answers=[("15", kurier)])
        return answered(DEAD, *told, least=0.2).status

    assert unsure(0.4, 0.3) == "conflicting"  # 1 - .6 x .7
    assert unsure(0.25, 0.22) == "answered"  # quoted, and nothing is said of who is right


def test_a_toll_that_rises_is_the_newer_state() -> None:
    answer = answered(DEAD, BOTE, KURIER)
    assert (answer.status, answer.short) == ("conflicting", "15")
    assert answer.text.split("\n")[0] == (
        "Nach dem neuesten Stand 15 (so Bürgermeister Jan Pohl; Kurier, 5. Mai 2024). "
        "Früher hieß es: 12 (nach Angaben der Polizei; Bote, 3. Mai 2024). [1][2]"
    )


def test_who_told_it_before_is_replaced_by_what_they_tell_now() -> None:
    later = replace(
        KURIER, text="Statt 12 seien beim Brand im Hotel Krone in Altdorf 9 Menschen gestorben, teilte die Polizei mit.",
        answers=[("9", 0.8)],
    )  # fmt: skip
    answer = answered(DEAD, BOTE, later)
    assert [side.short for side in answer.disagreements] == ["9", "12"]
    assert answer.short == "9"
    assert answered(DEAD, later).disagreements == ()  # "statt 12" is no claim of its own


@pytest.mark.parametrize(
    "rival",
    [
        replace(KURIER, published="2024-08-20"),  # long after, and it does not know the other number
        replace(KURIER, text="Bei dem Brand im Hotel Krone in Altdorf wurden 15 Menschen verletzt."),
        replace(KURIER, text="Bei dem Brand im Hotel Krone in Altdorf starben 12 Menschen, darunter 15 Gäste."),
        replace(KURIER, text="Bei dem Brand im Hotel Krone in Altdorf starben alle Gäste binnen 15 Minuten."),
        replace(KURIER, text="Zum Brand im Hotel Krone in Altdorf, wo Menschen starben, kamen 15 Löschzüge."),
        replace(
            KURIER, text="Bei dem Brand im Hotel Krone in Neudorf starben 15 Menschen.", title="Das Feuer von Neudorf"
        ),
        replace(KURIER, text="Beim Brand der Lagerhalle in Altdorf starben 15 Menschen.", title="Flammen am Hafen"),
        replace(
            KURIER, text="Bei dem Brand im Hotel Krone in Altdorf starben mehr als 10 Menschen.", answers=[("10", 0.8)]
        ),
        replace(KURIER, answers=[("15", 0.46)]),  # the reader does not believe it
    ],
    ids="later wounded part unit thing place event rounding unsure".split(),
)
def test_what_only_looks_like_a_difference(rival: Told) -> None:
    answer = answered(DEAD, BOTE, rival)
    assert answer.disagreements == ()
    assert answer.short == "12"


def test_two_speakers_in_one_article() -> None:
    strike = Told(
        "Nach Angaben der Gewerkschaft (GHL) beteiligten sich am Streik in Altdorf 1.400 Menschen, "
        "der Verband der Reeder kam auf 950.",
        [("1.400", 0.9)], title="Streik in Altdorf",
    )  # fmt: skip
    question = "Wie viele Menschen beteiligten sich am Streik in Altdorf?"
    answer = answered(question, strike)
    assert [(s.short, s.speaker) for s in answer.disagreements] == [
        ("1.400", "Nach Angaben der Gewerkschaft (GHL)"),
        ("950", "der Verband der Reeder"),
    ]
    apart = Told(
        "Die Polizei sprach von 2.800 Teilnehmern am Streik in Altdorf. Die Initiative „Hafen bleibt“ zählte 5.000.",
        [("2.800", 0.9)], title="Streik in Altdorf",
    )  # fmt: skip
    assert [s.short for s in answered(question, apart).disagreements] == ["2.800", "5.000"]


@pytest.mark.parametrize(
    "second",
    [
        "Die Gewerkschaft zählte im vergangenen Jahr in allen Häfen zusammen 5.000 neue Mitglieder.",
        "Sprecherin Eva Roth sagte, 4.500 Bänder seien verteilt worden.",
        "Danach gab es 5.000 Brötchen.",
        "Die Polizei rechnete zuvor mit 5.000.",
    ],
    ids=["another thing", "another noun", "nobody says so", "the same speaker"],
)
def test_another_number_nearby_is_no_other_side(second: str) -> None:
    told = Told(
        f"Die Polizei sprach von 2.800 Teilnehmern am Streik in Altdorf. {second}",
        [("2.800", 0.9)], title="Streik in Altdorf",
    )  # fmt: skip
    assert answered("Wie viele Menschen beteiligten sich am Streik in Altdorf?", told).disagreements == ()


def test_what_the_newest_article_says_was_told_before_is_found() -> None:
    newest = Told(
        "Die Brücke in Altdorf kostet 121 Mio. Euro. Zuvor waren 84 Mio. Euro genannt worden, gegenüber 84 Mio. Euro also mehr.",
        [("121 Mio. Euro", 0.9)], title="Brücke in Altdorf", published="2025-03-01",
    )  # fmt: skip
    before = Told(
        "Die Brücke in Altdorf soll 84 Mio. Euro kosten.",
        [],
        title="Brücke in Altdorf",
        source="Kurier",
        published="2023-07-01",
    )
    answer = answered("Was kostet die Brücke in Altdorf?", newest, before, as_of="2025-06-30")
    assert [(side.short, side.published) for side in answer.disagreements] == [
        ("121 Mio. Euro", "2025-03-01"),
        ("84 Mio. Euro", "2023-07-01"),
    ]
    assert answer.short == "121 Mio. Euro"
    now = answered("Was kostet die Brücke in Altdorf nach aktuellem Stand?", newest, before, as_of="2025-06-30")
    assert (now.status, now.short) == ("answered", "121 Mio. Euro")  # asked for the newest, there is nothing to weigh


def test_who_is_it_now_is_told_with_who_it_was_where_the_newest_is_not_sure() -> None:
    before = Told(
        "Das Bauamt in Altdorf leitet Jan Pohl.", [("Jan Pohl", 0.8)], title="Bauamt in Altdorf", published="2023-07-01"
    )
    now = Told(
        "An die Spitze des Bauamts in Altdorf ist Eva Roth gerückt.", [("Eva Roth", 0.3)], title="Das Bauamt",
        source="Kurier", published="2025-03-01",
    )  # fmt: skip
    answer = answered("Wer leitet jetzt das Bauamt in Altdorf?", before, now, as_of="2025-06-30", least=0.25)
    assert (answer.short, [side.short for side in answer.disagreements]) == ("Eva Roth", ["Eva Roth", "Jan Pohl"])
    sure = replace(now, answers=[("Eva Roth", 0.7)])
    answer = answered("Wer leitet jetzt das Bauamt in Altdorf?", before, sure, as_of="2025-06-30", least=0.25)
    assert (answer.status, answer.short) == ("answered", "Eva Roth")
    answer = answered("Wer leitet das Bauamt in Altdorf?", before, now, as_of="2025-06-30", least=0.25)
    assert answer.short == "Jan Pohl"  # nothing says that these are two states of one thing


def test_what_took_the_place_of_a_number_is_found_however_unsure_the_reader_is() -> None:
    before = Told(
        "Die Brücke in Altdorf soll 84 Mio. Euro kosten.",
        [("84 Mio. Euro", 0.9)],
        title="Brücke in Altdorf",
        published="2023-07-01",
    )
    text = "Die Brücke in Altdorf kostet 121 Mio. Euro, gegenüber 84 Mio. Euro."
    newest = Told(text, [("121 Mio. Euro", 0.1)], title="Brücke in Altdorf", source="Kurier", published="2025-03-01")
    answer = answered("Was kostet die Brücke in Altdorf?", before, newest, as_of="2025-06-30")
    assert [side.short for side in answer.disagreements] == ["121 Mio. Euro", "84 Mio. Euro"]
    assert answer.short == "121 Mio. Euro"
    unaware = replace(newest, text="Die Brücke in Altdorf kostet 121 Mio. Euro.")
    assert answered("Was kostet die Brücke in Altdorf?", before, unaware, as_of="2025-06-30").short == "84 Mio. Euro"


def test_what_an_article_has_corrected_is_no_side() -> None:
    text = (
        "Korrektur: In einer früheren Fassung dieses Artikels hieß es, beim Brand in Altdorf seien 15 Menschen gestorben. "
        "Richtig ist, dass 12 starben.\n\nBeim Brand in Altdorf starben 12 Menschen. Von 15 Toten war die Rede."
    )
    corrected = Told(text, [("12 Menschen", 0.8), ("15 Toten", 0.9)], title="Brand in Altdorf")
    assert answered(DEAD, corrected).short == "12 Menschen"


def test_copies_do_not_add_weight_to_a_side() -> None:
    copy = replace(BOTE, source="Echo")
    answer = answered(DEAD, BOTE, copy, KURIER)
    sides = {side.short: side.citations for side in answer.disagreements}
    assert len(sides["12"]) == len(sides["15"]) == 1


def test_what_is_denied_is_told_from_both_sides() -> None:
    text = "Washington hatte Teheran im Mai beschuldigt, Raketen an Russland geliefert zu haben. Der Iran weist das zurück."
    told = Told(text, [("Raketen", 0.3)], title="Russland und der Iran")
    answer = answered("Liefert der Iran Raketen an Russland?", told)
    assert [(side.value, side.short) for side in answer.disagreements] == [
        ("yes", "Washington hatte Teheran im Mai beschuldigt, Raketen an Russland geliefert zu haben."),
        ("no", "Der Iran weist das zurück."),
    ]
    assert answer.text.startswith("Die Quellen machen dazu verschiedene Angaben: „Washington hatte")
    # Neither an accusation nobody denies, nor one of something else.
    alone = Told(text.partition(". ")[0] + ".", [("Raketen", 0.3)], title="Russland und der Iran")
    assert answered("Liefert der Iran Raketen an Russland?", alone).disagreements == ()
    other = Told(
        "Ein Kollege warf ihm vor, zu spät zu kommen. Er bestreitet das. Der Iran liefert Raketen an Russland.",
        [("Raketen", 0.9)],
    )
    assert answered("Liefert der Iran Raketen an Russland?", other).disagreements == ()
