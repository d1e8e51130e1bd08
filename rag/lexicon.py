"""What the index has learnt of its own words: compounds and their parts, names and how they sound.

Learnt anew from the whole vocabulary at the end of every ingest that changed something, in one transaction: whatever
the order of ingests, the same articles give the same lexicon, and a killed run leaves the old one. Texts keep their
tokens; the parts of their compounds stand in a column of their own beside them, where they weigh less.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from rag import german, names
from rag.compounds import LONGEST, Splitter
from rag.database import Database, holes
from rag.frequencies import own_counts, write_common
from rag.models.memory import releasing_memory
from rag.store import Store

MATES = 12  # other spellings of a name that a question looks for
ROWS_AT_ONCE = 500  # in one query
RELEASED_EVERY = 10_000  # chunks
_LEARNT = "lexicon"  # meta: the revision of the store that was learnt from
_TOP = "lexicon chunks"  # meta: the highest chunk id whose parts are written


def learn(store: Database) -> bool:
    """Brings compounds, names and the parts beside texts up to date; False when nothing had changed."""
    if store.meta(_LEARNT) == str(store.revision):
        return False
    with store.transaction() as db:
        own = own_counts(db)
        frequencies = {word: count for word, count in own.items() if 2 <= len(word) <= LONGEST}
        splitter = Splitter(lambda word: frequencies.get(word, 0))
        compounds = {word: " ".join(parts) for word in frequencies if (parts := splitter.parts(word))}
        changed = _write_compounds(db, compounds)
        _write_names(db, frequencies, compounds)
        _write_parts(db, compounds, changed, int(store.meta(_TOP) or 0))
        top = db.execute("SELECT coalesce(max(id), 0) FROM chunks").fetchone()[0]
        store.set_meta(_TOP, str(top))
        write_common(store, own)
        store.set_meta(_LEARNT, str(store.revision))
    return True


def _write_compounds(db: sqlite3.Connection, compounds: dict[str, str]) -> set[str]:
    """Stores what differs; the words whose parts are new, other or gone."""
    old: dict[str, str] = dict(db.execute("SELECT word, parts FROM compounds"))
    gone = old.keys() - compounds.keys()
    new = [(word, parts) for word, parts in compounds.items() if old.get(word) != parts]
    db.executemany("DELETE FROM compounds WHERE word = ?", [(word,) for word in gone])
    db.executemany("INSERT OR REPLACE INTO compounds VALUES (?, ?)", new)
    return gone | {word for word, _ in new}


def _write_names(db: sqlite3.Connection, words: Iterable[str], compounds: dict[str, str]) -> None:
    """Stores the sounds of the words that may be names: compounds are none, nor is what two compounds are made of."""
    uses = Counter(part for parts in compounds.values() for part in parts.split())
    new = {(key, word) for word in words if word not in compounds and uses[word] < 2 for key in names.keys(word)}
    old = set(db.execute("SELECT key, word FROM names"))
    db.executemany("DELETE FROM names WHERE key = ? AND word = ?", old - new)
    db.executemany("INSERT INTO names VALUES (?, ?)", sorted(new - old))


def _write_parts(db: sqlite3.Connection, compounds: dict[str, str], changed: set[str], top: int) -> None:
    """Writes the parts beside the chunks that are new (above ``top``) or hold a word whose parts have ``changed``."""
    rows = _chunks_to_write(db, changed, top)
    for at in releasing_memory(range(0, len(rows), ROWS_AT_ONCE), RELEASED_EVERY // ROWS_AT_ONCE):
        part = rows[at : at + ROWS_AT_ONCE]
        found = db.execute(
            f"SELECT chunk_fts.rowid, title, body, parts FROM chunk_fts WHERE rowid IN ({holes(part)})", part
        ).fetchall()
        updates = []
        for rowid, title, body, written in found:
            own = dict.fromkeys([*title.split(), *body.split()])
            parts = dict.fromkeys(p for word in own if word in compounds for p in compounds[word].split())
            wanted = " ".join(p for p in parts if p not in own)
            if wanted != written:
                updates.append((wanted, rowid))
        db.executemany("UPDATE chunk_fts SET parts = ? WHERE rowid = ?", updates)


def _chunks_to_write(db: sqlite3.Connection, changed: set[str], top: int) -> list[int]:
    """Ids of the chunks in German, or in a language nobody knows, that ``_write_parts`` is about."""
    everything = [
        row[0]
        for row in db.execute(
            "SELECT chunks.id FROM chunks JOIN articles ON row = article WHERE coalesce(language, 'de') = 'de' ORDER BY 1"
        )
    ]
    new = {chunk for chunk in everything if chunk > top}
    # Looking each word up would take longer than looking through all.
    if len(new) == len(everything) or len(changed) > len(everything):
        return everything
    for word in changed:
        matches = db.execute("SELECT rowid FROM chunk_fts WHERE chunk_fts MATCH ?", (f'{{title body}} : "{word}"',))
        new.update(row[0] for row in matches)
    return [chunk for chunk in everything if chunk in new]


class Lexicon:
    """Answers about words, from what was learnt. Good until the store changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._splitter = Splitter(self._frequency)

    def parts(self, word: str) -> tuple[str, ...]:
        """Parts of a compound, be it one of the index or not; () when it is none."""
        row = self._store.db.execute("SELECT parts FROM compounds WHERE word = ?", (word,)).fetchone()
        if row:
            return tuple(row[0].split())
        return () if self._frequency(word) else self._splitter.parts(word)

    def spellings(self, word: str) -> tuple[str, ...]:
        """Other words of the index that may be the same name, the most frequent first."""
        if self.parts(word) or (self._frequency(word) and not self._may_be_name(word)):
            mates: set[str] = set()
        else:
            keys = names.keys(word)
            query = f"SELECT DISTINCT word FROM names WHERE key IN ({holes(keys)})"
            mates = {row[0] for row in self._store.db.execute(query, keys)}
        mates |= names.exonyms().get(word, frozenset())
        mates.discard(word)
        known = sorted(mates, key=lambda mate: (-self._frequency(mate), mate))
        return tuple(mate for mate in known if self._frequency(mate))[:MATES]

    def _may_be_name(self, word: str) -> bool:
        keys = names.keys(word)[:1]
        return any(
            self._store.db.execute("SELECT 1 FROM names WHERE key = ? AND word = ?", (k, word)).fetchone() for k in keys
        )

    def _frequency(self, word: str) -> int:
        return self._store.frequencies.of(word)[1]


def with_spellings(
    question: str, groups: Iterable[tuple[str, ...]], languages: Iterable[str | None], lexicon: Lexicon
) -> list[tuple[str, ...]]:
    """Each word of a question (its stems in ``languages``) with the other spellings of the name that it may be.

    Names begin with a capital; a question all in small letters may have any word for a name.
    """
    capitals = german.capitalised(question)
    names_stems = {german.stem(word, language) for word in capitals for language in languages}
    found = []
    for group in groups:
        may_be_name = not capitals or not names_stems.isdisjoint(group)
        others = [other for token in group for other in lexicon.spellings(token)] if may_be_name else []
        found.append(tuple(dict.fromkeys([*group, *others])))
    return found
