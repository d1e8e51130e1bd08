"""What a source repeats under story after story is boilerplate; what it repeats of its topic is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.recurring import drop_recurring, is_recurring, paragraph_keys

NEWS = "Der Gemeinderat von Altwiesen hat am Montag über die Brücke beraten."
APPEAL = "Alles aus Altwiesen lesen Sie in unserer App, hier für alle Geräte."
ADDRESSED = "Was bewegt Sie? Wir freuen uns über jede Zuschrift, auch über kritische."
BACKGROUND = "Die Brücke wurde 1911 gebaut und ist die einzige über den Fluss."


def keys(text: str) -> list[int]:
    return [key for _, key in paragraph_keys(text)]


def test_keys_do_not_see_case_blanks_and_punctuation() -> None:
    one, two = keys(f"[{APPEAL}]\n\n{APPEAL.lower().rstrip('.')} ]")
    assert one == two
    assert -(2**63) <= one < 2**63


def test_keys_see_figures() -> None:
    one, two = keys("Das Amt meldet 12.345 neue Fälle seit gestern.\n\nDas Amt meldet 11.345 neue Fälle seit gestern.")
    assert one != two


def test_only_paragraphs_of_some_length_count() -> None:
    text = f"Was nun?\n\n{NEWS}\n\n{'Sehr lang. ' * 100}\n\n{APPEAL}"
    assert [position for position, _ in paragraph_keys(text)] == [1, 3]


def test_an_appeal_needs_few_stories() -> None:
    assert is_recurring(3, 3, 1000, APPEAL)
    assert not is_recurring(2, 2, 1000, APPEAL)
    assert not is_recurring(5, 1, 1000, APPEAL)  # one day's event in five articles
    assert is_recurring(3, 0, 1000, APPEAL)  # undated


def test_words_to_the_reader_need_more() -> None:
    assert is_recurring(8, 8, 1000, ADDRESSED)
    assert not is_recurring(7, 7, 1000, ADDRESSED)


def test_background_stays_unless_it_is_everywhere() -> None:
    assert not is_recurring(33, 31, 1694, BACKGROUND)
    assert not is_recurring(20, 20, 20, BACKGROUND)  # a small collection on one topic
    assert is_recurring(400, 200, 1694, BACKGROUND)


def test_a_quotation_that_speaks_to_someone_is_no_appeal() -> None:
    assert not is_recurring(10, 10, 1000, "„Was wir Ihnen sagen, ist wahr“, wird der Minister seit Jahren zitiert.")


def test_drop() -> None:
    text, removed = drop_recurring(f"{NEWS}\n\n{APPEAL}\n\n{BACKGROUND}", set(keys(APPEAL)))
    assert text == f"{NEWS}\n\n{BACKGROUND}"
    assert [(r.text, r.reason) for r in removed] == [(APPEAL, "recurring")]


def test_an_article_is_never_dropped_whole() -> None:
    assert drop_recurring(APPEAL, set(keys(APPEAL))) == (APPEAL, ())


@given(st.lists(st.text(alphabet="abc [].", min_size=1, max_size=60).filter(str.strip), max_size=6), st.integers(0, 7))
def test_nothing_is_lost(paragraphs: list[str], dropped: int) -> None:
    text = "\n\n".join(paragraphs)
    kept, removed = drop_recurring(text, set(keys(text)[:dropped]))
    assert sorted([*filter(None, kept.split("\n\n")), *(r.text for r in removed)]) == sorted(paragraphs)
