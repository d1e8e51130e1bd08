"""Where sentences end in German and English news: rules, since an untrained Punkt splits "3. | Oktober" and "Mio. | Euro".

A line end always ends a sentence. A full stop ends one unless it belongs to an abbreviation, an initial or an ordinal.
"""

from __future__ import annotations

import re

# Followed by more of the same sentence, always.
_NEVER_LAST = frozenset(
    """
    abb abs abt allg art aug bd bsp bspw bzgl bzw ca co dez dipl div dr dt ebd eigtl einschl engl entspr ev evtl feb
    febr fr franz gebr geb gegr gest gem ggf ggfs griech hl hr hrsg ing inkl insb insbes ital jan jg jr jun kap kath kfm
    komm lat lt ltd mag max mdb mdl min mind mr mrs ms nov nr okt oct op orig pfd phil pl pol pos prof red rd reg rer rev
    röm russ sen sept sep sog spr st stellv str tel tsd ungef urspr usf verh vgl vgl. vol vors wg zit zt zul zz zzgl
    inc corp gen gov lieut lt capt col sgt rep messrs mt no apr dec jul mar maj hon est approx dept gmbh
    """.split()
)
# Followed by more of the same sentence, but at times its last word.
_SELDOM_LAST = frozenset("mio mrd bn mill jh jhd jhdt chr std sek usw etc uvm al ff uhr kg km ag".split())
_ORDINAL_BEFORE = frozenset(
    """
    am im vom zum beim bis ab seit der die das den dem des ein eine einem einen eines einer und oder zwischen jeder jede
    jeden jedes sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer unser unsere unserem ins zur in dieser diese
    diesem diesen montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag anfang mitte ende damaligen
    """.split()
)
_ORDINAL_AFTER = frozenset(
    """
    januar jänner februar märz april mai juni juli august september oktober november dezember jahrhundert
    jahrhunderts jahrhunderten jahrtausend platz rang minute spielminute runde stock etage bundesliga liga spieltag
    tag mal etappe staffel auflage ausgabe geburtstag todestag jahrestag jubiläum jubiläumsjahr hochzeitstag
    weltkrieg weltkriegs klasse bezirk lebensjahr legislaturperiode kapitel armee division internationale
    internationalen deutsche deutschen kongress parteitag wahlperiode senat
    """.split()
)
_STARTERS = frozenset(
    """
    der die das dies diese dieser dieses er sie es wir ich man ein eine einer in im am an auf aus bei beim durch für
    gegen hinter mit nach ohne seit über um unter vom von vor während wegen zu zum zur zwischen als aber alle allerdings
    also anschließend auch außerdem bereits bisher bislang da dabei dadurch dafür dagegen damals damit danach daneben
    dann daran darauf daraufhin darin darüber darum darunter davon davor dazu denn dennoch deshalb doch dort ebenso
    gleichzeitig heute hier hingegen immer insgesamt inzwischen jedoch jetzt kurz laut nachdem noch nun nur ob obwohl
    oft schon sein seine selbst so sobald sollte somit sondern sowohl später trotz trotzdem und viele vielmehr was weil
    weiter weitere weiterhin welche wenn wer wie wo zuvor zudem zuletzt zunächst zwar
    the this that these those he she it we they i a an at by for from on with after before but and when while since
    his her its their there then however meanwhile according as if no not
    """.split()
)
_WEAK_BEFORE_ORDINAL = frozenset("in ab bis seit und oder".split())
_CLOSERS = "\"'“”’»«›‹)]"
_CANDIDATE = re.compile(rf"(?:[.!?…]+[{re.escape(_CLOSERS)}]*)(?=\s)")
_WORD_BEFORE = re.compile(r"[\w.\-/]*\Z")
_WORD_AFTER = re.compile(r"[^\w\n]*(\w*)")
_OPENERS = tuple("„“\"'»«›‹([–—-")
_FRESH = re.compile(r"(?:\A|\n|[.!?…:][\"“”’»«)]*\s)[ \t]*\Z")
_ROMAN = re.compile(r"[IVX]+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of ``text`` in order, without the white space around them.

    Every non-blank character lies in exactly one span.
    """
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for match in _CANDIDATE.finditer(text, line.start(), line.end()):
            if _ends_sentence(text, match):
                spans.append((start, match.end()))
                start = match.end()
        spans.append((start, line.end()))
    return [trimmed for span in spans if (trimmed := _trim(text, *span))]


def sentences_around(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ``sentence_spans`` that have a part of ``text[start:end]``."""
    return [span for span in sentence_spans(text) if span[0] < end and start < span[1]]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    if not piece.strip():
        return None
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    after = _WORD_AFTER.match(text, match.end())
    following = after[1] if after else ""
    if not after or not following:
        return True
    opens = text[match.end() : after.start(1)].lstrip().startswith(_OPENERS)
    if following[0].islower() and not opens:
        return False
    mark = match[0].rstrip(_CLOSERS)
    if mark != ".":
        # "Komm!" rief er: the quote ends, the sentence does not.
        return not following[0].islower()
    if match[0] != ".":
        return True  # a closing quote or bracket after the full stop
    before = _WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
    return _stop_ends(text, before[0] if before else "", match.start(), following)


def _stop_ends(text: str, word: str, stop: int, following: str) -> bool:
    """Whether the full stop at ``stop``, after ``word`` and before ``following``, ends the sentence."""
    last = re.split(r"[.\-/]", word)[-1]
    starter = following.lower() in _STARTERS and following[0].isupper()
    if last.isdecimal():
        return _number_ends(text, word, last, stop, following, starter)
    lower = last.lower()
    if len(last) == 1 and last.isalpha():
        return "." not in word and last.islower() and starter  # initials, "z. B."
    if "." in word:
        return starter or len(lower) > 3  # "U.S.", "d.h." but also "www.example.de."
    if lower in _NEVER_LAST:
        return False
    if lower in _SELDOM_LAST or _ROMAN.fullmatch(last):
        return starter
    return True


def _number_ends(text: str, word: str, last: str, stop: int, following: str, starter: bool) -> bool:
    if following.lower() in _ORDINAL_AFTER:
        return False
    if following[0].isdecimal() and len(last) <= 2:
        return False  # 11. 10. 2024
    if len(last) >= 3 or "," in text[max(0, stop - len(word) - 1) : stop]:
        return True  # years and amounts are no ordinals
    earlier = text[max(0, stop - len(word) - 30) : stop - len(word)]
    if word == last and _FRESH.search(earlier):
        return False  # "2. Soziale Bewegungen": an item of a list
    previous = re.search(r"(\w+)\W{1,3}\Z", earlier)
    before = previous[1].lower() if previous else ""
    if before in _ORDINAL_BEFORE:
        return starter and before in _WEAK_BEFORE_ORDINAL
    return starter or bool(before)
