"""Who says so: the citations of an earlier answer as an answer of their own."""

from __future__ import annotations

import re
from dataclasses import replace

from corpus.dates import display_date
from rag.compose.speakers import speakers
from rag.messages import messages
from rag.types import Answer, Citation, Sentence, Turn

_THAT = r"(?:das|dies|diese(?:r|s)?(?: (?:information|zahl|angabe|aussage))?|die (?:information|zahl|angabe|aussage))"
_SAYS = r"(?:sagt|sagte|behauptet|behauptete|berichtet|berichtete|schreibt|schrieb|nennt|belegt)"
_WHO_SAYS = {
    "de": (
        rf"(?:und |aber )?(?:wer {_SAYS} {_THAT}",
        rf"wer hat {_THAT} (?:gesagt|behauptet|berichtet|geschrieben)",
        r"laut wem|nach wessen angaben?",
        rf"(?:aus )?welche[rs]? (?:quelle|artikel)n?(?: {_SAYS} {_THAT}| (?:ist|sind|stammt) {_THAT})?",
        r"(?:die |deine |ihre )?quellen?(?:angabe)?",
        r"(?:was|wer|wie lautet) ?(?:ist|sind)? (?:die|deine|ihre) quellen?(?: dafür| dazu)?",
        rf"woher (?:weisst du|wissen sie|hast du|haben sie|stammt|stammen|kommt) {_THAT}",
        r"wo steht das)(?: denn| eigentlich| genau)?",
    ),
    "en": (
        r"(?:and |but )?(?:who (?:says|said|claims|claimed|reports|reported) (?:so|that|this|it)",
        r"says who|according to whom|(?:the )?sources?",
        r"what(?:'s| is| are) (?:the|your) sources?(?: for (?:that|this))?",
        r"which (?:source|article)(?: says (?:so|that|this))?|how do you know(?: that)?",
        r"where (?:does|did) (?:that|this|the) ?(?:figure|number|information|claim)? come from",
        r"where (?:does it say(?: so| that)?|is (?:that|it) (?:from|written)))(?: exactly)?",
    ),
}


def asks_for_source(question: str, language: str) -> bool:
    """Whether the question asks who says what was answered before: "Wer sagt das?", "Welche Quelle?"."""
    plain = " ".join(re.findall(r"[\w']+", question.casefold()))  # casefold: "weißt" is "weisst"
    return bool(re.fullmatch("|".join(_WHO_SAYS[language]), plain))


def who_says(question: str, turn: Turn, answer: Answer, language: str) -> Answer:
    """One sentence a citation of ``answer``: outlet, day, whom it names as its source, and what stands there."""
    languages = {passage.article_id: passage.language for passage in answer.passages}
    sentences = tuple(
        Sentence(_line(c, languages.get(c.article_id), language), (c.number,), "verbatim") for c in answer.citations
    )
    return replace(
        answer,
        question=question,
        language=language,
        text=" ".join(f"{sentence.text} [{sentence.citations[0]}]" for sentence in sentences),
        status="answered",
        sentences=sentences,
        short=None,
        speaker=None,
        time=None,
        disagreements=(),
        mode="extractive",
        notes=(),
        writing=None,
        tokens=None,
        timings={},
        understood_as=messages().say(
            "followup_sources", language, question=answer.understood_as or turn.question.strip()
        ),
    )


def _line(citation: Citation, article_language: str | None, language: str) -> str:
    say = messages().say
    outlet = citation.source or citation.title or citation.article_id
    facts = [display_date(citation.published, language) or say("ask_undated", language)]
    if citation.also_in:
        facts.append(say("ask_also_in", language, outlets=", ".join(citation.also_in)))
    named = (
        one.text[0].lower() + one.text[1:] if one.phrase else say("followup_speaker", language, who=one.text)
        for one in speakers(citation.quote, article_language)
    )
    facts += dict.fromkeys(named)
    return say("followup_source", language, outlet=outlet, facts=", ".join(facts), quote=citation.quote)
