-- The tables of store.sqlite; rag/store.py is the only one that knows them.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    current INTEGER NOT NULL,            -- 1: this version answers; 0: superseded, kept for old answers
    content_hash TEXT NOT NULL,
    title TEXT, source TEXT, author TEXT, agency TEXT,
    published TEXT, first_day INTEGER, last_day INTEGER,   -- as stated; days as yyyymmdd
    updated TEXT, url TEXT, language TEXT, origin TEXT,
    text TEXT NOT NULL,
    removed TEXT NOT NULL,
    metadata TEXT NOT NULL,
    added TEXT NOT NULL,
    UNIQUE (id, version)
);
CREATE UNIQUE INDEX articles_current ON articles (id) WHERE current = 1;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (row),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, tokens INTEGER NOT NULL
);
CREATE INDEX chunks_article ON chunks (article);
CREATE TABLE vectors (chunk INTEGER PRIMARY KEY REFERENCES chunks (id), model TEXT NOT NULL, vector BLOB NOT NULL);
CREATE VIRTUAL TABLE chunk_fts USING fts5 (title, body, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE chunk_vocab USING fts5vocab (chunk_fts, row);
CREATE TABLE ingest_log (at TEXT NOT NULL, origin TEXT, article TEXT, outcome TEXT NOT NULL, reason TEXT);
