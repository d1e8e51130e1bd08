"""Versions: one address or id, one article that answers; the older ones are kept and silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from corpus.article import Article
from corpus.dates import NewsDate
from rag.answerer import Answerer
from rag.index import Index

Make = Callable[..., Index]
URL = "https://anzeiger.example/lokales/bruecke-4711.html"


def version(name: str, text: str, published: str | None = None, url: str = URL, **fields: object) -> Article:
    date = NewsDate.parse(published) if published else None
    return Article(id=name, text=text, url=url, published=date, language="de", **fields)  # type: ignore[arg-type]


FIRST = version("erste", "Die Brücke in Altdorf kostet 12 Millionen Euro.", "2024-05-03")
SECOND = version("zweite", "Die Brücke in Altdorf kostet 15 Millionen Euro.", "2024-05-04")


def current(index: Index) -> list[str]:
    return index.store.article_ids()


def test_the_newer_article_at_an_address_answers(make_index: Make) -> None:
    index = make_index()
    index.add([FIRST, SECOND])
    assert current(index) == ["zweite"]
    answer = Answerer(index).ask("Wie viel kostet die Brücke in Altdorf?")
    assert "15 Millionen" in answer.text
    assert {p.article_id for p in answer.passages} == {"zweite"}
    old = index.store.known("erste")
    assert old is not None
    assert not old.current
    assert index.store.article_of_row(old.row).text == FIRST.text  # kept
    assert index.store.relatives(old.row)["replaced_by"] == ["zweite"]


def test_an_older_article_that_comes_later_does_not_win(make_index: Make) -> None:
    index = make_index()
    index.add([SECOND])
    index.add([FIRST])
    assert current(index) == ["zweite"]
    assert index.store.counts() == (1, 1)


def test_spellings_of_an_address_are_one(make_index: Make) -> None:
    index = make_index()
    index.add([FIRST])
    index.add(
        [
            version(
                "b",
                SECOND.text,
                "2024-05-04",
                "http://www.anzeiger.example/lokales/bruecke-4711.html?utm_source=rss#top",
            )
        ]
    )
    assert current(index) == ["b"]


def test_a_front_page_is_no_articles_address(make_index: Make) -> None:
    index = make_index()
    front = "https://anzeiger.example/"
    index.add(
        [version("a", FIRST.text, "2024-05-03", front), version("b", "Der Zoo hat einen neuen Bären.", None, front)]
    )
    assert current(index) == ["a", "b"]


def test_reruns_change_nothing(make_index: Make) -> None:
    index = make_index()
    index.add([FIRST, SECOND])
    revision = index.store.revision
    report = index.add([FIRST, SECOND])
    assert (report.added, report.updated, report.unchanged) == (0, 0, 2)
    assert index.store.revision == revision


def test_the_older_answers_again_when_the_newer_file_is_pruned(make_index: Make, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    for article in (FIRST, SECOND):
        head = f"---\nid: {article.id}\nurl: {URL}\npublished: {article.published}\n---\n"
        (folder / f"{article.id}.md").write_text(head + article.text, "utf-8")
    index = make_index()
    index.ingest([folder], progress=False)
    assert current(index) == ["zweite"]
    (folder / "zweite.md").unlink()
    report = index.ingest([folder], progress=False)
    assert (report.gone, report.pruned, current(index)) == (["zweite"], [], ["zweite"])  # told, not done
    report = index.ingest([folder], progress=False, prune=True)
    assert (report.gone, report.pruned, current(index)) == ([], ["zweite"], ["erste"])
    assert index.verify() == []
    assert "12 Millionen" in Answerer(index).ask("Wie viel kostet die Brücke in Altdorf?").text


def test_deleting_takes_all_versions(make_index: Make) -> None:
    index = make_index()
    index.add([FIRST, SECOND])
    assert index.delete(["zweite"]) == ["erste", "zweite"]
    assert index.store.db.execute("SELECT count(*) FROM articles").fetchone() == (0,)
