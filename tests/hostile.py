"""Files that are broken or mean harm, of every format: ``python -m tests.hostile FOLDER [--count 500] [--seed N]``.

Whatever ``load`` makes of them, each must come out as an article or as an error that names it. The same seed writes the
same files. Each kind is written once as it stands here; the rest of ``count`` are cut, stirred or renamed at random.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile_archives import archives
from tests.samples import docx, epub, pdf, set_lines

GOOD = "Die Brücke in Altdorf ist seit Montag gesperrt. Sie ist alt und wird saniert, sagte die Bürgermeisterin."
PARAGRAPH = f"<w:p><w:r><w:t>{GOOD}</w:t></w:r></w:p>"
LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(97 + i)} '{f'&{chr(96 + i)};' * 10}'>" for i in range(1, 10)
) + "]>"  # fmt: skip
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
RSS = "<rss version='2.0'><channel><title>Bote</title><item><title>T</title><description>{}</description></item></channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title><entry><id>1</id><content>{}</content></entry></feed>"


def texts() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of broken plain files: .txt, .md, .html."""
    page = "<html><head><title>T</title></head><body><article><p>{}</p></article></body></html>"
    good = GOOD.encode()
    yield "empty.txt", b""
    yield "blank.txt", b" \n\t\n\xc2\xa0"
    yield "mark-only.txt", b"\xef\xbb\xbf"
    yield "nul.txt", good + b"\0" * 100
    yield "nul-late.txt", good * 200 + b"\0" * 100
    yield "picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
    yield "latin.txt", GOOD.encode("cp1252")
    yield "utf16.txt", GOOD.encode("utf-16")
    yield "utf16-unmarked.txt", GOOD.encode("utf-16-le")
    yield "utf16-odd.txt", GOOD.encode("utf-16")[:-1]
    yield "utf32.txt", GOOD.encode("utf-32")
    yield "half-utf8.txt", good + b"\xff\xfe\xc3" + good
    yield "surrogates.txt", good + b"\xed\xa0\x80\xed\xb0\x80"
    yield "overlong.txt", good + b"\xc0\xaf\xf8\x88\x80\x80\x80"
    yield "one-line.txt", b"Wort " * 2_000_000
    yield "one-word.txt", b"x" * 5_000_000
    yield "line-ends.txt", b"\r\r\n\n\r" * 100_000 + good
    yield "too-big.txt", b"Ein Satz. " * 2_000_000
    yield "directions.txt", f"\u202e{GOOD}\u2066\u200f \u202d".encode()
    yield "escapes.txt", f"\x1b]0;Titel\x07\x1b[31m{GOOD}\x1b[2J".encode()
    yield "combining.txt", ("a" + "\u0301" * 100_000 + GOOD).encode()
    yield "zero-width.txt", "\u200b\u200d\ufeff".join(GOOD).encode()
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    yield "yaml-bomb.md", f"---\n{bomb}---\n{GOOD}".encode()
    yield "yaml-deep.md", f"---\na: {'[' * 20_000}\n---\n{GOOD}".encode()
    yield "yaml-object.md", f"---\ntitle: !!python/object/apply:os.system ['true']\n---\n{GOOD}".encode()
    yield "yaml-long.md", f"---\ntitle: {'x' * 100_000}\n---\n{GOOD}".encode()
    yield "yaml-open.md", f"---\ntitle: T\n{GOOD}".encode()
    yield "no-such-day.md", f"---\ndate: 2024-02-31\nupdated: 99.99.9999\n---\n{GOOD}".encode()
    yield "marks.md", b"*" * 100_000 + b"[" * 100_000 + b"![](" * 20_000 + good
    yield "hashes.md", b"# " * 100_000 + b"\n" + good
    yield "scripts.html", page.format(f"<script>alert('{GOOD}')</script><img src=x onerror=alert(1)>{GOOD}").encode()
    yield "nested.html", page.format("<div>" * 100_000 + GOOD).encode()
    yield "spans.html", page.format("<span><b>" * 50_000 + GOOD + "</b></span>" * 50_000).encode()
    yield "comments.html", page.format(GOOD + "<!--" * 100_000).encode()
    yield "attributes.html", page.format("<p " + "a=b " * 100_000 + f">{GOOD}").encode()
    yield "entities.html", page.format("&amp;" * 100_000 + "&#x110000;&#0;&nope;" + GOOD).encode()
    yield "no-end.html", f"<html><body><p>{GOOD}<scr".encode()
    yield "only-script.html", b"<script>var a = 1;</script>"
    yield "json-ld.html", page.format(f"<script type='application/ld+json'>{'[' * 100_000}</script>{GOOD}").encode()
    yield "wrong-charset.html", f"<meta charset='utf-7'><p>{GOOD}</p>".encode("cp1252")
    yield "doctype.html", f"{LAUGHS}{page.format('&j;' + GOOD)}".encode()
    yield "tables.html", page.format("<table><tr><td>" * 20_000 + GOOD).encode()


def records() -> Iterator[tuple[str, bytes]]:
    """Broken .json, .jsonl, .csv and .tsv."""
    one = json.dumps({"text": GOOD}).encode()
    yield "deep.json", b"[" * 1_000_000
    yield "deep-closed.json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "deep.jsonl", b"[" * 1_000_000 + b"\n" + one
    yield "not-a-number.jsonl", b'{"text": "Ein Satz steht hier.", "id": NaN, "date": Infinity, "x": -Infinity}'
    yield "twice.json", b'{"text": "eins", "text": "Zwei Worte.", "id": "a", "id": "b"}'
    yield "huge-number.json", b'{"text": "Ein Satz steht hier.", "id": ' + b"9" * 100_000 + b"}"
    yield "huge-float.jsonl", b'{"text": "Ein Satz steht hier.", "published": 1e400, "date": 99999999999999999999}'
    yield "lone-surrogate.jsonl", b'{"text": "Ein \\ud800 Satz \\udfff.", "title": "\\udead", "id": "\\ud83d"}'
    yield "control.jsonl", b'{"text": "Ein \\u0000 Satz \\u001b[31m \\u202e rot.", "id": "a\\u0000b\\nc"}'
    yield "types.jsonl", b'{"text": 5}\n{"text": ["a"]}\n{"text": {}}\nnull\n1\n"x"\n[]\n{}\n{"text": true}'
    yield (
        "dates.jsonl",
        b"\n".join(
            json.dumps({"text": GOOD, "id": f"d{i}", "published": date}).encode()
            for i, date in enumerate(
                ["2024-02-30", "0000-00-00", "31.11.2024", "99999-01-01", -(10**12), 10**11, "Z" * 9999]
            )
        ),
    )
    yield "cut.json", one[:-5]
    yield "cut.jsonl", one + b"\n" + one[:-5]
    yield "empty-list.json", b"[]"
    yield "empty-object.json", b"{}"
    yield "many-lists.json", b'{"a": [{}], "b": [{}], "c": ' + b"[" * 500 + b"]" * 500 + b"}"
    yield "long-line.jsonl", b'{"text": "' + b"x" * 20_000_000 + b'"}\n' + one
    yield "many-keys.json", json.dumps({f"k{i}": i for i in range(100_000)} | {"text": GOOD}).encode()
    yield "blank-lines.jsonl", b"\n" * 1_000_000 + one
    yield "wide.csv", ",".join(f"c{i}" for i in range(100_000)).encode() + b",text\n" + b"x," * 100_000 + b"x\n"
    yield "open-quote.csv", b'title,text\na,"' + GOOD.encode() + b"\nb,c\n" * 1000
    yield "quotes.csv", b"title,text\n" + b'"a\n' * 5000
    yield "long-field.csv", b'text\n"' + b"Ein Satz. " * 1_800_000 + b'"\n'
    yield "nul.csv", b"title,text\na," + GOOD.encode() + b"\0\0\n"
    yield "no-header.csv", b"1,2,3\n4,5,6\n"
    yield "header-only.csv", b"title,text\n"
    yield "ragged.tsv", b"title\ttext\na\nb\tc\td\te\n\t\t\t\n" + b"x\t" + GOOD.encode()
    yield "formula.csv", b"title,text\n=cmd|'/c calc'!A1,\"" + GOOD.encode() + b'"\n'
    yield "latin.csv", "titel;inhalt\nMüll;".encode("cp1252") + GOOD.encode("cp1252")


def documents() -> Iterator[tuple[str, bytes]]:
    """Broken .pdf, .docx, .epub, .eml and feeds."""
    lines = set_lines([GOOD[:60], GOOD[60:]])
    sound = pdf([lines, lines], {"Title": "T", "CreationDate": "D:99999999999999"})
    yield "bad-date.pdf", sound
    yield "no-text.pdf", pdf([[]])
    yield "cut.pdf", sound[: len(sound) // 2]
    yield "no-pdf.pdf", GOOD.encode()
    yield "xref-loop.pdf", sound.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % sound.rindex(b"xref\n0"))
    yield "page-loop.pdf", sound.replace(b"/Kids [4 0 R", b"/Kids [2 0 R")
    yield "self-length.pdf", sound.replace(b"/Length", b"/Length 5 0 R /L")
    yield "many-pages.pdf", sound.replace(b"/Count 2", b"/Count 999999999")
    yield "locked.pdf", pdf([lines], encrypt=b" /Encrypt << /Filter /Standard /V 1 /R 2 /O <00> /U <00> /P -1 >>")
    packed = zlib.compress(b"0 0 Td (a) Tj " * 4_000_000, 9)
    filter_ = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    yield "stream-bomb.pdf", pdf([[]]).replace(b"<< /Length 5 >>\nstream\nBT\nET", filter_ + packed)
    yield "no-zip.docx", GOOD.encode()
    yield "old-word.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
    yield "laughs.docx", docx(f"<w:p><w:r><w:t>&j;{GOOD}</w:t></w:r></w:p>", LAUGHS)
    yield "outside.docx", docx("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", OUTSIDE)
    yield "empty.docx", docx("")
    yield "deep.docx", docx("<w:p>" * 10_000)
    yield "odd.docx", docx(f"<w:tbl><w:tr/></w:tbl><w:p/>{PARAGRAPH}")
    yield "cut.docx", docx(PARAGRAPH)[:-40]
    chapter = f"<html><body><p>{GOOD}</p></body></html>"
    yield "laughs.epub", epub({"a.xhtml": chapter}, "<dc:title xmlns:dc='x'>&j;</dc:title>", LAUGHS)
    yield "outside.epub", epub({"a.xhtml": chapter}, doctype=OUTSIDE)
    yield "away.epub", epub({"../../../../etc/passwd": chapter, "a.xhtml": chapter})
    yield "no-chapters.epub", epub({})
    yield "no-zip.epub", b"PK\x03\x04" + b"\0" * 100
    yield "nested.epub", epub({"a.xhtml": "<div>" * 50_000 + GOOD})
    head = "From: =?utf-8?q?broken\nSubject: =?nope?b?%%%?=\nDate: Fri, 99 Foo 2024 99:99:99 +9999\n"
    yield "headers.eml", f"{head}\n{GOOD}".encode()
    yield "charset.eml", f"Subject: T\nContent-Type: text/plain; charset=no-such-thing\n\n{GOOD}".encode()
    yield "base64.eml", b"Subject: T\nContent-Transfer-Encoding: base64\n\n!!!!====%%%%"
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(2000))
    yield "nested.eml", f"Subject: T\n{parts}\n{GOOD}".encode()
    yield "messages.eml", b"Content-Type: message/rfc822\n\n" * 3000 + GOOD.encode()
    yield "no-boundary.eml", f"Subject: T\nContent-Type: multipart/alternative\n\n--x\n{GOOD}".encode()
    yield "no-mail.eml", GOOD.encode()
    yield "many-headers.eml", b"X-A: b\n" * 100_000 + b"\n" + GOOD.encode()
    yield "laughs.rss", (LAUGHS + RSS.format("&j;")).encode()
    yield "outside.rss", (OUTSIDE + RSS.format("&a;")).encode()
    yield "laughs-utf16.xml", (LAUGHS + RSS.format("&j;")).encode("utf-16")
    yield "parameter.xml", f"<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>{RSS.format(GOOD)}".encode()
    yield "deep.xml", b"<a>" * 100_000
    yield "open.rss", RSS.format(GOOD)[:-40].encode()
    yield "half.atom", ATOM.format(GOOD)[:-40].encode()
    yield "markup.atom", ATOM.format("&lt;div&gt;" * 50_000 + GOOD).encode()
    yield "script.rss", RSS.format(f"&lt;script&gt;x&lt;/script&gt;&lt;p&gt;{GOOD}").encode()
    yield "no-feed.xml", b"<?xml version='1.0'?><note><to>Du</to></note>"
    yield "empty.rss", RSS.format("").encode()
    yield "angles.xml", b"<rss>" + b"<" * 200_000
    yield "cdata.rss", RSS.format("<![CDATA[" * 1000 + GOOD).encode()
    yield "stylesheet.xml", b"<?xml-stylesheet href='file:///etc/passwd'?>" + RSS.format(GOOD).encode()


def sound() -> list[tuple[str, bytes]]:
    """A sound file of each format, to be broken at random."""
    lines = set_lines([GOOD[:60], GOOD[60:]])
    record = json.dumps({"text": GOOD, "title": "T", "published": "2024-10-11"}).encode()
    return [
        ("a.txt", GOOD.encode()),
        ("a.md", f"---\ntitle: T\ndate: 2024-10-11\n---\n{GOOD}".encode()),
        ("a.html", f"<html><body><article><h1>T</h1><p>{GOOD}</p></article></body></html>".encode()),
        ("a.json", record),
        ("a.jsonl", record + b"\n" + record),
        ("a.csv", f'title,text\nT,"{GOOD}"\nU,"{GOOD}"\n'.encode()),
        ("a.pdf", pdf([lines], {"Title": "T"})),
        ("a.docx", docx(PARAGRAPH)),
        ("a.epub", epub({"a.xhtml": f"<html><body><p>{GOOD}</p></body></html>"})),
        ("a.eml", f"Subject: T\nFrom: A <a@example.org>\nDate: Fri, 11 Oct 2024 14:20:00 +0200\n\n{GOOD}".encode()),
        ("a.rss", RSS.format(GOOD).encode()),
        ("a.atom", ATOM.format(GOOD).encode()),
        ("a.jsonl.gz", gzip.compress(record, mtime=0)),
        ("a.zip", next(data for name, data in archives() if name == "sound.zip")),
    ]


def broken(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Sound files without end, each broken at random."""
    files = sound()
    while True:
        name, data = dice.choice(files)
        kind = dice.choice(("cut", "stirred", "doubled", "renamed", "stuffed"))
        at = dice.randrange(1, len(data))
        if kind == "cut":
            data = data[:at]
        elif kind == "stirred":
            changed = bytearray(data)
            for _ in range(dice.randint(1, 30)):
                changed[dice.randrange(len(changed))] = dice.randrange(256)
            data = bytes(changed)
        elif kind == "doubled":
            data = data[at:] + data
        elif kind == "stuffed":
            data = data[:at] + dice.randbytes(dice.randint(1, 2000)) + data[at:]
        else:
            name = dice.choice(files)[0]
        yield f"{kind}-{name}", data


def special(folder: Path) -> None:
    """What is no file, can't be opened, or is named to confuse. What the system can't make is left out."""
    steps: list[Callable[[], object]] = [
        lambda: os.mkfifo(folder / "pipe.txt"),
        lambda: os.mkfifo(folder / "pipe.zip"),
        lambda: (folder / "folder.txt").mkdir(),
        lambda: (folder / "folder.txt" / "in.txt").write_text(GOOD, "utf-8"),
        lambda: (folder / "broken-link.txt").symlink_to(folder / "nowhere"),
        lambda: (folder / "loop.txt").symlink_to(folder / "loop.txt"),
        lambda: (folder / "null.txt").symlink_to("/dev/null"),
        lambda: (folder / "zero.jsonl").symlink_to("/dev/zero"),
        lambda: (folder / "folder-link.txt").symlink_to(folder / "folder.txt"),
        lambda: (folder / "around").symlink_to(folder),
        lambda: (folder / "locked.txt").write_text(GOOD, "utf-8") and (folder / "locked.txt").chmod(0),
        lambda: (folder / "sparse.txt").open("wb").truncate(2**34),
        lambda: (folder / "sparse.jsonl").open("wb").truncate(2**28),
    ]
    names = ("neue\nzeile.txt", "'\"`$(true);&.txt", "\u202etxt.exe.txt", "x" * 200 + ".txt", " .txt", "a b\t.txt", "%s{0}.txt",
             "-rf.txt", "ä.txt", "a\u0308.txt", "\x1b[31mrot.txt", "a!b.txt", "a:12.txt", "#.txt", ".txt.txt")  # fmt: skip
    steps += [lambda name=name: (folder / name).write_text(GOOD, "utf-8") for name in names]
    steps.append(lambda: Path(os.fsdecode(os.fsencode(folder) + b"/latin-\xe4.txt")).write_text(GOOD, "utf-8"))
    for step in steps:
        with contextlib.suppress(OSError, NotImplementedError, AttributeError, UnicodeError):
            step()


def write(folder: Path, count: int = 500, seed: int = 1) -> int:
    """Fills ``folder``, which must not exist; the number of entries written."""
    folder.mkdir(parents=True)
    special(folder)
    for kind in (texts, records, documents, archives):
        (folder / kind.__name__).mkdir()
        for name, data in kind():
            (folder / kind.__name__ / name).write_bytes(data)
    written = sum(len(names) for _, _, names in os.walk(folder))
    (folder / "broken").mkdir()
    for number, (name, data) in enumerate(broken(random.Random(seed))):
        if written + number >= count:
            break
        (folder / "broken" / f"{number:04}-{name}").write_bytes(data)
    return sum(len(names) for _, _, names in os.walk(folder))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.folder.exists():
        print(f"'{arguments.folder}' is there already; name a new folder.", file=sys.stderr)
        return 2
    print(f"{write(arguments.folder, arguments.count, arguments.seed)} files in {arguments.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
