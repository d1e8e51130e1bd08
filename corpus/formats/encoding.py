"""How bytes become text: by mark, as UTF-8, else by what the letters look like."""

from __future__ import annotations

import codecs
import contextlib
import os
from typing import BinaryIO

from charset_normalizer import from_bytes

from corpus.errors import ReadWarning

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SAMPLE = 64 * 1024
# What Western European newsrooms write in Windows-1252; a text whose other bytes are all these needs no guess.
_WESTERN = frozenset("äöüÄÖÜßéèêëàâáåæçñíìîïóòôõøœúùûÿÉÈÀÇÑÅØŒ„“”‚‘’«»‹›–—…•€£§°·©®²³½¼%¿¡´\u00a0\u00ad")
_LIKELY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "mac_roman", "cp850", "gb18030", "shift_jis",
           "euc_jp", "euc_kr", "big5"]  # fmt: skip
_NAMES = {"cp1252": "Windows-1252", "cp1250": "Windows-1250", "cp1251": "Windows-1251", "mac_roman": "Mac Roman"}
_BROKEN = "UTF-8 (with broken characters)"


def is_binary(data: bytes) -> bool:
    """NUL bytes without a UTF-16 mark, or one byte in ten a control character: nobody's article."""
    head = data[:8192]
    if head.startswith(tuple(mark for mark, *_ in _MARKS)) or _unmarked_utf16(head):
        return False
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return b"\0" in head or control * 10 > len(head)


def decode(data: bytes, place: str) -> tuple[str, ReadWarning | None]:
    """Text of ``data``, and a warning naming the encoding when it is not UTF-8. Bytes that fit nowhere become U+FFFD."""
    try:
        if not data.startswith((b"\xff", b"\xfe", b"\0")) and b"\0" not in data[:64]:
            return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        pass
    codec, name = guess(data)
    return data.decode(codec, "replace"), ReadWarning(place, "encoding", encoding=name) if name else None


def guess(data: bytes) -> tuple[str, str | None]:
    """The codec of ``data`` and the name to warn with; None for sound UTF-8."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return codec, name
    if unmarked := _unmarked_utf16(data[:8192]):
        return unmarked, "UTF-16"
    try:
        data.decode("utf-8-sig")
        return "utf-8-sig", None
    except UnicodeDecodeError:
        with contextlib.suppress(UnicodeDecodeError):
            data.decode("utf-8", "surrogatepass")
            return "utf-8-sig", _BROKEN  # halves of characters from outside the first plane, as Java writes them
        # A mostly valid UTF-8 text with a few broken bytes must not become mojibake as a whole.
        lenient = data.decode("utf-8-sig", "replace")
    broken = lenient.count("\ufffd")
    if sum(ord(c) > 127 for c in lenient) - broken > broken:
        return "utf-8-sig", _BROKEN
    single = _single_byte(data)
    return single, _NAMES.get(single, single)


def guess_file(file: BinaryIO) -> tuple[str, str | None]:
    """As ``guess``, for a file too large to hold: read through once, and left at its start."""
    head = file.read(_SAMPLE)
    if head.startswith(tuple(mark for mark, *_ in _MARKS)) or _unmarked_utf16(head[:8192]):
        file.seek(0)
        return guess(head)
    decoder, block, codec, name = codecs.getincrementaldecoder("utf-8")(), head, "utf-8-sig", None
    try:
        while block:
            decoder.decode(block)
            block = file.read(2**20)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # The piece with the first byte that is no UTF-8; cut at blanks, so that no letter is cut in two.
        file.seek(-min(file.tell(), len(block) + 8), os.SEEK_CUR)
        sample = file.read(len(block) + 8)
        codec, name = guess(sample[sample.find(b" ") + 1 : sample.rfind(b" ") + 1] or sample)
        if name is None:
            name = _BROKEN  # only the cut-off end is broken
    file.seek(0)
    return codec, name


def _single_byte(data: bytes) -> str:
    """One of ``_LIKELY``: Windows-1252 when all its letters are Western ones, else what charset-normalizer says."""
    high = bytes(byte for byte in data[: 2**20] if byte > 127)
    western = high.decode("cp1252", "replace")
    if len(high) * 2 < len(data[: 2**20]) and sum(c in _WESTERN for c in western) >= 0.9 * len(western):
        return "cp1252"
    first = next(i for i, byte in enumerate(data) if byte > 127)
    start = max(0, first - 1000)
    best = from_bytes(data[start : start + _SAMPLE], cp_isolation=_LIKELY, enable_fallback=False).best()
    return best.encoding if best else "cp1252"


def _unmarked_utf16(head: bytes) -> str | None:
    """The UTF-16 codec of a text without a mark: nearly every second byte is NUL, and no other one."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half >= 8 and max(even, odd) > 0.8 * half and min(even, odd) == 0:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None
