"""HTML inside a field: feeds and exports of content systems give articles as a piece of markup.

There is nothing around such a piece to tell the article from, so all its words stay; whole pages go to ``html.py``.
"""

from __future__ import annotations

import html
import re

from lxml import etree

_BLOCKS = frozenset(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 "
    "h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_SKIPPED = frozenset("script style noscript template iframe svg math head button select textarea".split())
_TAG = re.compile(
    r"<(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|img|figure|blockquote|table|section|article|html|body|font|hr|"
    r"script|style|iframe|sup|sub)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(
    r"&(?:amp|quot|apos|nbsp|lt|gt|[aouAOU]uml|szlig|[lr][sd]?quo|[bs]dquo|[nm]dash|hellip|#\d{2,5}|#x[0-9a-fA-F]{2,4});"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def is_markup(text: str) -> bool:
    """Whether ``text`` holds HTML tags; "5 < 6" does not."""
    return _TAG.search(text) is not None


def to_text(text: str) -> str:
    """``text`` without markup: a line a paragraph, entities as characters. Text without markup is left as it is."""
    if is_markup(text):
        return _strip(text)
    return html.unescape(text) if _ENTITY.search(text) else text


def one_line(text: str) -> str:
    """As ``to_text``, for titles and names."""
    return " ".join(to_text(text).split())


def _strip(text: str) -> str:
    target = _Lines()
    # A parser of libxml2 that only reports events: linear in time, whatever the nesting, and nothing is loaded.
    parser = etree.HTMLParser(target=target, huge_tree=True, no_network=True)
    try:
        # NULs would end the text for libxml2, lone surrogates can't be passed to it.
        parser.feed(text.replace("\0", "").encode("utf-8", "replace").decode("utf-8"))
        return parser.close()
    except etree.ParserError:  # nothing but blanks or comments
        return ""


class _Lines:
    """Collects text in lines as lxml's parser reports it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.words: list[str] = []
        self.skipping = 0

    def start(self, tag: str, _attributes: object) -> None:
        if tag in _SKIPPED:
            self.skipping += 1
        elif tag in _BLOCKS:
            self._end_line()
            if tag == "li":
                self.words.append("- ")
        elif tag in ("td", "th") and self.words:
            self.words.append(" | ")

    def end(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag in _BLOCKS:
            self._end_line()

    def data(self, text: str) -> None:
        if not self.skipping:
            self.words.append(text)

    def comment(self, _text: str) -> None:
        pass

    def close(self) -> str:
        self._end_line()
        return "\n".join(self.lines)

    def _end_line(self) -> None:
        line = _BLANKS.sub(" ", "".join(self.words)).strip(" |")
        if line.strip("- "):
            self.lines.append(line)
        self.words = []
