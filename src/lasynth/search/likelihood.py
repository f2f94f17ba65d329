"""How likely a model holds programs to be, whoever proposed them.

Shapes: P programs, T tokens, R rows still read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Tokens
from lasynth.domains.kit.rows import padded
from lasynth.search.frontier import Frontier
from lasynth.search.problem import Problem
from lasynth.search.scorer import Scorer

__all__ = ["log_probabilities"]


def log_probabilities(
    scorer: Scorer, problem: Problem, programs: Sequence[Tokens], *, expired: Callable[[], bool] = bool
) -> npt.NDArray[np.float64] | None:
    """The log-probabilities of programs under a model, in nats, as a beam search sums them.

    Args:
        scorer: the model.
        problem: only its shown examples are read.
        programs: P programs, each ended by EOS.
        expired: called before each token; when it returns True, the work ends.

    Returns:
        `[P]`, -inf where the mask forbids a token or the model has none for it; None if the time was over.
    """
    total_P = np.zeros(len(programs))
    if not programs:
        return total_P
    tokens_PT = padded(programs, scorer.eos)
    frontier = Frontier(
        scorer,
        [problem.without_held_out()],
        max_tokens=tokens_PT.shape[1] + 1,
        together=1,
        renormalise=True,
    )
    frontier.refill(np.ones(1, dtype=np.bool_))
    read_R = np.arange(len(programs))
    row_R = np.zeros(len(programs), dtype=np.int64)  # all begin in one row
    for token_P in tokens_PT.T:
        if expired():
            return None
        token_R = token_P[read_R].astype(np.int64)
        known_R = token_R < scorer.num_tokens
        log_prob_R = frontier.log_probs()[row_R, np.where(known_R, token_R, scorer.eos)]
        total_P[read_R] += np.where(known_R, log_prob_R, -np.inf)
        goes_on_R = (token_R != scorer.eos) & np.isfinite(total_P[read_R])
        if not goes_on_R.any():
            break
        read_R = read_R[goes_on_R]
        frontier.advance(row_R[goes_on_R], token_R[goes_on_R], total_P[read_R])
        row_R = np.arange(len(read_R))
    return total_P
