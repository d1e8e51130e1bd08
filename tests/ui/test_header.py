from __future__ import annotations

import pytest

from tests.ui_page import Page
from ui.header import header, holdings


@pytest.mark.parametrize(
    ("articles", "newest", "language", "text"),
    [
        (34, "2025-06-12", "de", "34 Artikel, Stand: 12. Juni 2025"),
        (12345, "2025-06-12", "en", "12,345 articles, as of 12 June 2025"),
        (12345, None, "de", "12.345 Artikel"),
        (1, None, "en", "1 article"),
        (0, None, "de", "Noch keine Artikel. Einlesen mit „belegt ingest“."),
    ],
)
def test_holdings(articles: int, newest: str | None, language: str, text: str) -> None:
    assert holdings(articles, newest, language) == text


@pytest.mark.parametrize("language", ["de", "en"])
def test_it_marks_the_language(language: str) -> None:
    buttons = Page(header(["chat"], "chat", 3, None, language)).all("button")
    assert [button["data-language"] for button in buttons if button.get("aria-pressed") == "true"] == [language]


def test_it_leads_to_the_other_pages_and_marks_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.header._nav", lambda name, language: name)
    links = Page(header(["chat", "other"], "other", 3, None, "de")).all("a")
    assert [(link["href"], link.get("aria-current")) for link in links] == [("/", None), ("/other", "page")]
    assert Page(header(["chat"], "chat", 3, None, "de")).all("nav") == []
