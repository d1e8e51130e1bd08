"""Words for numbers, German and English: what they are worth, what units measure, what rounds."""

from __future__ import annotations

import re
from functools import lru_cache

ONES = {
    "null": 0, "zweier": 2, "dreier": 3, "ein": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5,
    "sechs": 6, "sech": 6,
    "sieben": 7,
    "sieb": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwölf": 12, "sechzehn": 16, "siebzehn": 17,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "erst": 1, "zweit": 2, "dritt": 3, "viert": 4, "fünft": 5, "sechst": 6, "siebt": 7, "acht": 8, "neunt": 9, "zehnt": 10,
    "elft": 11, "zwölft": 12, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
}  # fmt: skip
FRACTIONS = {"hälfte": 0.5, "drittel": 1 / 3, "viertel": 0.25, "fünftel": 0.2, "half": 0.5, "quarter": 0.25,
             "thirds": 1 / 3, "quarters": 0.25, "fifths": 0.2}  # fmt: skip
SCALES = {"mio": 1e6, "mrd": 1e9, "tsd": 1e3, "k": 1e3, "m": 1e6, "bn": 1e9, "hundert": 100, "hundred": 100,
           "dutzend": 12, "dozen": 12, "tausend": 1e3, "thousand": 1e3, "million": 1e6, "millionen": 1e6,
           "milliarde": 1e9, "milliarden": 1e9, "billion": 1e12, "billionen": 1e12, "trillion": 1e12}  # fmt: skip
# Said of how many there are without a number; "Hunderttausende" are not "Zehntausende".
VAGUE = {"dutzende": 12, "hunderte": 100, "tausende": 1e3, "zehntausende": 1e4, "hunderttausende": 1e5, "dozens": 12,
          "hundreds": 100, "thousands": 1e3}  # fmt: skip
# Money, by all its names; none that is another common word too (rand, real, won).
_CURRENCIES = {
    "euro": "euro euros eur €", "dollar": "dollar dollars usd $", "franken": "franken francs chf", "pfund": "pfund pounds gbp £",
    "rubel": "rubel rubles roubles", "yen": "yen", "yuan": "yuan renminbi",
    "mark": "mark d-mark dm", "krone": "krone kronen krona kronor kroner crowns",
    "gulden": "gulden guilders", "schilling": "schilling schillinge shillings", "zloty": "zloty złoty zlotys",
    "forint": "forint forints", "lira": "lira lire liras", "rupie": "rupie rupien rupees", "peso": "peso pesos",
    "peseta": "peseta peseten pesetas", "schekel": "schekel shekel shekels", "hrywnja": "hrywnja griwna hryvnia",
    "taler": "taler thaler", "dinar": "dinar dinare dinars", "rial": "rial rials", "baht": "baht", "dirham": "dirham dirhams",
}  # fmt: skip
MONEY = frozenset(_CURRENCIES)
UNITS = {
    **{name: (money, 1.0) for money, told in _CURRENCIES.items() for name in told.split()},
    "%": ("prozent", 1), "prozent": ("prozent", 1), "percent": ("prozent", 1), "prozentpunkt": ("prozentpunkt", 1),
    "prozentpunkte": ("prozentpunkt", 1), "per cent": ("prozent", 1), "cent": ("euro", 0.01), "cents": ("euro", 0.01),
    "km": ("meter", 1000), "kilometer": ("meter", 1000), "kilometern": ("meter", 1000), "kilometers": ("meter", 1000),
    "kilometres": ("meter", 1000), "m": ("meter", 1), "meter": ("meter", 1), "metern": ("meter", 1), "metres": ("meter", 1),
    "meters": ("meter", 1), "cm": ("meter", 0.01), "zentimeter": ("meter", 0.01), "zentimetern": ("meter", 0.01),
    "millimeter": ("meter", 0.001), "mm": ("meter", 0.001), "meile": ("meile", 1), "meilen": ("meile", 1),
    "miles": ("meile", 1), "kg": ("gramm", 1000), "kilogramm": ("gramm", 1000), "kilo": ("gramm", 1000),
    "mg": ("gramm", 0.001), "milligramm": ("gramm", 0.001), "milligrams": ("gramm", 0.001), "gramm": ("gramm", 1),
    "g": ("gramm", 1), "tonne": ("gramm", 1e6), "tonnen": ("gramm", 1e6), "tonnes": ("gramm", 1e6), "liter": ("liter", 1),
    "litern": ("liter", 1), "litres": ("liter", 1), "hektar": ("hektar", 1), "grad": ("grad", 1), "degrees": ("grad", 1),
    "uhr": ("uhr", 1), "stunde": ("minute", 60), "stunden": ("minute", 60), "hours": ("minute", 60), "minute": ("minute", 1),
    "minuten": ("minute", 1), "minutes": ("minute", 1), "sekunden": ("sekunde", 1), "tage": ("tag", 1), "tagen": ("tag", 1),
    "tag": ("tag", 1), "days": ("tag", 1), "woche": ("tag", 7), "wochen": ("tag", 7), "weeks": ("tag", 7),
    "monat": ("monat", 1), "monate": ("monat", 1), "monaten": ("monat", 1), "months": ("monat", 1), "jahr": ("monat", 12),
    "jahre": ("monat", 12), "jahren": ("monat", 12), "years": ("monat", 12), "year": ("monat", 12), "jährig": ("monat", 12),
    "prozentig": ("prozent", 1), "stündig": ("minute", 60),
    "sekündig": ("sekunde", 1), "tägig": ("tag", 1), "wöchig": ("tag", 7), "monatig": ("monat", 1),
    "minütig": ("minute", 1), "quadratmeter": ("m2", 1), "quadratmetern": ("m2", 1), "quadratkilometer": ("m2", 1e6),
    "lichtjahr": ("lichtjahr", 1), "lichtjahre": ("lichtjahr", 1), "lichtjahren": ("lichtjahr", 1),
    "megawatt": ("watt", 1e6), "gigawatt": ("watt", 1e9), "kilowatt": ("watt", 1e3), "watt": ("watt", 1),
}  # fmt: skip
# Rounding words, each with how the true value lies to the number that is told.
_ROUNDING = {
    "about": "rund etwa circa ca ungefähr annähernd zirka schätzungsweise about around roughly approximately some",
    "nearly": "knapp fast nahezu beinahe nearly almost",
    "good": "gut",
    "over": "über mehr_als over more_than above",
    "under": "unter weniger_als under less_than fewer_than below",
    "least": "mindestens wenigstens at_least",
    "most": "höchstens maximal bis_zu at_most up_to",
}
ROUNDED = {word.replace("_", " "): kind for kind, found in _ROUNDING.items() for word in found.split()}


@lru_cache(20_000)
def spelt(word: str) -> float | None:
    """The value of a folded number word, None for other words.

    >>> spelt("dreihundertfünfundzwanzig"), spelt("anderthalbtausend"), spelt("zweieinhalb")
    (325.0, 1500.0, 2.5)
    """
    if word in ONES:
        return float(ONES[word])
    if word in TENS:
        return float(TENS[word])
    if half := re.fullmatch(r"(anderthalb|eineinhalb|(\w+)einhalb)(tausend)?", word):
        whole = spelt(half[2]) if half[2] and half[1] != "eineinhalb" else 1.0
        return None if whole is None else (whole + 0.5) * (1000 if half[3] else 1)
    for scale, factor in (("tausend", 1000), ("hundert", 100)):
        head, found, rest = word.partition(scale)
        if found:
            many, more = spelt(head) if head else 1.0, spelt(rest.removeprefix("und")) if rest else 0.0
            return None if many is None or more is None else many * factor + more
    if teen := re.fullmatch(r"(drei|vier|fünf|acht|neun)zehn", word):
        return 10.0 + ONES[teen[1]]
    if tens := re.fullmatch(r"(\w+ty)(\w+)", word):
        return float(TENS[tens[1]] + ONES[tens[2]]) if tens[1] in TENS and tens[2] in ONES else None
    one, found, ten = word.partition("und")
    return float(ONES[one] + TENS[ten]) if found and one in ONES and ten in TENS else None
