"""Does the clause around a word tell of what was or of what will be? Signs only, no grammar."""

from __future__ import annotations

import re

_WINDOW = 220  # characters looked at on either side
_BOUND = re.compile(r"\n|(?<![\d.]\d)(?<!\b\w)[.!?]+[\"'“”»«)]*\s+(?=[A-ZÄÖÜ0-9\"'„“»])")
_CLAUSE = re.compile(r"[,;:–—()„“”»«]|\s-\s|\s(?:and|but|aber|denn|while|während)\s")
# Preterites with -te that news uses most; a rule for all would take "geplante", "weite" and "heute" for one.
_WEAK = """
    sag erklär teil forder beton meld stell zeig mach kündig kritisier berichte bestätig nann äußer wuss führ brach
    dach setz veröffentlich füg bezeichne spiel frag mein leg versuch verkünde sorg folg mahn arbeite appellier fühl
    twitter antworte erzähl erreich schick begründe fehl verteidig wirk kann dauer leb kommentier stimm handel hol
    gehör erhöh lob laute räum lös reagier erleb zähl erinner entwickel präsentier versicher ende verbreite lehn schaff
    leite lern herrsch veränder wand brauch verhäng scheiter wünsch besuch entdeck such steck änder richte nutz
    eröffne erläuter bekräftig ergänz droh zitier beklag erfolg erziel liefer feier rück ereigne verletz verzeichne
    registrier starte rechne wähl bedank einig verurteil beschuldig warn sicher entschuldig stürz explodier demonstrier
    protestier siedel heirate kehr reis kauf verkauf verabschiede stopp kipp prall
"""
_PRETERITE = "|".join(_WEAK.split())
_PAST = re.compile(
    rf"""\b(?:
        war|waren|wurden?|worden|hatten?|hätten?|hat|haben|habe|gewesen|geworden
        |(?:{_PRETERITE})ten?
        |kam(?:en)?|gab(?:en)?|ging(?:en)?|starb(?:en)?|fand(?:en)?|lag(?:en)?|stieg(?:en)?|sank(?:en)?|gewann(?:en)?
        |verlor(?:en)?|schrieb(?:en)?|sprach(?:en)?|hieß(?:en)?|ließ(?:en)?|begann(?:en)?|traf(?:en)?|nahm(?:en)?
        |trat(?:en)?|fiel(?:en)?|zog(?:en)?|schoss(?:en)?|bot(?:en)?|verließ(?:en)?|stand(?:en)?|hielt(?:en)?
        |rief(?:en)?|erschien(?:en)?|bekam(?:en)?|erhielt(?:en)?|beschloss(?:en)?|riet(?:en)?|griff(?:en)?|lief(?:en)?
        |(?:ist|sind|sei|seien)\b[^,;]{{0,150}}?\b(?:\w*ge\w{{2,}}(?:t|en)|(?:be|ver|er|ent|zer)\w{{3,}}(?:t|en)|\w+iert)
        |was|were|had|has|said|told|did|went|came|took|made|met|won|lost|died|found|began|left|wrote|[a-z]{{3,}}ed
    )\b""",
    re.VERBOSE,
)
_FUTURE = re.compile(
    r"""\b(?:
        wird|werden?|wollen?|will|soll(?:en|e)?|plane?n?|plant|kommende\w*|voraussichtlich|geplante?n?|erwartet
        |müssen|muss|dürfen|dürfte|darf|können|kann|beginn(?:t|en)|starte[tn]|ende[tn]|findet|finden|tritt|treten
        |triff[t]|treffen|tag(?:t|en)|berät|beraten|entscheide[tn]|stimm(?:t|en)|empfängt|reist|öffne[tn]|stehen|steht
        |gilt|gelten|spielt|läuft|laufen|kommen|kommt
        |would|to\sbe\sheld|is\sdue|are\sdue|is\sset|are\sset|scheduled|expected|plans?|upcoming
    )\b""",
    re.VERBOSE,
)
# "soll getötet worden sein", "will gesehen haben": hearsay about what was.
_HEARSAY = re.compile(r"\b\w+(?:t|en) (?:haben|sein)\b")


def direction(text: str, start: int, end: int) -> int:
    """-1 when the clause around ``text[start:end]`` tells of what was, 1 of what will be, 0 when it gives no sign.

    A clause without a sign takes that of its sentence.
    """
    begin, stop = _sentence(text, start, end)
    low, high = begin, stop
    for match in _CLAUSE.finditer(text, begin, stop):
        if match.end() <= start:
            low = match.end()
        elif match.start() >= end:
            high = match.start()
            break
    return _signs(text[low:start] + " " + text[end:high]) or _signs(text[begin:start] + " " + text[end:stop])


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max(0, start - _WINDOW)
    for match in _BOUND.finditer(text, begin, start):
        begin = match.end()
    following = _BOUND.search(text, end, end + _WINDOW)
    return begin, following.start() if following else min(len(text), end + _WINDOW)


def _signs(words: str) -> int:
    if _PAST.search(words):
        return -1
    if _FUTURE.search(words):
        return -1 if _HEARSAY.search(words) else 1
    return 0
