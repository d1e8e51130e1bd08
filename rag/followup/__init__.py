"""Follow-up questions, resolved from the conversation without a language model: "Und wie viele wurden verletzt?"

``understand`` decides whether a question leans on what was said before it and, if so, says how it is understood: as
another question, which stands on its own and is shown to who asked, or as the wish to know who says what was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.language import question_language
from rag.followup.leaning import leans
from rag.followup.rewrite import rewritten
from rag.followup.sources import asks_for_source, who_says
from rag.followup.subject import Subject, asked
from rag.messages import wording_language
from rag.types import Answer, Turn

__all__ = ["FollowUp", "understand"]
REMEMBERED = 4  # turns of a conversation that are looked at, from its end


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a follow-up question is understood: as ``question``, in ``language`` ("de", "en").

    ``answer`` is set where the earlier answer's citations tell already: then nothing is to be searched.
    """

    question: str
    language: str
    answer: Answer | None = None


def understand(question: str, history: Sequence[Turn]) -> FollowUp | None:
    """How ``question``, asked after ``history`` (oldest first), is understood; None: as it stands."""
    turns = list(history)[-REMEMBERED:]
    if not turns:
        return None
    before = _language(asked(turns[-1]), "de")
    language = _language(question, before)
    last = turns[-1].answer
    if last is not None and last.citations and asks_for_source(question, language):
        answer = who_says(question, turns[-1], last, language)
        return FollowUp(answer.understood_as or question, language, answer)
    subject = Subject(turns, before)
    lean = leans(question, language, subject.said, subject.whole)
    understood = rewritten(question, lean, subject, language) if lean else None
    return FollowUp(understood, language) if understood else None


def _language(question: str, default: str) -> str:
    return wording_language(question_language(question, default))
