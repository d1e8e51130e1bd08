"""Who says so: the person, body or phrase that an article's sentence attributes its figures and claims to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.sentences import sentence_spans

BACK = 2  # sentences looked at before one that says "sagte er" or only reports: "Es habe keine Verletzten gegeben."
LONGEST_SENTENCE = 800  # characters; patterns would take long on a list of names of any length
LONGEST = 90  # characters of a speaker; longer ones are clauses
_WORD = r"(?:(?:Dr|Prof|St|Mr|Mrs|Ms)\.|(?!De[nms]\s|Eine[mnrs]\s)[A-ZÄÖÜ][\w’'-]*\w|[A-ZÄÖÜ]\.?(?!\w))"
_QUOTED = r"[„\"»“][^„“”\"»«]{2,40}[“”\"«]"
_UNIT = rf"(?:{_WORD}|{_QUOTED}|\([A-ZÄÖÜ][\w-]{{1,9}}\))"
_SMALL = (
    r"(?!(?:that|as|than|which|who|what|when|where|last|this|and|but|or|for|in|of|to|by|with|viele)\s)[a-z][a-z-]+\s"
)
_NAMES = {
    "de": rf"""(?:(?:[Dd]er|[Dd]ie|[Dd]as|[Ee]in|[Ee]ine)\s)?(?:(?!viele\s)[a-zäöüß][a-zäöüß-]{{3,}}(?:e|en|er)\s){{0,2}}
        {_WORD}(?:\s(?:(?:der|des|von|von\sder|von\sden|vom(?!\s\w+tag)|für|für\sden|und|und\s(?:die|der|das|seine|ihre)|zu|de|al|bin|van|el|&)\s)?{_UNIT})*""",
    "en": rf"""(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir)\s(?:{_SMALL}){{0,3}}|(?:{_SMALL}){{0,2}})
        (?:(?!That\s|This\s){_WORD}(?:['’]s)?(?:\s(?:(?:of|and|for)\s(?:the\s)?|the\s|de\s|al\s|bin\s|van\s)?{_WORD}(?:['’]s)?
        |\s[a-z]+(?=\s{_WORD}|,)|\s(?:chief|head|leader)\sof\s(?:the\s)?(?:[a-z]+\s){{1,2}}[a-z]+)*
        |(?:police|investigators|officials|authorities|organis?z?ers|prosecutors|ministry|government|agency|company|union
        |army|military|spokes\w+|witnesses|doctors|scientists|researchers|operators|lawmakers|department|service|office|institute)\b)""",
}
_LEAD = {"de": "laut", "en": r"according\sto"}
_AGENCIES = r"(?:dpa|afp|epd|kna|apa|sid|rtr)(?!\w)"
_AFTER = {"de": r"zufolge", "en": r"(?!)"}
_CASES = r"(?:de[mnrs]|einem|einer|eines)\s"
_NOBODY = re.compile(
    r"(?:\w*(?:Zahl|Angabe|Bericht|Meldung|Zug|Weg|Preis|Kosten|Regen|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag)"
    r"|Dabei|Damit|Das|Dies|Es|Er|Sie|Man|He|She|They|It|Dieser|Diese|Sein\s\w+|Ihr\s\w+|This|That|There|These|The\s\w+\sfigure|The\sfigure)\Z"
)
_OWN = re.compile(
    r"\bnach\s(?:eigene[nrm]|ihre[nrm]|seine[nrm]|deren|dessen)\s(?:Angaben|Worten|Darstellung|Einschätzung|Auskunft)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """``text[start:end]`` of an article names who says something. ``phrase``: it attributes by itself, as "nach Angaben
    der Polizei" does; otherwise it is a name or a noun."""

    start: int
    end: int
    text: str
    phrase: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    by_itself: tuple[re.Pattern[str], ...]  # phrases
    named: tuple[re.Pattern[str], ...]  # patterns with a group "who"
    verb: re.Pattern[str]
    pronoun: re.Pattern[str]
    reported: re.Pattern[str]


@cache
def _rules(language: str) -> _Rules:
    table: Mapping[str, str] = tomllib.loads((Path(__file__).parent / "speech.toml").read_text("utf-8"))[language]
    who, verbs = _NAMES[language], rf"(?:{table['verbs']})(?!\w)"
    leading = rf"(?:{table['leading'] or table['verbs']})(?!\w)"
    between = rf"(?:(?:{table['between']}),?\s){{0,3}}"
    aside = rf"(?:,\s(?:(?P<name>{_WORD}(?:\s{_WORD})*)|[^,;.]{{3,90}}),)?"

    def rule(pattern: str, flags: int = 0) -> re.Pattern[str]:
        return re.compile(pattern, re.VERBOSE | flags)

    return _Rules(
        (
            rule(rf"(?<!\w)(?i:{_LEAD[language]})\s(?:{_AGENCIES}|(?i:{_CASES})?{who})"),
            rule(rf"(?<!\w)(?i:{_CASES})?{who}\s{_AFTER[language]}(?!\w)"),
            rule(
                rf"(?<!\w)(?i:{table['phrases']})(?:\s(?:de[rs]|von|aus|vom(?!\s\w+tag))\s{who}|\s(?:[a-zäöüß]+er\s)?{_WORD}(?:\sund\s{_WORD})?(?!\s\w+te))?"
            ),
        ),
        (
            rule(rf"[,“”\"«]\s(?:so|as)\s(?P<who>{who})(?=[.,;:]|\Z)"),
            rule(
                rf"(?:\A|[,;:–—]\s|\s(?:und|and|but|aber|wobei|while)\s|[“”\"«],?\s)(?P<who>{who}){aside}\s(?P<verb>{verbs})"
            ),
            rule(rf"(?<!\w)(?P<verb>{leading})\s{between}(?P<who>{who})"),
        ),
        rule(rf"(?<!\w){verbs}"),
        rule(rf"(?<!\w){verbs}\s(?:{table['pronouns']})(?!\w)|(?<!\w)(?i:{table['pronouns']})\s{verbs}"),
        rule(rf"(?<!\w)(?:{table['reported']})(?!\w)"),
    )


def speakers(sentence: str, language: str | None) -> list[Speaker]:
    """Everybody a sentence names as saying something, in order; languages but English are read as German. Nobody in what
    is too long to be a sentence of news."""
    if len(sentence) > LONGEST_SENTENCE:
        return []
    rules = _rules("en" if language == "en" else "de")
    found = [
        Speaker(match.start(), match.end(), match[0], True)
        for pattern in rules.by_itself
        for match in pattern.finditer(sentence)
        if not _OWN.search(match[0])  # "nach eigenen Angaben": whoever is the subject
    ]
    found = [one for one in found if not any(one is not o and o.start <= one.start and one.end < o.end for o in found)]
    verbs: set[int] = set()  # where those stand that have their subject
    for pattern in rules.named:
        for match in pattern.finditer(sentence):
            start, end = match.span("who")
            if "name" in pattern.groupindex and match["name"]:  # "the president, Volodymyr Zelensky, said"
                end = match.end("name")
            text = sentence[start:end]
            verb = match.start("verb") if "verb" in pattern.groupindex else -1
            taken = verb in verbs or any(start < other.end and other.start < end for other in found)
            if not taken and len(text) <= LONGEST and not _NOBODY.fullmatch(text):
                found.append(Speaker(start, end, text, False))
                verbs |= {verb} - {-1}
    return sorted(found, key=lambda one: one.start)


def saying(sentence: str, language: str | None) -> list[tuple[int, int]]:
    """Where the verbs of a sentence stand that attribute."""
    return [match.span() for match in _rules("en" if language == "en" else "de").verb.finditer(sentence)]


def speaker_at(text: str, start: int, end: int, span: tuple[int, int], language: str | None) -> Speaker | None:
    """Who says what stands at ``span`` of the sentence ``text[start:end]``, places counted in ``text``; None for nobody,
    which means the outlet itself.

    The nearest in its own clause, else in the sentence. Where the sentence only says "sagte sie", or reports without a
    name ("Es habe ..."), it is who spoke last in the sentences before, in the same paragraph.
    """
    rules = _rules("en" if language == "en" else "de")
    sentence = text[start:end]
    own = [Speaker(s.start + start, s.end + start, s.text, s.phrase) for s in speakers(sentence, language)]
    own = [s for s in own if not (span[0] < s.end and s.start < span[1])]
    if own:
        return min(own, key=lambda s: (_apart(text, s, span), _distance(s, span)))
    claims = [m for m in _OWN.finditer(sentence) if not _commas(sentence, m.span(), (span[0] - start, span[1] - start))]
    if not (claims or rules.pronoun.search(sentence) or rules.reported.search(sentence)):
        return None
    for first, last in reversed(list(_before(text, start))):
        if before := [Speaker(s.start + first, s.end + first, s.text, s.phrase)
                      for s in speakers(text[first:last], language)]:  # fmt: skip
            return before[-1]
    return None


def _before(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The sentences before a place in its paragraph, as many as are looked at."""
    paragraph = text.rfind("\n", 0, start) + 1
    for first, last in sentence_spans(text[paragraph:start])[-BACK:]:
        yield paragraph + first, paragraph + last


def _apart(text: str, speaker: Speaker, span: tuple[int, int]) -> int:
    return _commas(text, (speaker.start, speaker.end), span)


def _commas(text: str, one: tuple[int, int], other: tuple[int, int]) -> int:
    """Commas and semicolons between two places."""
    return len(re.findall(r"[,;](?!\d)", text[min(one[1], other[1]) : max(one[0], other[0])]))


def _distance(speaker: Speaker, span: tuple[int, int]) -> int:
    return max(speaker.start - span[1], span[0] - speaker.end)
