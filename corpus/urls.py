"""Addresses of articles: one to open, one to compare by, and what an address itself says of its article.

courlan was tried: it knows few of the tracking parameters of German news sites, and its strict mode drops real ones.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}
_TRACKING_PREFIXES = (
    "utm_", "wt_", "wt.", "wtmc", "at_", "mc_", "pk_", "mtm_", "hsa_", "ns_", "fb_", "xt", "_hs", "__twitter", "oly_",
)  # fmt: skip
_TRACKING = frozenset(
    """
    fbclid gclid gclsrc gbraid wbraid dclid msclkid yclid twclid ttclid igshid igsh li_fat_id ref referrer cmpid cmp
    icid ito ocid ncid smid s_cid sc_cid sharetype sthash spm mkt_tok vero_id vgo_ee _ga _gl rnd campaign
    traffic_source dicbo ftag ftcamp
    """.split()
)
_AMP_QUERY = frozenset({"amp", "outputtype=amp"})
_AMP_CACHE = re.compile(
    r"(?:(?:www\.)?google\.[a-z.]+/amp|[\w-]+\.cdn\.ampproject\.org/[cv])(?:/s)?/([\w.-]+\.[a-z]{2,}.*)"
)
_SAME_HOST = re.compile(r"^(?:www\d?|amp|m|mobil|mobile)\.(?=[^.]+\.)")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_MONTH_DAY = r"(0[1-9]|1[0-2]){}(0[1-9]|[12]\d|3[01])"
_DAYS = (  # one separator throughout: ".../2020-10/14-964-infektionen" names no day
    re.compile(rf"(?<=/)((?:19|20)\d\d)/{_MONTH_DAY.format('/')}(?=/|$)"),
    re.compile(rf"(?<=[/-])((?:19|20)\d\d)-{_MONTH_DAY.format('-')}(?=[/_.]|-(?!\d)|$)"),
    re.compile(rf"(?<=[/-])((?:19|20)\d\d){_MONTH_DAY.format('')}(?=[/_.]|-(?!\d)|$)"),
)
_SECTIONS = frozenset(
    """
    index home start startseite news nachrichten aktuell aktuelles politik inland ausland wirtschaft finanzen geld sport
    fussball kultur panorama gesellschaft wissen wissenschaft gesundheit digital netzwelt technik reise auto lokales
    regional region berlin hamburg muenchen welt deutschland europa meinung kommentare feuilleton medien karriere leben
    politics business world sports culture opinion science health technology tech local
    """.split()
)


def canonical(url: str) -> str | None:
    """``url`` as it can be opened and cited: no fragment, tracking, credentials or default port; host in lower case.

    None unless it is an absolute http or https address. Scheme, "www." and a closing slash stay as they are, for not
    every server answers under the other form; ``same_article_key`` is the one to compare by.
    """
    parts = _split(url)
    if parts is None:
        return None
    query = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part))
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def same_article_key(url: str) -> str | None:
    """What the addresses of one article have in common: "example.org/politik/artikel-123?id=7"; None when the address
    names no article (a bare host, a section's front page, no web address).

    http and https, "www." and "m.", a closing slash, AMP variants and the order of parameters make no difference.
    """
    parts = _split(url)
    if parts is None:
        return None
    if cached := _AMP_CACHE.match(parts.netloc + parts.path):
        parts = _split(f"https://{cached[1]}{'?' * bool(parts.query)}{parts.query}") or parts
    path = re.sub(r"/+", "/", parts.path)
    path = re.sub(r"^/amp(?=/)|/amp/?$|\.amp(?=\.html?$|/?$)", "", path).rstrip("/")
    query = sorted(p for p in parts.query.split("&") if p and not _is_tracking(p) and not _is_amp(p))
    words = [re.sub(r"\.(?:html?|php)$", "", word) for word in path.lower().split("/") if word]
    if not query and len(words) <= 2 and all(word in _SECTIONS for word in words):
        return None
    return _bare_host(parts.netloc) + path + "?" * bool(query) + "&".join(query)


def source_of(url: str) -> str | None:
    """The outlet an address names by its host: "tagesspiegel.de"; None when it is no web address."""
    parts = _split(url)
    if parts is None:
        return None
    if cached := _AMP_CACHE.match(parts.netloc + parts.path):
        return source_of(f"https://{cached[1]}")
    host = _bare_host(parts.netloc).partition(":")[0]
    return host if "." in host and not re.fullmatch(r"[\d.]+", host) else None


def day_of(url: str) -> str | None:
    """The day in an address's path (".../2024/10/11/...", "...-20241011.html") as "2024-10-11"; None without exactly
    one. Whether that day exists is for ``NewsDate.parse`` to say."""
    parts = _split(url)
    days = {"-".join(match) for pattern in _DAYS for match in pattern.findall(parts.path)} if parts else set()
    return days.pop() if len(days) == 1 else None


def _split(url: str) -> SplitResult | None:
    """The parts of an http(s) address, normalised alike for all callers; None for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port, scheme = parts.hostname or "", parts.port, parts.scheme.lower()
        if scheme not in _PORTS or not host:
            return None
        if ":" in host:  # IPv6
            host = f"[{host}]"
        else:
            host = unquote(host).rstrip(".").encode("idna").decode("ascii").lower()
            if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host):
                return None
    except ValueError:  # a port that is none, a host with an empty label, brackets that do not close
        return None
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path, query = (_escape(part, safe) for part, safe in ((parts.path, "/"), (parts.query, "/?")))
    return SplitResult(scheme, netloc, re.sub(r"^/{2,}", "/", path), query, "")


def _escape(part: str, safe: str) -> str:
    """One spelling of percent escapes: a lone "%" escaped, unreserved characters plain, the rest in upper case."""
    part = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", part)
    part = quote(part, safe=safe + "%:@!$&'()*+,;=~", errors="replace")

    def spell(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    return _ESCAPE.sub(spell, part)


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _is_amp(parameter: str) -> bool:
    return parameter.lower() in _AMP_QUERY or parameter.lower().startswith("amp=")


def _bare_host(netloc: str) -> str:
    while match := _SAME_HOST.match(netloc):
        netloc = netloc[match.end() :]
    return netloc
