"""A follow-up question worded by the language model, and held to what was said: else the rules' wording stays.

Whether a question leans on the conversation at all is for the rules to say (``rag.followup``): on 50 of 50 questions that
stand on their own they left it alone, and each such question would wait for the model in vain.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from llama_index.core.base.llms.types import ChatMessage

from rag import german
from rag.aside import Stop
from rag.errors import LlmError
from rag.followup import REMEMBERED, FollowUp
from rag.generate.draft import foreign
from rag.generate.planted import planted
from rag.generate.prompt import harmless, prompts
from rag.generate.write import note_of
from rag.messages import messages
from rag.models.question import asked_kind
from rag.models.writer import Writer
from rag.sentences import sentence_spans
from rag.settings import Settings
from rag.types import Note, Turn
from rag.verify import Source, verify
from rag.verify.words import read

MOST_TOKENS = 96
LONGEST = 300  # characters
ANSWER_SHOWN = 600  # characters of an earlier answer
INVENTED = ("number", "unit", "date", "name", "negation")  # what ``verify`` may find that no conversation may lack
_LEAD = re.compile(r"^(?:(?:letzte |last )?(?:frage|question)\s*:\s*|[-*•>]\s+)+", re.IGNORECASE)
_QUOTES = "\"'„“”»«`* "


@dataclass(frozen=True, slots=True)
class Worded:
    """A follow-up question as it is asked. ``note``: why it is the rules' wording. ``tokens``: about what it cost."""

    question: str
    note: Note | None
    tokens: int


def worded(
    llm: Writer,
    question: str,
    history: Sequence[Turn],
    follow: FollowUp,
    settings: Settings,
    count: Callable[[str], int],
    stop: Stop | None = None,
) -> Worded:
    """The model's wording of ``question``, or that of ``follow`` with a note: the model failed or took longer than
    ``llm_followup_timeout``, names what was never said, or asks another thing. Raises Stopped at ``stop``."""
    said = list(spoken(history))
    asked = prompts()["followup", follow.language].format(
        conversation="\n".join(harmless(text) for text in said), question=harmless(" ".join(question.split()))
    )
    tokens, text = count(asked), ""
    deadline = time.monotonic() + settings.llm_followup_timeout
    try:
        for piece in llm.stream([ChatMessage(role="user", content=asked)], MOST_TOKENS, deadline, stop):
            text += piece
    except LlmError as error:
        # The time is another setting's than the one that the error names.
        late = Note("llm_followup_slow", {"seconds": settings.llm_followup_timeout})
        return Worded(follow.question, late if error.reason == "slow" else note_of(error, "llm_followup"), tokens)
    found = _bare(text)
    note = doubt(found, question, said, follow)
    return Worded(follow.question if note else found, note, tokens + (count(text) if text else 0))


def spoken(history: Sequence[Turn]) -> Iterator[str]:
    """The questions, as they were understood, and the answers; nothing of them that speaks to a model."""
    for turn in list(history)[-REMEMBERED:]:
        yield (turn.answer.understood_as if turn.answer else None) or turn.question
        if turn.answer:
            told = " ".join(s.text for s in turn.answer.sentences if not planted(s.text))
            yield told[:ANSWER_SHOWN] or messages().say("refusal", turn.answer.language)


def doubt(found: str, question: str, said: Sequence[str], follow: FollowUp) -> Note | None:
    """Why the wording ``found`` can't be taken; None where it can."""
    language = follow.language
    own, content = _content(question, language), _content(found, language)
    kind = asked_kind(follow.question)
    if (
        len(sentence_spans(found)) != 1
        or len(found) > LONGEST
        or not found.endswith("?")
        or foreign(found, language)
        or (own & _content(follow.question, language)) - content  # it lost a word that the rules kept
        or not content - own  # and won none
        or (kind != "other" and asked_kind(found) != kind)
    ):
        return Note("llm_followup_other")
    known = " ".join([*said, question, follow.question])
    faults = verify(found, [Source(known, language)], language).faults
    strange = [fault.text for fault in faults if fault.reason in INVENTED]
    strange += [word for word in _unsaid(found, known, language) if not any(word in fault for fault in strange)]
    return Note("llm_followup_invented", {"words": ", ".join(strange)}) if strange else None


def _unsaid(found: str, known: str, language: str) -> list[str]:
    """Words with a capital or a figure that nobody said. In German that is every noun: better one rewording too few."""
    stems = {token.stem for token in read(known, language).tokens}
    return [
        token.text
        for token in read(found, language).tokens
        if token.stem not in stems
        and token.word not in german.STOPWORDS
        and ((token.capital and not token.first) or any(c.isdecimal() for c in token.text))
    ]


def _content(text: str, language: str) -> set[str]:
    return {german.stem(word, language) for word in german.words(text) if word not in german.STOPWORDS}


def _bare(text: str) -> str:
    """The first line with words, without what models like to put around it."""
    line = next((line for line in text.splitlines() if line.strip(_QUOTES)), "")
    return _LEAD.sub("", line.strip(_QUOTES)).strip(_QUOTES)
