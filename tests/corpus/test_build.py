"""Record -> Article: what wins, where each fact came from, and what the two real articles keep and lose."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from corpus.build import to_article
from corpus.errors import UnreadableError
from corpus.formats import Record

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
TODAY = dt.date(2025, 1, 20)
BODY = (
    "Der Gemeinderat von Altwiesen hat am Montag dem Haushalt zugestimmt. Die Opposition stimmte dagegen.\n"
    "Das Geld soll vor allem in neue Schulen fließen, wie die Kämmerin am Abend erklärte."
)


def article(text: str = BODY, provenance: dict[str, str] | None = None, **fields: str):  # type: ignore[no-untyped-def]
    return to_article(Record("a.txt", text, fields, provenance=provenance or {}), "a", today=TODAY)


def test_where_facts_come_from() -> None:
    found = article(
        f"Von Erika Muster\n{BODY}\nKorrektur: Es war Montag.",
        {"headline": "json-ld"},
        headline="Haushalt",
        url="https://www.kurier.example/2025/01/13/haushalt?utm_source=x",
    )
    assert dict(found.provenance) == {
        "title": "json-ld", "url": "file", "author": "text", "published": "url", "source": "url",
        "language": "detected", "correction": "text",
    }  # fmt: skip
    assert (found.title, found.author, found.source) == ("Haushalt", "Erika Muster", "kurier.example")
    assert found.url == "https://www.kurier.example/2025/01/13/haushalt"
    assert str(found.published) == "2025-01-13"
    assert found.correction == "Korrektur: Es war Montag."
    assert found.text.endswith(found.correction)


def test_what_the_file_gives_wins() -> None:
    url = "https://kurier.example/2025/01/13/haushalt"
    text = f"Veröffentlicht am 12.01.2025\n{BODY} (dpa)"
    found = article(text, url=url, published="2025-01-11", source="Kurier", agency="nwd", language="de")
    assert (str(found.published), found.source, found.agency) == ("2025-01-11", "Kurier", "nwd")
    assert set(found.provenance.values()) == {"file"}
    assert str(article(text, url=url).published) == "2025-01-12"  # the text before the address


@pytest.mark.parametrize(
    ("written", "kept"), [("2025-01-22", True), ("2025-01-23", False), ("2052-01-13", False), ("irgendwann", False)]
)
def test_dates_ahead_of_time_are_none(written: str, kept: bool) -> None:
    found = article(published=written)
    assert (found.published is not None) is kept
    assert found.metadata.get("published") == (None if kept else written)
    assert ("published" in found.provenance) is kept


def test_a_date_line_from_the_future_is_none() -> None:
    found = article(f"{BODY}\nStand: 11.10.2052")
    assert (found.published, found.metadata["published"]) == (None, "11.10.2052")


def test_no_web_address() -> None:
    found = article(url="javascript:alert(1)")
    assert (found.url, found.source) == (None, None)
    assert found.metadata["url"] == "javascript:alert(1)"
    assert "url" not in found.provenance


def test_nothing_is_guessed() -> None:
    found = article()
    known = {
        key
        for key in ("title", "source", "author", "agency", "published", "updated", "url", "category")
        if getattr(found, key)
    }
    assert known == set()
    assert (found.correction, found.language) == (None, "de")


def test_the_headline_is_the_first_line_that_stays() -> None:
    found = article(f"Anzeige\nHaushalt beschlossen\n{BODY}")
    assert found.title == "Haushalt beschlossen"
    assert [r.text for r in found.removed] == ["Anzeige"]


def test_a_title_above_the_text_goes() -> None:
    found = article(f"Haushalt beschlossen\n{BODY}", title="Haushalt beschlossen")
    assert found.text.startswith("Der Gemeinderat")
    assert [(r.text, r.reason) for r in found.removed] == [("Haushalt beschlossen", "repeated")]


def test_only_boilerplate_is_no_text() -> None:
    with pytest.raises(UnreadableError):
        article("Anzeige\nZur Startseite")


def seed(number: str) -> Path:
    found = list(SEEDS.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("../shared/seeds is absent")
    return found[0]


@pytest.mark.parametrize(
    ("number", "published", "agency", "reasons", "gone"),
    [
        ("000", "2024-10", None, ["date line", "teaser", "teaser"], ["+++", "Mehr Themen", "date 2024"]),
        ("003", None, "afp", ["donation", "donation"], ["Leser:innen", "Paywall", "Jetzt unterstützen", "5,- Euro"]),
    ],
)
def test_seeds(number: str, published: str | None, agency: str | None, reasons: list[str], gone: list[str]) -> None:
    raw = seed(number).read_text(encoding="utf-8")
    found = to_article(Record(number, raw), number)
    assert (found.published and str(found.published), found.agency) == (published, agency)
    assert [removed.reason for removed in found.removed] == reasons
    assert not [words for words in gone if words in found.text]
    # Every word is in the title, in the text or among what was removed.
    whole = [found.title or "", found.text, *(removed.text for removed in found.removed)]
    assert sorted(" ".join(whole).split()) == sorted(raw.removeprefix(": ").split())
    # ... and what was removed is no more than the lines that are no article.
    assert all(len(re.findall(r"\w+", r.text)) < 25 for r in found.removed if r.reason != "donation")


def test_a_text_longer_than_any_article_is_refused() -> None:
    with pytest.raises(UnreadableError, match="split it into articles") as refused:
        article("Das ist ein Satz. " * 60_000)
    assert "in Artikel aufteilen" in refused.value.text("de")
