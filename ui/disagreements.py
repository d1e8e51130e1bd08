"""The sides of an answer on which sources differ, as a small table: what is said, by whom, where and when, newest first."""

from __future__ import annotations

from collections.abc import Mapping

from rag.safe import safe
from rag.types import Answer, Disagreement
from ui.facts import chip, facts, what
from ui.texts import say


def disagreements_html(answer: Answer, number: int, language: str) -> str:
    """The table of answer ``number`` of the conversation; "" where sources agree."""
    if not answer.disagreements:
        return ""
    heads = "".join(
        f'<th scope="col">{safe(say(key, language))}</th>'
        for key in ("sides_what", "sides_who", "sides_where", "sides_reference")
    )
    labels = {citation.number: what(citation, language) for citation in answer.citations}
    rows = "".join(_row(side, number, labels, language) for side in answer.disagreements)
    caption = f"<caption>{safe(say('sides', language))}</caption>"
    return f'<table class="sides">{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(side: Disagreement, number: int, labels: Mapping[int, str], language: str) -> str:
    chips = "".join(chip(cited, number, labels[cited], language) for cited in side.citations)
    return (
        f'<tr><th scope="row"><bdi>{safe(side.short)}</bdi></th><td><bdi>{safe(side.speaker or "–")}</bdi></td>'
        f"<td>{facts(side.source, side.published, language)}</td><td>{chips}</td></tr>"
    )
