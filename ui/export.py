"""A conversation to take away: one answer as plain text with footnotes, all of it as Markdown. Knows no gradio.

What comes from articles or visitors can do nothing in Markdown either: every character that means something there is
escaped, and an address becomes a link only if it is a web address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from urllib.parse import quote

from corpus.dates import display_date
from rag.display import note
from rag.safe import plain, web_host
from rag.types import Answer, Citation
from ui.conditions import parts
from ui.facts import what
from ui.session import Turn
from ui.texts import say

_SPECIAL = re.compile(r"([\\`*_\[\]#|~$^])")
_AT_START = re.compile(r"^(\d{0,9})([-+=.):])")  # of a line: a list, a heading, a rule
_UNSAFE = re.compile(r"[^\w.-]+")


def footnoted(answer: Answer, language: str) -> str:
    """The text of an answer with its [n], then each quote with its article. Plain text."""
    lines = [plain(answer.text)]
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        quoted = " ".join(plain(citation.quote).split())
        lines.append(f"[{citation.number}] {plain(what(citation, language))}: {_in_quotes(quoted, language)}")
        lines += [f"    {plain(citation.url)}"] if citation.url else []
    if answer.as_of:
        lines += ["", say("as_of", language, date=display_date(answer.as_of, language))]
    return "\n".join(lines)


def markdown(title: str, turns: Sequence[Turn], language: str) -> str:
    """The whole conversation as Markdown: each question a heading, each citation a numbered line under its answer."""
    blocks = [f"# {escaped(title)}"]
    for turn in turns:
        blocks.append(f"## {escaped(turn.question)}")
        if turn.answer is None:
            blocks.append(f"*{escaped(say('unanswered', language))}*")
            continue
        blocks += _answer(turn, turn.answer, language)
    blocks.append(f"*{escaped(say('exported', language))}*")
    return "\n\n".join(blocks) + "\n"


def _answer(turn: Turn, answer: Answer, language: str) -> list[str]:
    blocks = []
    if answer.understood_as:
        blocks.append(f"*{escaped(say('understood', language, question=answer.understood_as))}*")
    if answer.sentences:
        for sentence in answer.sentences:
            marks = "".join(f"[{number}]" for number in sentence.citations)
            text = re.sub(r"\s*\[\d{1,3}\]", "", sentence.text).strip()
            doubt = ""
            if sentence.verdict in ("partly", "unsupported"):
                doubt = f" *({escaped(say(f'verdict_{sentence.verdict}', language))})*"
            blocks.append(f"{escaped(text)} {escaped(marks)}{doubt}".rstrip())
    else:
        blocks.append(escaped(answer.text))
    if answer.citations:
        blocks.append("\n".join(_footnote(citation, language) for citation in answer.citations))
    notes = [*parts(turn.only, language).values()]
    if answer.mode == "extractive" and answer.citations:
        notes.insert(0, say("extractive", language))
    if answer.as_of:
        notes.append(say("as_of", language, date=display_date(answer.as_of, language)))
    if turn.changed or turn.gone:
        notes.append(say("stale", language))
    notes += [note(each, language) for each in answer.notes]
    if notes:
        blocks.append(f"*{escaped(' · '.join(notes))}*")
    return blocks


def _footnote(citation: Citation, language: str) -> str:
    where = escaped(what(citation, language))
    if citation.url and web_host(citation.url):
        address = quote(plain(citation.url), safe=":/?#@!$&*+,;=%~-._")
        where = f"[{where}](<{address}>)"
    elif citation.url:
        where += f" {escaped(citation.url)}"
    quoted = escaped(_in_quotes(" ".join(citation.quote.split()), language))
    return f"- {escaped(f'[{citation.number}]')} {where}: {quoted}"


def escaped(text: str) -> str:
    """``text`` on one line, with nothing in it that Markdown or HTML inside it understands."""
    line = html.escape(" ".join(plain(text).split()), quote=False)
    return _AT_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", line))


def _in_quotes(text: str, language: str) -> str:
    return f"„{text}“" if language == "de" else f"“{text}”"


def file_name(title: str) -> str:
    """The name of the file: the words of the title, at most 60 characters, and nothing that a file system minds."""
    words = _UNSAFE.sub("-", plain(title)).strip("-.")[:60].rstrip("-.")
    return f"{words or 'belegt'}.md"
