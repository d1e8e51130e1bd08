"""What form of answer a question wants: a fact, an explanation, a list, yes or no, a digest. By a table, German and English."""

from __future__ import annotations

import re
from typing import Literal

from rag.models.question import Kind, asked_kind

Form = Literal["fact", "explanation", "definition", "list", "polar", "digest"]

_ASKED_TO = r"(?:bitte\s|kannst\sdu\s|können\sSie\s|could\syou\s|please\s)*"
_PLURAL = r"(?:\w+(?:en|ern|er|eln|nen|ten)|\w*[äöü]\w*e|\w+s)"  # Raketen, Ländern, Städte, Autos
# "Welche" stands before plurals and before feminine nouns; those end so.
_SINGULAR = r"""(?:\w*(?:ung|heit|keit|schaft|tät|ion|ik|ur|enz|anz|ie|ei|in|aft|acht|icht)|\w*(?:mutter|tochter|schwester|nummer
    |steuer|feier|mauer|kammer|oper|ziffer|dauer|trauer|folgen|auswirkungen|gründe|ursachen))"""
_BE = "sind|waren|wurden|werden|haben|hatten|können|könnten|sollen|sollten|müssen|dürfen|gehören|nehmen|kommen|stehen"

# The first that matches counts; what none matches asks for a fact. Verbose: blanks are \s.
_TABLE: tuple[tuple[Form, str], ...] = (
    # Two questions at once have no one short answer.
    (
        "explanation",
        r"\b(?:und|and)\s(?:(?:bis|seit|auf|ab|in|mit|von|zu|um)\s)?(?:was|wie|wann|wer|wo|worauf|warum|welche\w?|what|when|who|how|why)\b",
    ),
    # What is right or fair is for those to say who are quoted, not for one figure.
    (
        "explanation",
        r"""\A(?:was|wie|welche\w?|what|which|how)\b.*\b(?:ist|sind|war|waren|wäre|wären|is|are|was|were|would\sbe)\s(?:.*\s)?
        (?:angemessen|sinnvoll|vernünftig|gerecht|gerechtfertigt|fair|zumutbar|vertretbar|appropriate|reasonable|justified|sensible
        |adequate)\W*\Z""",
    ),
    (
        "digest",
        rf"""\A{_ASKED_TO}(?:fasse?n?\b.*\bzusammen | (?:eine\s)?zusammenfassung | (?:gib|geben\sSie)\b.*\büberblick
        | überblick\s(?:über|zu) | worum\s(?:geht|ging|dreht)\b | was\s(?:ist|war)\s(?:\w+\s){{0,6}}?(?:passiert|geschehen|los)\b
        | was\s(?:passierte|geschah)\b | was\sgibt\ses\sneues | was\s(?:wei(?:ß|ss)\sman|ist\sbekannt)\s(?:über|von|zu)
        | wie\s(?:ist|lautet)\sder\sstand | (?:summari[sz]e|sum\sup)\b | (?:a\s|give\sme\sa(?:n)?\s)?(?:summary|overview)\sof
        | what\s(?:happened|is\sgoing\son|has\shappened)\b | what\s(?:is|was|are)\b.*\babout\W*\Z | what\sis\sknown\sabout
        | tell\sme\sabout | erzähl\w*\b.*\b(?:über|von) | was\swei(?:ß|ss)t\sdu\süber)""",
    ),
    (
        "definition",
        r"""\A(?:was\s(?:ist|sind|war|waren|bedeutet|heißt|versteht\sman\sunter)\s(?!mit\b|an\b|der\sgrund|die\sursache)
        (?:(?:ein|eine|der|die|das|den)\s)?[\w„“"'.-]+(?:\s[\w„“"'.-]+){0,3}\W*\Z
        | (?:wer|who)\s(?:ist|war|is|was)
        (?!\s\w*(?:meister|präsident|chef|minister|trainer|kanzler|leiter|könig|papst|sprecher)(?:in)?\b)(?:\s(?-i:[A-ZÄÖÜ][\w.’'-]*|von\sder|von|van|de|al|bin)){1,4}\W*\Z
        | what\s(?:is|are|was)\s(?:an?\s)?(?!the\b)[\w.-]+(?:\s[\w.-]+){0,2}\W*\Z | what\sdoes\s.*\bmean\b)""",
    ),
    (
        "list",
        rf"""\A{_ASKED_TO}(?:nenn(?:e|en)\b | liste\b | zähle?n?\b.*\bauf\b | list\b | name\s(?:all|the)\b
        | welche\s(?:\w+(?:en|e)\s)?(?!{_SINGULAR}\b){_PLURAL}\s
        | welche\s(?!(?:folgen|auswirkungen|gründe|ursachen)\b)(?:\w+\s){{1,2}}(?:{_BE})\b
        | wer\s(?:sind|waren|gehört)\b | (?:an|in|bei|mit|aus|von|unter)\swelchen\s\w+n\b
        | (?:which|what)\s(?!(?:is|was|has|does)\b)(?:\w+\s)?(?!\w+ss\b|news\b|(?:is|was|has|does)\b)\w{{3,}}s\s
        (?!is\b|was\b|has\b)
        | who\s(?:are|were)\b)""",
    ),
    (
        "explanation",
        r"""\b(?:warum|weshalb|wieso|weswegen|wozu|wodurch|why)\b
        | \A(?:wie|how)\b(?!\s(?:viele?n?|viel|hoch|groß|gross|lang|lange|weit|schwer|alt|teuer|stark|oft|schnell|tief|heißt
        |heißen|hieß|spät|breit|many|much|old|tall|long|far|high|large|big|often|fast|deep|expensive|late|wide|strong)\b)
        | \A(?:wovor|woran|worin|womit|wogegen|worauf|wofür|worüber|inwiefern)\b | \A(?:erkläre?n?|explain)\b
        | \A(?:was\s(?:ist|war)\s(?:der\sgrund|die\sursache)|what\s(?:is|was)\sthe\s(?:cause|reason))
        | \Awelche\s(?:folgen?|auswirkungen|gründe|ursachen?)\b""",
    ),
    (
        "polar",
        r"""\A(?:ist|sind|war|waren|hat|haben|hatte|hatten|wird|werden|wurde|wurden|kann|können|konnte|konnten|soll|sollen
        |sollte|sollten|will|wollen|wollte|wollten|muss|müssen|musste|mussten|darf|dürfen|durfte|durften|gibt|gab|bleibt|stimmt
        |geht|kommt|kam|steht|liegt|trifft|(?!nenne|fasse|liste|zeige|finde|suche|bitte|sage|erkläre|heute|gestern|seit|mit|laut|weit)
        [a-zäöüß]{2,}(?:te|ten|[^e\W]t|iert))\s(?!viele\b)(?:es\s|man\s|sich\s|schon\s)*\w+
        | \A(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\s\w+""",
    ),
)
_COMPILED = tuple((form, re.compile(pattern, re.VERBOSE | re.IGNORECASE | re.DOTALL)) for form, pattern in _TABLE)
_AMOUNT = re.compile(
    r"\A(?:was|what)\s(?:kost|(?:does|will|did|would)\b.*\bcost)"
    r"|\Awas\s(?:ha|w[iü]rde?|werden|soll|könnte|dürfte|darf)\w*\b.*\b(?:kosten|gekostet)\W*\Z"
    r"|\bwelche[rnms]?\s(?:\w*(?:zahl|anteil|summe|betrag|geldwert)|höhe)\b"
    r"|\b(?:what|which)\s(?:number|amount|sum|share|percentage)\b|\bwie\slange\b|\bhow\slong\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\bwie hei(?:ß|ss)(?:t|en)\b|\bwhat is the name\b|\bwelche[rn]? (?:general|minister|politiker)\w*", re.IGNORECASE
)
_ASKS_FOR = re.compile(
    r"\b(?:w(?:er|en|em|as|ann|ie|o|elche[mnrs]?|ohin|oher|essen)|who|what|when|where|which|how|whose)\b", re.IGNORECASE
)


def form_of(question: str) -> Form:
    """The form of answer that ``question`` wants.

    >>> form_of("Wie viele Menschen starben?"), form_of("Welche Länder liefern Waffen?"), form_of("Ist die Brücke zu?")
    ('fact', 'list', 'polar')
    """
    question = " ".join(question.split())
    for form, pattern in _COMPILED:
        if pattern.search(question):
            if form == "polar" and _ASKS_FOR.match(question):
                continue
            if form == "list" and kind_of(question) in ("number", "date"):
                continue
            return form
    return "fact"


def kind_of(question: str) -> Kind:
    """The kind of thing asked for; beyond ``asked_kind`` it knows that prices and shares are numbers, and that "Wie heißt"
    asks for a name."""
    if _AMOUNT.search(question):
        return "number"
    return "person" if asks_name(question) else asked_kind(question)


def asks_name(question: str) -> bool:
    """Whether it is asked what somebody or something is called."""
    return bool(_NAME.search(question))
