"""Facts that stand in the text itself: agency, author, dates, category. Read where newsrooms put them, never guessed.

Bylines and date lines stand above the text or below it, alone on their line; elsewhere the same words are the article's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.clean import Piece, bare_of
from corpus.dates import NewsDate

AGENCIES = frozenset(
    """
    afp afpd anp ansa ap apa aps awp belga bloomberg cna dapd ddp dpa dpa-afx dpad dts efe epd idw interfax itar-tass
    keystone-sda kna kyodo lusa ots pa pap pti reuters rtr rtrs sda sid tass ukrinform upi xinhua yonhap
    """.split()
)
_TOP, _END = 4, 3  # paragraphs above and below the text that may hold such lines
_JOINT = r"\s?(?:[/,|+&-]|und|and)\s?"
_NAMES = rf"[\w-]{{2,12}}(?:{_JOINT}[\w-]{{2,12}}){{0,4}}"
# "(dpa)", "(mit AFP, Erika Muster)" after the last sentence, or just "dpa/AFP".
_SIGN_OFF = re.compile(
    r"(?:^|[.!?…:][\"“”»«)]*)\s*(?:[(\[]([^()\[\]]{2,60})[)\]]\W{0,2}"
    r"|(?<=[.!?\"“”»]\s)((?:mit )?[\w-]{2,12}(?:[/,] ?[\w-]{2,12}){0,3}))$"
)
_LAST_LINE = re.compile(
    rf"(?:©\s?|quellen?: ?(?:[\w.-]+\.(?:de|at|ch|com),? ?)?)?({_NAMES})|(?:©\s?)?(dpa)-infocom\b.*", re.IGNORECASE
)
_MATERIAL = re.compile(
    rf"(?:^|[(\[.]\s?|\s)(?:mit (?:material|informationen|agenturmaterial|inhalten)|with (?:material|reporting)"
    rf"|material)"
    rf" (?:von|der|des|by|from) (?:(?:der|den|the) )?(?:nachrichtenagentur(?:en)? )?({_NAMES})[)\].]*$",
    re.IGNORECASE,
)
# "Berlin (dpa) - Der ...", "BERLIN (Reuters) Der ...", "(dpa) - Der ...", "dpa Berlin. Der ..."
_DATELINE = re.compile(
    rf"[A-ZÄÖÜ][\w.’'/ -]{{1,40}}?(?:, \d{{1,2}}\. ?\w{{3,9}}\.?)?,? ?[(\[]({_NAMES})[)\]]\s?[-–—:.]"
    rf"|[A-ZÄÖÜ][A-ZÄÖÜ/ -]{{2,40}} ?[(\[]({_NAMES})[)\]]|[(\[]({_NAMES})[)\]] ?[-–—]"
    r"|((?:dpa|afp|epd|kna|sid|rtr|apa)(?:/\w{2,4})?)\s[A-ZÄÖÜ][\w/-]+(?:\s[A-ZÄÖÜ][\w/-]+)?\s?[.:–—-]"
)
_CAPITAL = r"(?:(?:Dr|Prof|St)\.|[A-ZÄÖÜÀ-ÞŁŚŠŽČ][\w’'-]+|[A-ZÄÖÜ]\.(?:-?[A-ZÄÖÜ]\.)?|[dD][’'][A-Z]\w+)"
_PARTICLE = r"(?: (?:von|van|de|der|den|del|della|di|da|dos|zu|zur|vom|al|el|bin|ter|te|le|la|y))"
_NAME = rf"{_CAPITAL}(?: {_CAPITAL}){{0,2}}?{_PARTICLE}{{0,2}} {_CAPITAL}(?: {_CAPITAL})?"
_LEAD_IN = (
    r"(?:(?:[Ee]in(?:e)? |[Dd]er |EIN )?(?:Kommentar|Gastkommentar|Gastbeitrag|Analyse|Essay|Reportage|Interview"
    r"|Kolumne|Glosse"
    r"|Porträt|Rezension|Leitartikel|Bericht|Protokoll|KOMMENTAR) (?:von|VON|by)|Von|VON|By|BY|(?:Text|Autor"
    r"|Autorin|Autoren|Author)s?:)"
)
_BYLINE = re.compile(
    rf"{_LEAD_IN}:? ((?:{_NAME})(?:(?:, | und | and | & |/)(?:{_NAME}))*)((?:, | in |/)[\w/ .-]{{2,30}})?"
)
_SECOND_NAME = re.compile(r", | und | and | & |/")
_DATE_LABELS = {
    "published": r"veröffentlicht(?: am)?|erschienen(?: am)?|erstellt(?: am)?|publiziert(?: am)?|datum|date"
    r"|published(?: on| at)?|posted(?: on)?"
    r"|first published(?: on| at)?|veröffentlichungsdatum",
    "updated": r"(?:zuletzt )?(?:aktualisiert|geändert|upgedatet)(?: am)?|(?:letzte|letztes) (?:aktualisierung"
    r"|änderung|update)(?: am)?|update(?:d)?(?: on| at)?"
    r"|last (?:updated|modified)(?: on| at)?|zuletzt bearbeitet(?: am)?",
    "as of": r"stand",
}
_DATE_LINE = re.compile("|".join(rf"(?P<{k.replace(' ', '_')}>{v})" for k, v in _DATE_LABELS.items()), re.IGNORECASE)
_PARTS = re.compile(
    r"\s[|·•–]\s|[,;]? (?=(?:zuletzt|last) )|[,;]?(?<!zuletzt)(?<!last) (?=(?:aktualisiert|updated)\b)", re.IGNORECASE
)
_CATEGORY = re.compile(r"(?:rubrik|ressort|kategorie|category|section)\s?: ?([^:.!?]{2,40})", re.IGNORECASE)
_OPENING_DATE = re.compile(
    r"\A\W{0,3}(?:date|datum|published|veröffentlicht|stand)(?: am)?[:\s]+"
    r"(\d{4}(?:-\d{2}){0,2}|\d{1,2}\. ?(?:\d{1,2}\.|[A-Za-zä]+) ?\d{4})\b(?!-)\W? +(?-i:[\"„“»‚A-ZÄÖÜ])(?=[^\n]{20})",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Found:
    """What the text states; None and empty where it says nothing."""

    author: str | None = None
    agency: str | None = None
    category: str | None = None
    dates: dict[str, str] = field(default_factory=dict)  # "published", "updated": as written


def read(pieces: Sequence[Piece]) -> tuple[list[Piece], Found]:
    """``pieces`` with bylines, date lines and category lines marked to go, and what all of the text states."""
    found, result = Found(), list(pieces)
    kept = [i for i, (_, reason) in enumerate(result) if reason is None]
    top, end = kept[:_TOP], kept[_TOP:][-_END:]
    for i in top + end:
        text = result[i][0]
        if reason := _line(text, found):
            result[i] = (text, reason)
    staying = [text for text, reason in result if reason is None]
    found.agency = found.agency or _agency(staying, [text for text, reason in result if reason == "copyright"])
    return result, found


def opening_date(text: str) -> tuple[str | None, str, str]:
    """The date some exports put before the first sentence ("date 2024-10 Im Krieg ..."), what to cut, and the rest."""
    match = _OPENING_DATE.match(text)
    if match is None or NewsDate.parse(match[1]) is None:
        return None, "", text
    start = match.end() - 1  # of the first sentence
    return match[1], text[:start].strip(), text[start:]


def _line(text: str, found: Found) -> str | None:
    """Notes what this line states in ``found``; the reason it goes, or None when it is none of these lines."""
    bare = bare_of(text)
    if len(bare) > 120:
        return None
    if match := _CATEGORY.fullmatch(bare):
        found.category = found.category or match[1].strip()
        return "category line"
    if dates := _dates(bare):
        for key, written in dates.items():
            found.dates.setdefault(key, written)
        return "date line"
    if match := _BYLINE.fullmatch(bare):
        names = [name.title() if name.isupper() else name for name in _SECOND_NAME.split(match[1])]
        found.author = found.author or ", ".join(names)
        found.agency = found.agency or _known(match[2] or "")
        return "byline"
    return None


def _dates(line: str) -> dict[str, str]:
    """Labelled dates of a line that holds nothing else: {"published": "11.10.2024, 14:20 Uhr"}; {} for other lines."""
    dates: dict[str, str] = {}
    for part in _PARTS.split(line):
        if re.fullmatch(r"lesezeit\W.*|\d+ min.*", part, re.IGNORECASE):
            continue
        label = _DATE_LINE.match(part)
        if label is None or not label.lastgroup:
            return {}
        written = part[label.end() :].strip(" :.")
        if NewsDate.parse(written) is None:
            return {}
        dates.setdefault(label.lastgroup, written)
    as_of = dates.pop("as_of", None)
    if as_of:
        dates.setdefault("updated" if "published" in dates else "published", as_of)
    return dates


def _agency(paragraphs: Sequence[str], copyrights: Sequence[str]) -> str | None:
    """Agencies of a sign-off, a dateline or a last line, as "dpa/afp"; None when none of these names one."""
    for text in (paragraph[-200:] for paragraph in reversed(paragraphs[-_END:])):
        for match in (
            _SIGN_OFF.search(text),
            _MATERIAL.search(text),
            _LAST_LINE.fullmatch(text) if len(text) < 80 else None,
        ):
            if match and (names := _known(match[match.lastindex or 1])):
                return names
    for text in paragraphs[:2]:
        if (match := _DATELINE.match(text)) and (names := _known(match[match.lastindex or 1])):
            return names
    return next((names for text in copyrights if (names := _known(re.sub(r"-infocom|:.*", "", text)))), None)


def _known(names: str) -> str | None:
    """The agencies among ``names``, lower case, joined by "/"; None without one."""
    items = re.split(r"\s?[/,;|+&]\s?|\s(?:und|and)\s", names.lower())
    words = [re.sub(r"^(?:mit|quellen?:|©)\s|\W+$", "", item.strip()) for item in items]
    known = [part for word in words for part in ([word] if word in AGENCIES else word.split("-")) if part in AGENCIES]
    return "/".join(dict.fromkeys(known)) or None
