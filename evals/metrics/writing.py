"""What became of the sentences that a language model wrote."""

from __future__ import annotations

from rag.types import Answer


def writing(answer: Answer) -> dict[str, float | None]:
    """Of an answer that a model wrote; None of any other, and for shares of no sentence. Our own measures.

    "invented citations": how many numbers that no passage has, in the draft. "recited", "unsupported written": the share
    of its sentences whose citations were replaced by ones that bear them out, and of those that nothing bears out.
    "unsupported shown": the share of the answer's own sentences of which the latter holds; they are marked there.
    """
    draft = answer.writing
    if draft is None:
        return dict.fromkeys(("invented citations", "recited", "unsupported written", "unsupported shown"))
    shown = [sentence.verdict == "unsupported" for sentence in answer.sentences]
    return {
        "invented citations": float(draft.removed),
        "recited": draft.recited / draft.sentences if draft.sentences else None,
        "unsupported written": draft.unsupported / draft.sentences if draft.sentences else None,
        "unsupported shown": sum(shown) / len(shown) if shown else None,
    }
