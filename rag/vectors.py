"""Chroma, in generations: a folder is filled from the store, verified, and only then becomes the one that serves.

A generation that serves is never written to. Chroma keeps vectors in HNSW files alone, and a second writer or a kill
during a write can lose them without a word; a fresh folder and an atomic pointer make both harmless.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
LAYOUT = 4
# Chosen on 55,000 chunks of real news against exact search (docs/measurements.md, "Search speed"): a graph built with less
# care and searched with more finds more than the other way round, and is built in two thirds of the time.
HNSW = {"space": "cosine", "ef_construction": 64, "ef_search": 2000, "max_neighbors": 32}
POINTER = "current.json"
KEYS_AT_ONCE = 10_000  # ids in one query; Chroma hands them to SQLite as variables, 32,766 at most
REACHED = 0.99  # share of the vectors that a search for all must find
ADDED_AT_ONCE = 1000  # vectors; of 5,000 Chroma holds 90 MB more meanwhile
RELEASED_EVERY = 5 * ADDED_AT_ONCE  # vectors
CHECKED = 20_000  # embeddings compared one by one at opening; beyond that a sample, so that opening stays quick


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which generation serves, and what of the store it holds."""

    generation: int
    revision: int
    count: int  # of vectors: one for each different text
    layout: int = 1


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


def build(folder: Path, store: Store, keep_previous: bool = True) -> Vectors:
    """A new generation from the store's vectors, verified, then swapped in; needs the writer lock.

    The generation before stays for readers that still hold it, unless it holds what must go; older ones are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    serving = read_pointer(folder)
    numbers = [int(p.name.removeprefix("gen-")) for p in folder.glob("gen-*") if p.name[4:].isdigit()]
    # Counted in the store: Chroma keeps one client a path and process, so a number must not come back.
    generation = max([*numbers, int(store.meta("generation") or 0), serving.generation if serving else 0]) + 1
    store.set_meta("generation", str(generation))
    revision = store.revision
    path = generation_folder(folder, generation)
    # Chroma writes whole blocks of memory, which might hold a vector that was deleted from the store a moment ago.
    with overwritten_when_freed():
        client = _client(path)
        try:
            count = _fill(client, store)
        finally:
            client.close()
    pointer = Pointer(generation, revision, count, LAYOUT)
    vectors = Vectors(folder, pointer)
    fault = vectors.fault(store)
    if fault:
        vectors.close()
        raise RuntimeError(f"Chroma did not keep what was written to {path}: {fault}")
    _swap(folder, pointer)
    keep = {generation, serving.generation} if serving and keep_previous else {generation}
    for number in numbers:
        if number not in keep:
            shutil.rmtree(generation_folder(folder, number), ignore_errors=True)
    return vectors


def _fill(client: Any, store: Store) -> int:
    """Adds a vector for each different text of the store; how many Chroma says it has.

    Equal vectors would be each other's only neighbours in the graph: six hundred of them are enough to hide others.
    """
    collection = client.create_collection(
        COLLECTION,
        configuration={"hnsw": HNSW},
        embedding_function=None,
    )
    rows = releasing_memory(store.distinct_vectors(), RELEASED_EVERY)
    size = min(ADDED_AT_ONCE, client.get_max_batch_size())
    total = store.counts()[1]
    with tqdm(total=total, desc="Chroma", unit="vector", disable=total < 20_000) as bar:
        while batch := list(islice(rows, size)):
            collection.add(
                ids=[str(key) for key, _ in batch],
                embeddings=np.stack([vector for _, vector in batch]),
            )
            bar.update(len(batch))
    return int(collection.count())


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
