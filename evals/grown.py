"""Indexes of any size to measure search on: the articles of a real index and, beyond them, recombined ones.

A recombined article is modelled on one of the real index. Each of its chunks begins like one of the model's and ends, from
the sentence nearest the middle on, like a chunk drawn from anywhere, so that words and their combinations are as frequent
as in real text. Its vector is that of the first one, moved by the difference of two others drawn anywhere: along the
directions in which real vectors differ, and about as far as a real chunk lies from its nearest one in another article.

What recombined articles lack: dates mentioned in the text, and the rows by which ingest finds copies of a story.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from rag import german
from rag.database import raise_revision
from rag.frequencies import own_counts, write_common
from rag.index import STORE, Index
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.store import Store

AT_ONCE = 500  # articles in one transaction
PROBES = 500  # chunks whose nearest neighbours are looked for
_COPIED = "title, source, author, agency, published, first_day, last_day, updated, url, language, category"
_SOURCE = "real"  # the name under which SQLite reads the real index


@dataclass(frozen=True, slots=True)
class Half:
    """A beginning or an end of a chunk, with its tokens."""

    text: str
    tokens: tuple[str, ...]


@dataclass(slots=True)
class Pool:
    """The chunks of the real index, by article, to recombine."""

    rows: list[int] = field(default_factory=list)  # of articles
    chunks: list[list[int]] = field(default_factory=list)  # of each article, by place in the lists below
    titles: list[str] = field(default_factory=list)
    heads: list[Half] = field(default_factory=list)
    tails: list[Half] = field(default_factory=list)
    vectors: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), np.float32))
    compounds: dict[str, str] = field(default_factory=dict)
    step: float = 0.0  # how much of a difference of two vectors is added to a third

    @classmethod
    def of(cls, store: Store) -> Pool:
        pool, vectors, articles = cls(), [], []
        rows = store.db.execute(
            'SELECT row, language, substr(text, start + 1, "end" - start), vector, chunk_fts.title FROM chunks'
            " JOIN articles ON row = article JOIN vectors ON chunk = chunks.id"
            " JOIN chunk_fts ON chunk_fts.rowid = chunks.id ORDER BY chunks.id"
        )
        total = store.counts()[1]
        for row, language, text, vector, title in tqdm(rows, total=total, desc="halves", unit="chunk"):
            if not pool.rows or pool.rows[-1] != row:
                pool.rows.append(row)
                pool.chunks.append([])
            pool.chunks[-1].append(len(pool.heads))
            articles.append(row)
            vectors.append(np.frombuffer(vector, "<f4"))
            at = min((start for start, _ in sentence_spans(text)), key=lambda start: abs(start - len(text) / 2))
            at = at or len(text)
            for halves, half in ((pool.heads, text[:at]), (pool.tails, text[at:])):
                halves.append(Half(half, tuple(german.analyse(half, language))))
            pool.titles.append(title)
        pool.vectors = np.stack(vectors)
        pool.compounds = dict(store.db.execute("SELECT word, parts FROM compounds"))
        pool.step = _step(pool.vectors, np.array(articles))
        return pool

    def parts(self, tokens: list[str]) -> str:
        """What ``rag.lexicon`` writes beside a chunk with these tokens."""
        own = set(tokens)
        found = (part for token in own if token in self.compounds for part in self.compounds[token].split())
        return " ".join(dict.fromkeys(part for part in found if part not in own))

    def vector(self, model: int, rng: np.random.Generator) -> np.ndarray:
        one, other = rng.integers(len(self.vectors), size=2)
        moved = self.vectors[model] + self.step * (self.vectors[one] - self.vectors[other])
        return np.asarray(moved / np.linalg.norm(moved), np.float32)


def grow(source: Path, folder: Path, size: int) -> Index:
    """The index under ``folder``, with ``size`` chunks made of the index at ``source``; goes on where it was stopped.

    Chroma is left to be built when it is first asked for. Needs no model.
    """
    index = Index.open(Settings.load(index=folder), create=True)
    held = index.store.counts()[1]
    if held < size:
        with index.writing(), Index.open(Settings.load(index=source)) as real:
            if not held:
                _copy(index.store, source / STORE, size)
            _recombine(index.store, real.store, size)
            write_common(index.store, own_counts(index.store.db))
    return index


def _copy(store: Store, source: Path, size: int) -> None:
    """The first ``size`` chunks with their articles, and the whole lexicon."""
    db = store.db
    db.execute(f"ATTACH ? AS {_SOURCE}", (str(source),))
    try:
        with store.transaction():
            [last] = db.execute(
                f"SELECT max(id) FROM (SELECT id FROM {_SOURCE}.chunks ORDER BY id LIMIT ?)", (size,)
            ).fetchone()
            [article] = db.execute(f"SELECT max(article) FROM {_SOURCE}.chunks WHERE id <= ?", (last,)).fetchone()
            for table, key, most in (
                ("articles", "row", article),
                ("chunks", "id", last),
                ("vectors", "chunk", last),
                ("bands", "article", article),
                ("paragraphs", "article", article),
            ):
                db.execute(f"INSERT INTO {table} SELECT * FROM {_SOURCE}.{table} WHERE {key} <= ?", (most,))
            db.execute(
                "INSERT INTO chunk_fts (rowid, title, body, parts)"
                f" SELECT rowid, title, body, parts FROM {_SOURCE}.chunk_fts WHERE rowid <= ?",
                (last,),
            )
            for table in ("compounds", "names"):
                db.execute(f"INSERT INTO {table} SELECT * FROM {_SOURCE}.{table}")
            raise_revision(db)
    finally:
        db.execute(f"DETACH {_SOURCE}")


def _recombine(store: Store, real: Store, size: int) -> None:
    held = store.counts()[1]
    if held >= size:
        return
    pool, [model] = Pool.of(real), real.models()
    [last] = store.db.execute("SELECT max(row) FROM articles").fetchone()
    with tqdm(total=size, initial=held, desc="recombined", unit="chunk") as bar:
        while held < size:
            with store.transaction() as db:
                for article in range(last + 1, last + 1 + AT_ONCE):
                    rng = np.random.default_rng(article)  # the same article however often the run was stopped
                    at = int(rng.integers(len(pool.rows)))
                    chunks = list(_chunks(pool, at, rng))[: size - held]
                    text = "\n\n".join(text for text, _ in chunks)
                    db.execute(
                        f"INSERT INTO articles (row, id, version, current, content_hash, story, {_COPIED}, text, removed,"
                        f" metadata, provenance, added) SELECT ?1, 'made-' || ?1, 1, 1, content_hash, ?1, {_COPIED}, ?2,"
                        " removed, metadata, provenance, added FROM articles WHERE row = ?3",
                        (article, text, pool.rows[at]),
                    )
                    _insert(store, article, chunks, pool, at, model, rng)
                    held += len(chunks)
                    bar.update(len(chunks))
                    last = article
                    if held == size:
                        break
                raise_revision(db)


def _chunks(pool: Pool, at: int, rng: np.random.Generator) -> Iterator[tuple[str, list[str]]]:
    """Text and tokens of each chunk of an article modelled on the one ``at`` this place of the pool."""
    for model in pool.chunks[at]:
        tail = pool.tails[int(rng.integers(len(pool.tails)))]
        head = pool.heads[model]
        yield f"{head.text.strip()} {tail.text.strip()}", [*head.tokens, *tail.tokens]


def _insert(
    store: Store,
    article: int,
    chunks: list[tuple[str, list[str]]],
    pool: Pool,
    at: int,
    name: str,
    rng: np.random.Generator,
) -> None:
    start = 0
    for ordinal, ((text, tokens), model) in enumerate(zip(chunks, pool.chunks[at], strict=False)):
        end = start + len(text)
        chunk = store.db.execute(
            'INSERT INTO chunks (article, ordinal, start, "end", tokens, dates) VALUES (?, ?, ?, ?, ?, ?)',
            (article, ordinal, start, end, len(tokens), "[]"),
        ).lastrowid
        key = int(rng.integers(-(2**63), 2**63 - 1))
        vector = pool.vector(model, rng).tobytes()
        store.db.execute("INSERT INTO vectors VALUES (?, ?, ?, ?)", (chunk, name, key, vector))
        title = pool.titles[model]
        parts = pool.parts([*title.split(), *tokens])
        store.db.execute(
            "INSERT INTO chunk_fts (rowid, title, body, parts) VALUES (?, ?, ?, ?)",
            (chunk, title, " ".join(tokens), parts),
        )
        start = end + 2


def _step(vectors: np.ndarray, articles: np.ndarray) -> float:
    """How much of a difference to add, so that the median cosine to the vector moved is that of real nearest ones."""
    rng = np.random.default_rng(0)
    probes = rng.choice(len(vectors), min(PROBES, len(vectors)), replace=False)
    similar = vectors[probes] @ vectors.T
    similar[articles[probes][:, None] == articles[None, :]] = -1
    cosine = min(float(np.median(similar.max(1))), 0.999)
    one, other = vectors[rng.permutation(probes)], vectors[rng.permutation(probes)]
    # The difference is nearly at right angles to the vector it moves: cosine = 1 / sqrt(1 + (step * length)^2).
    return float(np.sqrt(1 / cosine**2 - 1) / np.sqrt(((one - other) ** 2).sum(1).mean()))
