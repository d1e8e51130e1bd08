"""Names in several transliterations: Peseschkian and Pezeshkian, Schukow and Zhukov have a key in common.

A name from another script is spelt as each language hears it. So a word is read as German, English, French and
scientific spelling each, into a coarse row of sounds; two words may be one name when any readings agree. What sound
cannot bring together (Kiew and Kyjiw, Peking and Beijing) stands in ``exonyms.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from rag import german

SHORTEST = 5  # letters of a word that has keys: shorter ones are alike by chance
_FEWEST = 4  # sounds of a key
# Letters -> sounds, longest first. S: sch, tsch and their voiced kin, which spellings mix up; J: dsch; x: ch as in Bach;
# c: ts. Voiced and unvoiced s are one, for German writes both s.
_COMMON = {
    "kh": "x", "gh": "g", "dh": "d", "ph": "f", "th": "t", "ck": "k", "qu": "kv", "q": "k", "x": "ks", "w": "v",
    "y": "i", "ye": "e", "je": "e", "tz": "c", "ts": "c", "oo": "u", "ou": "u", "ee": "i",
}  # fmt: skip
_GERMAN = _COMMON | {
    "schtsch": "S", "schsch": "S", "tsch": "S", "sch": "S", "sh": "S", "dsch": "J", "ch": "x", "z": "c", "j": "i",
    "c": "k", "ie": "i", "oo": "o", "ou": "u", "ee": "e",
}  # fmt: skip
_ENGLISH = _COMMON | {
    "shch": "S", "tch": "S", "sh": "S", "zh": "S", "ch": "S", "dzh": "J", "dj": "J", "j": "J", "z": "s", "c": "k",
    "hm": "xm", "ie": "i", "je": "Je",
}  # fmt: skip
_FRENCH = _COMMON | {
    "chtch": "S", "tch": "S", "sh": "S", "ch": "S", "dj": "J", "j": "S", "z": "s", "c": "k", "gu": "g", "je": "Se",
}  # fmt: skip
# Of scientific spelling folding has taken the hooks: š č ž stand as s c z, and s before a consonant is rarely š.
_SCIENTIFIC = _COMMON | {"sc": "S", "c": "S", "s": "S", "z": "S", "ch": "x", "j": "i", "sk": "sk", "st": "st"}
_SLAVIC = re.compile(r"(?:ic|[oe]v|ev[ai]|ov[ai]|ko|ki|kij|cuk|in)$")  # how words end that may be spelt so


@lru_cache(100_000)
def keys(word: str) -> tuple[str, ...]:
    """How a folded word sounds in each reading, without repeats; none for words too short to tell.

    >>> set(keys("schukow")) & set(keys("zhukov"))
    {'Sukov'}
    """
    if len(word) < SHORTEST or not word.isalpha() or not word.isascii():
        return ()
    # A genitive's s that the stemmer leaves on a vowel: Selenskyjs, Netanjahus.
    words = [word, word[:-1]] if len(word) > 7 and word[-1] == "s" and word[-2] in "aeiouyj" else [word]
    found = dict.fromkeys(_levelled(read(w)) for w in words for read in _readings(w))
    return tuple(key for key in found if len(key) >= _FEWEST)


def _readings(word: str) -> Iterator[Callable[[str], str]]:
    yield from _SPOKEN[:1] if _GERMAN_END.search(word) else _SPOKEN
    if _SLAVIC.search(word):
        yield _SLAVISTS


def _reader(system: Mapping[str, str]) -> Callable[[str], str]:
    pattern = re.compile("|".join(sorted(system, key=len, reverse=True)))
    return lambda word: pattern.sub(lambda match: system[match[0]], word)


_GERMAN_END = re.compile(r"(?<!v[iy])s?ch$")  # Kirch(e), Kirsch(e), Tausch, but not Abramovich
_SPOKEN = tuple(_reader(system) for system in (_GERMAN, _ENGLISH, _FRENCH))
_SLAVISTS = _reader(_SCIENTIFIC)


def _levelled(sounds: str) -> str:
    """Sounds without what spellings of one name differ in: doubling, glides, mute h and e, -ow/-ew/-off."""
    sounds = re.sub(r"(?<=[aeiou])h(?![aeiou])|(?<=[^aeiou])h", "", sounds)
    sounds = re.sub(r"([^aeo])\1+", r"\1", sounds)
    sounds = re.sub(r"(?<=[oe])f$", "v", sounds)
    sounds = re.sub(r"(?<=S)o(?=v$)", "e", sounds)
    return re.sub(r"(?<=[^aeiou])e$", "", sounds)


@cache
def exonyms() -> Mapping[str, frozenset[str]]:
    """Stem of a name -> the stems of its other names, from the table written by hand."""
    table: dict[str, frozenset[str]] = {}
    for line in (Path(__file__).parent / "exonyms.txt").read_text("utf-8").splitlines():
        names = line.partition("#")[0].split()
        stems = frozenset(german.stem(german.fold(name), language) for name in names for language in ("de", "en"))
        for stem in stems:
            table[stem] = table.get(stem, frozenset()) | stems
    return table
