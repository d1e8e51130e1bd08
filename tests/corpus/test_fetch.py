"""Fetching over real HTTP on loopback: robots.txt, pauses, bounds, private addresses, feeds and sitemaps."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from corpus import Article, load
from corpus.errors import FetchError
from corpus.fetch import Fetched, fetch
from corpus.formats.fetched import stamp, url_of
from corpus.robots import Robots
from corpus.web import USER_AGENT, checked, is_public
from tests.samples import pdf, set_lines

TEXT = "Die Brücke in Altdorf ist seit Montag gesperrt. Sie ist alt und wird saniert, sagte die Bürgermeisterin."
HTML = f"<html><head><title>Brücke</title></head><body><article><h1>Brücke</h1><p>{TEXT}</p></article></body></html>"
Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A web server: ``pages`` maps a path to status, headers and body; ``asked`` notes each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[float, str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((time.monotonic(), self.path, self.headers["User-Agent"]))
                status, headers, body = site.pages.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):  # the other side had enough
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def page(
        self, path: str, body: str | bytes = HTML, kind: str = "text/html; charset=utf-8", status: int = 200
    ) -> str:
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = (status, {"Content-Type": kind}, data)
        return self.url + path

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.server.shutdown()
    running.server.server_close()


def get(folder: Path, *urls: str, **given: object) -> list[Fetched]:
    return list(fetch(urls, folder, **{"delay": 0.0, "allow_private": True, **given}))  # type: ignore[arg-type]


def reason(folder: Path, url: str, **given: object) -> str:
    [found] = get(folder, url, **given)
    assert found.status == "failed"
    assert isinstance(found.error, FetchError)
    assert found.error.reason("de") != found.error.reason("en")
    return found.error.key


def test_a_page_becomes_an_article_with_its_address(tmp_path: Path, site: Site) -> None:
    url = site.page("/lokales/bruecke-gesperrt.html?a--b")
    [found] = get(tmp_path / "in", url + "#top")
    assert (found.status, found.url) == ("fetched", url)
    assert found.path is not None
    assert found.path.name.endswith("-bruecke-gesperrt.html")
    [article] = load([tmp_path / "in"])
    assert isinstance(article, Article)
    assert article.url is not None
    assert article.url.startswith(f"{site.url}/lokales/bruecke-gesperrt")
    assert "Bürgermeisterin" in article.text
    assert {agent for *_, agent in site.asked} == {USER_AGENT}
    assert not [path for path in (tmp_path / "in").iterdir() if path.name.startswith(".")]


def test_what_is_there_is_not_fetched_again(tmp_path: Path, site: Site) -> None:
    url = site.page("/a")
    assert [f.status for f in get(tmp_path, url, url)] == ["fetched"]
    before = len(site.asked)
    assert [f.status for f in get(tmp_path, url)] == ["skipped"]
    assert len(site.asked) == before


def test_the_address_stands_in_the_first_line() -> None:
    now = dt.datetime(2024, 10, 11, 14, 20, tzinfo=dt.UTC)
    line = stamp("https://a.example/x--y?z=>", now)
    assert line.startswith(b"<!-- belegt: url=https://a.example/x%2D%2Dy?z=%3E retrieved=2024-10-11T14:20:00+00:00 -->")
    assert url_of(line + b"<html>") == "https://a.example/x--y?z=%3E"
    assert url_of(b"\xef\xbb\xbf" + line) == "https://a.example/x--y?z=%3E"
    assert url_of(b"<html>") is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (HTML.encode("cp1252"), "text/html; charset=windows-1252"),
        (HTML.encode("utf-16"), "text/html"),
        (b"\xef\xbb\xbf" + HTML.encode(), "text/html"),
    ],
)
def test_the_encoding_that_the_server_states(tmp_path: Path, site: Site, body: bytes, kind: str) -> None:
    get(tmp_path / "in", site.page("/a", body, kind))
    [article] = load([tmp_path / "in"])
    assert isinstance(article, Article)
    assert "Brücke" in article.text


def test_a_pdf_keeps_its_address_in_a_mapping_file(tmp_path: Path, site: Site) -> None:
    url = site.page("/a.pdf", pdf([set_lines([TEXT[:60], TEXT[60:]])]), "application/pdf")
    [found] = get(tmp_path / "in", url)
    assert found.path is not None
    assert found.path.suffix == ".pdf"
    [article] = load([tmp_path / "in"])
    assert isinstance(article, Article)
    assert article.url == url


# --- what the site wants ---


def test_robots(tmp_path: Path, site: Site) -> None:
    site.page(
        "/robots.txt", "User-agent: *\nDisallow: /privat/\nDisallow: /*?druck\nAllow: /privat/offen", "text/plain"
    )
    for path in ("/privat/a", "/a?druck=1", "/privat/offen/a", "/b"):
        site.page(path)
    found = get(tmp_path, *(site.url + path for path in ("/privat/a", "/a?druck=1", "/privat/offen/a", "/b")))
    assert [f.error.key if f.error else f.status for f in found] == ["robots", "robots", "fetched", "fetched"]
    assert site.paths() == ["/robots.txt", "/privat/offen/a", "/b"]  # asked once, and what it forbids never


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (410, True), (403, False), (500, False)])
def test_robots_that_can_not_be_read(tmp_path: Path, site: Site, status: int, allowed: bool) -> None:
    site.page("/robots.txt", "", "text/plain", status)
    [found] = get(tmp_path, site.page("/a"))
    assert (found.status == "fetched") is allowed


def test_robots_rules() -> None:
    text = "User-agent: Y\nDisallow: /\n\nUser-agent: belegt\nUser-agent: x\nAllow: /a$\nDisallow: /a # -\nCrawl-delay: 2.5\n"
    robots = Robots.parse(text, "belegt")
    assert robots.delay == 2.5
    assert robots.allows("/a")
    assert not robots.allows("/ab")
    assert robots.allows("/b")
    assert Robots.parse("User-agent: *\nDisallow:", "belegt").allows("/")
    assert not Robots.parse("User-agent: *\nDisallow: /*.pdf$", "belegt").allows("/x/y.pdf")
    assert Robots.parse("User-agent: *\nDisallow: /*.pdf$", "belegt").allows("/x.pdf?a")
    assert not Robots.parse("User-agent: *\nDisallow: /a*b*c", "belegt").allows("/a1b2c3")
    started = time.monotonic()
    Robots.parse("User-agent: *\nDisallow: /" + "*a" * 900 + "b", "belegt").allows("/" + "a" * 100_000)
    assert time.monotonic() - started < 2


def test_a_pause_between_requests_to_a_host(tmp_path: Path, site: Site) -> None:
    get(tmp_path, site.page("/a"), site.page("/b"), delay=0.2)
    times = [at for at, *_ in site.asked]
    assert all(later - earlier > 0.19 for earlier, later in pairwise(times))


def test_the_pause_that_robots_asks_for(tmp_path: Path, site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 0.3", "text/plain")
    get(tmp_path, site.page("/a"), site.page("/b"))
    times = [at for at, *_ in site.asked]
    assert times[2] - times[1] > 0.29
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 3600", "text/plain")
    assert reason(tmp_path / "other", site.url + "/a") == "robots"


# --- bounds ---


def test_private_addresses_are_refused(tmp_path: Path, site: Site) -> None:
    url = site.page("/a")
    assert reason(tmp_path, url, allow_private=False) == "private"
    assert reason(tmp_path, url.replace("127.0.0.1", "localhost"), allow_private=False) == "private"
    assert not site.asked


def test_a_name_with_one_private_address_is_refused(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        return [(2, 1, 6, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert reason(tmp_path, "http://news.example/a", allow_private=False) == "private"


def test_the_address_that_was_checked_is_the_one_asked(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name resolves to the site once; whoever asked for it again would be led elsewhere."""
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, *given: object, **more: object) -> list[object]:
        if host == "news.example":
            asked.append(host)
            return [(2, 1, 6, "", ("127.0.0.1", site.server.server_port))]
        return real(host, *given, **more)  # type: ignore[arg-type,return-value]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    site.page("/a")
    [found] = get(tmp_path, f"http://news.example:{site.server.server_port}/a")
    assert found.status == "fetched"
    assert len(asked) == len(site.asked) == 2  # robots.txt and the page


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
        ("224.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "a.example",
        "",
        "http://",
        "http://u:p@a.example/",
        "javascript:1",
        "http://[::1",
    ],
)
def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    assert reason(tmp_path, url) == "address"
    with pytest.raises(FetchError):
        checked(url)


def test_redirects(tmp_path: Path, site: Site) -> None:
    site.page("/ziel")
    site.pages["/a"] = (302, {"Location": "/ziel"}, b"")
    site.pages["/rund"] = (301, {"Location": "/rund"}, b"")
    site.pages["/datei"] = (301, {"Location": "file:///etc/passwd"}, b"")
    [found] = get(tmp_path, site.url + "/a")
    assert found.path is not None
    assert url_of(found.path.read_bytes()) == f"{site.url}/ziel"
    assert reason(tmp_path, site.url + "/rund") == "redirects"
    assert reason(tmp_path, site.url + "/datei") == "address"


def test_redirects_to_private_addresses(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.web.is_public", lambda address: address == "127.0.0.1")
    site.pages["/a"] = (302, {"Location": "http://10.0.0.1/"}, b"")
    assert reason(tmp_path, site.url + "/a", allow_private=False) == "private"


def test_kinds_sizes_and_answers(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason(tmp_path, site.page("/a.zip", b"PK", "application/zip")) == "type"
    assert reason(tmp_path, site.page("/a.xml", "<note/>", "text/xml")) == "type"
    assert reason(tmp_path, site.url + "/fehlt") == "status"
    monkeypatch.setattr("corpus.fetch.MAX_BYTES", 1000)
    assert reason(tmp_path, site.page("/lang", "x" * 1001)) == "too_big"
    packed = gzip.compress(b"x" * 1_000_000)
    site.pages["/gepackt"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, packed)
    assert reason(tmp_path, site.url + "/gepackt") == "too_big"  # counted as it unpacks
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_gone(tmp_path: Path, site: Site) -> None:
    url = site.page("/a")
    site.server.shutdown()
    site.server.server_close()
    assert reason(tmp_path, url) == "network"


# --- feeds and sitemaps ---


def test_a_sitemap_stands_for_its_pages(tmp_path: Path, site: Site) -> None:
    for path in ("/alt", "/neu", "/ohne"):
        site.page(path)
    urls = (
        f"<url><loc>{site.url}/alt</loc><lastmod>2024-10-10</lastmod></url>"
        f"<url><loc>{site.url}/neu</loc><i:image xmlns:i='urn:i'><i:loc>{site.url}/bild</i:loc></i:image>"
        "<n:news xmlns:n='urn:n'><n:publication_date>2024-10-12T08:00:00Z</n:publication_date></n:news></url>"
        f"<url><loc>{site.url}/ohne</loc></url>"
    )
    start = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    inner = gzip.compress(f"<?xml version='1.0'?><urlset {start}>{urls}</urlset>".encode())
    site.page("/innen.xml.gz", inner, "application/gzip")
    entry = f"<sitemap><loc>{site.url}/innen.xml.gz</loc></sitemap>"
    index = f"<?xml version='1.0'?><!-- x --><sitemapindex {start}>{entry}</sitemapindex>"
    url = site.page("/sitemap.xml", index, "application/xml")
    found = get(tmp_path, url, since=dt.date(2024, 10, 11))
    assert [(f.status, f.url.removeprefix(site.url), f.count) for f in found] == [
        ("listed", "/sitemap.xml", 1),
        ("listed", "/innen.xml.gz", 2),
        ("fetched", "/neu", 0),
        ("fetched", "/ohne", 0),
    ]


@pytest.mark.parametrize("kind", ["application/rss+xml", "text/html"])
def test_a_feed_stands_for_its_entries(tmp_path: Path, site: Site, kind: str) -> None:
    for path in ("/1", "/2", "/3"):
        site.page(path)
    items = "".join(f"<item><title>{i}</title><link>{site.url}/{i}</link></item>" for i in (1, 2, 3))
    feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>B</title>{items}</channel></rss>"
    found = get(tmp_path, site.page("/feed", feed, kind), limit=2)
    assert [f.status for f in found] == ["listed", "fetched", "fetched"]


@pytest.mark.parametrize(
    "body",
    [
        "<urlset/>",
        "<urlset><url>",
        "<!DOCTYPE u [<!ENTITY a 'b'>]><urlset><url><loc>&a;</loc></url></urlset>",
        "<rss/>",
    ],
)
def test_lists_of_nothing(tmp_path: Path, site: Site, body: str) -> None:
    assert reason(tmp_path, site.page("/a.xml", body, "text/xml")) in ("no_links", "type")


def test_a_sitemap_that_lists_itself(tmp_path: Path, site: Site) -> None:
    body = f"<sitemapindex><sitemap><loc>{site.url}/a.xml</loc></sitemap></sitemapindex>"
    assert [f.status for f in get(tmp_path, site.page("/a.xml", body, "text/xml"))] == ["listed"]


# --- the command ---


def test_command(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag import cli

    monkeypatch.setattr("corpus.web.is_public", lambda address: True)
    (tmp_path / "liste.txt").write_text(f"# Adressen\n{site.page('/a')}\n\n{site.url}/fehlt\n", "utf-8")
    given = ["fetch", "--list", str(tmp_path / "liste.txt"), "--into", str(tmp_path / "in"), "--delay", "0"]
    assert cli.main([*given, "--language", "de"]) == 1
    out = capsys.readouterr().out
    assert f"Geholt: {site.url}/a" in out
    assert f"Nicht geholt: {site.url}/fehlt: Der Server antwortet 404" in out
    assert "1 geholt, 0 schon da, 1 nicht geholt" in out
    assert cli.main([*given, "--json"]) == 1
    assert '"status": "skipped"' in capsys.readouterr().out
    assert cli.main(["fetch", "--into", str(tmp_path), "--language", "en"]) == 2
    assert "--list" in capsys.readouterr().err
    assert cli.main(["fetch", "--list", "nirgends.txt", "--into", str(tmp_path), "--language", "en"]) == 2
    assert "nirgends.txt" in capsys.readouterr().err
