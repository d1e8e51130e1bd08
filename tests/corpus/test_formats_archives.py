"""Archives: members come as if they lay in a folder, limits hold, and nothing is written by a name of theirs."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pytest

from corpus import Article, load
from corpus.errors import UnreadableError
from corpus.formats import Record, count
from corpus.formats.budget import Budget
from tests.corpus.test_formats import failure, read, write
from tests.hostile_archives import archives, zip_bomb
from tests.samples import tarred, zipped

TEXT = "Die Brücke in Altdorf ist seit Montag gesperrt."
PAGE = f"<html><body><article><h1>Brücke</h1><p>{TEXT} Sie ist alt und wird saniert.</p></article></body></html>"
LINES = "".join(json.dumps({"text": f"Satz {i} steht hier."}) + "\n" for i in range(3))
HOSTILE = dict(archives())


@pytest.fixture(autouse=True)
def no_leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files go under a folder of their own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def test_zip(tmp_path: Path) -> None:
    path = write(tmp_path / "news.zip", zipped({"ordner/a.html": PAGE, "b.jsonl": LINES, "c.png": b"x", "README.md": "x",
                                                ".hidden.txt": "x", "__MACOSX/a.txt": "x", "d.txt": ""}))  # fmt: skip
    page, *lines, empty = read(path)
    assert isinstance(page, Record)
    assert (page.place, page.key) == (f"{path}!ordner/a.html", "ordner/a.html")
    assert [(item.place, item.text) for item in lines if isinstance(item, Record)] == [
        (f"{path}!b.jsonl:{i + 1}", f"Satz {i} steht hier.") for i in range(3)
    ]
    assert isinstance(empty, UnreadableError)
    assert (empty.key, empty.facts["path"]) == ("empty", f"{path}!d.txt")
    assert count(path) == 3
    assert not list((tmp_path / "temporary").iterdir())
    ids = [item.id for item in load([path]) if isinstance(item, Article)]
    assert len(set(ids)) == 4
    assert ids[0] == f"{tmp_path.name}/news.zip#ordner/a.html"


@pytest.mark.parametrize(("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")])
def test_tar(tmp_path: Path, name: str, mode: str) -> None:
    path = write(tmp_path / name, tarred({"x/a.txt": TEXT.encode(), "b.jsonl": LINES.encode()}, mode))
    assert [item.place.removeprefix(str(path)) for item in read(path) if isinstance(item, Record)] == [
        "!x/a.txt", "!b.jsonl:1", "!b.jsonl:2", "!b.jsonl:3",
    ]  # fmt: skip


def test_gz(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.gz", gzip.compress(LINES.encode()))
    plain = write(tmp_path / "a.jsonl", LINES)
    packed = [item for item in read(path) if isinstance(item, Record)]
    assert [item.place for item in packed] == [f"{path}:{i}" for i in (1, 2, 3)]
    assert [item.key for item in packed] == [item.key for item in read(plain) if isinstance(item, Record)]
    [page] = read(write(tmp_path / "b.html.gz", gzip.compress(PAGE.encode())))
    assert isinstance(page, Record)
    assert page.place == str(tmp_path / "b.html.gz")


def test_warnings_name_the_member(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped({"a.txt": TEXT.encode("cp1252")}))
    [found] = read(path)
    assert isinstance(found, Record)
    assert found.warning is not None
    assert found.warning.facts["path"] == f"{path}!a.txt"


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = zipped({"a.txt": TEXT})
    path = write(
        tmp_path / "a.zip",
        zipped({"b.zip": inner, "c.zip": zipped({"d.zip": inner}), "e.txt.gz": gzip.compress(b"Satz.")}),
    )
    one, deep, other = read(path)
    assert isinstance(one, Record)
    assert (one.place, one.key) == (f"{path}!b.zip!a.txt", "b.zip#a.txt")
    assert isinstance(deep, UnreadableError)
    assert (deep.key, deep.facts["path"]) == ("nested", f"{path}!c.zip!d.zip")
    assert isinstance(other, Record)
    assert other.place == f"{path}!e.txt.gz"


def test_a_mapping_beside_the_archive(tmp_path: Path) -> None:
    write(tmp_path / "belegt.toml", '[fields]\ntext = "inh"\n[defaults]\nsource = "Archiv"')
    path = write(tmp_path / "a.zip", zipped({"a.json": '{"inh": "Text."}', "b.txt": TEXT}))
    assert [(item.text, item.fields.get("source")) for item in read(path) if isinstance(item, Record)] == [
        ("Text.", "Archiv"),
        (TEXT, "Archiv"),
    ]
    write(tmp_path / "belegt.toml", "[felder]")
    assert failure(path).key == "mapping"


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "zip"])
def test_bombs(tmp_path: Path, suffix: str) -> None:
    found = failure(write(tmp_path / "a.zip", zip_bomb(f"a.{suffix}")))
    assert found.key == "bomb"
    assert found.facts["megabytes"] <= 300
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.epub", "bomb.jsonl.gz", "bomb-in-zip.zip", "sparse.tar"])
def test_bombs_of_other_formats(tmp_path: Path, name: str) -> None:
    assert failure(write(tmp_path / name, HOSTILE[name])).key == "bomb"


def test_a_bomb_that_nobody_would_read(tmp_path: Path) -> None:
    """Members are passed over by reading them: that costs time, so it counts."""
    path = write(tmp_path / "a.tar.gz", tarred({"a.png": b"\0" * 2**26, "b.txt": b"x"}, "w:gz"))
    assert failure(path).key == "bomb"


def test_budget() -> None:
    budget = Budget("x", packed=2**20)  # 200 MB, being the ratio, is less than 4 GB
    budget.spend(200 * 2**20)
    with pytest.raises(UnreadableError) as caught:
        budget.spend(1)
    assert caught.value.key == "bomb"


def test_links_are_passed_over(tmp_path: Path) -> None:
    for name in ("link.zip", "links.tar"):
        [found] = read(write(tmp_path / name, HOSTILE[name]))
        assert isinstance(found, Record)
        assert found.place.endswith("!a.txt")


def test_names_are_shown_and_not_used(tmp_path: Path) -> None:
    for name in ("away.zip", "away.tar"):
        assert all(isinstance(item, Record) for item in read(write(tmp_path / name, HOSTILE[name])))
    assert not Path("/tmp/belegt-away.txt").exists()
    assert not Path("/tmp/belegt-root.txt").exists()


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("locked.zip", ["encrypted", None]),
        ("empty.zip", ["no_members"]),
        ("no-articles.zip", ["no_members"]),
        ("nothing.zip", ["empty"]),
        ("text.zip", ["damaged"]),
        ("cut.zip", ["damaged"]),
        ("wrong-sum.zip", ["damaged"]),
        ("unknown-method.zip", ["damaged"]),
        ("long-name.tar", ["damaged"]),
        ("cut.tar.gz", ["damaged"]),
        ("no-gzip.txt.gz", ["damaged"]),
        ("picture.png.gz", ["format"]),
        ("bomb-txt.zip", ["too_big"]),
    ],
)
def test_broken_archives(tmp_path: Path, name: str, keys: list[str | None]) -> None:
    found = read(write(tmp_path / name, HOSTILE[name]))
    assert [item.key if isinstance(item, UnreadableError) else None for item in found] == keys


def test_lines_before_a_cut_are_read(tmp_path: Path) -> None:
    *good, bad = read(write(tmp_path / "a.jsonl.gz", HOSTILE["cut.jsonl.gz"]))
    assert len(good) > 500
    assert isinstance(bad, UnreadableError)
    assert bad.key == "damaged"


DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} lies beside the repository in development only")
def test_collections_of_others_need_no_mapping() -> None:
    for name, fields, fewest in (
        ("messy_news_10k.jsonl.gz", {"id", "title", "source", "published", "url"}, 10_000),
        ("wikinews/articles.jsonl", {"id", "title", "published"}, 990),  # one or two have no date
    ):
        items = read(DATA / name)
        assert len(items) == count(DATA / name)
        assert sum(isinstance(item, Record) and fields <= set(item.fields) for item in items) >= fewest
