"""What boilerplate looks like in German and English news text: one table of rules, each with the reason it gives.

Written against a random half of 10,000 scraped articles and judged on the other half. A rule may miss; it may not take a
sentence of an article, so words alone that news are also made of ("App", "Spende", "Anzeige") never suffice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORT = 240  # characters; a teaser or a credit is rarely longer
LONGEST = 600  # no notice that is one as a whole is longer
LONGEST_APPEAL = 4000
BRACKETED = 420  # ... and in brackets up to this, for the brackets already say that it is an aside
_ADDRESS = re.compile(r"\b(?:unser\w*|uns|wir|sie|ihnen|ihr\w*|du|dein\w*|dich|our|us|we|you|your)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=\S)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Removes a paragraph that is ``whole``-ly so, that ``opens`` so (and is short), that is in brackets and says
    ``aside``, or that holds at least ``least`` of the ``cues``, in no fewer than a third of its sentences.

    ``needs`` are words one of which any such cue paragraph has; looking for them first is what makes cleaning fast.
    """

    reason: str
    whole: re.Pattern[str] | None = None
    opens: re.Pattern[str] | None = None
    aside: re.Pattern[str] | None = None
    cues: tuple[re.Pattern[str], ...] = ()
    least: int = 3
    needs: tuple[str, ...] = ()

    def applies(self, paragraph: str, bare: str, lowered: str, in_brackets: bool) -> bool:
        """``bare`` is the paragraph without brackets, bullets and "+++" around it, ``lowered`` the paragraph in lower case."""
        if self.whole and len(paragraph) <= LONGEST and self.whole.fullmatch(bare):
            return True
        if self.opens and len(paragraph) <= SHORT and self.opens.match(bare):
            return True
        if in_brackets and self.aside and len(paragraph) <= BRACKETED and self.aside.search(bare):
            return True
        return (
            len(paragraph) <= LONGEST_APPEAL
            and any(word in lowered for word in self.needs)
            and self._is_full_of_cues(paragraph)
        )

    def _is_full_of_cues(self, paragraph: str) -> bool:
        if sum(bool(cue.search(paragraph)) for cue in self.cues) < self.least:
            return False
        sentences = _SENTENCE.split(paragraph)
        if not _ADDRESS.search(sentences[0]) or not any(cue.search(sentences[0]) for cue in self.cues):
            return False  # it begins as news and ends as an appeal
        with_cue = sum(any(cue.search(sentence) for cue in self.cues) for sentence in sentences)
        return 3 * with_cue >= len(sentences)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE | re.DOTALL)


def _cues(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE | re.DOTALL) for p in patterns)


_SHARE = (
    r"(?:teilen|tweeten|twittern|mailen|e-?mail|drucken|merken|senden|kommentieren|flattr|pinnen|pocket|facebook"
    r"|twitter|x"
    r"|whatsapp|telegram|threema|signal|pinterest|xing|linkedin|flipboard|instagram|reddit|bluesky|mastodon|messenger"
    r"|share|tweet|print|copy link|link kopieren|artikel (?:teilen|drucken|versenden|merken|anhören|als pdf)"
    r"|(?:auf|bei|per|via|über|on|by) (?:facebook|twitter|x|whatsapp|e-?mail|telegram|linkedin|xing|pinterest|mail)"
    r"|share (?:this article|on \w+)|(?:beitrag|seite|text) (?:teilen|drucken))"
)
_TO_READ = r"(?:lesen|finden|sehen|hören|erfahren|verfolgen|abonnieren|bestellen|bekommen|erhalten)"
_PLACE = r"(?:hier|an dieser stelle|in (?:diesem|unserem|unserer|unseren)|auf unserer?|unter diesem link)\b"
SHARE_WORD = re.compile(_SHARE, re.IGNORECASE)  # alone it may be a heading; with another it is a share bar

RULES = (
    Rule(
        "share bar",
        whole=_any(
            rf"{_SHARE}(?:[\s|,/·•]+(?:und |oder )?{_SHARE})+", r"artikel (?:teilen|drucken|versenden|merken|anhören)"
        ),
    ),
    Rule(
        "page furniture",
        whole=_any(
            r"(?:zurück )?zur (?:startseite|übersicht)|(?:zurück )?nach oben|zum seitenanfang|back to top|home"
            r"|zurück zum artikel",
            r"(?:jetzt |artikel )?weiterlesen|mehr (?:laden|anzeigen|lesen)|load more|show more|continue reading"
            r"|inhaltsverzeichnis",
            r"(?:zum|direkt zum) inhalt springen|skip to (?:main )?content|menü|menu|suche|schließen|vorlesen"
            r"|pfeil nach \w+",
            r"(?:schlag(?:worte|wörter)|stichwort(?:e)?|tags?|topics?)\s*:.{0,160}",
        ),
    ),
    Rule(
        "comments",
        whole=_any(
            r"(?:\d[\d.]*|keine?|no) (?:kommentare?|leserkommentare?|comments?)(?: (?:zum artikel|anzeigen|lesen))?",
            r"(?:jetzt |hier )?(?:kommentieren|mitdiskutieren)|kommentar(?:e)? (?:schreiben|verfassen|anzeigen"
            r"|lesen|abgeben|\(\d+\))",
            r"(?:kommentare?|comments?)\s*[:(]?\s*\d+\)?|leave a (?:comment|reply)|diskutieren sie mit[^.]{0,60}[.!]?",
        ),
    ),
    Rule(
        "reading time",
        whole=_any(
            r"(?:lese(?:zeit|dauer)|reading time)\s*:?\s*(?:ca\.|etwa|about)? ?\d+ ?(?:min(?:uten?|utes?|\.)?)",
            r"\d+ ?(?:min\.?|minuten?|minutes?)[- ](?:lesezeit|lesedauer|read)",
        ),
    ),
    Rule(
        "advertisement",
        whole=_any(
            r"[-–— ]*(?:anzeige|werbung|advertisements?|sponsored(?: content)?|ad|promoted"
            r"|artikel unterhalb der anzeige)[-–—: ]*"
        ),
    ),
    Rule(
        "copyright",
        whole=_any(
            r"(?:©|\(c\)|copyright ?(?:©|\(c\)|\d{4})).{0,140}",
            r"(?:\W*dpa-infocom,? )?dpa:\d{6}-\d+-\d+/\d+",
            r"alle rechte vorbehalten.{0,40}|all rights reserved.{0,40}",
        ),
    ),
    Rule(
        "photo credit",
        opens=_any(
            r"(?:foto|bild|symbolbild|symbolfoto|archivbild|archivfoto|titelbild|screenshot|photo|image|picture)s?"
            r"(?:quelle| credit|nachweis)?\s*:\s*\S(?!.*[.!?] [A-ZÄÖÜ])"
        ),
        whole=_any(r"(?:bild|foto)(?:er)?strecke.{0,80}|\d+ (?:bilder|fotos)|bild \d+ von \d+"),
    ),
    Rule(
        "video",
        whole=_any(
            r"video (?:abspielen|ansehen|starten|wird geladen\W*)|play(?: video)?|(?:un)?mute|wird geladen\W*"
            r"|loading\W*",
            r"(?:der )?(?:video)?player wird geladen\W*|das video (?:konnte|kann) nicht (?:geladen"
            r"|abgespielt) werden\W*",
            r"(?:dieses|das) video ist (?:leider )?nicht (?:mehr )?verfügbar\W*|video player is loading\W*",
            r"\d{1,2}:\d{2} ?[/|] ?\d{1,2}:\d{2}|(?:zum|das) video\W*",
        ),
    ),
    Rule(
        "embed",
        whole=_any(
            r"(?:empfohlener )?(?:redaktioneller|externer) inhalt|recommended (?:external )?content"
            r"|externen? inhalte? (?:anzeigen|laden)\W*",
            r"an dieser stelle (?:finden sie|befindet sich|steht) (?:ein(?:en)? )?(?:relevante[rn]? )?(?:extern"
            r"|von der redaktion).{0,500}",
            r"ich bin damit einverstanden, dass mir externe inhalte angezeigt werden.{0,400}",
            r"mit (?:ihrer|deiner) zustimmung wird hier ein externer inhalt.{0,300}",
            r"(?:dieser|der) (?:externe )?inhalt (?:kann|konnte) (?:leider )?nicht (?:angezeigt"
            r"|geladen) werden.{0,200}",
            r"(?:um|bitte) .{0,80}\b(?:aktivieren|erlauben) sie (?:bitte )?javascript.{0,120}"
            r"|please enable javascript.{0,120}",
        ),
        cues=_cues(
            r"\bextern(?:e[nr]?)? inhalt",
            r"\bpersonenbezogene daten\b.{0,60}\büber(?:mittelt|tragen)\b",
            r"\b(?:klick|aktivier|anzeigen|zustimm|einverstanden)",
            r"\bdatenschutz",
        ),
        needs=("extern",),
    ),
    Rule(
        "app",
        aside=_any(r"\bapps?\b.*\b(?:herunterlad|handy|apple|android|download)|\b(?:handy|apple|android)\b.*\bapps?\b"),
        cues=_cues(
            r"\b(?:unsere|unserer|our)\b[\w ]{0,30}\bapps?\b",
            r"\b(?:herunterlad|runterladen|download|installier)",
            r"\b(?:apple|ios|iphone|app store)\b",
            r"\bandroid\b|\bgoogle play\b",
            r"\b(?:empfehlen|auf ihr handy|kostenlos|jetzt)\b",
        ),
        least=4,
        needs=("app",),
    ),
    Rule(
        "newsletter",
        opens=_any(
            r"[^.!?„“\"»«]*\bnewsletter\b[^„“»«]*\b(?:jetzt|hier|sie)\b[^„“»«]*\b(?:abonnier|anmeld|bestell)",
            r"(?:abonnieren|bestellen|melden) sie\b.*\bnewsletter\b",
            r"(?:jetzt|hier) .{0,60}\bnewsletter (?:abonnieren|bestellen|anmelden)\b",
            r"(?:sign up|subscribe|get)\b.{0,60}\bnewsletter\b",
        ),
        aside=_any(
            r"newsletter.*(?:kostenlos|anmeld|abonn|bestell|\bhier\b|\w\.(?:de|com)\b)"
            r"|(?:kostenlos|unsere[nmr]?)\b.*newsletter"
            r"|\b(?:anmeldung|anmelden)\b.*\bhier\b"
        ),
        cues=_cues(
            r"newsletter",
            r"\babonnier|\bsubscrib",
            r"\banmeld|\bsign up",
            r"\bpostfach|\binbox",
            r"\bkostenlos|\bfree\b",
            r"\bunsere[nmrs]?\b|\bour\b",
            r"\b(?:sie|ihrem?|ihnen)\b.*\bhier\b",
        ),
        least=4,
        needs=("newsletter",),
    ),
    Rule(
        "donation",
        cues=_cues(
            r"\bspende(?!rorgan)|\bdonat",
            r"\bunterstütz(?:en sie|ung)\b.*\b(?:uns|wir)\b|\bjetzt unterstützen\b|\bsupport (?:us|our)\b",
            r"\bunser(?:e[nmrs]?)? (?:journalis|community|arbeit|redaktion|leser)|\bour (?:journalis|newsroom"
            r"|readers|reporting)",
            r"\bpaywall\b|\bfrei (?:zugänglich|zur verfügung)|\bfree to read\b|\bfree for everyone\b",
            r"\bmit (?:nur |schon )?\d+(?:,\d+|,-)? (?:euro|€)|\bfrom (?:just )?[$£€]\d|\bas little as\b",
            r"\bleser:innen|\bleserinnen und leser\b.*\b(?:unterstütz|spende|beitrag)|\breaders? like you\b",
            r"\bunabhängige[nrs]? journalismus\b|\bindependent journalism\b",
        ),
        needs=("spende", "unterstütz", "journalis", "paywall", "donat", "support", "leser:innen"),
    ),
    Rule(
        "subscription",
        opens=_any(
            r"(?:jetzt|hier) (?:abonnieren|abo )",
            r"sie möchten weiterlesen\b",
            r"already a subscriber\b|subscribe to (?:continue|read)\b",
            r"(?:bereits|schon) abonnent(?:in)?\b",
            r"(?:dieser|der) (?:artikel|text|beitrag) ist (?:nur|exklusiv) für abonnent",
            r"(?:jetzt )?\d+ (?:tage|wochen|monate?) (?:gratis|kostenlos|für \d+ (?:euro|€)) (?:testen|lesen"
            r"|ausprobieren)\b",
            r"exklusiv für abonnent",
        ),
        aside=_any(
            r"\b[A-Z]\+ ?\)?|\(abo\)|\bplus\b.*\b(?:testen|ausprobieren|kostenlos|lesen)\b|\b\d+ tage kostenlos\b"
            r"|\b[A-Z]plus\b"
        ),
    ),
    Rule(
        "cookies",
        cues=_cues(
            r"\bcookies?\b",
            r"\b(?:akzeptier|zustimm|einwillig|accept|consent)",
            r"\b(?:datenschutz|privacy|einstellungen|settings)",
            r"\b(?:wir|unsere[rn]?|we|our) (?:verwenden|nutzen|setzen|partner|use|website)",
        ),
        needs=("cookie",),
    ),
    Rule(
        "contact",
        opens=_any(
            # "uns" is the newsroom; the police, too, ask people to write.
            r"(?=.*\b(?:uns|mir|unser\w*|us|our)\b)[^„“»«\"]*\b(?:schreiben sie|schreibt|erreichen uns|mailen sie"
            r"|schicken sie|write to|e-?mail us)\b[^„“»«\"]{0,80}\S@\w[\w-]*\.\w+",
            r"wollen sie uns ihre meinung sagen\b",
            r"(?:folgen sie|folgt|folge|follow) uns\b|folgen sie [\w ]{3,40} auf (?:instagram|twitter|x|facebook)\b"
            r"|follow (?:us|@?\w+) on (?:twitter|x|facebook)\b",
        ),
    ),
    Rule(
        "teaser",
        opens=_any(
            r"mehr themen für (?:dich|sie)\b",
            r"(?:lesen sie|lies|lest)\b[^.:]{0,40}\b(?:auch|mehr|weiter|hier)\b(?! unten)",
            r"(?:lesetipp|lese-tipp|passend dazu|siehe auch|sehen sie auch|hören sie auch|auch (?:spannend"
            r"|lesenswert|interessant))\s*[:–-]",
            r"(?:auch|ebenfalls) interessant(?: für (?:dich|sie))?\W*$",
            r"das könnte (?:dich|sie|euch) (?:auch )?interessieren\b",
            r"mehr zum thema\s*(?:$|[:–-]|\b(?:lesen|finden|gibt|hier|auf|im|in)\b)",
            r"(?:mehr|weitere[sr]?)(?: (?:dazu|hintergründe|hintergrund-?informationen|artikel|texte|beiträge"
            r"|nachrichten|themen|informationen))?"
            r"(?: (?:zu[mr]?|über|aus|rund um|im)\b[^.!?:„“\"]{2,70})?:$",
            r"(?:hintergründe|hintergrund-informationen|weiterführende links|links zum (?:artikel"
            r"|thema)) ?[^.!?„“\"]{0,60}$",
            rf"mehr (?:dazu|hierzu|darüber|infos?|informationen|über"
            rf"|zu[mr]?)\b[^.!?„“\"]{{0,120}}\b{_TO_READ} sie\b[^.!?„“\"]{{0,60}}[.!]?$",
            rf"[^.!?„“\"»«]{{5,170}}\b(?:{_TO_READ} sie"
            rf"|können sie)\b[^.!?„“\"»«]{{0,40}}\b{_PLACE}[^.!?„“\"»«\d]{{0,60}}[.!:]?$",
            rf"(?:hier|an dieser stelle) (?:{_TO_READ} sie|können sie|geht es zu"
            rf"|geht's zu)\b(?! ihnen)[^.!?„“\"»«]{{0,120}}[.!:]?$",
            r"(?:read|see) (?:also|more)\s*(?:$|[:–-]|\b(?:about|on|here)\b)",
            r"(?:related|more on this|more on this story|recommended|most read|meistgelesen)(?: stories| articles"
            r"| story| artikel)?\s*(?::|$)",
        ),
        aside=_any(
            rf"\b(?:{_TO_READ}|bleiben|behalten) sie\b|\bmehr (?:zu[mr]?|dazu|über|infos?|hintergründe|aus)\b"
            rf"|\b(?:news|live)-?blogs?\b",
            rf"\bkönnen sie\b.*\b{_PLACE}|\bhier (?:geht|gibt|kommen|berichtet)\b|\b(?:jetzt|hier) (?:lesen|mehr)\b"
            rf"|\bauf dem laufenden\b",
            r"^(?:lesetipp|auch interessant|das könnte|read|see also|click here)\b",
        ),
    ),
)
