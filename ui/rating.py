"""What a visitor thinks of an answer: kept in the index folder, and shown under the answer as HTML. Knows no gradio."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

from rag import feedback
from rag.safe import safe
from ui.session import Turn
from ui.texts import say

# Characters of a comment; the box takes no more, and what comes all the same is cut.
LONGEST_COMMENT = 2000


def keep(turn: Turn, verdict: feedback.Rated, comment: str, folder: Path, held: Callable[[str], object]) -> None:
    """Saves a verdict on the answer of ``turn``, if it has one. ``held`` and what is raised: as in ``feedback.add``."""
    if turn.answer is not None:
        said = comment if verdict == "down" else ""
        turn.kept = feedback.add(
            folder, turn.id, turn.answer, verdict, said, held=held, time_ignored=bool(turn.ignored)
        )
        turn.verdict, turn.comment, turn.unsaved = verdict, comment, None


def rating(turn: Turn, number: int, language: str) -> str:
    """Both thumbs, what became of the press, and under a thumb down a box that nobody need fill in."""
    thumbs = "".join(
        f'<button type="button" class="thumb {verdict}" data-event="rate" data-turn="{number}" data-verdict="{verdict}" '
        f'aria-pressed="{str(turn.verdict == verdict).lower()}" aria-label="{label}" title="{label}"></button>'
        for verdict in ("up", "down")
        for label in [safe(say(f"rate_{verdict}", language))]
    )
    failed = " failed" if turn.unsaved else ""
    return (
        f'<div class="rating"><div class="thumbs" role="group" aria-label="{safe(say("rate", language))}">{thumbs}'
        f'<p class="kept{failed}">{safe(told(turn, language))}</p></div>'
        f"{_comment(turn, number, language) if turn.commenting else ''}</div>"
    )


def told(turn: Turn, language: str) -> str:
    """What became of the last press: where it is kept, that it was taken back, or why it was not saved."""
    if turn.unsaved is not None:
        return turn.unsaved.text(language)
    if turn.verdict is None:
        return ""
    if turn.verdict == "down" and turn.comment:
        return say("rated_comment", language)
    return say(f"rated_{turn.verdict}", language)


def _comment(turn: Turn, number: int, language: str) -> str:
    box = f"comment-{number}"
    return (
        f'<div class="comment"><label for="{box}">{safe(say("comment", language))}</label>'
        f'<textarea id="{box}" rows="2" maxlength="{LONGEST_COMMENT}" dir="auto">{safe(turn.comment)}</textarea>'
        f'<button type="button" class="quiet" data-event="comment" data-turn="{number}">'
        f"{safe(say('comment_send', language))}</button>"
        f'<p class="hint">{safe(say("rated_next", language))} <code>{_in_words(command(turn.kept))}</code></p></div>'
    )


def _in_words(text: str) -> str:
    """Escaped, its options kept from being torn apart at a line's end."""
    return " ".join(f"<span>{safe(word)}</span>" if word.startswith("--") else safe(word) for word in text.split(" "))


def command(kept: Path | None) -> str:
    """What makes a draft question of it, to be pasted into a terminal."""
    if kept is None:
        return ""
    return f"belegt eval draft --review --index {shlex.quote(str(kept.parent))} --feedback {shlex.quote(str(kept))}"
