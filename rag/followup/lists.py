"""Words by what they do in a follow-up question, folded (``rag.german.fold``); "de" and "en"."""

from __future__ import annotations

from collections.abc import Mapping


def _words(de: str, en: str) -> Mapping[str, frozenset[str]]:
    return {"de": frozenset(de.split()), "en": frozenset(en.split())}


OPENERS = _words("und aber oder also dann okay ok ja gut doch sondern", "and but or so then okay ok well yes")
QUESTION = _words(
    """wer wen wem wessen was wo wohin woher wann warum wieso weshalb weswegen wozu wie wieviel wieviele welche welcher
    welches welchen welchem womit wofür wodurch worüber wovon worauf woran worum wogegen""",
    "who whom whose what where when why how which",
)
# After one of these ("wie viele", "seit wann", "how long") more of the question word may stand.
MEASURES = _words(
    "viel viele vielen hoch gross lang lange weit schwer alt teuer stark oft schnell tief spät häufig",
    "many much old tall long far high large big often fast deep expensive late soon",
)
# Question words that stand for an adverb: the sentence behind them is whole, and another such word fits before it.
ADVERBIAL = _words("wo wohin woher wann warum wieso weshalb weswegen wozu wie womit wodurch", "where when why how")
PREPOSITIONS = _words(
    """in im ins an am ans auf aus bei beim mit nach von vom vor zu zum zur über um unter für gegen durch seit bis ab
    zwischen neben laut wegen während ohne pro je""",
    "in on at by for from to into with about of between against after before during since until near under over per",
)
PLACE_PREPOSITIONS = _words("in im an am auf bei beim nach aus", "in at near from")
DETERMINERS = _words(
    """der die das den dem des ein eine einen einem einer eines dieser diese dieses diesen diesem kein keine keinen alle
    im ins am ans beim vom zum zur""",
    "the a an this these those",
)
DEFINITE = _words("der die das den dem des im ins am beim vom zum zur", "the")
# A thing or a person named before. Those of the second list can't be the subject of their own clause.
PERSONAL = _words("er sie", "he she they it")
OBJECT = _words("ihn ihm ihnen", "him them")
POSSESSIVE = _words("sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres", "his her its their")
PERSON = _words("er sie ihn ihm ihr", "he she him her")
# What was said before, as a whole.
PROPOSITION = _words(
    """dazu dafür dagegen davon dabei daran darauf darüber darunter daraus dadurch daraufhin deshalb deswegen trotzdem
    danach davor damit daher hierzu hierfür dies""",
    "therefore afterwards",
)
PLACE = _words("dort dorthin dorther", "there")
TIME = _words("damals seitdem seither", "")
DEMONSTRATIVE = _words("dieser diese dieses diesen diesem jener jene jenes jenen jenem", "this these those")
# With "dieser": counted from today, not from what was said.
TODAY = _words(
    """jahr jahres monat woche tag tage tagen saison spielzeit sommer winter herbst frühjahr frühling morgen abend
    nachmittag zeit welt stunde quartal jahrhundert wochenende mal""",
    "year month week day season summer winter autumn spring morning evening time world century weekend quarter who",
)
# An "it" that stands for nothing.
EXPLETIVE = (
    r"\bit (?:true|possible|likely|legal|rain|snow|take|necessary|safe|that)\b|\bit(?:'s| is| was) \w+ (?:that|to)\b"
)
# Verbs and small words that say nothing of what a question is about.
LIGHT = _words(
    """sein bin bist gewesen werden machen macht machte machten gemacht tun tut tat taten getan passieren passiert
    passierte geschehen geschieht geschah geben gab gaben gegeben kommen kommt kam kamen gekommen gehen geht ging gingen
    sagen sagt sagte sagten gesagt heisst hiess bedeutet meint gemeint genau eigentlich noch schon denn bitte nun mal
    weiter mehr sonst insgesamt überhaupt etwas jemand niemand alles nichts bisher heute inzwischen jetzt zuletzt davor
    danach später vorher nur so selbst wirklich wieder dürfen darf lassen lässt liess bleibt blieb dauert dauerte""",
    """happen happens happened do done doing make made say says said mean means meant exactly actually still already please
    now more else altogether anyone anybody someone nobody anything everything nothing today later earlier only really
    again let get got go went come came take took new old much many long other others so""",
)
# Nouns that lack what they are of: of an accident, a company, a law. In English also what happens to people.
RELATIONAL = _words(
    """mensch menschen person personen leute opfer tote toten verletzte verletzten verwundete verwundeten zahl zahlen
    grund gründe gründen ursache ursachen anlass auslöser folge folgen schaden schäden sachschaden höhe kosten preis summe
    betrag ort orte stelle zeitpunkt datum tag jahr jahre jahren monat monate woche wochen stunde stunden minute minuten uhr
    uhrzeit ergebnis ergebnisse ausgang reaktion reaktionen kritik täter verdächtige verdächtigen nachfolger nachfolgerin
    vorgänger vorgängerin anteil unterschied beispiel beispiele details einzelheiten name namen alter beruf amt ziel ziele
    zweck sinn problem probleme lösung vorteil vorteile nachteil nachteile bedeutung hintergrund hintergründe stand ende
    anfang beginn dauer weg teil hälfte prozent euro dollar meter kilometer motiv strafe urteil beteiligung mehrheit
    beteiligte beteiligten zeugen firma unternehmen konzern welt entwicklung inhalt text vergleich gegner befürworter
    zuschauer einzelnen""",
    """people person persons victims dead deaths wounded injured casualties number numbers figure figures reason reasons
    cause causes consequences damage cost costs price amount place date day year years month months week weeks hour hours
    result results outcome reaction reactions criticism suspect suspects successor predecessor share difference example
    examples details name names age job goal goals purpose problem problems solution advantages disadvantages meaning
    background end beginning delay total percent euros motive sentence verdict company firm killed hurt die died arrested
    affected involved responsible pay paid pays worth start began happens far true one ones last lasted""",
)
