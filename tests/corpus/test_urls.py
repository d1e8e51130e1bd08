"""Addresses: one to open, one to compare by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.urls import canonical, day_of, same_article_key, source_of

ADDRESS = "https://www.kurier.example/politik/haushalt-123.html"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://WWW.Kurier.Example:443/Politik/a-1?utm_source=x&id=3#oben", "https://www.kurier.example/Politik/a-1?id=3"),
        ("http://kurier.example", "http://kurier.example/"),
        ("http://kurier.example:8080/a", "http://kurier.example:8080/a"),
        ("https://kurier.example/a?fbclid=1&gclid=2&wt_mc=3&wtmc=4&xtor=5&ref=6&cmpid=7&at_medium=8", "https://kurier.example/a"),
        ("https://kurier.example/?article=7&page=2", "https://kurier.example/?article=7&page=2"),
        ("https://user:geheim@kurier.example/a", "https://kurier.example/a"),
        ("https://zürich.example/straße", "https://xn--zrich-kva.example/stra%C3%9Fe"),
        (" https://kurier.example/ein text ", "https://kurier.example/ein%20text"),
        ("https://kurier.example/100%", "https://kurier.example/100%25"),
        ("https://kurier.example/%7emuster/%c3%a4", "https://kurier.example/~muster/%C3%A4"),
    ],
)  # fmt: skip
def test_canonical(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    ["", "kurier.example/a", "/politik/a-1", "//kurier.example/a", "javascript:alert(1)", "data:text/html,x", "file:///etc/hosts",
     "ftp://kurier.example/a", "https://", "https://kurier.example:abc/", "https://[::1/", "mailto:a@kurier.example",
     "https://kurier..example/a", "https://kur ier.example/a"],
)  # fmt: skip
def test_what_is_no_web_address(url: str) -> None:
    assert canonical(url) is None
    assert same_article_key(url) is None
    assert source_of(url) is None
    assert day_of(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://kurier.example/politik/haushalt-123.html",
        "https://m.kurier.example/politik/haushalt-123.html?utm_campaign=x",
        "https://amp.kurier.example/politik/haushalt-123.html#kommentare",
        "https://www.kurier.example/amp/politik/haushalt-123.html",
        "https://www.kurier.example/politik/haushalt-123.amp.html",
        "https://www.kurier.example/politik/haushalt-123.html/amp/",
        "https://www.kurier.example/politik/haushalt-123.html?outputType=amp",
        "https://www.kurier.example//politik/haushalt-123.html/",
        "https://www.google.com/amp/s/www.kurier.example/politik/haushalt-123.amp.html",
        "https://www-kurier-example.cdn.ampproject.org/c/s/www.kurier.example/politik/haushalt-123.html",
    ],
)
def test_addresses_of_one_article(url: str) -> None:
    assert same_article_key(url) == same_article_key(ADDRESS) == "kurier.example/politik/haushalt-123.html"


@pytest.mark.parametrize(
    "url",
    ["https://www.kurier.example/politik/haushalt-124.html", "https://www.kurier.example/politik/haushalt-123.html?page=2",
     "https://blog.kurier.example/politik/haushalt-123.html", "https://www.kurier.example:8443/politik/haushalt-123.html"],
)  # fmt: skip
def test_addresses_of_others(url: str) -> None:
    assert same_article_key(url) not in (None, same_article_key(ADDRESS))


def test_the_order_of_parameters_makes_no_difference() -> None:
    one, two = (f"https://kurier.example/?{query}" for query in ("id=1&page=2", "page=2&id=1"))
    assert same_article_key(one) == same_article_key(two) != same_article_key("https://kurier.example/?id=1&page=3")


@pytest.mark.parametrize(
    "path", ["", "/", "/?utm_source=x", "/politik/", "/sport/fussball", "/index.html", "/#a", "/amp/"]
)
def test_a_front_page_is_no_article(path: str) -> None:
    assert same_article_key(f"https://www.kurier.example{path}") is None


@pytest.mark.parametrize(
    ("url", "source"),
    [(ADDRESS, "kurier.example"), ("https://m.kurier.example/a", "kurier.example"), ("https://www.de/a", "www.de"),
     ("https://regional.kurier.example:8443/a", "regional.kurier.example"), ("http://127.0.0.1/a", None),
     ("http://localhost/a", None), ("https://www.google.com/amp/s/www.kurier.example/a", "kurier.example")],
)  # fmt: skip
def test_the_source_is_the_host(url: str, source: str | None) -> None:
    assert source_of(url) == source


@pytest.mark.parametrize(
    ("path", "day"),
    [("2024/10/11/haushalt", "2024-10-11"), ("2024-10-11-haushalt", "2024-10-11"), ("haushalt-20241011.html", "2024-10-11"),
     ("haushalt_20241011", None), ("haushalt-120241011", None), ("2024/10/haushalt", None), ("2024/13/11/x", None),
     ("2020-10/14-964-infektionen", None), ("2024/10/11-uhr", None),
     ("plan-2024-10-11/2024/10/12/x", None), ("haushalt-2024", None), ("a/2024/10/11", "2024-10-11")],
)  # fmt: skip
def test_a_day_in_the_path(path: str, day: str | None) -> None:
    assert day_of(f"https://kurier.example/{path}") == day


URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["a.example", "WWW.a.example", "m.www.a.example", "ä.example", "u:p@a.example:443", "a.example.", "www.de"]),
    st.text(alphabet="/aäB1%.-~? &=#;+\\\ud800é", max_size=25).map("/".__add__),
    st.text(alphabet="?&=utm_a1%#ß ", max_size=20),
)  # fmt: skip


@given(URLS | st.text())
def test_canonical_of_canonical(url: str) -> None:
    once = canonical(url)
    assert once is None or canonical(once) == once
    if once is not None:
        assert same_article_key(once) == same_article_key(url)
        assert "#" not in once
        assert once.isascii()
