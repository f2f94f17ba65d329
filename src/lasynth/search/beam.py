"""Beam search over many tasks at once; programs stream out as they end.

In each step a task's hypotheses are expanded by every allowed token. The best W unfinished expansions
live on. A finished one (it took EOS) is collected where it ranks among the best W of all expansions,
finished or not, so that a poor early end does not use up a place. A beam of 1 is greedy decoding.

A task is done when `patience` x W programs were collected (Kasai et al. 2022, "A call for clarity in
beam search"; 1 is the usual rule, infinity searches on), or when no live hypothesis can still beat
the W-th best collected one, which is exact because scores only fall.

Shapes: see `lasynth.search.frontier`; S = 2W is a line's collected and unfinished expansions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lasynth.domains.base import TokenMask
from lasynth.search.frontier import Endings, Finished, Floats, Frontier, Ints, never, top_columns
from lasynth.search.scorer import BoolArray, Scorer
from lasynth.task import StopReason, Task

__all__ = ["beam_search"]


def beam_search(
    scorer: Scorer,
    mask: Callable[[int, int], TokenMask] | None,
    tasks: Sequence[Task],
    endings: Endings,
    *,
    beam: int,
    max_tokens: int = 256,
    patience: float = 1.0,
    renormalise: bool = True,
    expired: Callable[[], bool] = never,
) -> Iterator[Finished]:
    """Search for the programs of several tasks side by side.

    The order of the tasks does not matter to what is found, and ties fall the same way each time: the
    better ranked row first, then the smaller token.

    Args:
        scorer: the model.
        mask: makes the mask of (rows, vocabulary), or None.
        tasks: B tasks.
        endings: of B tasks. The search ends them here; the consumer may end some between steps.
        beam: W, live hypotheses a task.
        max_tokens: the longest program, its EOS included.
        patience: how many programs a task may collect, as a multiple of `beam`.
        renormalise: see `Frontier`.
        expired: asked before each step; when it says yes, all tasks end with `TIME_LIMIT`.

    Yields:
        After each step the programs that ended in it; often none.
    """
    frontier = Frontier(scorer, mask, tasks, max_tokens=max_tokens, renormalise=renormalise)
    limit = max(1, math.ceil(patience * beam)) if math.isfinite(patience) else None
    num_finished_B = np.zeros(len(tasks), dtype=np.int64)
    pool_BW = np.full((len(tasks), beam), -np.inf)  # scores of the best collected programs
    while len(frontier):
        if expired():
            endings.end_all(StopReason.TIME_LIMIT)
            return
        log_probs_RV = frontier.log_probs()
        found = frontier.expansions(frontier.score_R[:, None] + log_probs_RV)
        finished, live_AW, value_AW = _select(found.values_AM, beam, scorer.eos, found.num_tokens)

        line_P, column_P = finished
        if limit is not None and len(line_P):
            room_P = limit - num_finished_B[found.task_A][line_P]
            fits_P = _position_in_group(line_P) < room_P
            line_P, column_P = line_P[fits_P], column_P[fits_P]
        task_P = found.task_A[line_P]
        score_P = found.values_AM[line_P, column_P]
        programs = Finished(task_P, frontier.programs(found.row(line_P, column_P)), score_P)
        np.add.at(num_finished_B, task_P, 1)
        for task in np.unique(task_P):
            merged = np.concatenate([pool_BW[task], score_P[task_P == task]])
            pool_BW[task] = -np.sort(-merged)[:beam]

        last = frontier.length + 1 == max_tokens
        full_A = np.zeros(len(found.task_A), dtype=np.bool_)
        if limit is not None:
            full_A = num_finished_B[found.task_A] >= limit
        beaten_A = value_AW[:, 0] <= pool_BW[found.task_A, -1]
        for line in np.flatnonzero(full_A | beaten_A):
            endings.end(int(found.task_A[line]), StopReason.EXHAUSTED)
        if last:
            endings.end_all(StopReason.MAX_LENGTH)
        yield programs

        keep_AW = np.isfinite(value_AW) & endings.live()[found.task_A][:, None]
        if last or not keep_AW.any():
            return
        line_R, slot_R = np.nonzero(keep_AW)
        column_R = live_AW[line_R, slot_R]
        frontier.advance(found.row(line_R, column_R), found.token(column_R), value_AW[line_R, slot_R])


def _select(
    values_AM: Floats, beam: int, eos: int, num_tokens: int
) -> tuple[tuple[Ints, Ints], Ints, Floats]:
    """Sort expansions into finished and unfinished.

    Returns:
        `((line_P, column_P), columns_AW, values_AW)`: the finished among the best W of all, sorted by
        line and best first; the best W unfinished, best first, -inf where there are fewer.
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
    """How many equal numbers stand before each, in a sorted array."""
    position: Ints = np.arange(len(line_P)) - np.searchsorted(line_P, line_P, side="left")
    return position
