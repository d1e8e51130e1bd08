"""The library and the settings as HTML: well formed, escaped, in both languages; no model is needed."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from corpus.article import Article, Removed
from rag.catalogue import UNDATED, Entry, Opened, Version, Wanted
from rag.report import CorpusReport, Suspicious
from rag.settings import Settings
from tests.conftest import until
from tests.page_samples import ATTACKS, HOSTILE
from tests.ui_page import Page
from ui import add_view, article_view, library_view, settings_view
from ui.jobs import Job, Line, Worker
from ui.library_errors import StoppedError

EVIL = "".join(ATTACKS)
ENTRY = Entry(1, EVIL, EVIL, EVIL, "2024-08-22", 3, 2)
TAGS = {"script", "img", "iframe"}


def inert(markup: str) -> Page:
    """The page, which must show the attacks as text."""
    page = Page(markup)
    assert not TAGS & {tag for tag, _ in page.elements}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert "alert" not in (attributes.get("href") or "")
    return page


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_of_an_article_becomes_markup(language: str) -> None:
    article = Article(**{name: getattr(HOSTILE, name) for name in ("id", "title", "source", "url", "text")},
                      language=EVIL, author=EVIL, origin=EVIL, correction=EVIL, removed=(Removed(EVIL, "teaser"),))  # fmt: skip
    versions = (Version(7, EVIL, True, None, "2026-01-01"), Version(6, EVIL, False, "2024", "2025-01-01"))
    opened = Opened(7, article, versions, (ENTRY,))
    for confirming in (True, False):
        page = inert(article_view.article(opened, language, (7, 12), confirming, here=True))
        assert all(attack in page.text for attack in ATTACKS)
    wanted = Wanted(words=EVIL, source=EVIL)
    assert EVIL in inert(library_view.listing(wanted, 60, [ENTRY], {1: EVIL}, 25, 25, language)).text
    inert(library_view.tools(wanted, {EVIL: 3}, language))
    report = CorpusReport(1, 0, {}, {}, {}, {}, 0, (), 0, 9, {}, (Suspicious(EVIL, "short"),), (EVIL,))
    assert EVIL in inert(library_view.checks(report, {}, language)).text
    worker, hold = Worker("test"), threading.Event()
    job = worker.submit(Job("files", [EVIL] * 5, lambda job: job.patiently(partial(hold.wait, 10)), busy=EVIL))
    inert(add_view.jobs(worker, 0, True, language))
    job.lines = [Line(outcome, EVIL, EVIL, EVIL) for outcome in ("added", "updated", "older", "unchanged", "failed")]
    hold.set()
    until(lambda: job.finished)
    job.error = StoppedError()
    inert(add_view.jobs(worker, 1, False, language))


def test_a_job_that_ends_while_it_is_drawn_is_asked_after_once_more() -> None:
    worker, hold = Worker("test"), threading.Event()

    class Names(list[str]):
        """Drawn first: the job ends after that."""

        def __getitem__(self, key: Any) -> Any:
            hold.set()
            until(lambda: job.finished)
            return super().__getitem__(key)

    job = worker.submit(Job("files", Names(["a.txt"]), lambda job: job.patiently(partial(hold.wait, 10))))
    drawn = add_view.jobs(worker, worker.ended, True, "de")
    assert worker.ended == 1 and job.finished and "data-working" not in add_view.jobs(worker, 1, True, "de")
    assert "data-working" in drawn


def test_an_unchosen_bar_chooses_its_time_and_a_chosen_one_lets_go() -> None:
    months = {"2024-01": 2, "2024-03": 4, UNDATED: 1}
    page = Page(library_view.timeline(months, Wanted(period="2024-03"), "de"))
    bars = page.all("button")
    assert [(bar["data-period"], bar.get("aria-pressed")) for bar in bars] == [
        ("", None),  # the choice, to be let go
        (UNDATED, None),
        ("2024-01", "false"),
        ("", "true"),
    ]
    assert [item.get("class") for item in page.all("li")] == [None, "none", None]  # February stays empty
    assert "--share: 0.500" in str(page.all("span", "pile")[0]["style"])  # 2 of 4


def test_many_years_are_shown_as_years_and_one_of_them_by_months() -> None:
    months = {"2004-05": 1, "2009": 2, "2010-12": 3}
    page = Page(library_view.timeline(months, Wanted(), "en"))
    assert [b["data-period"] for b in page.all("button")] == ["2004", "2009", "2010"]
    assert len(page.all("li")) == 7  # 2004 to 2010
    page = Page(library_view.timeline(months, Wanted(period="2010"), "en"))
    assert [b["data-period"] for b in page.all("button")] == ["", "2010-12"] and len(page.all("li")) == 12


@pytest.mark.parametrize("here", [True, False])
def test_settings_hide_the_key_always_and_addresses_from_others(here: bool) -> None:
    settings = Settings.load(
        llm_url="http://modell.intern/v1", llm_model="m", llm_api_key="sk-geheim", index="/data/ix"
    )
    shown = settings_view.everything(settings, [], "", here, "de") + settings_view.modes(settings, here, "de")
    page = Page(shown)
    assert "sk-geheim" not in shown and "gesetzt (wird nicht gezeigt)" in page.text
    assert ("modell.intern" in shown, "/data/ix" in shown) == (here, here)
    assert len(page.all("button")) == here  # the switch
    unset = settings_view.modes(Settings.load(), True, "de")
    assert "BELEGT_LLM_URL" in unset and "button" not in unset
