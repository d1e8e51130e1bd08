"""Archives that mean harm; see ``hostile.py``."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

from tests.samples import tarred, zipped

TEXT = "Die Brücke in Altdorf ist seit Montag gesperrt. Sie ist alt und wird saniert.".encode()
LINE = b'{"text": "Die Br\\u00fccke in Altdorf ist gesperrt."}\n'
MEGABYTES = 1200


@cache
def deflated_blanks(megabytes: int = MEGABYTES) -> tuple[bytes, int, int]:
    """``megabytes`` of blanks, deflated; with their size and CRC. Made of one block again and again, so it takes no time."""
    block = b" " * 2**20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    crc = 0
    for _ in range(megabytes):
        crc = zlib.crc32(block, crc)
    return once * megabytes + last, megabytes * 2**20, crc


def zip_bomb(name: str) -> bytes:
    """A zip whose one member expands to more than a gigabyte."""
    packed, size, crc = deflated_blanks()
    raw = name.encode()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size, len(raw), 0)
    entry = b"PK\x03\x04" + head + raw + packed
    directory = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    return entry + directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(entry), 0)


def gzip_bomb() -> bytes:
    packed, size, crc = deflated_blanks()
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + packed + struct.pack("<II", crc, size & 0xFFFFFFFF)


def archives() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each."""
    yield "sound.zip", zipped({"ordner/a.txt": TEXT, "b.jsonl": LINE})
    for suffix in ("jsonl", "txt", "csv", "json", "zip"):
        yield f"bomb-{suffix}.zip", zip_bomb(f"a.{suffix}")
    yield "bomb.jsonl.gz", gzip_bomb()
    yield "bomb.html.gz", gzip_bomb()
    yield "bomb.tar.gz", gzip_bomb()
    yield "bomb-in-zip.zip", zipped({"a.zip": zip_bomb("a.jsonl"), "b.txt": TEXT})
    yield "bomb.docx", zip_bomb("word/document.xml")
    yield "bomb.epub", zip_bomb("META-INF/container.xml")
    deep = zipped({"a.txt": TEXT})
    for _ in range(20):
        deep = zipped({"a.zip": deep, "b.txt": TEXT})
    yield "deep.zip", deep
    yield "many.zip", zipped({f"{i}.png": b"" for i in range(30_000)}, zipfile.ZIP_STORED)
    yield "away.zip", zipped({"../../../../tmp/belegt-away.txt": TEXT, "/tmp/belegt-root.txt": TEXT, "C:\\a.txt": TEXT})
    yield (
        "odd-names.zip",
        zipped({"a\nb.txt": TEXT, "\u202egpj.txt": TEXT, "x" * 60_000 + ".txt": TEXT, "\x1b[31m.txt": TEXT}),
    )
    yield "twice.zip", zipped({"a.txt": TEXT}).replace(b"a.txt", b"b.txt", 1)
    yield "link.zip", _link_in_zip()
    yield "locked.zip", _locked_zip()
    yield "wrong-sum.zip", zipped({"a.txt": TEXT}, zipfile.ZIP_STORED).replace("Brücke".encode(), b"Brucke" + b"x", 1)
    yield "unknown-method.zip", zipped({"a.txt": TEXT}).replace(b"\x08\x00", b"\x63\x00")
    yield "cut.zip", zipped({"a.txt": TEXT * 100})[:-30]
    yield "empty.zip", zipped({})
    yield "no-articles.zip", zipped({"a.png": b"x", ".hidden.txt": TEXT})
    yield "nothing.zip", b""
    yield "text.zip", TEXT
    yield "lying-size.zip", zip_bomb("a.txt").replace(struct.pack("<I", MEGABYTES * 2**20), struct.pack("<I", 10))
    yield "away.tar", tarred({"../../../../tmp/belegt-away.txt": TEXT, "/tmp/belegt-root.txt": TEXT})
    yield "links.tar", _links_in_tar()
    yield "cut.tar.gz", tarred({"a.txt": TEXT * 50, "b.txt": TEXT}, "w:gz")[:-40]
    yield "long-name.tar", _long_name_tar()
    yield "sparse.tar", _sparse_tar()
    yield "text.tar", TEXT
    yield "empty.tar", b""
    yield "cut.jsonl.gz", gzip.compress(LINE * 1000, mtime=0)[:-20]
    yield "wrong-sum.txt.gz", gzip.compress(TEXT, mtime=0)[:-8] + b"\0" * 8
    yield "tail.txt.gz", gzip.compress(TEXT, mtime=0) + b"no more gzip"
    yield "no-gzip.txt.gz", TEXT
    yield "picture.png.gz", gzip.compress(b"\x89PNG", mtime=0)
    yield "nameless.gz", gzip.compress(TEXT, mtime=0)
    yield "empty.gz", b""
    yield "gz.gz.gz", gzip.compress(gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), mtime=0)


def _link_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        info = zipfile.ZipInfo("passwd.txt", (2024, 1, 1, 0, 0, 0))
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, "/etc/passwd")
        file.writestr(zipfile.ZipInfo("a.txt", (2024, 1, 1, 0, 0, 0)), TEXT)
    return out.getvalue()


def _locked_zip() -> bytes:
    """One member says that it is encrypted, the other is not."""
    data = bytearray(zipped({"a.txt": TEXT, "b.txt": TEXT}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _links_in_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name, kind, target in (
            ("passwd.txt", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard.txt", tarfile.LNKTYPE, "/etc/passwd"),
            ("device.txt", tarfile.CHRTYPE, ""),
            ("pipe.txt", tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            file.addfile(info)
        info = tarfile.TarInfo("a.txt")
        info.size = len(TEXT)
        file.addfile(info, io.BytesIO(TEXT))
    return out.getvalue()


def _long_name_tar() -> bytes:
    """A header that announces a name of eight gigabytes."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**33 - 1
    return info.tobuf(tarfile.GNU_FORMAT) + b"x" * 10240


def _sparse_tar() -> bytes:
    """A file of one terabyte that is all hole."""
    info = tarfile.TarInfo("a.jsonl")
    info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = tarfile.itn(2**40, 12, tarfile.GNU_FORMAT)  # type: ignore[attr-defined]
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"\0" * 1024
