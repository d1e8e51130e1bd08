"""Which words look like proper names. In German, where all nouns have capitals: by what stands before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag import german, names
from rag.verify.tables import known

if TYPE_CHECKING:
    from rag.verify.words import Token

_SUFFIX = re.compile(
    r"(?:ung|heit|keit|schaft|ion|tät|ismus|nis|tum|ment|enz|anz|zeug|ling|chen|ität|eur|ist|oge)(?:en|s|e|n)?\Z",
    re.IGNORECASE,
)
_DETERMINERS = frozenset(
    """der die das des dem den ein eine einen einem einer eines kein keine keinen keinem keiner im am zum zur vom beim ins
    ans dieser diese dieses diesem diesen seine sein seinen seinem seiner ihre ihr ihren ihrem ihrer alle viele mehrere
    einige andere weitere beide wenige zahlreiche jede jeder jedes jeden jedem""".split()
)
_TITLE = re.compile(
    r"(?:minister|kanzler|präsident|sprecher|chef|leiter|vorsitzende|richter|general|bischof|papst|könig|trainer|rat"
    r"|dezernent|kapitän|premier|senator|abgeordnete|professor|doktor|herr|frau|stadt|region|konzern|fluss|mannschaft)"
    r"(?:in|r|n|s)?\Z",
    re.IGNORECASE,
)
# Days, months and measures: capitals without a name.
_NO_NAMES = frozenset(
    """montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag januar februar märz april mai juni juli
    august september oktober november dezember monday tuesday wednesday thursday friday saturday sunday january february
    march may june july october december euro dollar cent franken pfund prozent million millionen milliarde milliarden
    billionen uhr meter kilometer tonnen liter hektar grad jahr jahre jahren monate wochen tage tagen stunden minuten
    """.split()
)


def is_name(tokens: Sequence[Token], i: int, language: str) -> bool:
    """Whether a word looks like a proper name. In German, where all nouns have capitals: by what stands before it."""
    token = tokens[i]
    if not token.capital or len(token.text) < 2 or token.word in german.STOPWORDS or token.word in _NO_NAMES:
        return False
    if token.stem in names.exonyms() or (token.text.isupper() and len(token.text) > 1):
        return True
    before = tokens[i - 1] if i else None
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if language == "en":
        neighbour = any(t is not None and t.capital and not t.first for t in (before, after))
        return not token.first or (neighbour and token.word.isalpha())
    if _SUFFIX.search(token.text) or _TITLE.search(token.text) or token.keys & known(language):
        return False
    if before and before.capital and before.word.isalpha() and before.word not in _NO_NAMES | german.STOPWORDS:
        return True  # "Kanzler Scholz", "Fluss Litani", "Angela Merkel"
    if after and after.capital and after.start - token.end == 1 and not _SUFFIX.search(after.text):
        return not (before and (before.word in _DETERMINERS or _inflected(before)))
    if before is None or before.word in _DETERMINERS or _inflected(before) or before.word[0].isdecimal():
        return False
    return not re.search(r"(?:en|er|e|n)\Z", token.text)  # a plural without an article may end so


def _inflected(token: Token) -> bool:
    """An adjective before a noun, to look at: small letters and an ending."""
    return (
        not token.capital
        and len(token.word) > 4
        and token.word.endswith(("e", "en", "er", "es", "em"))
        and (token.word not in german.STOPWORDS)
    )
