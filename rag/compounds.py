"""German compounds cut into words that the index also knows alone: Drohnenangriff into Drohne and Angriff.

Words and parts are the analysed tokens of the lexical index. Of all ways to cut, the one whose parts are the most
frequent wins (geometric mean; Koehn and Knight 2003), so that Staubecken holds no Staub. What merely looks like a part
is kept out by rule: prefixes, derivational suffixes, ends of place names, words too short to tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache

SHORTEST = 4  # letters of a part, but for those named
RELIABLE = 5  # letters from which on a word met once is believed
LEXICAL = (
    3.0  # a word this many times as frequent as its parts (their geometric mean) is a word of its own: Deutschland
)
LONGEST = 48  # letters of a word that is looked at: longer ones are addresses and hashes
_SHORT = frozenset(
    """
    aal amt arm axt bad bau bot bus dat eis erd erz eul fan feu fuss gas gen gott gut hai heu hof hut jod kuh lag
    led nord not nuss ohr ol opf ort ost pol post rad rat reh rot see sud tag tal tee tor tot tur uhr wal weg west
    wut zug
    """.split()
)
# Prefixes, adverbs and pronouns that begin words without making compounds of them.
_NO_HEAD = frozenset(
    """
    aber abend alle allein ander anti auch aufs auss aus bald beim beid dabei dafur dage daher dahin damit dann daran
    darauf darum davon dazu dein dem denn dies dies dort durch einand eine einer eines einig entgegen erst etwa euro fort
    fur ganz gar gegen genug gern gleich haben halb hatt hier hint hinter immer ihre inter irgend jede jeder jetzt kein
    konn lang mach mehr mein mini miss mit moch nach nahe neben nich nicht nieder noch nur ober oben oder ohne pro rein
    schon sehr sein seit selbst sich sind solch soll sowie trotz uber um und unser unter viel vom von vor vora voll vorn
    wann war warum weg weil weit welch wenn werd wider wied wieder will wird wohl woll zum zur zuruck zusamm zwisch
    their they them then than that this with from have been were will would there under over into about after before
    ver vers verb verh ents erst bess best gros nieders ab an auf bei dies eben ebend fest statt mittl moglich voraus
    heraus heran herab herein herum hinaus hinauf hinein vorg vorh abge abgeb ausge ausgeb aussch einge gest ermog entge
    """.split()
)
# Derivational endings that are words too, ends of place names and surnames, endings of foreign words.
_NO_TAIL = frozenset(
    """
    schaft heit keit lich isch bar sam los voll fach weis massig artig haft reich mal mals lein chen ling tum wart warts
    seit eit ding dings end ende ung ion tion tat ismus ist isten ier ent ant anz enz eur ator ik iker thek
    burg dorf furt mann meier mayer meyer bach hausen stein heim hold bert wald brecht hart ingen ring ringen
    halb halber gemass gerecht dien dient stell steh geh komm halt hal nehm bring zieh setz leg
    erweis erreich erlag statt gelegt gestellt genomm gegeb gefund gesproch stellt legt nommen bracht kommt geht
    lass gab sah kam ging steht wend rest teilen richt
    """.split()
)
_LAND = frozenset(
    "deutsch eng russ finn griech ir is niederland holl grun neusee frank schott lapp est lett thai rhein saar".split()
)
# Cut rightly by sound and wrongly by sense: days, lands and verbs in -ieren.
_WHOLE = frozenset(
    """
    montag dienstag mittwoch donnerstag freitag samstag sonntag sonnabend niederland jahrhundert jahrzehnt jahrtausend
    gutacht wachsend protestier registrier horizontal niedersachs grossbritanni pistol gewahrleist niederschlag angehort
    heirat quartett krawatt doktor direktor reaktor rektor traktor autor monitor senator
    """.split()
)
_LINKS = ("", "s", "n", "en", "e", "es", "er", "ns", "ens")
# What the stemmer takes off a compound, but not off its last word alone, or the other way round: Leistung, Hafen.
_ENDINGS = ("", "ung", "heit", "keit", "ik")
_SUFFIXES = ("ung", "heit", "keit", "igkeit", "ig", "isch", "lich")
_S_ALONE = ("ung", "heit", "keit", "schaft", "ion", "tat", "ling", "tum")  # take -s- whatever follows

Frequency = Callable[[str], int]


class Splitter:
    """Cuts words by how many chunks hold each word; ``frequency`` answers 0 for words that stand nowhere alone."""

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._leaves = lru_cache(200_000)(self._cut)

    def leaves(self, word: str) -> tuple[str, ...]:
        """The smallest parts of a compound in order, as tokens of the index; () when the word is none.

        >>> words = {"drohn": 5, "angriff": 9}
        >>> Splitter(lambda word: words.get(word, 0)).leaves("drohnenangriff")
        ('drohn', 'angriff')
        """
        found = self._leaves(word)
        return found[1] if found else ()

    def parts(self, word: str) -> tuple[str, ...]:
        """Every part that is a word itself, small and large, without repeats: Atom, Kraft, Werk and Kraftwerk."""
        found = self._leaves(word)
        return tuple(dict.fromkeys(found[2])) if found else ()

    def _cut(self, word: str) -> tuple[float, tuple[str, ...], tuple[str, ...]] | None:
        """(score, leaves, parts) of the best cut in two, with what its halves are made of."""
        if not (6 <= len(word) <= LONGEST and word.isalpha()) or word in _WHOLE:
            return None
        best: tuple[float, str, str] | None = None
        for head, tail in self._halves(word):
            score = math.sqrt(self._frequency(head) * self._frequency(tail))
            if best is None or score > best[0]:
                best = (score, head, tail)
        if best is None:
            return self._cut_open(word)
        score, head, tail = best
        if self._frequency(word) > LEXICAL * score:
            return None
        leaves = (*(self.leaves(head) or (head,)), *(self.leaves(tail) or (tail,)))
        return score, leaves, (head, tail, *self.parts(head), *self.parts(tail))

    def _cut_open(self, word: str) -> tuple[float, tuple[str, ...], tuple[str, ...]] | None:
        """A word whose halves do not both stand alone: one of them is a compound in turn."""
        best: tuple[float, tuple[str, ...], tuple[str, ...]] | None = None
        for i in range(4, len(word) - 5):
            for head in self._heads(word[:i]):
                rest = self._leaves(word[i:])
                if rest is None:
                    continue
                score = (self._frequency(head) * rest[0] ** len(rest[1])) ** (1 / (1 + len(rest[1])))
                if best is None or score > best[0]:
                    best = (score, (*(self.leaves(head) or (head,)), *rest[1]), (head, *rest[2]))
        return best

    def _halves(self, word: str) -> Iterator[tuple[str, str]]:
        for i in range(2, len(word) - 1):
            tail = self._tail(word[i:])
            if tail is not None:
                for head in self._heads(word[:i]):
                    if not (tail == "land" and head in _LAND):
                        yield head, tail

    def _heads(self, surface: str) -> Iterator[str]:
        """Tokens that a first part may stand for, its linking letters taken off."""
        for link in _LINKS:
            if not surface.endswith(link) or (link == "e" and surface == "zuge"):  # zuge- is zu- and ge-
                continue
            base = surface[: len(surface) - len(link)]
            if link == "" and base.endswith(_S_ALONE):
                continue
            forms = [base]
            if link in ("", "s"):
                forms += [base.removesuffix(suffix) for suffix in _SUFFIXES if base.endswith(suffix) and len(base) > 7]
            for form in forms:
                if self._may_be_part(form) and form not in _NO_HEAD:
                    yield form

    def _tail(self, surface: str) -> str | None:
        """The token that a last part stands for."""
        if surface in _NO_TAIL:
            return None
        for ending in _ENDINGS:
            form = surface + ending
            if (not ending or len(surface) > 3) and self._may_be_part(form) and form not in _NO_TAIL:
                return form
        return None

    def _may_be_part(self, form: str) -> bool:
        # A short word met once is as likely a slip or the stump of an odd stem.
        return (len(form) >= SHORTEST or form in _SHORT) and self._frequency(form) > (len(form) < RELIABLE)
