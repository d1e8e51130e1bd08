"""The library as HTML: search, articles over time, the list. Knows nothing of gradio; everything from articles is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.dates import display_date
from rag.catalogue import UNDATED, Entry, Wanted, hit
from rag.cli_corpus import say_reason
from rag.messages import messages
from rag.report import CorpusReport
from rag.safe import Mark, excerpts, safe, shorten
from ui.header import count
from ui.texts import say

MONTHS = 36  # bars up to which months are shown; beyond, years
MOST_TICKS = 20  # years named under the bars; a phone shows each fourth bar's
SNIPPET = 90  # characters on either side of what was searched for
OPENING = 180  # characters of the text's beginning where nothing was searched for, or found by another ending
SOURCES = 500  # that the choice lists
LISTED = 30  # articles to look at
_COLUMNS = ("date", "title", "source")


def tools(wanted: Wanted, sources: Mapping[str, int], language: str) -> str:
    """The search box and the choices beside it."""
    options = "".join(
        f'<option value="{safe(name)}"{" selected" if name == wanted.source else ""}>'
        f"{safe(shorten(name, 60))} ({count(number, language)})</option>"
        for name, number in list(sources.items())[:SOURCES]
    )
    kinds = "".join(
        f'<option value="{kind}"{" selected" if kind == wanted.only else ""}>{safe(say(key, language))}</option>'
        for kind, key in (("", "only_all"), ("copies", "only_copies"), ("versions", "only_versions"))
    )
    return (
        f'<form class="tools" role="search" aria-label="{safe(say("search", language))}">'
        f'<label class="unseen" for="search-words">{safe(say("search", language))}</label>'
        f'<input type="search" id="search-words" name="words" autocomplete="off" spellcheck="false" maxlength="200" '
        f'value="{safe(wanted.words)}" placeholder="{safe(say("search_hint", language))}">'
        f'<label class="unseen" for="search-source">{safe(say("source", language))}</label>'
        f'<select id="search-source" name="source"><option value="">{safe(say("source_all", language))}</option>{options}'
        f'</select><label class="unseen" for="search-only">{safe(say("only", language))}</label>'
        f'<select id="search-only" name="only">{kinds}</select></form>'
    )


def timeline(months: Mapping[str, int], wanted: Wanted, language: str) -> str:
    """A bar a month, or a year where the articles span many; a bar chooses its time, once more lets it go."""
    undated = months.get(UNDATED, 0)
    dated = {month: number for month, number in months.items() if month != UNDATED}
    if not months:
        return ""
    year = wanted.period[:4] if wanted.period != UNDATED else ""
    spans = _months(dated) if len(_months(dated)) <= MONTHS else _years(dated)
    if year and len(_months(dated)) > MONTHS:
        spans = [f"{year}-{month:02}" for month in range(1, 13)]
    known = dict.fromkeys(spans, 0)
    for month, number in dated.items():
        key = month if month in known else month[:4]
        if key in known:
            known[key] += number
    most = max([*known.values(), 1])
    step = -(-len(known) // MOST_TICKS)  # between two years that are named
    bars = "".join(
        _bar(span, number, most, place % step == 0, wanted, language)
        for place, (span, number) in enumerate(known.items())
    )
    years = " class=years" if all(len(span) == 4 for span in known) else ""
    chosen = ""
    if wanted.period:
        label = display_date(wanted.period, language) if wanted.period != UNDATED else say("undated", language)
        off = safe(say("period_off", language))
        chosen = (
            f'<button type="button" class="chosen" data-event="period" data-period="" aria-label="{off}: {safe(label)}" '
            f'title="{off}">{safe(label)} <span aria-hidden="true">✕</span></button>'
        )
    without = ""
    if undated:
        told = say("undated_count", language, count=count(undated, language))
        without = (
            f'<button type="button" class="plain" data-event="period" data-period="{UNDATED}">{safe(told)}</button>'
        )
    return (
        f'<section class="timeline"><div class="timeline-top"><h2>{safe(say("timeline", language))}</h2>{chosen}{without}'
        f'</div><ol{years} style="--bars: {len(known)}">{bars}</ol></section>'
    )


def _bar(span: str, number: int, most: int, named: bool, wanted: Wanted, language: str) -> str:
    label = safe(say("bar", language, time=display_date(span, language), count=count(number, language)))
    share = max(number / most, 0.03) if number else 0.0
    tick = span[:4] if (named and len(span) == 4) or span.endswith("-01") else ""
    if not number:
        return f'<li class="none"><span class="tick">{tick}</span></li>'
    period = "" if span == wanted.period else span
    return (
        f'<li><button type="button" data-event="period" data-period="{span if period else ""}" '
        f'aria-pressed="{str(not period).lower()}" aria-label="{label}" title="{label}">'
        f'<span class="pile" style="--share: {share:.3f}"></span></button><span class="tick">{tick}</span></li>'
    )


def _months(dated: Mapping[str, int]) -> list[str]:
    """All months from the first to the last."""
    whole = sorted(month for month in dated if len(month) == 7)
    if not whole:
        return _years(dated)
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (whole[0], whole[-1]))
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(first, last + 1)]


def _years(dated: Mapping[str, int]) -> list[str]:
    years = sorted(month[:4] for month in dated)
    return [f"{year:04}" for year in range(int(years[0]), int(years[-1]) + 1)] if years else []


def listing(
    wanted: Wanted,
    total: int,
    entries: Sequence[Entry],
    texts: Mapping[int, str],
    offset: int,
    size: int,
    language: str,
) -> str:
    """The articles from ``offset`` on, with headings that sort and the way to the next ``size``."""
    if not total:
        empty = wanted == Wanted(sort=wanted.sort, descending=wanted.descending)
        return f'<p class="hint none-found">{safe(say("library_empty" if empty else "no_article_found", language))}</p>'
    heads = "".join(_head(column, wanted, language) for column in _COLUMNS)
    rows = "".join(_row(entry, texts.get(entry.row, ""), wanted.words, language) for entry in entries)
    told = say("found_one" if total == 1 else "found_many", language, count=count(total, language))
    return (
        f'<p class="hint" role="status">{safe(told)}</p><table class="articles"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>{_paging(total, offset, size, language)}"
    )


def _head(column: str, wanted: Wanted, language: str) -> str:
    sorted_by = column == wanted.sort
    state = ("descending" if wanted.descending else "ascending") if sorted_by else "none"
    arrow = ("↓" if wanted.descending else "↑") if sorted_by else ""
    return (
        f'<th scope="col" aria-sort="{state}" class="{column}"><button type="button" data-event="sort" data-sort="{column}">'
        f'{safe(say(f"column_{column}", language))}<span aria-hidden="true"> {arrow}</span></button></th>'
    )


def _row(entry: Entry, text: str, words: str, language: str) -> str:
    found = hit(text, words) if words else None
    snippet = " ".join(excerpts(text, [Mark(*found, 1)], SNIPPET)) if found else safe(shorten(text, OPENING))
    badges = ""
    if entry.copies > 1:
        badges += f'<span class="tag">{safe(say("copies_tag", language, count=entry.copies))}</span>'
    if entry.versions > 1:
        badges += f'<span class="tag">{safe(say("versions_tag", language, count=entry.versions))}</span>'
    date = display_date(entry.published, language) or say("undated", language)
    return (
        f'<tr><td class="date">{safe(date)}</td><td class="title"><button type="button" class="plain" data-event="open" '
        f'data-id="{safe(entry.id)}" dir="auto">{safe(entry.title or say("untitled", language))}</button> {badges}'
        f'<p class="snippet" dir="auto">{snippet}</p></td><td class="source"><bdi>{safe(entry.source or "")}</bdi></td></tr>'
    )


def _paging(total: int, offset: int, size: int, language: str) -> str:
    if total <= size:
        return ""
    last = min(offset + size, total)
    told = say(
        "paging", language, first=count(offset + 1, language), last=count(last, language), count=count(total, language)
    )

    def button(key: str, to: int, possible: bool) -> str:
        state = f'data-event="leaf" data-offset="{to}"{"" if possible else " disabled"}'
        return f'<button type="button" class="quiet" {state}>{safe(say(key, language))}</button>'

    back, on = button("page_back", max(0, offset - size), offset > 0), button("page_on", last, last < total)
    return f'<nav class="paging" aria-label="{safe(say("pages_of_list", language))}">{back}<span>{safe(told)}</span>{on}</nav>'


def checks(report: CorpusReport, titles: Mapping[str, str], language: str) -> str:
    """What somebody should look at, folded: odd articles, files that can't be read, how much cleaning took out."""
    own = messages().say
    items = "".join(
        f'<li><button type="button" class="plain" data-event="open" data-id="{safe(odd.id)}">'
        f"<bdi>{safe(titles.get(odd.id) or odd.id)}</bdi></button>: {safe(say(f'odd_{odd.reason}', language))}</li>"
        for odd in report.suspicious[:LISTED]
    )
    items += "".join(
        f"<li><bdi>{safe(shorten(place, 200))}</bdi>: {safe(say('odd_unreadable', language))}</li>"
        for place in report.unreadable[:LISTED]
    )
    rest = max(0, len(report.suspicious) - LISTED) + max(0, len(report.unreadable) - LISTED)
    if rest:
        items += f"<li>{safe(own('corpus_more', language, count=rest))}</li>"
    share = f"{100 * report.removed_share:.1f}".replace(".", "," if language == "de" else ".")
    taken = ", ".join(say_reason(reason, language) for reason in list(report.removed)[:6])
    cleaned = f"<p>{safe(say('cleaned', language, share=share, reasons=taken))}</p>" if taken else ""
    return (
        f'<details class="checks"><summary>{safe(say("checks", language, count=len(report.suspicious) + len(report.unreadable)))}'
        f"</summary>{cleaned}<ul>{items}</ul></details>"
    )
