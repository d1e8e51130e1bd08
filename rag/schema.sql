-- The tables of store.sqlite; rag/store.py and the rooms it names are the only ones that know them.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    current INTEGER NOT NULL,            -- 1: this version answers; 0: superseded, kept for old answers
    superseded_by INTEGER,               -- row of the version that took its place
    content_hash TEXT NOT NULL,          -- of the article as loaded, before recurring paragraphs were taken out
    story INTEGER NOT NULL,              -- wire copies of one story share this number
    url_key TEXT,                        -- equal for all addresses of one page; versions share it
    title TEXT, source TEXT, author TEXT, agency TEXT,
    published TEXT, first_day INTEGER, last_day INTEGER,   -- as stated; days as yyyymmdd
    updated TEXT, url TEXT, language TEXT, category TEXT, correction TEXT, origin TEXT,
    file TEXT,                           -- absolute path of the file that holds it
    missing INTEGER NOT NULL DEFAULT 0,  -- 1: the file no longer holds it
    text TEXT NOT NULL,
    removed TEXT NOT NULL,
    metadata TEXT NOT NULL,
    provenance TEXT NOT NULL,
    added TEXT NOT NULL,
    UNIQUE (id, version)
);
CREATE UNIQUE INDEX articles_current ON articles (id) WHERE current = 1;
CREATE INDEX articles_url ON articles (url_key) WHERE url_key IS NOT NULL;
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_file ON articles (file);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (row),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, tokens INTEGER NOT NULL,
    dates TEXT NOT NULL                  -- JSON: [start, end, first day, last day] of each date mentioned, offsets as above
);
CREATE INDEX chunks_article ON chunks (article);
-- key: a hash of the text that was embedded. Chroma holds one vector for each key; chunks with the same text share it.
CREATE TABLE vectors (
    chunk INTEGER PRIMARY KEY REFERENCES chunks (id), model TEXT NOT NULL, key INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX vectors_key ON vectors (key);
CREATE VIRTUAL TABLE chunk_fts USING fts5 (title, body, parts, tokenize = "unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE chunk_vocab USING fts5vocab (chunk_fts, row);
CREATE VIRTUAL TABLE chunk_words USING fts5vocab (chunk_fts, col);
-- What rag/lexicon.py learnt from chunk_words. parts: of a compound, itself words of the index, between blanks; the
-- column parts of chunk_fts holds those of a chunk's compounds. names: the sounds that a word may stand for.
CREATE TABLE compounds (word TEXT PRIMARY KEY, parts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names (key TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (key, word)) WITHOUT ROWID;
-- Files read to their end, so that an unchanged one need not be opened again; problems as JSON, to be told again.
CREATE TABLE files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, records INTEGER NOT NULL, problems TEXT NOT NULL) WITHOUT ROWID;
-- Near-duplicate search: LSH bands of current articles' signatures.
CREATE TABLE bands (band INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles (row), PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article);
-- Hashes of current articles' paragraphs, to find those that recur; dropped: taken out of the text.
CREATE TABLE paragraphs (
    key INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles (row), dropped INTEGER NOT NULL, PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE INDEX paragraphs_article ON paragraphs (article);
CREATE TABLE ingest_log (at TEXT NOT NULL, origin TEXT, article TEXT, outcome TEXT NOT NULL, reason TEXT);
