"""Analysis for the lexical index: the same words from text and question, whatever their spelling or ending.

German first, other languages by their own Snowball stemmer. Tokens are plain letters and digits, ready for FTS5.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from corpus.mentions import DateMention, date_mentions

# ISO 639-1 -> Snowball's name (https://snowballstem.org/algorithms/).
SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# A number may be grouped by dots, commas, apostrophes or single blanks: 300.000, 300'000, 300 000.
_GROUPED = r"(?<![\d.,])\d{1,3}(?:[ '’]\d{3})+(?:,\d+)?(?!\d)"
_WORD = re.compile(rf"{_GROUPED}|\d+(?:[.,]\d+)*|[^\W\d_]+|[%€$]")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_BOTH = re.compile(r"(\d{1,3}([.,])\d{3}(?:\2\d{3})*)(?!\2)[.,](\d+)")  # 1.234.567,8 or 1,234,567.8
_TRIPLE = re.compile(r"([bdfglmnprst])\1\1")
# Ends of words whose plural has another stem: Ministerium, Museum, Firma.
_PLURALS = {
    "ium": "ien", "eum": "een", "ntrum": "ntren", "ktrum": "ktren", "firma": "firmen", "thema": "themen",
    "drama": "dramen", "konto": "konten", "risiko": "risiken", "villa": "villen", "virus": "viren", "stadion": "stadien",
}  # fmt: skip
_LATIN = re.compile(f"(?:{'|'.join(_PLURALS)})$")
# Shorter and other ways to write a word.
_SAME = {
    "mio": "millionen", "mrd": "milliarden", "tsd": "tausend", "%": "prozent", "percent": "prozent", "€": "euro",
    "eur": "euro", "$": "dollar", "usd": "dollar", "jänner": "januar", "feber": "februar",
    "zwei": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9",
    "zehn": "10", "elf": "11", "zwölf": "12", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_SCALES = {"tausend": 10**3, "thousand": 10**3, "million": 10**6, "millionen": 10**6, "millions": 10**6}
_GERMAN_SCALES = _SCALES | {"milliarde": 10**9, "milliarden": 10**9, "billion": 10**12, "billionen": 10**12}
_ENGLISH_SCALES = _SCALES | {"billion": 10**9, "trillion": 10**12}
_FOLDED = re.compile(r"[^\x00-\x7fäöü]")
_PLAIN = {"ß": "ss", "ø": "o", "ł": "l", "ı": "i", "đ": "d"}
# Words a question is made of whatever it asks; they say nothing about where the answer stands.
STOPWORDS = frozenset(
    """
    wer wen wem wessen was wo wohin woher wann warum wieso weshalb wie welche welcher welches welchen welchem wieviel
    wieviele viel viele der die das den dem des ein eine einer eines einem einen und oder aber als auch auf aus bei beim
    bis da damit dass daß denn dies diese dieser dieses diesem diesen doch dort durch er es sie ihr ihre ihrer ihrem
    ihren für gegen hat hatte hatten haben habe im in ins ist sind sei seien war waren wäre wurde wurden werde werden
    wird worden geworden kann können konnte konnten könnte soll sollen sollte sollten will wollen wollte muss müssen
    man mehr mit nach nicht noch nur ob ohne sehr sein seine seiner seinem seinen seit sich so über um unter vom von vor
    wenn während wir ich du uns zu zum zur zwischen gibt gab genau etwa denn eigentlich laut am an ab
    who whom whose what where when why how which many much the a an of in on at by for from to into with and or but as
    is are was were be been being do does did has have had it its this that these those there their they he she his her
    not no than then so if can could would should will may might about during after before over under between
    """.split()
)


def fold(text: str) -> str:
    """Lower case, compatibility forms and accents folded; ä ö ü stay, for the stemmer treats ae oe ue like them."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text if text.isascii() else _FOLDED.sub(lambda match: _without_accent(match[0]), text)


@lru_cache(4096)
def _without_accent(character: str) -> str:
    if (plain := _PLAIN.get(character)) is not None:
        return plain
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)) or character


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(SNOWBALL[language])


@lru_cache(200_000)
def stem(word: str, language: str | None) -> str:
    """Snowball stem of a folded word; the word itself for languages without a stemmer."""
    if language not in SNOWBALL or not word.isalpha():
        return word
    if language == "de":
        word = _respelt(word)
    return _without_umlaut(_stemmer(language).stemWord(word))


def _respelt(word: str) -> str:
    """A German word in one of its spellings, Delfin, Potenzial, Schiffahrt, and with the plural that its stem is cut from."""
    word = _TRIPLE.sub(r"\1\1", word)
    word = _LATIN.sub(lambda match: _PLURALS[match[0]], word)
    if "th" in word:
        word = re.sub(r"^th|(?<=pan)th(?=er)", "t", word)
    if "ph" in word:
        word = re.sub(r"(?<!p)ph", "f", word)
    return word.replace("ntial", "nzial").replace("ntiell", "nziell") if "nti" in word else word


def _without_umlaut(word: str) -> str:
    return word.translate({0xE4: "a", 0xF6: "o", 0xFC: "u"})


def words(text: str) -> list[str]:
    """Folded words and numbers in order; "2.700", "2 700" and "2,700" are 2700, "3,4" and "3.4" are 3x4, "drei" is 3."""
    return [_number(w) if w[0].isdecimal() else _SAME.get(w, w) for w in _WORD.findall(fold(text))]


def capitalised(text: str) -> set[str]:
    """Folded words that begin with a capital in ``text``."""
    return {fold(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)) if word[0].isupper()}


def _number(word: str) -> str:
    word = re.sub(r"[ '’]", "", word)
    if _THOUSANDS.fullmatch(word):
        return re.sub(r"[.,]", "", word)
    if both := _BOTH.fullmatch(word):
        return re.sub(r"[.,]", "", both[1]) + "x" + both[3]
    return re.sub(r"[.,]", "x", word)


def analyse(text: str, language: str | None) -> list[str]:
    """Index tokens of ``text`` in order; "4,8 Millionen" has 4800000 besides."""
    found = words(text)
    tokens = [stem(word, language) for word in found]
    for i, digits in reversed([*_amounts(found, language)]):
        tokens.insert(i + 1, digits)
    return tokens


def _amounts(found: Sequence[str], language: str | None) -> Iterator[tuple[int, str]]:
    """(position of the word of scale, all digits) of each number with one: 4x8 millionen -> 4800000."""
    scales = _ENGLISH_SCALES if language == "en" else _GERMAN_SCALES
    if scales.keys().isdisjoint(found):
        return
    for i in range(1, len(found)):
        if (scale := scales.get(found[i])) and found[i - 1][0].isdecimal():
            whole, _, rest = found[i - 1].partition("x")
            if rest.isdecimal() or not rest:
                value, odd = divmod(int(whole + rest) * scale, 10 ** len(rest))
                if not odd:
                    yield i, str(value)


def date_tokens(dates: Iterable[DateMention]) -> list[str]:
    """Index tokens of the days, months and years that ``dates`` mean: d20241011, m202410, y2024; the finest first.

    A stretch of up to ten days counts as each of its days; a longer one by its months or years alone. A stretch of more
    than a year has none.
    """
    tokens: dict[str, None] = {}
    for date in dates:
        length = (date.last - date.first).days + 1
        days = [date.first + dt.timedelta(i) for i in range(length)] if length <= 10 else [date.first, date.last]
        if length <= 10:
            tokens |= {f"d{day:%Y%m%d}": None for day in days}
        if length <= 31:
            tokens |= {f"m{day:%Y%m}": None for day in days}
        if length <= 366:
            tokens |= {f"y{day:%Y}": None for day in days}
    return list(tokens)


def analyse_question(question: str, languages: Iterable[str | None]) -> list[tuple[str, ...]]:
    """One tuple a content word of ``question``: its stems in each of ``languages``, without repeats.

    Which language a passage is in is not known beforehand, so a word may match by any of its stems. The words of a date
    may also match what means that date ("11. Oktober 2024" matches "am Freitag"). Stopwords go, unless nothing else is
    there.
    """
    languages = tuple(languages)
    same = _amount_words(words(question), languages)
    found: list[tuple[str, str | None]] = []
    at = 0
    for date in date_mentions(question, None, languages[0] if languages else None):
        found += [(word, None) for word in words(question[at : date.start])]
        day = next(iter(date_tokens([date])), None)
        found += [(word, day) for word in words(date.text)]
        at = date.end
    found += [(word, None) for word in words(question[at:])]
    content = [(word, day) for word, day in found if word not in STOPWORDS] or found
    groups = (
        tuple(
            dict.fromkeys(
                [*(stem(word, language) for language in languages), *([day] if day else []), *same.get(word, ())]
            )
        )
        for word, day in content
    )
    return list(dict.fromkeys(groups))


def _amount_words(found: Sequence[str], languages: Sequence[str | None]) -> dict[str, list[str]]:
    """The words of a question that state an amount, and all digits of what they state."""
    same: dict[str, list[str]] = {}
    for language in languages[:1]:
        for i, digits in _amounts(found, language):
            for word in found[i - 1 : i + 1]:
                same.setdefault(word, []).append(digits)
    return same
