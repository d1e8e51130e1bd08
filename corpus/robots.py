"""What a site's robots.txt allows, by RFC 9309: the longest rule counts, with ``*`` and ``$``.

The standard library's parser takes the first rule instead and knows no ``*``, which news sites use much.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

MAX_BYTES = 512 * 1024
_MAX_RULES = 10_000
_MAX_LINE = 2000


@dataclass(frozen=True, slots=True)
class Robots:
    """``rules``: allowed or not, and the pattern of the path. ``delay``: seconds between requests, if stated."""

    rules: tuple[tuple[bool, str], ...] = ()
    delay: float | None = None

    @classmethod
    def parse(cls, text: str, agent: str) -> Robots:
        """The rules for ``agent``, else those for everybody."""
        groups: dict[str, list[tuple[str, str]]] = {}
        agents: list[str] = []
        ruled = True  # a rule has followed the last user-agent line, so the next one opens a group
        for line in text.splitlines():
            key, colon, value = line[:_MAX_LINE].partition("#")[0].partition(":")
            key, value = key.strip().lower(), value.strip()
            if not colon:
                continue
            if key == "user-agent":
                agents = [] if ruled else agents
                ruled = False
                agents.append(value.lower())
                groups.setdefault(value.lower(), [])
            elif key in ("allow", "disallow", "crawl-delay"):
                ruled = True
                for name in agents:
                    groups[name].append((key, value))
        lines = groups.get(agent.lower(), groups.get("*", []))[:_MAX_RULES]
        delays = [float(value) for key, value in lines if key == "crawl-delay" and value.replace(".", "", 1).isdigit()]
        rules = tuple((key == "allow", value) for key, value in lines if key != "crawl-delay" and value)
        return cls(rules, max(delays, default=None))

    def allows(self, path: str) -> bool:
        """Whether ``path`` (with its query) may be fetched: the longest pattern decides, of equal ones the kind one."""
        best = max(((len(p), allowed) for allowed, p in self.rules if _matches(p, path)), default=(0, True))
        return best[1]


EVERYTHING = Robots()
NOTHING = Robots(((False, "/"),))


def _matches(pattern: str, path: str) -> bool:
    path, anchored = unquote(path), pattern.endswith("$")
    first, *parts = unquote(pattern.removesuffix("$")).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not parts:
        return not anchored or at == len(path)
    last = parts.pop()
    for part in parts:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return path.endswith(last) and len(path) - len(last) >= at if anchored else path.find(last, at) >= 0
