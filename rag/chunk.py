"""Article -> Chunks: whole sentences up to a token budget, offsets exact, every character of the text covered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.sentences import sentence_spans
from rag.types import Chunk

# Offsets of the tokens of each text, as the embedding model cuts them; no special tokens.
TokenOffsets = Callable[[Sequence[str]], list[list[tuple[int, int]]]]
# How many tokens each text has: the same, told faster.
TokenCounts = Callable[[Sequence[str]], list[int]]
Span = tuple[int, int]


def chunk_text(
    text: str, token_offsets: TokenOffsets, max_tokens: int, overlap: int, token_counts: TokenCounts | None = None
) -> list[Chunk]:
    """Chunks of at most ``max_tokens`` tokens that begin and end with sentences, in order.

    Each repeats the last ``overlap`` sentences of the one before, where that leaves room for new text. A sentence
    longer than the budget is cut between words. Budgets add up sentence by sentence, which is never less than the
    tokens of the joined text.
    """
    count = token_counts or (lambda texts: [len(offsets) for offsets in token_offsets(texts)])
    pieces = _pieces(text, token_offsets, count, max_tokens)
    spans: list[Span] = []
    first = 0
    while first < len(pieces):
        last, used = first, pieces[first][1]
        while last + 1 < len(pieces) and used + pieces[last + 1][1] <= max_tokens:
            last += 1
            used += pieces[last][1]
        spans.append((pieces[first][0][0], pieces[last][0][1]))
        if last + 1 == len(pieces):
            break
        first = _next_start(pieces, first, last, max_tokens, overlap)
    texts = [text[start:end] for start, end in spans]
    return [
        Chunk(ordinal, start, end, body, tokens)
        for ordinal, ((start, end), body, tokens) in enumerate(zip(spans, texts, count(texts), strict=True))
    ]


def _next_start(pieces: list[tuple[Span, int]], first: int, last: int, max_tokens: int, overlap: int) -> int:
    """Where the next chunk starts: with overlap if the sentence to come still fits behind it."""
    for back in range(min(overlap, last - first), 0, -1):
        repeated = sum(tokens for _, tokens in pieces[last + 1 - back : last + 1])
        # More repetition than news would only store the same text twice.
        if repeated <= max_tokens // 4 and repeated + pieces[last + 1][1] <= max_tokens:
            return last + 1 - back
    return last + 1


def _pieces(text: str, token_offsets: TokenOffsets, count: TokenCounts, max_tokens: int) -> list[tuple[Span, int]]:
    """Sentences with their token counts; those over the budget cut at white space, or mid-word if there is none."""
    spans = sentence_spans(text)
    pieces: list[tuple[Span, int]] = []
    for (start, end), tokens in zip(spans, count([text[s:e] for s, e in spans]), strict=True):
        if tokens <= max_tokens:
            pieces.append(((start, end), tokens))
            continue
        [offsets] = token_offsets([text[start:end]])
        at = 0
        while at < len(offsets):
            stop = min(at + max_tokens, len(offsets))
            begin = start + offsets[at][0] if at else start
            if stop < len(offsets):
                cut = start + offsets[stop][0]
                blank = text.rfind(" ", begin + 1, cut)
                if blank > begin:
                    moved = next(i for i in range(stop, at, -1) if start + offsets[i][0] <= blank + 1)
                    stop = max(moved, at + 1)
                finish = start + offsets[stop][0]
            else:
                finish = end
            piece = text[begin:finish]
            pieces.append(((begin, begin + len(piece.rstrip())), stop - at))
            at = stop
    return [piece for piece in pieces if piece[0][1] > piece[0][0]]
