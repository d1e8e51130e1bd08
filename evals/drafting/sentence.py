"""The sentences questions are made of: whole, plain, and with days that can be told without the article."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.article import Article
from corpus.dates import MONTH_NUMBER, display_date
from corpus.mentions import DateMention, date_mentions
from evals.drafting.alone import leans
from evals.drafting.verbs import is_finite
from rag.messages import wording_language
from rag.sentences import sentence_spans

WORDS = range(6, 31)
_PLAIN = re.compile(r"(?:[^„“”«»\"‚‘’'()\[\]:;?!…/–\n]|(?<=\w)['’](?=\w))+")
# What stands behind the only comma of a sentence whose main clause is complete before it.
_AFTER_COMMA = re.compile(
    r" (?:(?:an|auf|aus|bei|in|mit|nach|von|vor|zu|für|durch|über|unter) )?(?:die|der|das|dem|den|denen|deren|dessen|weil|"
    r"obwohl|während|nachdem|wo|was|womit|wobei|wodurch|sodass|wie|teilte|teilten|sagte|sagten|berichtet|berichtete|"
    r"berichten|hieß|so|darunter|davon|\d[\d.]* (?:mehr|weniger)) "
)
_AFTER_COMMA_EN = re.compile(r" (?:who|which|where|whose|whom|because|although|while|after|said|says|according to) ")
_INFINITIVE = re.compile(r"\bzu \w+en\Z|\w+zu\w+en\Z")
_LEADING_DATE = re.compile(r"(?:In|On) (?:[^\W\d]+ ){0,2}\d{1,4}(?: [^\W\d]+)?(?: \d{4})?")
_SUBORDINATE = re.compile(
    r"(?:wenn|als|weil|obwohl|nachdem|während|bevor|da|falls|um|ohne|ob|dass|seit|seitdem|sobald|solange|"
    r"if|when|while|because|although|after|before|as|since)\b.*\b\w+(?:te|ten|t|en|ed)\Z"
)
_BRACKETS = re.compile(r" \([^()\n]{1,40}\)")
_WEEKDAY = r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)"
_DAY = {
    "de": re.compile(
        rf"am (?:vergangenen |gestrigen |heutigen |letzten )?{_WEEKDAY}(?:abend|nachmittag|vormittag|mittag|morgen)?"
        r"|gestern|heute|vorgestern|am \d{1,2}\. ?[^\W\d]+",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:on |last |this )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening))?|yesterday"
        r"|today|on \d{1,2} [A-Z][a-z]+|on [A-Z][a-z]+ \d{1,2}",
        re.IGNORECASE,
    ),
}
_MONTH = re.compile(r"(?:im|in|Anfang|Mitte|Ende) ([^\W\d]+)", re.IGNORECASE)
_DAY_PART = re.compile(r"\s(?:früh|Morgen|Vormittag|Mittag|Nachmittag|Abend|Nacht|morning|afternoon|evening|night)\b")


@dataclass(frozen=True, slots=True)
class Plain:
    """A sentence a question can be made of.

    ``quote``  as the article says it
    ``text``   its main clause alone, without brackets and full stop, its days told in full
    ``days``   the dates in ``text``
    """

    article: Article
    quote: str
    text: str
    days: tuple[DateMention, ...]


def plain_sentences(article: Article, language: str) -> Iterator[Plain]:
    """The sentences of the article that stand alone; few of all."""
    mentions = date_mentions(article.text, article.published, language)
    for start, end in sentence_spans(article.text):
        quote = article.text[start:end]
        if not quote.endswith(".") or not quote[0].isalnum():
            continue
        body = _main_clause(quote.removesuffix("."), language)
        if body is None:
            continue
        inside = [m for m in mentions if start <= m.start and m.end <= start + len(body)]
        told = _told(body, start, inside, language)
        if told is None or not _PLAIN.fullmatch(told[0]) or len(told[0].split()) not in WORDS:
            continue
        if not leans(told[0], language):
            yield Plain(article, quote, *told)


def _main_clause(body: str, language: str) -> str | None:
    """The sentence up to its subordinate clause, where there is one and it comes last; None when that can't be told."""
    parts = re.split(r",(?!\d)", body.split(";")[0])
    if len(parts) == 2 and language == "en" and _LEADING_DATE.fullmatch(parts[0]):
        return ",".join(parts)
    if len(parts) > 2 or _SUBORDINATE.match(parts[0].lower()):
        return None
    if len(parts) == 2 and _INFINITIVE.search(parts[1]):
        return None  # it completes the verb: "beschloss, den Prozess zu vertagen"
    if len(parts) == 2 and not (_AFTER_COMMA if language == "de" else _AFTER_COMMA_EN).match(parts[1]):
        return None
    if len(parts) == 2 and language == "de" and not any(map(is_finite, parts[0].split()[1:])):
        return None  # an enumeration before the verb
    return parts[0]


def _told(
    body: str, start: int, mentions: list[DateMention], language: str
) -> tuple[str, tuple[DateMention, ...]] | None:
    """The text with its days told in full and without what is in brackets, and where the days stand in it; None when a
    day can't be told."""
    text, at = "", 0
    found: list[tuple[str, DateMention]] = []
    for mention in mentions:
        first, last = mention.start - start, mention.end - start
        full = _full(mention, language)
        if full is None or (full != mention.text and _DAY_PART.match(body, last)):
            return None
        if first == 0:
            full = full[0].upper() + full[1:]
        text, at = text + body[at:first] + full, last
        found.append((full, mention))
    text = _BRACKETS.sub("", text + body[at:])
    days = []
    for full, mention in found:
        place = text.find(full)
        if place >= 0:
            days.append(DateMention(place, place + len(full), full, mention.first, mention.last))
    return text, tuple(days)


def _full(mention: DateMention, language: str) -> str | None:
    """The mention with its year: "am 5. Juli 2023" for "am Mittwoch"; None when that is not known to read well."""
    text, day = mention.text, mention.first
    if str(day.year) in text:
        return text
    key = wording_language(language)
    if mention.first == mention.last and _DAY[key].fullmatch(text):
        return f"{'am' if key == 'de' else 'on'} {display_date(day.isoformat(), key)}"
    month = _MONTH.fullmatch(text)
    whole = (day.year, day.month) == (mention.last.year, mention.last.month)
    if month and whole and MONTH_NUMBER.get(month[1].lower()) == day.month:
        return f"{text} {day.year}"
    end = calendar.monthrange(mention.last.year, 12)[1]
    if text.lower() == "im vergangenen jahr" and (day.month, day.day, mention.last.day) == (1, 1, end):
        return f"im Jahr {day.year}"
    return None
