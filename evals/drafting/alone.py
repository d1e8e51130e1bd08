"""Whether a sentence can be understood without what stands around it."""

from __future__ import annotations

import re

from rag.messages import wording_language

# Words that lean on what was said before, or on the day it is read.
_WORDS = {
    "de": frozenset(
        """
        er sie es ihn ihm ihr ihre ihren ihrem ihrer ihres ihnen sein seine seinen seinem seiner seines dies diese
        dieser dieses diesem diesen jene jener jenes jenem jenen dort dortigen hier dabei davon dafür damit daran
        darauf darin darunter daraus darüber dagegen dazu dadurch daher damals dessen deren denen danach daraufhin
        derselbe dieselbe solche solcher solches beide beiden ersterer letzterer derzeit derzeitige bisher bislang
        jetzt nun inzwischen zurzeit heute gestern vorgestern morgen kürzlich zuletzt zuvor nachdem auch ebenfalls
        ebenso außerdem zudem weitere weiteren weiterer weiteres andere anderen anderer anderes jedoch allerdings aber
        hingegen dennoch also somit deshalb deswegen wir ich uns unser unsere man demnach demzufolge entsprechend
        wiederum hinzu übrigen dann zunächst letzten letzte letzter ob dass gegenwärtig weiter erneut wieder bereits
        noch allein später früher vorher vorherigen laufenden ohnehin dahingehend folgende folgenden gleiche gleichen
        genannten erwähnten denn doch nämlich sogar schließlich so
        """.split()
    ),
    "en": frozenset(
        """
        he she it they him her them his hers its their theirs this that these those there here then we i us our you your
        such both former latter also however but so yet another other others meanwhile today yesterday tomorrow now
        currently recently previously said says ago one ones still too only therefore
        """.split()
    ),
}
# "die insgesamt 591 Männer", "the two men": how many they are was told before.
_COUNTED_BEFORE = re.compile(
    r"\b(?:[Dd](?:ie|er|en) (?:insgesamt |rund |etwa |knapp )?(?:\d+|zwei|drei|vier|fünf|sechs) [A-ZÄÖÜa-z]|"
    r"[Tt]he (?:\d+|two|three|four|five|six) [a-z])"
)
# Nouns that with "the" mean what the article told of before, unless something behind them says which.
_TOLD_OF = {
    "de": (
        r"\b(?:[Dd](?:er|ie|as|em|en|es)|[Ii]m|[Aa]m|[Zz]u[mr]|[Vv]om|[Bb]eim) (?:[a-zäöüß]+en? )?(?:Mann|Männer|Frau|Frauen|"
        r"Täter|Opfer|Unternehmen|Konzern|Firma|Gesellschaft|Maschine|Flugzeug|Fahrzeug|Wagen|Zug|Schiff|Boot|Gebäude|"
        r"Stadt|Kreisstadt|Hauptstadt|Landeshauptstadt|Land|Region|Gemeinde|Ort|Insel|Partei|Verein|Gericht|Sturm|Orkan|Sprecher|Angeklagte|Verdächtige|Beamte|"
        r"Verletzte|Tote|Leiche|Leichnam|Behörde|Organisation|Gruppe|Bundesstaat|Staat|Provinz|Vorfall|Unfall|Unglück|"
        r"Unglücksstelle|Anschlag|Brand|Feuer|Moschee|Einsatz|Treffen|Abkommen|Gesetz|Entwurf|Bericht|Studie|Kirche|Schule|"
        r"Hotel|Klinik|Fabrik|Werk|Anlage|Halle|Brücke|Straße|Autobahn|Start|Strecke|Spiel|Turnier|Rennen|Kundgebung|Demonstration|"
        r"Verhandlung|Verhandlungen|Prozess|Urteil|Wahl|Umsatz|Gewinn|Veranstaltung|Staatsanwaltschaft|Bewohner|Projekt|"
        r"Verband|Gewerkschaft|Präsident|Minister|Kanzler|Regierung|Parlament|Bank|Zeitung|Sender|Aktion|Hof|Zentralbank|Notenbank|Taufe|[A-ZÄÖÜ][a-zäöüß]+(?:minister|präsident|sprecher)|Preisverleihung"
        r")(?:s|es|n|en)?(?= [a-zäöüß]|\Z)(?! (?:de[rs]|vo[nm]|aus) "
        r"| (?:in|im|bei|zwischen|gegen|an|am|auf|nach|über|um|für|zu[rm]?)(?: (?:de[rmn]|die|das))? [A-ZÄÖÜ])"
    ),
    "en": (
        r"\b[Tt]he (?:[a-z]+ )?(?:man|men|woman|women|suspect|victim|victims|company|firm|plane|aircraft|vehicle|car|train|"
        r"ship|boat|building|city|town|country|region|island|party|club|court|storm|spokesman|spokeswoman|defendant|body|"
        r"authority|group|state|province|incident|accident|attack|fire|meeting|agreement|law|bill|report|study|church|"
        r"school|hotel|hospital|factory|plant|bridge|road|match|game|tournament|race|trial|ruling|election|event|protest|"
        r"project|union|president|minister|government|parliament|bank|newspaper|project|site|store|port|strike|deal)s?"
        r"(?= [a-z]|\Z)(?! (?:of|in|from|at|between|against|on|for|to|near) )"
    ),
}


def leans(text: str, language: str) -> bool:
    """Whether the sentence or question leans on what stood before it: on a word such as "there", or on a thing that only
    the article tells, such as "the company" with nothing to say which."""
    key = wording_language(language)
    words = re.findall(r"[^\W\d_]+", text.lower())
    told = re.search(_TOLD_OF[key], text.removesuffix("?")) or re.search(_COUNTED_BEFORE, text)
    return bool(told or _WORDS[key].intersection(words))
