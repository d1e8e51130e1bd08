"""How well the gold articles were found, computed by ir_measures (MacAvaney et al. 2022)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import ir_measures

from evals.metrics.registry import RETRIEVAL


def retrieval(ranking: Sequence[str], gold: Collection[str], measures: Sequence[str] = RETRIEVAL) -> dict[str, float]:
    """Measures of ``ranking`` (ids, best first, each once) against the relevant ids, computed by ir_measures.

    "R@5" recall in the first five, "Success@5" whether any relevant is among them, "RR" reciprocal rank of the first
    relevant (Voorhees 1999; its mean is MRR), "nDCG@10" with binary gains (Järvelin and Kekäläinen 2002, log2
    discount), or any other name that ir_measures parses.
    """
    names = {ir_measures.parse_measure(name): name for name in measures}
    qrels = [ir_measures.Qrel("q", document, 1) for document in gold]
    run = [ir_measures.ScoredDoc("q", document, -float(rank)) for rank, document in enumerate(ranking)]
    return {names[metric.measure]: float(metric.value) for metric in ir_measures.iter_calc(list(names), qrels, run)}
