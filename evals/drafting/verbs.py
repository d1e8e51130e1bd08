"""Finite verbs of German statements in the third person, as news use them."""

from __future__ import annotations

import re

_FINITE = frozenset(
    """
    ist sind war waren hat haben hatte hatten wird werden wurde wurden soll sollen will wollen kann können muss müssen
    gilt gelten gibt gab kamen kam starb starben nahm nahmen steht stehen stand standen liegt liegen lag lagen verlor
    verloren gewann gewannen erhielt erhielten erhält erhalten kostet kosten besteht bestehen bestand bestanden fand
    fanden findet finden traf trafen fiel fielen stieg stiegen brachte brachten bringt bringen sprach sprachen schoss
    schossen baut bauen plant planen bietet bot schuf entließ beschäftigt beschäftigen leben lebt lebten arbeiten
    beginnt beginnen begann begannen endet enden tritt treten trat traten ging gingen geht gehen verließ verließen
    beschloss beschlossen bezog stellt stellen stellte zählt zählen umfasst umfassen fordert fordern verlangt verlangen
    investiert investieren zahlt zahlen erzielt erreicht erreichten besitzt besaß besaßen nutzen nutzt fährt fahren fuhr
    fuhren flog flogen fliegt zog zogen zieht ziehen wuchs sank sanken entstehen entstand entstanden unterschrieb
    unterzeichnet verabschiedet eröffnet bezifferte verkauft liefert produziert fördert übernimmt übernahm gehören sitzen
    saßen schloss schlossen fing trug betrug
    """.split()
)
_WEAK_PAST = re.compile(r"[a-zäöüß]{3,}te(?:n)?\Z")
_NOT_FINITE = frozenset("heute letzten ersten dritten rechten linken weiten guten alten roten achten siebten".split())
_ORDINAL = re.compile(r"(?:zwei|vier|fünf|sechs|sieben|neun|zehn|elf|zwölf|\w+zehn|\w+zigs)ten?\Z")


def is_finite(word: str) -> bool:
    """Whether the word, where a verb may stand, is a finite verb that is known."""
    return word in _FINITE or bool(_WEAK_PAST.match(word) and word not in _NOT_FINITE and not _ORDINAL.match(word))
