"""Sampling programs without replacement: stochastic beam search (Kool et al. 2019, Gumbel top-k).

Each program gets its log-probability plus Gumbel noise; the W largest sums are an exact sample of W programs
without replacement. A prefix carries the largest sum among its completions, drawn top-down. So it is enough
to keep the W best prefixes of each length, and nothing is decoded twice.

A program that has ended keeps its place in the beam, but better ones may still push it out. It is yielded
when no live hypothesis is above it, so programs come in the order in which sequential sampling would have
drawn them.

Shapes: see `lasynth.search.frontier`. `noisy` names the sums, phi_tilde + noise in the paper (G).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.frontier import Floats, Frontier, Ints, top_columns
from lasynth.search.problem import Problem
from lasynth.search.scorer import Scorer

__all__ = ["Sampling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Sampling without replacement with a model.

    Attributes:
        scorer: the model.
        width: W, the number of different programs to draw per problem (fewer if no more exist).
        renormalise: see `Frontier`.
        name: see `Engine`.

    Raises:
        InputError: the width is below 1.
    """

    scorer: Scorer
    width: int = 64
    renormalise: bool = True
    name: str = "sampling"

    def __post_init__(self) -> None:
        if self.width < 1:
            raise InputError(f"the sample is {self.width}", "sampling", "Give 1 or more.")

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; yields after each step the programs whose place in the sample is certain, in order.

        A program longer than the budget allows is missing from the sample. When the time is over, the
        programs in the beam are yielded.
        """
        seeds = [_seed(problem, budget.seed) for problem in problems]
        return _sample(self, problems, seeds, budget)


def _seed(problem: Problem, seed: int) -> int:
    """A seed from the shown examples of a problem, so that its sample does not depend on other problems."""
    digest = 0
    for array in (problem.inputs_KN, problem.outputs_KN):
        digest = zlib.crc32(array.tobytes(), digest)
    return (seed << 32) + digest


def _sample(
    engine: Sampling, problems: Sequence[Problem], seeds: Sequence[int], budget: Budget
) -> Iterator[Proposals]:
    scorer, beam, max_tokens = engine.scorer, engine.width, budget.max_tokens
    frontier = Frontier(
        scorer,
        problems,
        max_tokens=max_tokens,
        together=budget.together(beam),
        renormalise=engine.renormalise,
    )
    noise = [np.random.default_rng(seed) for seed in seeds]
    noisy_R: Floats = np.zeros(0)
    pool = _Pool(len(problems), beam, max_tokens, scorer.eos)
    while (num_new := frontier.refill(budget.live())) or len(frontier):
        noisy_R = np.append(noisy_R, np.zeros(num_new))
        if budget.expired():
            yield pool.release(np.full(len(problems), -np.inf), budget.live().nonzero()[0])
            budget.end_all(StopReason.TIME_LIMIT)
            return
        score_RV = frontier.score_R[:, None] + frontier.log_probs()
        found = frontier.expansions(_perturb(score_RV, noisy_R, frontier.problem_R, noise))
        problem_A, width = found.problem_A, found.values_AM.shape[1]
        # Programs that have ended come after the expansions, one column each.
        values_AM = np.concatenate([found.values_AM, pool.noisy_BW[problem_A]], axis=1)
        columns_AW = top_columns(values_AM, beam)
        noisy_AW = np.take_along_axis(values_AM, columns_AW, axis=1)
        there_AW = np.isfinite(noisy_AW)
        ended_AW = there_AW & (columns_AW < width) & (columns_AW % found.num_tokens == scorer.eos)
        live_AW = there_AW & (columns_AW < width) & ~ended_AW

        for line, problem in enumerate(problem_A.tolist()):
            pool.keep(problem, columns_AW[line][there_AW[line] & (columns_AW[line] >= width)] - width)
            columns_P = columns_AW[line][ended_AW[line]]
            rows_P = found.row(np.full(len(columns_P), line), columns_P)
            pool.add(
                problem,
                frontier.programs(rows_P),
                score_RV[rows_P, found.token(columns_P)],
                noisy_AW[line][ended_AW[line]],
            )
        last_A = frontier.length_R[found.first_row_A] + 1 >= frontier.longest_B[problem_A]
        above_B = np.full(len(problems), -np.inf)
        above_B[problem_A] = np.where(live_AW & ~last_A[:, None], noisy_AW, -np.inf).max(axis=1)
        programs = pool.release(above_B, problem_A)
        for line in np.flatnonzero(~live_AW.any(axis=1)).tolist():
            budget.end(int(problem_A[line]), StopReason.EXHAUSTED)
        for problem in problem_A[last_A].tolist():
            budget.end(problem, StopReason.MAX_LENGTH)
        yield programs

        live_AW &= budget.live()[problem_A][:, None]
        line_R, slot_R = np.nonzero(live_AW)
        row_R = found.row(line_R, columns_AW[line_R, slot_R])
        token_R = found.token(columns_AW[line_R, slot_R])
        noisy_R = noisy_AW[line_R, slot_R]
        frontier.advance(row_R, token_R, score_RV[row_R, token_R])


def _perturb(
    score_RV: Floats, noisy_R: Floats, problem_R: Ints, noise: Sequence[np.random.Generator]
) -> Floats:
    """Gumbel noise on the expansions of each row, given that their largest sum is the row's own.

    Kool et al. 2019, equation 23 of appendix B.3, in its numerically stable form.
    """
    num_tokens = score_RV.shape[1]
    problems, counts = np.unique(problem_R, return_counts=True)
    gumbel = [
        noise[problem].gumbel(size=(n, num_tokens)) for problem, n in zip(problems, counts, strict=True)
    ]
    free_RV = score_RV + np.concatenate(gumbel)
    most_R1 = free_RV.max(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        gap_RV = most_R1 - free_RV
        shift_RV = noisy_R[:, None] - free_RV + np.log(-np.expm1(-gap_RV))
        noisy_RV = noisy_R[:, None] - np.maximum(shift_RV, 0.0) - np.log1p(np.exp(-np.abs(shift_RV)))
    # The largest one has no gap (the logarithm is -inf) and takes the row's sum exactly; forbidden tokens
    # stay at -inf despite rounding.
    noisy_RV[gap_RV == 0.0] = np.broadcast_to(noisy_R[:, None], noisy_RV.shape)[gap_RV == 0.0]
    result: Floats = np.where(np.isfinite(score_RV), noisy_RV, -np.inf)
    return result


class _Pool:
    """The ended programs in each problem's beam, including those already yielded."""

    def __init__(self, num_problems: int, beam: int, max_tokens: int, eos: int) -> None:
        self.noisy_BW: Floats = np.full((num_problems, beam), -np.inf)
        self._score_BW: Floats = np.full((num_problems, beam), -np.inf)
        self._tokens_BWT = np.full((num_problems, beam, max_tokens), eos, dtype=np.int32)
        self._released_BW = np.zeros((num_problems, beam), dtype=np.bool_)
        self._longest = 0
        self._eos = eos

    def keep(self, problem: int, places: Ints) -> None:
        """Drop all programs of a problem except those at the given places."""
        pushed_out = np.ones(self.noisy_BW.shape[1], dtype=np.bool_)
        pushed_out[places] = False
        self.noisy_BW[problem, pushed_out] = -np.inf

    def add(self, problem: int, tokens_PT: npt.NDArray[np.int32], score_P: Floats, noisy_P: Floats) -> None:
        """Put programs on free places of a problem."""
        free = np.flatnonzero(self.noisy_BW[problem] == -np.inf)[: len(score_P)]
        self.noisy_BW[problem, free] = noisy_P
        self._score_BW[problem, free] = score_P
        self._released_BW[problem, free] = False
        self._tokens_BWT[problem, free] = self._eos
        self._tokens_BWT[problem, free, : tokens_PT.shape[1]] = tokens_PT
        self._longest = max(self._longest, tokens_PT.shape[1])

    def release(self, above_B: Floats, problems: Ints) -> Proposals:
        """The programs of some problems that are above a limit and not yet yielded, in the order drawn."""
        wanted = np.zeros(len(self.noisy_BW), dtype=np.bool_)
        wanted[problems] = True
        certain_BW = ~self._released_BW & wanted[:, None] & (self.noisy_BW > above_B[:, None])
        problem_P, place_P = np.nonzero(certain_BW)
        order = np.lexsort((-self.noisy_BW[problem_P, place_P], problem_P))
        problem_P, place_P = problem_P[order], place_P[order]
        self._released_BW[problem_P, place_P] = True
        tokens_PT = self._tokens_BWT[problem_P, place_P, : max(1, self._longest)]
        return Proposals(problem_P.astype(np.int64), tokens_PT, self._score_BW[problem_P, place_P])
