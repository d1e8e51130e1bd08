"""The index: what is stored is found again, reruns change nothing, damage is noticed and healed."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus.article import Article
from corpus.dates import NewsDate
from rag.errors import (
    ArticleMissingError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    NotAnIndexError,
    SourceMissingError,
)
from rag.index import Index
from rag.models.embed import Embedder
from rag.rows import Filter
from rag.settings import Settings
from rag.store import Store
from rag.vectors import Vectors

Make = Callable[..., Index]


def article(name: str, text: str, **fields: object) -> Article:
    return Article(id=name, text=text, language="de", **fields)  # type: ignore[arg-type]


BRIDGE = article("bruecke", "Die Brücke in Altdorf ist gesperrt. Sie stammt von 1968.", title="Brücke zu")
TRAM = article("tram", "Die Straßenbahn fährt ab Mai. Sie kostet 12 Mio. Euro.", published=NewsDate.parse("2024-05-03"))


def found(index: Index, text: str) -> list[str]:
    vector = index.embedder.questions([text])[0]
    ids = [chunk for chunk, _ in index.nearest(vector, 5, Filter())]
    return [index.store.chunks(ids)[i].article_id for i in ids]


def test_an_ingest_reads_the_store_by_copy_and_a_search_in_place(
    make_index: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every thread of it: what each of them maps grows with the file, and stays in memory."""
    index, seen = make_index(), dict[str, int]()

    def noted(name: str) -> Callable[..., object]:
        then = getattr(Index, name)

        def call(*given: object, **named: object) -> object:
            seen[name] = index.store.db.execute("PRAGMA mmap_size").fetchone()[0]
            return then(*given, **named)

        return call

    for name in ("draft", "embed", "_conclude"):
        monkeypatch.setattr(Index, name, noted(name))
    kept = index.store.db.execute("PRAGMA cache_size").fetchone()
    index.add([BRIDGE])
    assert seen == {"draft": 0, "embed": 0, "_conclude": 0}
    assert index.store.db.execute("PRAGMA mmap_size").fetchone()[0] > 1 << 30 or sys.platform == "win32"
    assert index.store.db.execute("PRAGMA cache_size").fetchone() == kept


def test_add_find_read(make_index: Make) -> None:
    index = make_index()
    report = index.add([BRIDGE, TRAM])
    assert (report.added, report.updated, report.unchanged, report.articles, report.chunks) == (2, 0, 0, 2, 2)
    assert index.article("bruecke") == BRIDGE
    assert index.article("tram") == TRAM
    assert found(index, "Seit wann fährt die Tram?")[0] == "tram"
    assert index.store.search('"altdorf"', 5, Filter())
    assert index.verify() == []


def test_unchanged_articles_are_skipped(make_index: Make) -> None:
    index = make_index()
    index.add([BRIDGE, TRAM])
    revision, generation = index.store.revision, index.vectors.pointer.generation
    report = index.add([BRIDGE, TRAM])
    assert (report.added, report.updated, report.unchanged) == (0, 0, 2)
    assert (index.store.revision, index.vectors.pointer.generation) == (revision, generation)


def test_a_changed_article_is_a_new_version_and_the_old_one_is_kept(make_index: Make) -> None:
    index = make_index()
    index.add([BRIDGE])
    report = index.add([article("bruecke", "Die Brücke in Altdorf ist wieder offen.")])
    assert (report.updated, report.articles, report.chunks) == (1, 1, 1)
    rows = index.store.db.execute("SELECT version, current, text FROM articles ORDER BY version").fetchall()
    assert [(row[0], row[1]) for row in rows] == [(1, 0), (2, 1)]
    assert rows[0][2] == BRIDGE.text
    assert index.store.search('"1968"', 5, Filter()) == []  # the old version no longer answers
    assert index.verify() == []


def test_delete_leaves_nothing_to_find(make_index: Make) -> None:
    index = make_index()
    index.add([BRIDGE, TRAM])
    index.delete(["bruecke"])
    assert found(index, "Brücke in Altdorf") == ["tram"]
    assert index.store.search('"altdorf"', 5, Filter()) == []
    for table in ("articles", "chunks", "vectors", "chunk_fts"):
        assert index.store.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
    with pytest.raises(ArticleMissingError):
        index.article("bruecke")
    with pytest.raises(ArticleMissingError):
        index.delete(["bruecke"])


def test_an_empty_index_answers_nothing(make_index: Make) -> None:
    index = make_index()
    assert found(index, "Wer?") == []
    assert index.verify() == []


def test_offsets_of_every_chunk(make_index: Make) -> None:
    index = make_index(chunk_tokens=32)
    index.add([article("lang", "Ein Satz über die Brücke von Altdorf am 3. Mai. " * 30 + "\n\nUnd „noch“ einer – 𝄞.")])
    text = index.article("lang").text
    chunks = index.store.chunks(range(1, 100))
    assert len(chunks) > 10
    assert all(text[c.start : c.end] == c.text for c in chunks.values())


def test_duplicate_ids_in_one_run(make_index: Make) -> None:
    index = make_index()
    report = index.add([BRIDGE, article("bruecke", "Etwas ganz anderes steht hier.", origin="b.txt")])
    assert report.added == 1
    assert [f["path"] for f in report.failed] == ["b.txt"]
    assert "bruecke" in report.failed[0]["reason"]
    assert index.article("bruecke") == BRIDGE


def test_two_folders_of_one_name_do_not_overwrite_each_other(make_index: Make, tmp_path: Path) -> None:
    for side in ("x", "y"):
        (tmp_path / side / "news").mkdir(parents=True)
        (tmp_path / side / "news" / "a.txt").write_text(f"Hier steht {side}. Mehr nicht.")
    index = make_index()
    assert index.ingest([tmp_path / "x" / "news"], progress=False).added == 1
    report = index.ingest([tmp_path / "y" / "news"], progress=False)
    assert len(report.failed) == 1
    assert index.article("news/a.txt").text.startswith("Hier steht x")


@pytest.mark.parametrize("damage", ["gone", "pointer gone", "emptied", "truncated", "other vectors"])
def test_damaged_chroma_is_healed_without_embedding(
    make_index: Make, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index()
    index.add([BRIDGE, TRAM])
    index.close()
    chroma = index.chroma_folder
    [generation] = chroma.glob("gen-*")
    if damage == "gone":
        shutil.rmtree(chroma)
    elif damage == "pointer gone":
        (chroma / "current.json").unlink()
    elif damage == "emptied":
        shutil.rmtree(generation)
        generation.mkdir()
    elif damage == "truncated":
        (generation / "chroma.sqlite3").write_bytes(b"no database")
    else:
        index.store.db.execute("UPDATE vectors SET vector = ?", (np.ones(384, "<f4").tobytes(),))
        index.store.close()
    monkeypatch.setattr(Embedder, "passages", None)  # embedding again would fail here
    again = make_index()
    if (
        damage != "truncated"
    ):  # a client of this process still holds that file; a fresh process sees it (test_commands.py)
        assert again.verify() != []
    assert len(found(again, "Brücke")) == 2
    assert again.verify() == []


def test_old_generations_go_but_the_last_one_stays_for_readers(make_index: Make) -> None:
    index = make_index()
    for i in range(4):
        index.add([article(f"a{i}", f"Artikel Nummer {i} steht hier.")])
    assert len(list(index.chroma_folder.glob("gen-*"))) == 2


def test_a_reader_notices_a_new_generation(make_index: Make) -> None:
    reader, writer = make_index(), make_index()
    writer.add([BRIDGE])
    assert found(reader, "Brücke") == ["bruecke"]
    writer.add([TRAM])
    assert set(found(reader, "Brücke")) == {"bruecke", "tram"}


def test_threads_ask_while_another_index_writes(make_index: Make) -> None:
    reader, writer = make_index(), make_index()
    writer.add([BRIDGE])
    stop = threading.Event()

    def ask() -> int:
        asked = 0
        while not stop.is_set():
            assert "bruecke" in found(reader, "Brücke")
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for i in range(6):
            writer.add([article(f"a{i}", f"Artikel Nummer {i} steht hier.")])
        stop.set()
        assert all(one.result(timeout=60) > 0 for one in asking)


def test_a_store_that_changes_while_it_is_compared_makes_no_damage(
    make_index: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = make_index(), make_index()
    writer.add([BRIDGE])

    def compare(self: Vectors, store: Store) -> str:
        writer.store.set_meta("revision", str(writer.store.revision + 1))
        return "vector 1 is missing"

    monkeypatch.setattr(Vectors, "_compare", compare)
    with writer.writing():
        assert found(reader, "Brücke") == ["bruecke"]


def test_one_writer(make_index: Make, tmp_path: Path) -> None:
    index = make_index()
    index.add([BRIDGE])
    hold = (
        "import sys; from pathlib import Path; from rag.index import Index; from rag.settings import Settings\n"
        "index = Index.open(Settings.load(index=Path(sys.argv[1])))\n"
        "with index.writing(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(index.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(IndexLockedError, match=f"process {other.pid}"):
            index.add([TRAM])
        assert found(index, "Brücke") == ["bruecke"]  # readers go on
        other.stdin.close()
    assert index.add([TRAM]).added == 1


def test_another_model_is_named_and_nothing_is_lost(make_index: Make) -> None:
    index = make_index()
    index.add([BRIDGE])
    other = make_index(embed_model="some/other-model")
    with pytest.raises(IndexMismatchError, match="belegt rebuild"):
        other.add([TRAM])
    with pytest.raises(IndexMismatchError, match="some/other-model"):
        _ = other.vectors
    assert index.store.counts() == (1, 1)


def test_rebuild_with_other_chunks(make_index: Make) -> None:
    index = make_index(chunk_tokens=128)
    index.add([article("lang", " ".join(f"Satz {i} über die Brücke von Altdorf steht hier." for i in range(30)))])
    before = index.store.counts()[1]
    smaller = make_index(chunk_tokens=32)
    smaller.rebuild(progress=False)
    assert smaller.store.counts()[1] > before
    assert smaller.verify() == []
    assert len(found(smaller, "Brücke")) == 5


def test_folders_that_are_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="belegt ingest"):
        Index.open(Settings.load(index=tmp_path / "new"))
    assert not (tmp_path / "new").exists()
    (tmp_path / "letter.txt").write_text("Lieber Leser")
    with pytest.raises(NotAnIndexError):
        Index.open(Settings.load(index=tmp_path), create=True)
    with pytest.raises(NotAnIndexError):
        Index.open(Settings.load(index=tmp_path / "letter.txt"))
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("content", [b"no database at all, just text " * 50, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "store.sqlite").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"store\.sqlite"):
        Index.open(Settings.load(index=tmp_path))
    assert (tmp_path / "store.sqlite").read_bytes() == content  # never touched


def test_a_foreign_database_is_not_ours(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "store.sqlite") as db:
        db.execute("CREATE TABLE t (x)")
    with pytest.raises(NotAnIndexError):
        Index.open(Settings.load(index=tmp_path))


def test_interrupt_stops_cleanly(make_index: Make, tmp_path: Path) -> None:
    index = make_index()
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(f"Der Text von {name} steht hier.")
    original = Index.chunk

    def interrupt(self: Index, item: Article) -> object:
        if item.origin and item.origin.endswith("b.txt"):
            raise KeyboardInterrupt
        return original(self, item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Index, "chunk", interrupt)
        report = index.ingest([tmp_path / "a.txt", tmp_path / "b.txt"], progress=False)
    assert report.interrupted
    assert report.articles == 1
    assert index.verify() == []
    assert index.ingest([tmp_path / "a.txt", tmp_path / "b.txt"], progress=False).added == 1


def test_a_missing_path_writes_nothing(make_index: Make, tmp_path: Path) -> None:
    index = make_index()
    with pytest.raises(SourceMissingError):
        index.ingest([tmp_path / "nirgends"], progress=False)
    assert index.store.counts() == (0, 0)


def test_many_equal_chunks_hide_nothing(make_index: Make) -> None:
    index = make_index()
    days = [NewsDate.parse(f"2024-05-{1 + i % 31:02}") for i in range(600)]
    index.add([article(f"a{i}", "Der Ticker ist heute leer.", published=day) for i, day in enumerate(days)] + [BRIDGE])
    assert index.vectors.pointer.count == 2  # in one graph, 601 vectors of which 600 are equal would hide the other
    assert index.verify() == []
    assert found(index, "Brücke in Altdorf")[0] == "bruecke"
    vector = index.embedder.questions(["Ist der Ticker leer?"])[0]
    tickers = [chunk for chunk, _ in index.nearest(vector, 1, Filter(until=dt.date(2024, 5, 2)))]
    assert {c.first_day for c in index.store.chunks(tickers).values()} == {20240502}
    assert len(tickers) == 8


def test_a_text_read_before_is_not_embedded_again(make_index: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    index = make_index(chunk_tokens=32)
    sentences = [
        f"Der Satz Nummer {i} über Altdorf ist lang genug für einen Abschnitt mit etwa zwanzig Wörtern."
        for i in range(6)
    ]
    index.add([article("lang", "\n\n".join(sentences))])
    read: list[str] = []
    passages = Embedder.passages

    def note(self: Embedder, texts: list[str]) -> np.ndarray:
        read.extend(texts)
        return passages(self, texts)

    monkeypatch.setattr(Embedder, "passages", note)
    changed = [*sentences[:5], "Der letzte Satz über Altdorf ist neu und steht nun anstelle des alten hier am Ende."]
    index.add([article("lang", "\n\n".join(changed))])
    assert 1 <= len(read) <= 2
    assert all("neu" in text for text in read)
    assert index.verify() == []


def test_connections_of_threads_that_have_ended_are_closed(make_index: Callable[..., Index]) -> None:
    index = make_index()
    kept = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: kept.append(index.store.db))
        thread.start()
        thread.join()
    assert index.store.db.execute("SELECT 1").fetchone() == (1,)
    assert kept[2].execute("SELECT 1").fetchone() == (1,)  # until another thread comes
    for connection in kept[:2]:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


def test_a_transaction_in_a_transaction_is_undone_with_it(make_index: Callable[..., Index]) -> None:
    store = make_index().store
    with pytest.raises(RuntimeError), store.transaction():
        with store.transaction():
            store.set_meta("inner", "1")
        raise RuntimeError
    assert store.meta("inner") is None
