"""One page from the web, politely and safely: robots.txt, a pause for each host, public addresses only, bounds on all."""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from corpus.errors import FetchError
from corpus.robots import EVERYTHING, MAX_BYTES, NOTHING, Robots

AGENT = "belegt"
USER_AGENT = f"{AGENT}/0.1 (news articles for local question answering; obeys robots.txt)"
MAX_REDIRECTS = 5
TIMEOUT = 20.0  # seconds without a byte
MAX_SECONDS = 60.0  # for a whole page
MAX_DELAY = 60.0  # a longer pause that robots.txt asks for is not waited for: the site does not want us
TYPES = frozenset(
    "text/html application/xhtml+xml text/xml application/xml application/rss+xml application/atom+xml "
    "application/rdf+xml application/pdf application/gzip application/x-gzip".split()
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Page:
    """What came. ``url`` is where the last redirect led; ``charset`` what the server said of the encoding."""

    url: str
    data: bytes
    type: str
    charset: str | None


class Web:
    """Fetches pages one at a time. ``delay``: seconds between two requests to a host."""

    def __init__(self, delay: float = 1.0, allow_private: bool = False) -> None:
        self.delay, self.allow_private = delay, allow_private
        self._robots: dict[str, Robots] = {}
        self._last: dict[str, float] = {}
        # No proxies or passwords from the environment. No connection is kept: it would be for an address, not a host.
        self._client = httpx.Client(
            headers={"User-Agent": USER_AGENT},
            timeout=TIMEOUT,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        self._client.close()

    def get(self, url: str, limit: int) -> Page:
        """The page at ``url``, of at most ``limit`` bytes. Raises FetchError."""
        try:
            return self._follow(url, limit, obey=True)
        except httpx.HTTPError as error:
            raise FetchError(url, "network", detail=str(error) or type(error).__name__) from error

    def _follow(self, url: str, limit: int, obey: bool) -> Page:
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            parsed = checked(url, asked)
            delay = self.delay
            if obey:
                robots = self._robots_of(parsed, asked)
                if not robots.allows(parsed.raw_path.decode("ascii")) or (robots.delay or 0) > MAX_DELAY:
                    raise FetchError(asked, "robots")
                delay = max(delay, robots.delay or 0)
            found = self._send(parsed, asked, limit, delay, any_type=not obey)
            if isinstance(found, Page):
                return found
            url = urljoin(url, found)
        raise FetchError(asked, "redirects", limit=MAX_REDIRECTS)

    def _send(self, url: httpx.URL, asked: str, limit: int, delay: float, any_type: bool) -> Page | str:
        """The page, or where a redirect leads."""
        address = self._address(url, asked)
        self._wait(url.host, delay)
        # Connecting to the address that was checked: asked again, the name could have another one by now.
        request = self._client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host} if not _is_address(url.host) else {},
        )
        started = time.monotonic()
        response = self._client.send(request, stream=True)
        try:
            self._client.cookies.clear()
            if response.is_redirect:
                return response.headers["Location"]
            if response.status_code != 200:
                raise FetchError(asked, "status", status=response.status_code)
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if kind and kind not in TYPES and not any_type:
                raise FetchError(asked, "type", type=kind)
            data = bytearray()
            for block in response.iter_bytes(65536):
                data += block
                if len(data) > limit:
                    raise FetchError(asked, "too_big", limit=limit // 2**20 or 1)
                if time.monotonic() - started > MAX_SECONDS:
                    raise FetchError(asked, "too_slow", seconds=int(MAX_SECONDS))
            return Page(str(url), bytes(data), kind, response.charset_encoding)
        finally:
            response.close()
            self._last[url.host] = time.monotonic()

    def _address(self, url: httpx.URL, asked: str) -> str:
        """The address of the host. Every one that its name has must be public."""
        try:
            found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(
                asked, "host", host=url.host, detail=getattr(error, "strerror", None) or str(error)
            ) from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self.allow_private:
            for address in addresses:
                if not is_public(address):
                    raise FetchError(asked, "private", host=url.host, address=address)
        return addresses[0].partition("%")[0]

    def _robots_of(self, url: httpx.URL, asked: str) -> Robots:
        site = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if site not in self._robots:
            try:
                page = self._follow(f"{site}/robots.txt", MAX_BYTES, obey=False)
                self._robots[site] = Robots.parse(page.data.decode("utf-8-sig", "replace"), AGENT)
            except FetchError as error:
                if error.key in ("host", "private"):
                    raise FetchError(
                        asked, error.key, **{k: v for k, v in error.facts.items() if k != "path"}
                    ) from error
                status = error.facts.get("status", 500)
                # A site without rules says 404; one that says 403, or nothing sensible, does not want visitors.
                self._robots[site] = EVERYTHING if 400 <= status < 500 and status not in (401, 403, 429) else NOTHING
        return self._robots[site]

    def _wait(self, host: str, delay: float) -> None:
        left = self._last.get(host, -delay) + delay - time.monotonic()
        if left > 0:
            time.sleep(left)


def checked(url: str, asked: str | None = None) -> httpx.URL:
    """``url`` parsed. Raises FetchError when it is no address of a page, or holds a password."""
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(asked or url, "address") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise FetchError(asked or url, "address")
    return parsed


def is_public(address: str) -> bool:
    """Whether ``address`` is one of the open net, and does not lead to a private one inside an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip.version == 6 and inner[0] is not None:
        return is_public(str(inner[0]))
    return all(one.is_global and not one.is_multicast for one in (ip, *inner) if one is not None)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
