"""What one side says of another, and that one denies: to a question for yes or no the answer is both."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.article import Article
from corpus.dates import display_date
from rag.compose.draft import Draft, marked
from rag.compose.quotes import ACCUSES, DENIED_WITHIN
from rag.compose.reading import read
from rag.compose.speakers import speaker_at
from rag.compose.topic import NEEDED, Topic
from rag.sentences import sentence_spans
from rag.types import Disagreement, Passage
from rag.verify.match import Matcher
from rag.verify.signs import signs

PASSAGES = 5  # looked at, the best first

Side = tuple[Passage, int, int]  # bounds of a sentence in the article


def dispute(topic: Topic, passages: Sequence[Passage]) -> tuple[Side, Side] | None:
    """The accusation that the question asks about, and its denial close behind; None where no passage has both."""
    for passage in passages[:PASSAGES]:
        if topic.foreign(passage.language) or topic.share(passage) < NEEDED:
            continue
        spans = sentence_spans(passage.text)
        for i, (start, end) in enumerate(spans):
            if not ACCUSES.search(passage.text[start:end]):
                continue
            for first, last in spans[i + 1 : i + 1 + DENIED_WITHIN]:
                if "\n" in passage.text[end:first]:
                    break
                denies = any(sign.kind == "denial" for sign in signs(read(passage.text[first:last], passage.language)))
                if denies and _about(topic, passage.text[start:last], passage.language):
                    at = passage.start
                    return (passage, at + start, at + end), (passage, at + first, at + last)
    return None


def _about(topic: Topic, text: str, language: str | None) -> bool:
    """Whether a text has a name of the question, and another of its words: who is accused, and of what."""
    matcher = Matcher(topic.text, read(text, language).tokens)
    found = [token for token in topic.words if matcher.find(token)]
    return any(token in topic.names for token in found) and any(token not in topic.names for token in found)


def both(sides: tuple[Side, Side], draft: Draft, articles: dict[str, Article]) -> tuple[Disagreement, ...]:
    """Says what each side says, and quotes it."""
    told = []
    for (passage, start, end), value in zip(sides, ("yes", "no"), strict=True):
        article = articles[passage.article_id]
        words = " ".join(article.text[start:end].split())
        speaker = speaker_at(article.text, start, end, (start, end), article.language)
        number = draft.cite(passage, start, end)
        told.append(
            Disagreement(
                text=words,
                short=words,
                value=value,
                citations=(number,),
                source=passage.source,
                published=passage.published,
                speaker=speaker.text if speaker else None,
            )
        )
    passage = sides[0][0]
    day = display_date(passage.published, draft.language)
    facts = ", ".join(" ".join(part.split()) for part in (passage.source, day) if part)
    parts = [draft.words("side", short=marked(one.text), facts=facts) if facts else marked(one.text) for one in told]
    draft.say(draft.words("conflict", sides="; ".join(parts)), [number for one in told for number in one.citations])
    for passage, start, end in sides:
        draft.quote(passage, start, end)
    return tuple(told)
