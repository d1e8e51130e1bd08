"""Question and passages -> what the model reads: numbered, dated, fenced, and as many as it has room for."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from llama_index.core.base.llms.types import ChatMessage

from corpus.article import Article
from corpus.dates import display_date
from rag.errors import LlmError
from rag.generate.planted import planted, without
from rag.messages import messages, wording_language
from rag.safe import plain
from rag.settings import Settings
from rag.types import Passage

ANSWER_TOKENS = 640  # room that is kept for the answer
MOST_TOKENS = 2048  # that an answer may take where there is more room: some models think aloud first
FRAME_TOKENS = 16  # for what a server puts around two messages
FOLDER = Path(__file__).parent.parent / "prompts"
HOLES = {
    "rules": {"sentences", "refusal"},
    "question": {"passages", "as_of", "question", "reminder"},
    "followup": {"conversation", "question"},
}
# No text of an article may close the fence, look like a citation, or like the turns of a chat.
_HARMLESS = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")", "【": "(", "】": ")", "［": "(", "］": ")"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is sent, and what its citation numbers mean: 1 is ``shown[0]``.

    ``shown``    the passages, with blanks where an instruction to a model was planted
    ``planted``  how many passages had such a place
    ``tokens``   about how many it is; ``room``: how many the answer may have
    """

    messages: tuple[ChatMessage, ...]
    shown: tuple[Passage, ...]
    planted: int
    tokens: int
    room: int


def build(
    question: str,
    language: str,
    passages: Sequence[Passage],
    articles: Mapping[str, Article],
    settings: Settings,
    count: Callable[[str], int],
    as_of: str | None = None,
    most: int | None = None,
    reminder: bool = False,
) -> Prompt:
    """The prompt with the best of ``passages``, at most ``most`` of them, as far as they fit; ``count`` counts tokens.

    ``reminder`` adds a word on the language. Raises LlmError("context") when not even one passage fits.
    """
    language = wording_language(language)
    say = messages().say
    clean, marked = [], 0
    for passage in passages[:most]:
        blanked = without(passage, planted(articles[passage.article_id].text, passage.start, passage.end))
        marked += blanked is not passage
        if blanked.text.strip():
            clean.append(blanked)
    rules = prompts()["rules", language].format(
        sentences=settings.answer_sentences + 2, refusal=say("refusal", language)
    )

    def asked(shown: Sequence[Passage]) -> str:
        return prompts()["question", language].format(
            passages="\n\n".join(fenced(number, passage, language) for number, passage in enumerate(shown, 1)),
            as_of=display_date(as_of, language) or "?",
            question=harmless(" ".join(question.split())),
            reminder=say("llm_reminder", language) if reminder else "",
        )

    used = count(rules) + count(asked([])) + FRAME_TOKENS
    chosen: list[Passage] = []
    for passage in clean:
        size = count(fenced(len(clean), passage, language)) + 1
        if used + size + ANSWER_TOKENS > settings.llm_context:
            break
        chosen.append(passage)
        used += size
    if clean and not chosen:
        raise LlmError("context", model=settings.llm_model, detail=f"{settings.llm_context} < {used + ANSWER_TOKENS}")
    shown = outside_in(chosen)
    sent = (ChatMessage(role="system", content=rules), ChatMessage(role="user", content=asked(shown).strip()))
    return Prompt(sent, tuple(shown), marked, used, min(MOST_TOKENS, settings.llm_context - used))


def fenced(number: int, passage: Passage, language: str) -> str:
    """A passage between its tags, with source and date; nothing in it can end it or pass for something else.

    A headline that speaks to a model is left out.
    """

    def attribute(name: str, value: str | None) -> str:
        return f' {name}="{harmless(" ".join(value.split())).replace(chr(34), "”")}"' if value else ""

    date = display_date(passage.published, language)
    about = attribute("source", passage.source) + attribute("date", date)
    about += attribute("title", None if planted(passage.title or "") else passage.title)
    return f'<passage number="{number}"{about}>\n{harmless(passage.text).strip()}\n</passage>'


def harmless(text: str) -> str:
    """``text`` without invisible controls and without brackets that mean something in a prompt."""
    return plain(text).translate(_HARMLESS)


def outside_in(ranked: Sequence[Passage]) -> list[Passage]:
    """The best first and the second best last, the weakest in the middle, where models read least carefully."""
    return [*ranked[::2], *ranked[1::2][::-1]]


@cache
def prompts() -> dict[tuple[str, str], str]:
    """The templates by name and language. Raises ValueError for one with other holes than the code fills."""
    found = {}
    for name, wanted in HOLES.items():
        for language in ("de", "en"):
            path = FOLDER / f"{name}.{language}.md"
            text = path.read_text("utf-8").strip()
            holes = {hole for _, hole, _, _ in string.Formatter().parse(text) if hole is not None}
            if holes != wanted:
                raise ValueError(f"{path} must have exactly the holes {sorted(wanted)}, it has {sorted(holes)}")
            found[name, language] = text
    return found
