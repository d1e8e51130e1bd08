"""Names in several transliterations are one; common words that sound alike are not taken for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from corpus.article import Article
from rag.german import analyse
from rag.index import Index
from rag.names import exonyms, keys
from rag.retrieve import Retriever

SAME = """
Peseschkian Pezeshkian
Schukow Zhukov Joukov
Chruschtschow Khrushchev Khrouchtchev
Jekaterinburg Yekaterinburg Ekaterinburg
Jelzin Yeltsin
Medwedew Medvedev Medwedjew
Lukaschenko Lukashenko Loukachenko Lukašenko
Selenskyj Selenski Zelensky Zelenskyy Zelenskiy
Tschaikowski Tchaikovsky Tschaikowskij
Netanjahu Netanyahu Netanjahus
Achmadinedschad Ahmadinejad
Aserbaidschan Azerbaijan
Kasachstan Kazakhstan
Chamenei Khamenei
Donezk Donetsk
Sewastopol Sevastopol
Dschihad Jihad Djihad
Ajatollah Ayatollah
Scheich Sheikh
Huthi Houthi
"""


@pytest.mark.parametrize("line", SAME.strip().splitlines())
def test_one_name(line: str) -> None:
    for one, other in itertools.combinations(analyse(line, "de"), 2):
        assert set(keys(one)) & set(keys(other)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wirt", "Wert"), ("Mond", "Mund"), ("Recht", "Richter"), ("Kirsche", "Kirche"), ("Losung", "Löschung"),
        ("Reise", "Riese"), ("Staat", "Stadt"), ("Wetter", "Väter"), ("Kachel", "Kassel"),
        ("Iran", "Irak"), ("Niger", "Nigeria"), ("Putin", "Puten"), ("Merkel", "Merk"), ("Schröder", "Schreiber"),
        ("Tausch", "Tauch"), ("Bremen", "Bremse"), ("Schweden", "Schweiz"),
    ],
)  # fmt: skip
def test_two_words(one: str, other: str) -> None:
    [a], [b] = analyse(one, "de"), analyse(other, "de")
    assert a != b
    assert not set(keys(a)) & set(keys(b))


# Words of the demo corpus, which is in German and English, that sound alike: spellings and genitives of one name, words
# that both languages have, and last what is taken for one word and is not.
ALIKE = """
pyongyang pjongjang
wladimir vladimir
matthia matthias
muhlrode muhlrod
sudkorea sudkoreas
nordkorea nordkoreas
projekt project
group grupp
ground grund
becom bekomm
begin beginn
drohn drone
commit committe
bekam becam
state statt
major mayor
vorhab vorab
vorkehr worker
zieht sieht
"""


def test_the_demo_corpus_has_no_other_two_words_that_sound_alike(demo_answerer: object) -> None:
    index: Index = demo_answerer.retriever.index  # type: ignore[attr-defined]
    rows = index.store.db.execute("SELECT key, group_concat(word) FROM names GROUP BY key HAVING count(*) > 1")
    alike = {frozenset(words.split(",")) for _, words in rows}
    assert alike <= {frozenset(line.split()) for line in ALIKE.strip().splitlines()}


def test_too_short_or_foreign_for_a_key() -> None:
    assert keys("assad") != ()
    assert keys("iran") == keys("путин") == keys("3x4") == keys("") == ()


def test_exonyms_go_both_ways_and_are_no_mere_spellings() -> None:
    table = exonyms()
    assert "kyiv" in table["kiew"] and "kiew" in table["kyiv"]
    assert "beijing" in table["peking"]
    for stem, others in table.items():
        assert stem in others and len(others) > 1, stem


def text(name: str, words: str, language: str = "de") -> Article:
    return Article(id=name, text=words, language=language)


@pytest.fixture
def retriever(make_index: Callable[..., Index]) -> Retriever:
    index = make_index()
    index.add(
        [
            text("pese", "In Teheran sprach Massud Peseschkian vor dem Parlament über die Lage im Land."),
            text("peze", "Iran's president Masoud Pezeshkian will travel to Moscow next week, officials said.", "en"),
            text("kyjiw", "Aus Kyjiw meldet die Verwaltung am Abend einen Stromausfall in mehreren Bezirken."),
            text("rest", "Das Freibad in Altwiesen öffnet wegen der Kälte erst nach den Ferien."),
            text("tauch", "Wer in Altwiesen taucht, braucht eine Erlaubnis und einen warmen Anzug."),
        ]
    )
    return Retriever(index)


def found(retriever: Retriever, question: str) -> set[str]:
    return {p.article_id for p in retriever.passages(question, fusion="lexical")}


@pytest.mark.parametrize("name", ["Peseschkian", "Pezeshkian", "pezeshkian", "PESESCHKIAN", "Pezeschkian"])
def test_found_by_any_spelling(retriever: Retriever, name: str) -> None:
    assert found(retriever, name) == {"pese", "peze"}


def test_found_by_another_name(retriever: Retriever) -> None:
    assert found(retriever, "Was ist in Kiew geschehen?") == {"kyjiw"}
    assert found(retriever, "Was ist in Moskau geschehen?") == {"peze"}


def test_small_letters_are_no_name_where_others_are_capital(retriever: Retriever) -> None:
    [group] = [g for g in retriever.query("Wer hat Peseschkian getroffen, und wer tauscht?").groups if "tauscht" in g]
    assert group == ("tauscht",)


def test_an_unknown_name_has_no_others(retriever: Retriever) -> None:
    query = retriever.query("Wer ist Quittenberg?")
    assert query.groups == (("quittenberg",),)
    assert retriever.index.store.document_frequency("quittenberg") == 0
