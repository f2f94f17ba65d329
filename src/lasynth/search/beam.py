"""Beam search over many problems at once; programs stream out as they end.

In each step every hypothesis of a problem is expanded by every allowed token. The best W unfinished
expansions stay live. A finished expansion (its last token is EOS) is collected if it ranks among the best W
of all expansions, finished or not, so that a poor early end does not take up a place. A beam of 1 is greedy
decoding.

Only so many problems as the budget allows are searched at a time. The next one begins when one is done.

A problem is done when `patience` x W programs have been collected (Kasai et al. 2022, "A call for clarity in
beam search"; 1 is the usual rule, with infinity there is no such limit), or when no live hypothesis can beat
the W-th best collected program. The second rule is exact, because scores only fall.

Shapes: see `lasynth.search.frontier`; S = 2W is a line's collected and unfinished expansions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.frontier import Floats, Frontier, Ints, top_columns
from lasynth.search.problem import Problem
from lasynth.search.scorer import BoolArray, Scorer

__all__ = ["Beam"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """Beam search with a model.

    Attributes:
        scorer: the model.
        width: W, live hypotheses per problem; 1 is greedy decoding.
        patience: the number of programs that a problem may collect, as a multiple of W; the W best are kept.
        renormalise: see `Frontier`.
        name: see `Engine`.

    Raises:
        InputError: a number is out of range.
    """

    scorer: Scorer
    width: int = 64
    patience: float = 1.0
    renormalise: bool = True
    name: str = "beam"

    def __post_init__(self) -> None:
        if self.width < 1:
            raise InputError(f"the beam is {self.width}", "beam", "Give 1 or more.")
        if not self.patience > 0:
            raise InputError(f"patience is {self.patience}", "beam", "Give more than 0, 1 is usual.")

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; yields after each step the programs that ended in it, often none.

        The result does not depend on the order of the problems. Ties are broken the same way each time: the
        better ranked row first, then the smaller token.
        """
        return _beam_search(self, problems, budget)


def _beam_search(engine: Beam, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
    scorer, beam, patience = engine.scorer, engine.width, engine.patience
    frontier = Frontier(
        scorer,
        problems,
        max_tokens=budget.max_tokens,
        together=budget.together(beam),
        renormalise=engine.renormalise,
    )
    limit = max(1, math.ceil(patience * beam)) if math.isfinite(patience) else None
    num_finished_B = np.zeros(len(problems), dtype=np.int64)
    pool_BW = np.full((len(problems), beam), -np.inf)  # scores of the best collected programs
    while frontier.refill(budget.live()) or len(frontier):
        if budget.expired():
            budget.end_all(StopReason.TIME_LIMIT)
            return
        log_probs_RV = frontier.log_probs()
        found = frontier.expansions(frontier.score_R[:, None] + log_probs_RV)
        finished, live_AW, value_AW = _select(found.values_AM, beam, scorer.eos, found.num_tokens)

        line_P, column_P = finished
        if limit is not None and len(line_P):
            room_P = limit - num_finished_B[found.problem_A][line_P]
            fits_P = _position_in_group(line_P) < room_P
            line_P, column_P = line_P[fits_P], column_P[fits_P]
        problem_P = found.problem_A[line_P]
        score_P = found.values_AM[line_P, column_P]
        programs = Proposals(problem_P, frontier.programs(found.row(line_P, column_P)), score_P)
        np.add.at(num_finished_B, problem_P, 1)
        for problem in np.unique(problem_P):
            merged = np.concatenate([pool_BW[problem], score_P[problem_P == problem]])
            pool_BW[problem] = -np.sort(-merged)[:beam]

        last_A = frontier.length_R[found.first_row_A] + 1 >= frontier.longest_B[found.problem_A]
        full_A = np.zeros(len(found.problem_A), dtype=np.bool_)
        if limit is not None:
            full_A = num_finished_B[found.problem_A] >= limit
        beaten_A = value_AW[:, 0] <= pool_BW[found.problem_A, -1]
        for line in np.flatnonzero(full_A | beaten_A):
            budget.end(int(found.problem_A[line]), StopReason.EXHAUSTED)
        for problem in found.problem_A[last_A].tolist():
            budget.end(problem, StopReason.MAX_LENGTH)
        yield programs

        keep_AW = np.isfinite(value_AW) & budget.live()[found.problem_A][:, None]
        line_R, slot_R = np.nonzero(keep_AW)
        column_R = live_AW[line_R, slot_R]
        frontier.advance(found.row(line_R, column_R), found.token(column_R), value_AW[line_R, slot_R])


def _select(
    values_AM: Floats, beam: int, eos: int, num_tokens: int
) -> tuple[tuple[Ints, Ints], Ints, Floats]:
    """Sort expansions into finished and unfinished.

    Returns:
        `((line_P, column_P), columns_AW, values_AW)`: the finished ones among the best W of all, sorted by
        line and best first; the best W unfinished ones, best first, -inf where there are fewer.
    """
    eos_columns = np.arange(eos, values_AM.shape[1], num_tokens)
    eos_AE = values_AM[:, eos_columns]
    unfinished_AM = values_AM.copy()
    unfinished_AM[:, eos_columns] = -np.inf
    columns_AW = top_columns(unfinished_AM, beam)
    values_AW = np.take_along_axis(unfinished_AM, columns_AW, axis=1)

    columns_AS = np.concatenate([np.broadcast_to(eos_columns, eos_AE.shape), columns_AW], axis=1)
    values_AS = np.concatenate([eos_AE, values_AW], axis=1)
    best_AW = np.lexsort((columns_AS, -values_AS), axis=1)[:, :beam]
    ended_AW: BoolArray = (best_AW < eos_AE.shape[1]) & np.isfinite(
        np.take_along_axis(values_AS, best_AW, axis=1)
    )
    line_P, rank_P = np.nonzero(ended_AW)
    column_P = columns_AS[line_P, best_AW[line_P, rank_P]]
    return (line_P, column_P), columns_AW, values_AW


def _position_in_group(line_P: Ints) -> Ints:
    """For each number in a sorted array, how many equal numbers come before it."""
    position: Ints = np.arange(len(line_P)) - np.searchsorted(line_P, line_P, side="left")
    return position
