"""Articles, answers and an Answerer made by hand, small enough to check by eye."""

from __future__ import annotations

import re
import threading
import time as time_module
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from corpus.article import Article
from corpus.dates import NewsDate
from rag.answerer import Answerer
from rag.errors import ArticleMissingError
from rag.settings import Settings
from rag.types import Answer, Citation, Event, Passage, QuestionTime, Sentence

# What a hostile article may try. None of it may become an element, an attribute, a link or a template.
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    '" onmouseover="alert(3)" x="',
    "' onfocus='alert(4)' autofocus='",
    "${alert(5)}",
    "{{constructor.constructor('alert(6)')()}}",
    "</mark></blockquote><iframe src=javascript:alert(7)>",
    "[Markdown](javascript:alert(8)) **fett** `code`",
)

BRIDGE = Article(
    id="a-1",
    title="Brücke gesperrt",
    source="Hafenkurier",
    published=NewsDate.parse("2024-08-22"),
    url="https://www.hafenkurier.example/bruecke?x=1&y=2",
    language="de",
    text="Die Brücke ist seit Mittwoch gesperrt.\n\nSie stammt aus dem Jahr 1968. Ein Neubau kostet 74 Mio. Euro.",
    metadata={"notice": "Erfundener Artikel."},
)
HOSTILE = Article(
    id="a-2",
    title="".join(ATTACKS),
    source="Böse" + "".join(ATTACKS),
    url="javascript:alert(9)",
    language='de" onclick="alert(10)',
    text=f"Davor {' '.join(ATTACKS)}. Zitat {ATTACKS[0]} & {ATTACKS[2]} Ende. Danach.",
    metadata={"notice": ATTACKS[1]},
)


def cite(number: int, article: Article, quote: str) -> Citation:
    """A citation of the first place where ``article`` says ``quote``."""
    start = article.text.index(quote)
    published = str(article.published) if article.published else None
    return Citation(
        number, article.id, article.title, article.source, published, article.url, quote, start, start + len(quote)
    )


def answered(*citations: Citation, **changes: Any) -> Answer:
    """An extractive answer: each quote a sentence of its own."""
    sentences = tuple(Sentence(c.quote, (c.number,), "verbatim") for c in citations)
    given: dict[str, Any] = {
        "question": "Wie alt ist die Brücke?",
        "language": "de",
        "text": " ".join(f"{c.quote} [{c.number}]" for c in citations),
        "status": "answered",
        "sentences": sentences,
        "citations": citations,
        "passages": (),
        "confidence": 0.9,
        "as_of": "2025-06-12",
    }
    return Answer(**given | changes)


def passage(article: Article, text: str | None = None) -> Passage:
    """All of ``article`` (or ``text``) as a retrieved passage."""
    text = article.text if text is None else text
    published = str(article.published) if article.published else None
    return Passage(
        1, article.id, article.title, article.source, published, article.url, "de", text, 0, len(text), 1.0, 0.5, 0.5
    )


BRIDGE_ANSWER = answered(cite(1, BRIDGE, "Sie stammt aus dem Jahr 1968."))
LONG_ANSWER = answered(  # 2,000 words in 200 quotes
    *(replace(cite(1, BRIDGE, "Die Brücke ist seit Mittwoch gesperrt."), number=n) for n in range(1, 201)),
    sentences=tuple(
        Sentence(f"Satz {n} hat mit allen seinen Teilen genau zehn Wörter.", (n,), "verbatim") for n in range(1, 201)
    ),
    text=" ".join(f"Satz {n} hat mit allen seinen Teilen genau zehn Wörter. [{n}]" for n in range(1, 201)),
)
HOSTILE_ANSWER = answered(cite(1, HOSTILE, f"Zitat {ATTACKS[0]} & {ATTACKS[2]} Ende."))


class _Names:
    """What a filter over these articles offers."""

    def names(self, column: str) -> list[str]:
        return [BRIDGE.source or "", HOSTILE.source or ""]

    def languages(self) -> list[str]:
        return ["de"]


class ScriptedAnswerer(Answerer):
    """Answers from a script, with no index: a question's first word chooses what happens.

    "Brücke": an answer. "Lang": one of 2,000 words, in some two seconds. "Böse": one from the hostile article.
    "Langsam": text, then a pause until ``resume`` is set. "Kaputt": an exception. "Wann": an answer that takes all other
    words of the question for its time (March 2024), and nothing found when told to leave time out. Anything else: nothing
    found.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` takes the feedback; without one it can't be written."""
        self.resume = threading.Event()
        self.edition: str | None = "1"  # of both articles
        self.pace = 0.001  # seconds a word of the long answer
        self.settings = Settings.load(index=folder or Path("/dev/null"))
        self.index = SimpleNamespace(version=self.version, store=_Names())  # type: ignore[assignment]

    def version(self, article_id: str) -> str | None:
        return self.edition if article_id in (BRIDGE.id, HOSTILE.id) else None

    def stream(self, question: str, *_: Any, time: Any = None, **__: Any) -> Iterator[Event]:
        yield Event("stage", "searching")
        word = question.split()[0].rstrip("?")
        if word == "Kaputt":
            raise ZeroDivisionError("secret detail")
        if word == "Langsam":
            yield Event("token", "Ein Anfang [1] ")
            self.resume.wait(20)
        if word == "Lang":
            for piece in re.findall(r"\S+\s*", LONG_ANSWER.text):
                yield Event("token", piece)
                time_module.sleep(self.pace)
        answers = {"Lang": LONG_ANSWER, "Brücke": BRIDGE_ANSWER, "Langsam": BRIDGE_ANSWER, "Böse": HOSTILE_ANSWER}
        if word == "Wann" and time is not False:
            words = question.removeprefix("Wann ")
            asked = QuestionTime("range", words, 5, len(question), "2024-03-01", "2024-03-31")
            answers["Wann"] = replace(BRIDGE_ANSWER, time=asked)
        refusal = answered(text="Dazu steht hier nichts.", status="not_found", passages=(passage(HOSTILE),))
        yield Event("answer", answer=answers.get(word, refusal))

    def article(self, article_id: str) -> Article:
        for article in (BRIDGE, HOSTILE):
            if article.id == article_id:
                return article
        raise ArticleMissingError(id=article_id)

    def status(self) -> Any:
        return SimpleNamespace(articles=2, chunks=2, newest="2024-08-22")

    def close(self) -> None:
        self.resume.set()
