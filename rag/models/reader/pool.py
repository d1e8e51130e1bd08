"""Training data -> passages and the questions asked about them, with a development part that training never sees.

Only data whose licence permits shipping what was learnt from it, and none that anything is measured on: XQuAD, NoMIRACL
and MLQA's test set are not opened here, no article of Wikinews that an evaluation set is about is, and a test says so.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MLQA = "mlqa_dev/dev-context-{}-question-{}.json"
SOURCES = {  # name -> file under the data's folder, or a path of its own; language of its passages
    "squadshifts-wiki": ("train/squadshifts_new_wiki.json.gz", "en"),
    "squadshifts-reddit": ("train/squadshifts_reddit.json.gz", "en"),
    "squadshifts-amazon": ("train/squadshifts_amazon_reviews.json.gz", "en"),
    "squad2": ("train/squad2_half_dev_minus_xquad.json.gz", "en"),
    "tydiqa": ("train/tydiqa_goldp_en.json.gz", "en"),
    "mlqa-de-de": (MLQA.format("de", "de"), "de"),  # language of the passage, language of the question
    "mlqa-de-en": (MLQA.format("de", "en"), "de"),
    "mlqa-en-de": (MLQA.format("en", "de"), "en"),
    "mlqa-en-en": (MLQA.format("en", "en"), "en"),
    "mlqa-es-es": (MLQA.format("es", "es"), "es"),
    "news": ("wikinews/articles.jsonl", "de"),  # German Wikinews, CC BY 2.5
    "wikipedia": (MLQA.format("de", "de"), "de"),  # MLQA's German passages once more
    # Passages of our own too, made up in part: to learn reading from, not facts.
    "own-de": (str(HERE / "own-de.passages.jsonl"), "de"),
    "own-en": (str(HERE / "own-en.passages.jsonl"), "en"),
    "plain-de": (str(HERE / "plain-de.passages.jsonl"), "de"),
    "plain-en": (str(HERE / "plain-en.passages.jsonl"), "en"),
    "parts-de": (str(HERE / "parts-de.passages.jsonl"), "de"),  # of articles, that make sense under their titles alone
    "parts-en": (str(HERE / "parts-en.passages.jsonl"), "en"),
    "articles-de": (str(HERE / "articles-de.passages.jsonl"), "de"),  # encyclopaedic, in passages: one answers, or none
    "actors-de": (str(HERE / "actors-de.passages.jsonl"), "de"),  # news in which several do the like
    "actors-en": (str(HERE / "actors-en.passages.jsonl"), "en"),
    "stories-de": (str(HERE / "stories-de.passages.jsonl"), "de"),  # news, asked about in quite other words
    "stories-en": (str(HERE / "stories-en.passages.jsonl"), "en"),
}
# Questions of our own, a line for each: the text it is about, the question, the bounds of the answer or null. No text. An
# article of Wikinews and a passage of our own go by their id, a passage of MLQA by its digest.
_ASKED = (
    *("news", "wikipedia", "own-de", "own-en", "plain-de", "plain-en", "parts-de", "parts-en"),
    *("articles-de", "actors-de", "actors-en", "stories-de", "stories-en"),
)
OWN = {name: HERE / f"{name}.jsonl" for name in _ASKED}
COLLECTIONS = ("squadshifts-reddit", "squadshifts-amazon")  # whose titles are no titles of texts
HELD_OUT = 8  # one article in so many of MLQA, SQuAD 2.0, the news and our own is kept for development


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about ``passage`` (its number in the pool) with the bounds of its answers; none: it has no answer."""

    id: str
    source: str
    question: str
    passage: int
    answers: tuple[tuple[int, int], ...]

    @property
    def best(self) -> tuple[int, int] | None:
        """The answer most annotators gave; of equally frequent ones the shortest."""
        counts = Counter(self.answers)
        return min(counts, key=lambda a: (-counts[a], a[1] - a[0]), default=None)


@dataclass(slots=True)
class Pool:
    """Passages, each once, with title ("" for none), language and article; and questions for training and for development."""

    passages: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    train: list[Asked] = field(default_factory=list)
    development: list[Asked] = field(default_factory=list)


def load_pool(data: Path, sources: Sequence[str] = tuple(SOURCES)) -> Pool:
    """Reads the sources under ``data``. Raises FileNotFoundError naming the file that is not there."""
    pool, numbers, asked = Pool(), dict[str, int](), list[Asked]()
    for source in sources:
        name, language = SOURCES[source]
        for article, title, text, questions in _own(source, data / name) if source in OWN else paragraphs(data / name):
            number = numbers.setdefault(text, len(numbers))
            if number == len(pool.passages):
                pool.passages.append(text)
                pool.titles.append("" if source in COLLECTIONS else title)
                pool.languages.append(language)
                pool.articles.append(f"{source}/{article}")
            asked += (_asked(source, number, text, qa) for qa in questions)
    held = _held_out(pool, asked)
    for question in asked:
        (pool.development if question.passage in held else pool.train).append(question)
    return pool


def _held_out(pool: Pool, asked: Sequence[Asked]) -> set[int]:
    """Numbers of passages kept for development. MLQA asks the same question, with the same id, in several languages
    and about parallel passages: whatever shares a question or a passage with a held-out one is held out too."""
    questions = {a.id for a in asked if a.source == "mlqa-de-de" and _drawn(pool.passages[a.passage])}
    mlqa = [a for a in asked if a.source.startswith("mlqa")]
    held: set[int] = set()
    while True:
        grown = {a.passage for a in mlqa if a.id in questions}
        if grown == held:
            break
        held = grown
        questions = {a.id for a in mlqa if a.passage in held}
    drawn = {"squad2", *OWN} - {"wikipedia"}  # whose passages are MLQA's
    others = {a.passage for a in asked if a.source in drawn}
    return held | {p for p in others if _drawn(pool.articles[p])}


def _drawn(name: str) -> bool:
    return hashlib.sha256(name.encode("utf-8")).digest()[0] % HELD_OUT == 0


def _asked(source: str, passage: int, text: str, qa: dict[str, Any]) -> Asked:
    answers = ((a["answer_start"], a["answer_start"] + len(a["text"])) for a in qa["answers"] if a["text"].strip())
    own = "mlqa" if source.startswith("mlqa") else source
    return Asked(
        f"{own}/{qa['id']}", source, qa["question"].strip(), passage, tuple(b for b in answers if b[1] <= len(text))
    )


def paragraphs(path: Path) -> Iterator[tuple[str, str, str, list[dict[str, Any]]]]:
    """(article, title, passage, questions) of a SQuAD-format file; a passage without a title is an article of its own."""
    raw = path.read_bytes()
    for number, page in enumerate(json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]):
        for place, paragraph in enumerate(page["paragraphs"]):
            name = page.get("title") or ""
            yield name or f"{number}.{place}", name.replace("_", " "), paragraph["context"], paragraph["qas"]


def digest(passage: str) -> str:
    """By which a question of our own names a passage that has no id."""
    return hashlib.sha256(passage.encode("utf-8")).hexdigest()[:12]


def _own(source: str, path: Path) -> Iterator[tuple[str, str, str, list[dict[str, Any]]]]:
    """The same of the texts at ``path`` that questions of OWN are about."""
    if path.suffix == ".jsonl":
        lines = map(json.loads, path.read_text("utf-8").splitlines())
        # The passages of one article are "NAME.1", "NAME.2" ...
        texts = {each["id"]: (each["id"].partition(".")[0], each.get("title", ""), each["text"]) for each in lines}
    else:
        texts = {digest(text): (article, title, text) for article, title, text, _ in paragraphs(path)}
    asked: dict[str, list[dict[str, Any]]] = {}
    for one in map(json.loads, OWN[source].read_text("utf-8").splitlines()):
        about, answers = one["about"], []
        if one["answer"]:
            start, end = one["answer"]
            answers = [{"answer_start": start, "text": texts[about][2][start:end]}]
        among = asked.setdefault(about, [])
        among.append({"id": f"{about}-{len(among)}", "question": one["question"], "answers": answers})
    for about, questions in asked.items():
        yield *texts[about], questions
