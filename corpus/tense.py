"""Does the clause around a word tell of what was or of what will be? Signs only, no grammar."""

from __future__ import annotations

import re

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
_PAST = re.compile(
    rf"""\b(?:
        war|waren|wurden?|worden|hatten?|hätten?|gewesen|geworden|sagt|sagen|meldet|melden|schreibt|berichtet|teilt
        |{_PREFIX}(?:(?:{"|".join(_WEAK.split())})ten?|(?:{"|".join(_STRONG.split())})(?:e?n)?)
        |was|were|had|has|said|told|did|went|came|took|made|met|won|lost|died|found|began|left|wrote|(?!expect|schedul|plann|suppos)[a-z]{{3,}}ed
    )\b""",
    re.VERBOSE,
)
# The perfect: one of these verbs, and anywhere in the clause what may be a participle.
_PERFECT = re.compile(r"\b(?:hat|haben|habe|ist|sind|sei|seien)\b")
_PARTICIPLE = re.compile(
    r"\b(?!geplant|vorgesehen|angesetzt|genug|gegen|gestern)(?:\w*ge\w{2,}(?:t|en)|(?:\w{2,4})?(?:be|ver|er|ent|zer)\w{3,}(?:t|en)|\w+iert|passé)\b"
)
# What will be, or is settled to be: in news the present tense beside a day is a plan.
_FUTURE = re.compile(
    r"""\b(?:
        wird|werden?|wollen?|will|soll(?:en|e)?|plane?n?|plant|kommende\w*|voraussichtlich|geplante?n?|vorgesehen
        |angesetzt|erwartet|müssen|muss|dürfen|dürfte|darf|können|kann|beginn(?:t|en)|starte[tn]|ende[tn]|findet|finden
        |tritt|treten|trifft|treffen|tag(?:t|en)|berät|beraten|entscheide[tn]|stimm(?:t|en)|empfängt|reist|übernehmen|übernimmt|öffne[tn]
        |stehen|steht|gilt|gelten|spielt|läuft|laufen|komm(?:t|en)|bekomm(?:t|en)|folg(?:t|en)|eröffne[tn]|feier[tn]
        |would|to\sbe\sheld|is\sdue|are\sdue|is\sset|are\sset|scheduled|expected|plans?|upcoming
    )\b""",
    re.VERBOSE,
)
_INTENT = re.compile(
    r"\b(?:will|wollen|wolle|soll|sollen|solle|plant|planen|voraussichtlich|is due|are due|is expected|will be)\b"
)
# "soll getötet worden sein", "will gesehen haben": hearsay about what was.
_HEARSAY = re.compile(r"\b\w+(?:t|en) (?:haben|sein)\b")

# "hat angekündigt, am Freitag zu kommen" and the like, in one clause: the infinitive is what is to come.
_ANNOUNCED = re.compile(
    r"\b(?:aufgerufen|angekündigt|beschlossen|empfohlen|versprochen|vereinbart|entschieden|ruf(?:t|en))\b"
)
_TO = re.compile(r"\bzu \w+en\b|\b\w{2,5}zu\w+en\b")


def direction(text: str, start: int, end: int) -> int:
    """-2 when the clause around ``text[start:end]`` tells of what was, 2 of what will be, 0 when there is no sign.

    A clause without a sign takes that of its sentence, halved.
    """
    clause, sentence = _around(text, start, end)
    return 2 * _signs(clause) or _signs(sentence)


def told(text: str, start: int, end: int) -> int:
    """-1, 1 or 0 like ``direction``, by verbs of the clause itself that are seldom used of how things are."""
    clause, _ = _around(text, start, end)
    if _past(clause):
        return -1
    return 1 if _INTENT.search(clause) else 0


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


def _past(words: str) -> bool:
    return bool(_PAST.search(words) or (_PERFECT.search(words) and _PARTICIPLE.search(words)))


def _signs(words: str) -> int:
    if _ANNOUNCED.search(words) and _TO.search(words):
        return 1
    if _past(words):
        return -1
    if _FUTURE.search(words):
        return -1 if _HEARSAY.search(words) else 1
    return 0
