"""What a corpus tells of its words: which are names, and which are written small inside a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rag.messages import wording_language

_WORD = r"[^\W\d_][\w’-]*"
_INSIDE = re.compile(rf"(?<=[\w,] )({_WORD})")
_DETERMINED = {
    "de": re.compile(
        r"\b(?:[Dd](?:er|ie|as|en|em|es)|[Ee]ine?[nmrs]?|[Kk]eine?[nmrs]?|[Ii]m|[Aa]m|[Zz]u[mr]|[Vv]om|[Bb]eim|[Ii]ns|"
        rf"[Dd]iese[nmrs]?|[Ss]eine?[nmrs]?|[Ii]hre?[nmrs]?|[Jj]ede[nmrs]?|[Aa]lle[nmrs]?|[Vv]iele[nmrs]?|mehrere[nr]?|"
        r"einige[nr]?|andere[nrs]?|weitere[nrs]?|\d+|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hunderte?|tausende?|"
        rf"[a-zäöüß]+(?:isch|lich|ig|los|bar|sam|end|groß|klein|neu|alt|jung|hoh)e[nmrs]?) ({_WORD})"
    ),
    "en": re.compile(rf"\b(?:[Tt]he|[Aa]n?|[Tt]h(?:is|at|ese|ose)|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts) ({_WORD})"),
}
# Endings of German nouns that are no names; and of what people are called beside their name.
_NOUN = re.compile(r"(?:ung|ungen|heit|keit|schaft|ion|ionen|tät|ismus|nis|nisse|tum|chen|ment|enz|anz|zeug|mittel)\Z")
_ROLE = re.compile(
    r"""(?:minister|kanzler|präsident|sprecher|direktor|chef|leiter|vorsitzende|beauftragte|abgeordnete|anwalt|richter|
    meister|experte|professor|sekretär|kommissar|general|bischof|papst|könig|prinz|trainer|autor|rat|rätin|manager|
    vorstand|forscher|senator|gouverneur|premier|obmann|analyst|hebamme|wirtin?|ingenieur|lehrer|bauer|landwirt|
    dezernent|beamte|verteidiger|kapitän|gründer|inhaber|betreiber|kandidat|politiker|leute|frau|mann|herr)(?:in|en|s|n)?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
MEASURES = frozenset(
    """
    Euro Dollar US-Dollar Cent Franken Pfund Yen Rubel Prozent Prozentpunkte Kilometer Meter Zentimeter Millimeter
    Quadratmeter Quadratkilometer Kubikmeter Hektar Kilogramm Gramm Tonnen Liter Grad Uhr Kilowatt Megawatt Gigawatt
    Kilowattstunden Stundenkilometer Millionen Milliarden Mio Mrd Jahre Jahren Monate Monaten Wochen Tage Tagen Stunden
    Minuten Sekunden Jahr Monat Woche Tag Stunde Minute Januar Februar März April Mai Juni Juli August September Oktober
    November Dezember Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonnabend Sonntag
    January February March May June July October December Monday Tuesday Wednesday Thursday Friday Saturday Sunday I
    Angaben Berichten Berichte Medienberichten Flammen Wasser Ende Anfang Mitte Haft Kraft Brand Richtung Höhe Kritik
    Menschen Personen Kinder Frauen Männer Polizei Feuerwehr
    """.split()
)
LONG = 9  # letters
_ACRONYM = re.compile(r"[A-ZÄÖÜ]{3,}(?:-|\Z)")
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ][\w’'-]+(?: [A-ZÄÖÜ][\w’'-]+)+")
NEVER_DETERMINED = 0.08  # the share of its uses behind an article that a name may have: "Polen, die Israel"


class Words:
    """Counts over the articles of one language."""

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self.language = language
        self.inside: Counter[str] = Counter()  # words within a sentence, as they are written there
        self.determined: Counter[str] = Counter()
        self.articles: Counter[str] = Counter()  # in how many a word stands
        self.count = 0
        for text in texts:
            self.count += 1
            self.articles.update(set(re.findall(_WORD, text)))
            self.inside.update(_INSIDE.findall(text))
            self.determined.update(_DETERMINED[wording_language(language)].findall(text))

    def is_name(self, word: str) -> bool:
        """Whether the word is used like a name: with a capital, and without an article before it."""
        word = word.removesuffix("’s").removesuffix("'s")
        if not word[:1].isupper() or word in MEASURES or len(word) < 3 or self.inside[word.lower()]:
            return False
        if self.language == "de" and (_NOUN.search(word) or is_role(word)):
            return False
        uses = self.inside[word]
        return uses >= 2 and self.determined[word] <= NEVER_DETERMINED * uses

    def common(self, word: str) -> bool:
        """Whether the word is used like a common noun: with an article, a number or an adjective before it."""
        return self.determined[word] > NEVER_DETERMINED * self.inside[word] or bool(
            self.language == "de" and _NOUN.search(word)
        )

    def rare(self, text: str) -> list[str]:
        """The different long nouns of ``text`` that hardly another article has, names aside."""
        found = [
            word for word in dict.fromkeys(re.findall(_WORD, text)) if len(word) >= LONG and not self.is_name(word)
        ]
        noun = str.isupper if self.language == "de" else str.islower
        most = max(2, self.count // 100)
        return [word for word in found if noun(word[0]) and 0 < self.articles[word] <= most]

    def names(self, text: str) -> list[str]:
        """The different names in ``text``: words used like one, acronyms, and capitals side by side.

        In German two nouns in a row tell of a name ("Fluss Litani"), and so does an adjective with a capital ("Kieler
        Hafen"); in English any two words with capitals do.
        """
        found = [word for word in re.findall(_WORD, text) if self.is_name(word) or _ACRONYM.match(word)]
        for run in _CAPITALS.findall(text[1:]):
            if not MEASURES.intersection(run.split()) and not set(found).intersection(run.split()):
                found.append(run)
        return list(dict.fromkeys(found))

    def lowered(self, phrase: str) -> str | None:
        """``phrase``, which began a sentence, as it is written inside one; None when the corpus does not tell."""
        first = re.match(_WORD, phrase)
        if not first:
            return phrase  # a figure
        word = first[0]
        small, large = self.inside[word.lower()], self.inside[word]
        if small and large < small / 5:
            return word.lower() + phrase[first.end() :]
        return phrase if large and small < large / 5 else None


def is_role(word: str) -> bool:
    """Whether the German word says what somebody is ("Bürgermeisterin") rather than who."""
    return bool(_ROLE.search(word))
