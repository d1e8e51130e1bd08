"""Citation markers in a stream: every way of writing them, every way of cutting the stream."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citations import CitationParser, Marker


def parse(pieces: list[str], count: int = 5) -> tuple[str, list[tuple[int, tuple[int, ...]]], int]:
    """The text, the markers as (place in the text, numbers), and how many numbers were removed."""
    parser = CitationParser(count)
    found = [piece for text in pieces for piece in parser.feed(text)] + parser.finish()
    text, markers = "", []
    for piece in found:
        if isinstance(piece, Marker):
            markers.append((len(text), piece.numbers))
        else:
            text += piece
    return text, markers, parser.removed


@pytest.mark.parametrize(
    ("written", "text", "markers", "removed"),
    [
        ("Tor eins [1].", "Tor eins.", [(8, (1,))], 0),
        ("Tor eins. [1] Tor zwei", "Tor eins. Tor zwei", [(9, (1,))], 0),
        ("a [1, 2] b", "a b", [(1, (1, 2))], 0),
        ("a[1]b", "ab", [(1, (1,))], 0),
        ("a [1]b", "a b", [(1, (1,))], 0),
        ("a [1-3]", "a", [(1, (1, 2, 3))], 0),
        ("a [1–3, 5]", "a", [(1, (1, 2, 3, 5))], 0),
        ("a [1][2] [3].", "a.", [(1, (1,)), (1, (2,)), (1, (3,))], 0),
        ("a 【1】.", "a.", [(1, (1,))], 0),
        ("a 【2†source】.", "a.", [(1, (2,))], 0),
        ("a [^1].", "a.", [(1, (1,))], 0),
        ("a [Quelle 1 und 2].", "a.", [(1, (1, 2))], 0),
        ("a [Passage 4]", "a", [(1, (4,))], 0),
        ("a [2, 2]", "a", [(1, (2,))], 0),
        ("a [1]\nb", "a\nb", [(1, (1,))], 0),
        # Nobody has these: 9 once; 0 once; 4 and 5 stay of the range and its end counts once; all of [7, 8].
        ("a [9].", "a.", [], 1),
        ("a [0] b", "a b", [], 1),
        ("a [4-99]", "a", [(1, (4, 5))], 1),
        ("a [7, 8], b", "a, b", [], 2),
        ("a [1, 9] b", "a b", [(1, (1,))], 1),
        # Not markers: a year, words, an ellipsis, brackets that stay open.
        ("im Mai [2024] war", "im Mai [2024] war", [], 0),
        ("er [der Minister] kam", "er [der Minister] kam", [], 0),
        ("es [...] kam", "es [...] kam", [], 0),
        ("das [Ende", "das [Ende", [], 0),
        ("ein [ [1]", "ein [", [(5, (1,))], 0),
        ("[12 Tote]", "[12 Tote]", [], 0),
        ("", "", [], 0),
        ("[1]", "", [(0, (1,))], 0),
    ],
)
def test_ways_of_writing(written: str, text: str, markers: list[tuple[int, tuple[int, ...]]], removed: int) -> None:
    assert parse([written]) == (text, markers, removed)
    assert parse(list(written)) == (text, markers, removed)


_WRITTEN = "Wort . , [1] [2-4] 【3】 [99] [0] [1-99] [ ] 【 1 - … [2024] Ü 🙂 †".split()
_PIECES = st.sampled_from([*_WRITTEN, " ", "  ", "\n", "[der Rat]", "[1, 2]", "[Quelle 2]", "[" + "x" * 70])


@given(st.lists(_PIECES, max_size=25).map("".join), st.lists(st.integers(0, 200), max_size=30))
def test_the_pieces_do_not_depend_on_how_the_stream_is_cut(written: str, cuts: list[int]) -> None:
    at = sorted({0, len(written), *(cut % (len(written) + 1) for cut in cuts)})
    pieces = [written[start:end] for start, end in pairwise(at)]
    text, markers, removed = parse([written])
    assert parse(pieces) == (text, markers, removed)
    # Whatever was written: only passages that exist are cited, at places in order, and no marker is left in the text.
    assert all(1 <= number <= 5 for _, numbers in markers for number in numbers)
    assert [place for place, _ in markers] == sorted(place for place, _ in markers)
    assert all(0 <= place <= len(text) for place, _ in markers)


@given(st.lists(st.lists(st.integers(1, 120), min_size=1, max_size=4), max_size=8), st.data())
def test_every_number_is_cited_or_counted(groups: list[list[int]], data: st.DataObject) -> None:
    written = " ".join(f"Satz [{', '.join(map(str, group))}]." for group in groups)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(written)), max_size=12)) | {0, len(written)})
    text, markers, removed = parse([written[start:end] for start, end in pairwise(cuts)])
    assert text == " ".join("Satz." for _ in groups)
    assert removed == sum(number > 5 for group in groups for number in group)
    kept = [tuple(dict.fromkeys(n for n in group if n <= 5)) for group in groups]
    assert [numbers for _, numbers in markers] == [numbers for numbers in kept if numbers]
