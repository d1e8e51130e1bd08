"""Does the clause around a word tell of what was or of what will be? Signs only, no grammar."""

from __future__ import annotations

import re
from functools import lru_cache

_WINDOW = 220  # characters looked at on either side
_BOUND = re.compile(r"\n|(?<![\d.]\d)(?<!\b\w)[.!?]+[\"'“”»«)]*\s+(?=[A-ZÄÖÜ0-9\"'„“»])")
_CLAUSE = re.compile(r"[,;:–—()„“”»«]|\s-\s|\s(?:and|but|aber|denn|while|während)\s")
# Preterites with -te that news uses most; a rule for all would take "geplante", "weite" and "heute" for one.
_WEAK = """
    sag erklär teil forder beton meld stell zeig mach kündig kritisier berichte bestätig nann äußer wuss führ brach
    dach setz veröffentlich füg bezeichne spiel frag mein leg such verkünde sorg folg mahn arbeite appellier fühl
    twitter antworte zähl reich schick gründe fehl teidig wirk kann dauer leb kommentier stimm handel hol hör höh lob
    laute räum lös reagier inner wickel präsentier sicher ende breite lehn schaff leite lern herrsch änder wand brauch
    häng scheiter wünsch such deck steck richte nutz öffne läuter kräftig gänz droh zitier klag ziel liefer feier rück
    eigne letz zeichne registrier starte rechne wähl dank einig urteil schuldig warn stürz explodier demonstrier sack
    protestier siedel heirate kehr reis kauf abschiede stopp kipp prall rutsch schrumpf konn durf muss rann schein
    gegne rette schieß fang trau mut hoff plan prüf miss raub töte fahnde stärk schärf kürz lag wechsel lande boxe
"""
# Strong verbs' preterites.
_STRONG = """
    kam gab ging starb fand lag stieg sank gewann verlor schrieb sprach hieß ließ begann traf nahm trat fiel zog schoss
    bot stand hielt rief schien erschien bekam schloss riet griff lief wuchs sprang brach half warf zwang klang schlug
    trug fuhr lud wies riss stritt blieb trieb saß las sah geschah bat flog floh floss schwand band drang gelang schwor
    empfahl warb befahl glich verzieh schob fror hob wog
"""
_PREFIX = (
    "(?:ab|an|auf|aus|bei|durch|ein|fest|her|hin|hervor|los|mit|nach|nieder|statt|teil|um|unter|über|vor|weg|wieder"
    "|zu|zurück|zusammen)?(?:be|ent|er|ge|ver|zer|miss)?"
)
_SIGNS = (
    # 1: what was.
    rf"""war|waren|wurden?|worden|hatten?|hätten?|gewesen|geworden|sagt|sagen|meldet|melden|schreibt|berichtet|teilt
        |{_PREFIX}(?:(?:{"|".join(_WEAK.split())})ten?|(?:{"|".join(_STRONG.split())})(?:e?n)?)
        |was|were|had|has|said|told|did|went|came|took|made|met|won|lost|died|found|began|left|wrote
        |(?!expect|schedul|plann|suppos)[a-z]{{3,}}ed""",
    # 2 and 4: together the perfect.
    "hat|haben|habe|ist|sind|sei|seien",
    r"""(?!geplant|vorgesehen|angesetzt|genug|gegen|gestern)
        (?:\w*ge\w{2,}(?:t|en)|(?:\w{2,4})?(?:be|ver|er|ent|zer)\w{3,}(?:t|en)|\w+iert|passé)""",
    # 8: what will be, or is settled to be; in news the present tense beside a day is a plan.
    r"""wird|werden?|wollen?|will|soll(?:en|e)?|plane?n?|plant|kommende\w*|voraussichtlich|geplante?n?|vorgesehen
        |angesetzt|erwartet|müssen|muss|dürfen|dürfte|darf|können|kann|beginn(?:t|en)|starte[tn]|ende[tn]|findet|finden
        |tritt|treten|trifft|treffen|tag(?:t|en)|berät|beraten|entscheide[tn]|stimm(?:t|en)|empfängt|reist|öffne[tn]
        |übernehmen|übernimmt|stehen|steht|gilt|gelten|spielt|läuft|laufen|komm(?:t|en)|bekomm(?:t|en)|folg(?:t|en)
        |eröffne[tn]|feier[tn]|would|due|scheduled|expected|plans?|upcoming""",
    # 16: the same, and never said of how things are.
    "will|wollen|wolle|soll|sollen|solle|plant|planen|voraussichtlich|due|expected",
    # 32: "hat aufgerufen, am Freitag zu kommen", in one clause: the infinitive is what is to come.
    "aufgerufen|angekündigt|beschlossen|empfohlen|versprochen|vereinbart|entschieden|ruf(?:t|en)",
)
_PAST, _AUXILIARY, _PARTICIPLE, _FUTURE, _INTENT, _ANNOUNCED = (1 << i for i in range(6))
_PATTERNS = tuple(re.compile(pattern, re.VERBOSE) for pattern in _SIGNS)
_WORD = re.compile(r"\w+")
_TO = re.compile(r"\bzu \w+en\b|\b\w{2,5}zu\w+en\b")
# "soll getötet worden sein", "will gesehen haben": hearsay about what was.
_HEARSAY = re.compile(r"\b\w+(?:t|en) (?:haben|sein)\b")


@lru_cache(100_000)
def _word_signs(word: str) -> int:
    return sum(1 << i for i, pattern in enumerate(_PATTERNS) if pattern.fullmatch(word))


def _signs(words: str) -> int:
    """All signs among the words, ``_PAST`` with them where they make up a perfect."""
    found = 0
    for word in _WORD.findall(words):
        found |= _word_signs(word)
    return found | _PAST if found & _AUXILIARY and found & _PARTICIPLE else found


def direction(text: str, start: int, end: int) -> int:
    """-2 when the clause around ``text[start:end]`` tells of what was, 2 of what will be, 0 when there is no sign.

    A clause without a sign takes that of its sentence, halved.
    """
    clause, sentence = _around(text, start, end)
    return 2 * _direction(clause) or _direction(sentence)


def told(text: str, start: int, end: int) -> int:
    """-1, 1 or 0 like ``direction``, by verbs of the clause itself that are seldom used of how things are."""
    clause, _ = _around(text, start, end)
    signs = _signs(clause)
    return -1 if signs & _PAST else int(bool(signs & _INTENT))


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The clause and the sentence around ``text[start:end]``, both without it."""
    begin, stop = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    for match in _BOUND.finditer(text, begin, stop):
        if match.end() <= start:
            begin = match.end()
        elif match.start() >= end:
            stop = match.start()
            break
    low, high = begin, stop
    for match in _CLAUSE.finditer(text, begin, stop):
        if match.end() <= start:
            low = match.end()
        elif match.start() >= end:
            high = match.start()
            break
    return f"{text[low:start]} {text[end:high]}", f"{text[begin:start]} {text[end:stop]}"


def _direction(words: str) -> int:
    signs = _signs(words)
    if signs & _ANNOUNCED and _TO.search(words):
        return 1
    if signs & _PAST:
        return -1
    if signs & _FUTURE:
        return -1 if _HEARSAY.search(words) else 1
    return 0
