"""Sampling programs without replacement: stochastic beam search (Kool et al. 2019, Gumbel top-k).

Each program gets its log-probability plus Gumbel noise; the W largest sums are an exact sample without
replacement of W programs. A prefix carries the largest sum among its completions, drawn top-down, so
the W best prefixes of each length are all that must be kept, and nothing is decoded twice.

A program that has ended keeps its place in the beam and may still be pushed out of it. It is handed
out once no live hypothesis stands above it, so programs come in the order in which sampling one
after the other would have drawn them.

Shapes: see `lasynth.search.frontier`. `noisy` names the sums, phi_tilde + noise in the paper (G).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import TokenMask
from lasynth.search.frontier import Endings, Finished, Floats, Frontier, Ints, never, top_columns
from lasynth.search.scorer import Scorer
from lasynth.task import StopReason, Task

__all__ = ["sample_without_replacement"]


def sample_without_replacement(
    scorer: Scorer,
    mask: Callable[[int, int], TokenMask] | None,
    tasks: Sequence[Task],
    endings: Endings,
    *,
    beam: int,
    seeds: Sequence[int],
    max_tokens: int = 256,
    renormalise: bool = True,
    expired: Callable[[], bool] = never,
) -> Iterator[Finished]:
    """Draw W different programs for each of several tasks, side by side.

    Args:
        scorer: the model.
        mask: makes the mask of (rows, vocabulary), or None.
        tasks: B tasks.
        endings: of B tasks. The search ends them here; the consumer may end some between steps.
        beam: W, programs to draw a task (fewer where no more exist).
        seeds: one a task; a task's sample depends on its seed, not on the tasks beside it.
        max_tokens: the longest program, its EOS included; longer ones are lost from the sample.
        renormalise: see `Frontier`.
        expired: asked before each step; when it says yes, the programs in the beam are handed out and
            all tasks end with `TIME_LIMIT`.

    Yields:
        After each step the programs whose place in the sample is certain, in the order drawn.
    """
    frontier = Frontier(scorer, mask, tasks, max_tokens=max_tokens, renormalise=renormalise)
    noise = [np.random.default_rng(seed) for seed in seeds]
    noisy_R: Floats = np.zeros(len(tasks))
    pool = _Pool(len(tasks), beam, max_tokens, scorer.eos)
    while len(frontier):
        if expired():
            yield pool.release(np.full(len(tasks), -np.inf), endings.live().nonzero()[0])
            endings.end_all(StopReason.TIME_LIMIT)
            return
        score_RV = frontier.score_R[:, None] + frontier.log_probs()
        found = frontier.expansions(_perturb(score_RV, noisy_R, frontier.task_R, noise))
        task_A, width = found.task_A, found.values_AM.shape[1]
        # Programs that have ended stand behind the expansions, one column each.
        values_AM = np.concatenate([found.values_AM, pool.noisy_BW[task_A]], axis=1)
        columns_AW = top_columns(values_AM, beam)
        noisy_AW = np.take_along_axis(values_AM, columns_AW, axis=1)
        there_AW = np.isfinite(noisy_AW)
        ended_AW = there_AW & (columns_AW < width) & (columns_AW % found.num_tokens == scorer.eos)
        live_AW = there_AW & (columns_AW < width) & ~ended_AW

        for line, task in enumerate(task_A.tolist()):
            pool.keep(task, columns_AW[line][there_AW[line] & (columns_AW[line] >= width)] - width)
            columns_P = columns_AW[line][ended_AW[line]]
            rows_P = found.row(np.full(len(columns_P), line), columns_P)
            pool.add(
                task,
                frontier.programs(rows_P),
                score_RV[rows_P, found.token(columns_P)],
                noisy_AW[line][ended_AW[line]],
            )
        last = frontier.length + 1 == max_tokens
        above_B = np.full(len(tasks), -np.inf)
        if not last:
            above_B[task_A] = np.where(live_AW, noisy_AW, -np.inf).max(axis=1)
        programs = pool.release(above_B, task_A)
        for line in np.flatnonzero(~live_AW.any(axis=1)).tolist():
            endings.end(int(task_A[line]), StopReason.EXHAUSTED)
        if last:
            endings.end_all(StopReason.MAX_LENGTH)
        yield programs

        live_AW &= endings.live()[task_A][:, None]
        if last or not live_AW.any():
            return
        line_R, slot_R = np.nonzero(live_AW)
        row_R = found.row(line_R, columns_AW[line_R, slot_R])
        token_R = found.token(columns_AW[line_R, slot_R])
        noisy_R = noisy_AW[line_R, slot_R]
        frontier.advance(row_R, token_R, score_RV[row_R, token_R])


def _perturb(score_RV: Floats, noisy_R: Floats, task_R: Ints, noise: Sequence[np.random.Generator]) -> Floats:
    """Gumbel noise on the expansions of each row, given that their largest sum is the row's own.

    Kool et al. 2019, equation 23 of appendix B.3, in its numerically stable form.
    """
    num_tokens = score_RV.shape[1]
    tasks, counts = np.unique(task_R, return_counts=True)
    gumbel = [noise[task].gumbel(size=(n, num_tokens)) for task, n in zip(tasks, counts, strict=True)]
    free_RV = score_RV + np.concatenate(gumbel)
    most_R1 = free_RV.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap_RV = most_R1 - free_RV
        shift_RV = noisy_R[:, None] - free_RV + np.log(-np.expm1(-gap_RV))
        noisy_RV = noisy_R[:, None] - np.maximum(shift_RV, 0.0) - np.log1p(np.exp(-np.abs(shift_RV)))
    # The largest has no gap (the logarithm is -inf) and takes the row's sum as it is; what cannot come
    # next must not come from rounding.
    noisy_RV[gap_RV == 0.0] = np.broadcast_to(noisy_R[:, None], noisy_RV.shape)[gap_RV == 0.0]
    result: Floats = np.where(np.isfinite(score_RV), noisy_RV, -np.inf)
    return result


class _Pool:
    """The programs of each task's beam that have ended, those already handed out included."""

    def __init__(self, num_tasks: int, beam: int, max_tokens: int, eos: int) -> None:
        self.noisy_BW: Floats = np.full((num_tasks, beam), -np.inf)
        self._score_BW: Floats = np.full((num_tasks, beam), -np.inf)
        self._tokens_BWT = np.full((num_tasks, beam, max_tokens), eos, dtype=np.int32)
        self._released_BW = np.zeros((num_tasks, beam), dtype=np.bool_)
        self._longest = 0
        self._eos = eos

    def keep(self, task: int, places: Ints) -> None:
        """Drop all programs of a task but those at some places."""
        pushed_out = np.ones(self.noisy_BW.shape[1], dtype=np.bool_)
        pushed_out[places] = False
        self.noisy_BW[task, pushed_out] = -np.inf

    def add(self, task: int, tokens_PT: npt.NDArray[np.int32], score_P: Floats, noisy_P: Floats) -> None:
        """Put programs on free places of a task."""
        free = np.flatnonzero(self.noisy_BW[task] == -np.inf)[: len(score_P)]
        self.noisy_BW[task, free] = noisy_P
        self._score_BW[task, free] = score_P
        self._released_BW[task, free] = False
        self._tokens_BWT[task, free] = self._eos
        self._tokens_BWT[task, free, : tokens_PT.shape[1]] = tokens_PT
        self._longest = max(self._longest, tokens_PT.shape[1])

    def release(self, above_B: Floats, tasks: Ints) -> Finished:
        """The programs of some tasks that are not handed out yet and above a bound, in order drawn."""
        wanted = np.zeros(len(self.noisy_BW), dtype=np.bool_)
        wanted[tasks] = True
        certain_BW = ~self._released_BW & wanted[:, None] & (self.noisy_BW > above_B[:, None])
        task_P, place_P = np.nonzero(certain_BW)
        order = np.lexsort((-self.noisy_BW[task_P, place_P], task_P))
        task_P, place_P = task_P[order], place_P[order]
        self._released_BW[task_P, place_P] = True
        tokens_PT = self._tokens_BWT[task_P, place_P, : max(1, self._longest)]
        return Finished(task_P.astype(np.int64), tokens_PT, self._score_BW[task_P, place_P])
