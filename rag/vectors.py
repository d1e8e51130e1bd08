"""Chroma, in generations: a folder is filled from the store, verified, and only then becomes the one that serves.

It is filled anew, or as a copy of the one that serves with what has changed: an article more in an archive of a million chunks
is no reason to spend ten minutes on its graph.

A generation that serves is never written to. Chroma keeps vectors in HNSW files alone, and a second writer or a kill
during a write can lose them without a word; a fresh folder and an atomic pointer make both harmless.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings
from tqdm import tqdm

from rag.models.memory import overwritten_when_freed, releasing_memory
from rag.store import Store

log = logging.getLogger(__name__)
COLLECTION = "chunks"
# What is kept of each vector and how the graph is searched; a generation of another layout is built anew.
LAYOUT = 5
# Chosen on 55,000 chunks of real news against exact search (docs/measurements.md, "Search speed"): a graph built with less
# care and searched with more finds more than the other way round, and is built in two thirds of the time.
HNSW = {"space": "cosine", "ef_construction": 64, "ef_search": 2500, "max_neighbors": 32}
POINTER = "current.json"
KEYS_AT_ONCE = 10_000  # ids in one query; Chroma hands them to SQLite as variables, 32,766 at most
REACHED = 0.99  # share of the vectors that a search for all must find
ADDED_AT_ONCE = 1000  # vectors; of 5,000 Chroma holds 90 MB more meanwhile
RELEASED_EVERY = 5 * ADDED_AT_ONCE  # vectors
IDS_AT_ONCE = 100_000  # read to see what a generation holds
STALE = 0.1  # of its vectors those deleted from the graph, which only marks them, until it is built anew
CHECKED = 20_000  # embeddings compared one by one at opening; beyond that a sample, so that opening stays quick


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which generation serves, and what of the store it holds."""

    generation: int
    revision: int
    count: int  # of vectors: one for each different text
    layout: int = 1
    gone: int = 0  # vectors deleted from it since its graph was built


class Vectors:
    """The serving generation under ``folder``, opened for reading. Build one with ``build``."""

    def __init__(self, folder: Path, pointer: Pointer) -> None:
        """Raises whatever Chroma raises when the folder is damaged; ``fault`` finds the silent kinds."""
        self.folder = folder
        self.pointer = pointer
        self._client = _client(generation_folder(folder, pointer.generation))
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def close(self) -> None:
        self._client.close()

    def query(
        self,
        vector: np.ndarray,
        limit: int,
        among: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """(key, cosine similarity) of the nearest vectors, nearest first; ``Store.chunks_of_vectors`` says whose they are.

        ``among`` restricts the search to these keys. Chroma keeps nothing of the articles beside the vectors, whose texts
        several may share: written for each, that made building half as long again.
        """
        if self.pointer.count == 0:
            return []
        if among is None:
            return self._nearest(vector, limit, None)
        found: list[tuple[int, float]] = []
        for at in range(0, len(among), KEYS_AT_ONCE):
            wanted = [str(key) for key in among[at : at + KEYS_AT_ONCE]]
            # A query for an id that is not there fails, and an older generation may lack some.
            held = self._collection.get(ids=wanted, include=[])["ids"]
            found += self._nearest(vector, limit, held) if held else []
        return sorted(found, key=lambda one: -one[1])[:limit]

    def _nearest(self, vector: np.ndarray, limit: int, ids: list[str] | None) -> list[tuple[int, float]]:
        found = self._collection.query(
            query_embeddings=[vector.tolist()],
            ids=ids,
            n_results=min(limit, self.pointer.count),
            include=["distances"],
        )
        ids, distances = found["ids"][0], found["distances"][0]
        return [(int(i), 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]

    def damage(self) -> str | None:
        """What is wrong with this generation in itself; None when nothing is."""
        try:
            count = self._collection.count()
            if count != self.pointer.count:
                return f"{count} vectors, should be {self.pointer.count}"
            if count == 0:
                return None
            first = self._collection.get(limit=1, include=["embeddings"])["embeddings"][0]
            limit = min(count, CHECKED)
            everything = self._collection.query(query_embeddings=[first.tolist()], n_results=limit, include=[])
            found = len(everything["ids"][0])
            # A few nodes of a large HNSW graph may not be reached from its entry; lost vectors are lost by the many.
            return None if found >= REACHED * limit else f"a search for {limit} vectors finds {found}"
        except Exception as error:  # Chroma raises its own, Rust's and SQLite's errors; any of them means: rebuild
            return f"{type(error).__name__}: {error}"

    def fault(self, store: Store) -> str | None:
        """What is wrong with this generation, also compared with a store of the same revision; None when nothing is."""
        damage = self.damage()
        if damage or self.pointer.count == 0:
            return damage
        try:
            return self._compare(store)
        except Exception as error:  # as above
            return f"{type(error).__name__}: {error}"

    def _compare(self, store: Store) -> str | None:
        rows = store.some_vectors(CHECKED)
        while batch := dict(islice(rows, 2000)):
            got = self._collection.get(ids=[str(key) for key in batch], include=["embeddings"])
            vectors = dict(zip(got["ids"], got["embeddings"], strict=True))
            for key, expected in batch.items():
                if str(key) not in vectors:
                    return f"vector {key} is missing"
                if not np.allclose(vectors[str(key)], expected, atol=1e-4):
                    return f"vector {key} differs"
        return None


def generation_folder(folder: Path, generation: int) -> Path:
    return folder / f"gen-{generation}"


def read_pointer(folder: Path) -> Pointer | None:
    """The pointer under ``folder``; None when there is none or it can't be read."""
    try:
        return Pointer(**json.loads((folder / POINTER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def build(folder: Path, store: Store, keep_previous: bool = True, grow: bool = False) -> Vectors:
    """A new generation of the store's vectors, verified, then swapped in; needs the writer lock.

    ``grow``: as a copy of the one that serves, which must be sound, with what has changed since; built anew where much
    has gone from it. The generation before stays for readers that still hold it, unless it holds what must go; older ones
    are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    serving, numbers = read_pointer(folder), _numbers(folder)
    vectors = _grown(folder, store, serving) if grow and serving and serving.layout == LAYOUT else None
    if vectors is None:
        vectors = _built(folder, store)
    _swap(folder, vectors.pointer)
    keep = (
        {vectors.pointer.generation, serving.generation} if serving and keep_previous else {vectors.pointer.generation}
    )
    for number in numbers:
        if number not in keep:
            shutil.rmtree(generation_folder(folder, number), ignore_errors=True)
    return vectors


def _numbers(folder: Path) -> list[int]:
    """Of the generations whose folders are there, whole or begun."""
    return [int(p.name.removeprefix("gen-")) for p in folder.glob("gen-*") if p.name[4:].isdigit()]


def _next(folder: Path, store: Store) -> int:
    """The number of a new generation."""
    serving = read_pointer(folder)
    # Counted in the store: Chroma keeps one client a path and process, so a number must not come back.
    counted = int(store.meta("generation") or 0), serving.generation if serving else 0
    generation = max([*_numbers(folder), *counted]) + 1
    store.set_meta("generation", str(generation))
    return generation


def _built(folder: Path, store: Store) -> Vectors:
    """A generation filled anew. Raises RuntimeError where Chroma does not keep what it is given."""
    generation, revision = _next(folder, store), store.revision
    path = generation_folder(folder, generation)
    with _writing(path) as client:
        collection = client.create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
        count = _fill(client, collection, store.distinct_vectors(), store.counts()[1])
    vectors = Vectors(folder, Pointer(generation, revision, count, LAYOUT))
    fault = vectors.fault(store)
    if fault:
        vectors.close()
        raise RuntimeError(f"Chroma did not keep what was written to {path}: {fault}")
    return vectors


def _grown(folder: Path, store: Store, serving: Pointer) -> Vectors | None:
    """A generation that begins as a copy of ``serving``; None where so much has gone that it should be built anew, or where
    Chroma did not keep what it was given, which is logged."""
    generation, revision = _next(folder, store), store.revision
    path = generation_folder(folder, generation)
    shutil.copytree(generation_folder(folder, serving.generation), path)
    try:
        with _writing(path) as client:
            pointer = _changed(client, store, serving)
        if pointer is not None:
            vectors = Vectors(folder, replace(pointer, generation=generation, revision=revision))
            fault = vectors.fault(store)
            if fault is None:
                return vectors
            vectors.close()
            log.warning("%s, a copy with what has changed, is not sound (%s); building it anew", path, fault)
    except Exception as error:  # Chroma's, Rust's and SQLite's own kinds, as in ``damage``
        log.warning("%s, a copy, can't be changed (%s: %s); building it anew", path, type(error).__name__, error)
    shutil.rmtree(path, ignore_errors=True)
    return None


def _changed(client: Any, store: Store, serving: Pointer) -> Pointer | None:
    """Makes what ``client`` holds, which is what ``serving`` does, equal to the store; None, and nothing done, where too much
    has gone."""
    collection = client.get_collection(COLLECTION, embedding_function=None)
    held: set[int] = set()
    while ids := collection.get(limit=IDS_AT_ONCE, offset=len(held), include=[])["ids"]:
        held.update(map(int, ids))
    wanted = store.vector_keys()
    left, new = sorted(held - wanted), sorted(wanted - held)
    gone = serving.gone + len(left)
    if gone > STALE * len(wanted):
        return None
    for at in range(0, len(left), ADDED_AT_ONCE):
        collection.delete(ids=[str(key) for key in left[at : at + ADDED_AT_ONCE]])
    count = _fill(client, collection, store.distinct_vectors(new), len(new))
    return replace(serving, count=count, gone=gone)


def _fill(client: Any, collection: Any, vectors: Iterator[tuple[int, np.ndarray]], total: int) -> int:
    """Adds vectors, one for each different text; how many Chroma says it has then.

    Equal vectors would be each other's only neighbours in the graph: six hundred of them are enough to hide others.
    """
    rows = releasing_memory(vectors, RELEASED_EVERY)
    size = min(ADDED_AT_ONCE, client.get_max_batch_size())
    with tqdm(total=total, desc="Chroma", unit="vector", disable=total < 20_000) as bar:
        while batch := list(islice(rows, size)):
            collection.add(
                ids=[str(key) for key, _ in batch],
                embeddings=np.stack([vector for _, vector in batch]),
            )
            bar.update(len(batch))
    return int(collection.count())


@contextmanager
def _writing(path: Path) -> Iterator[Any]:
    """A client that fills a generation, closed afterwards."""
    # Chroma writes whole blocks of memory, which might hold a vector that was deleted from the store a moment ago.
    with overwritten_when_freed(), closing(_client(path)) as client:
        yield client


def _swap(folder: Path, pointer: Pointer) -> None:
    beside = folder / f"{POINTER}.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(pointer), file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / POINTER)


def _client(path: Path) -> Any:
    path.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(path), settings=ChromaSettings(anonymized_telemetry=False))
