"""The live hypotheses of many problems as one flat batch of rows, shared by beam search and sampling.

Rows are sorted by problem, and within a problem by rank. A problem may have any number of rows. Hypotheses
that have ended, and all rows of a problem that is done, leave the batch, so the scorer never works on dead
rows. A waiting problem takes the place of one that is done, so rows of one batch may differ in length.

Shapes: B problems, A problems that still have rows, R rows, W beam, V vocabulary, T tokens, P programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.search.problem import Problem
from lasynth.search.scorer import BoolArray, Scorer

__all__ = ["Expansions", "Frontier", "top_columns"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Expansions:
    """The expansions of the rows of a frontier by one token, one line for each problem with rows.

    Attributes:
        problem_A: the problems, ascending.
        values_AM: `[A, M]` a value for each expansion, -inf where there is none; M = slots x V.
        first_row_A: the row in slot 0 of each problem.
        num_tokens: V.
    """

    problem_A: Ints
    values_AM: Floats
    first_row_A: Ints
    num_tokens: int

    def row(self, line_X: Ints, column_X: Ints) -> Ints:
        """The rows that expansions come from."""
        rows: Ints = self.first_row_A[line_X] + column_X // self.num_tokens
        return rows

    def token(self, column_X: Ints) -> Ints:
        """The tokens that expansions append."""
        tokens: Ints = column_X % self.num_tokens
        return tokens


class Frontier:
    """Rows of live hypotheses, each with the scorer's state and a mask.

    There are none until `refill` takes in the first problems.

    Args:
        scorer: the model.
        problems: B problems of one language and one shape; each begins with one row.
        max_tokens: length of the longest program, its EOS included.
        together: the number of problems that have rows at a time.
        renormalise: make the probabilities of the allowed tokens sum to one. Without it, probability
            on tokens that the grammar forbids lowers the score. Where only one token is allowed, it costs
            nothing in either case, because there is no choice.

    Attributes:
        problem_R: the problem of each row, ascending.
        score_R: sum of the log-probabilities of each row's tokens.
        prefix_RT: its tokens so far, followed by EOS.
        length_R: the number of these tokens, the same for all rows of a problem.
        longest_B: length of the longest program of each problem, its EOS included.
    """

    def __init__(
        self,
        scorer: Scorer,
        problems: Sequence[Problem],
        *,
        max_tokens: int,
        together: int,
        renormalise: bool,
    ) -> None:
        self._scorer = scorer
        self._problems = problems
        self._together = together
        self._renormalise = renormalise
        self._state: Any = None
        self._mask = problems[0].language.grammar.mask(0, scorer.num_tokens)
        # Problems that wait are begun in blocks of `together`: an encoder is slow with one at a time.
        self._begun: Any = None
        self._begun_N: Ints = np.zeros(0, dtype=np.int64)
        self._num_begun = 0
        self._last_R: Ints = np.zeros(0, dtype=np.int64)
        self.problem_R: Ints = np.zeros(0, dtype=np.int64)
        self.score_R: Floats = np.zeros(0)
        self.prefix_RT: npt.NDArray[np.int32] = np.zeros((0, max_tokens), dtype=np.int32)
        self.length_R: Ints = np.zeros(0, dtype=np.int64)
        limits = [problem.longest(max_tokens) for problem in problems]
        self.longest_B: Ints = np.array(limits, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.problem_R)

    def refill(self, live_B: BoolArray) -> int:
        """Take in waiting problems in the place of those that are done.

        Args:
            live_B: the problems that are still to be searched; others are passed over.

        Returns:
            The number of new rows, which are the last ones.
        """
        before = len(self)
        room = self._together - len(np.unique(self.problem_R))
        while room > 0 and self._begin_more(live_B):
            self._take_in(min(room, len(self._begun_N)))
            room = self._together - len(np.unique(self.problem_R))
        return len(self) - before

    def _begin_more(self, live_B: BoolArray) -> bool:
        """Have the scorer begin the next problems, unless some have begun; whether there are any."""
        if len(self._begun_N):
            return True
        waiting = self._num_begun + np.flatnonzero(live_B[self._num_begun :])[: self._together]
        if not len(waiting):
            return False
        problems = [self._problems[number] for number in waiting.tolist()]
        self._begun = self._scorer.start(
            np.stack([problem.scored[0] for problem in problems]),
            np.stack([problem.scored[1] for problem in problems]),
        )
        self._begun_N, self._num_begun = waiting, int(waiting[-1]) + 1
        return True

    def _take_in(self, num: int) -> None:
        """Give a row to each of the first problems that have begun."""
        scorer, old, total = self._scorer, len(self), len(self._begun_N)
        new = self._begun
        if num < total:
            new = scorer.reorder(self._begun, np.arange(num))
            self._begun = scorer.reorder(self._begun, np.arange(num, total))
        self._state = scorer.join(self._state, new) if old else new
        self._mask = self._mask.join(self._problems[0].language.grammar.mask(num, scorer.num_tokens))
        self._last_R = np.append(self._last_R, np.full(num, scorer.bos))
        self.problem_R = np.append(self.problem_R, self._begun_N[:num])
        self.score_R = np.append(self.score_R, np.zeros(num))
        blank_RT = np.full((num, self.prefix_RT.shape[1]), scorer.eos, dtype=np.int32)
        self.prefix_RT = np.concatenate([self.prefix_RT, blank_RT])
        self.length_R = np.append(self.length_R, np.zeros(num, dtype=np.int64))
        self._begun_N = self._begun_N[num:]

    def log_probs(self) -> Floats:
        """Feed every row its last token; log-probabilities `[R, V]` of the next, -inf where forbidden.

        Raises:
            ValueError: the scorer returned NaN; its model has diverged.
        """
        raw_RV, self._state = self._scorer.step(self._state, self._last_R)
        log_probs_RV = np.array(raw_RV, dtype=np.float64)  # a copy: it is masked in place
        if np.isnan(log_probs_RV).any():
            raise ValueError("the scorer returned NaN as a log-probability: has its training diverged?")
        allowed_RV = self._mask.allowed()
        log_probs_RV[~allowed_RV] = -np.inf
        if self._renormalise:
            peak_R = log_probs_RV.max(axis=1, keepdims=True)
            peak_R[peak_R == -np.inf] = 0.0  # a row with nothing possible stays at -inf
            log_probs_RV -= peak_R
            with np.errstate(divide="ignore"):
                total_R = np.log(np.exp(log_probs_RV).sum(axis=1, keepdims=True))
            log_probs_RV -= np.where(total_R == -np.inf, 0.0, total_R)
        forced_R = allowed_RV.sum(axis=1) == 1
        log_probs_RV[forced_R] = np.where(allowed_RV[forced_R], 0.0, -np.inf)
        return log_probs_RV

    def expansions(self, values_RV: Floats) -> Expansions:
        """Arrange the values of all rows as one line per problem, so that each problem is ranked alone."""
        problem_A, first_row_A, count_A = np.unique(self.problem_R, return_index=True, return_counts=True)
        num_tokens = values_RV.shape[1]
        slots = int(count_A.max())
        if (count_A == slots).all():
            values_AM = values_RV.reshape(len(problem_A), slots * num_tokens)
        else:
            padded = np.full((len(problem_A), slots, num_tokens), -np.inf)
            line_R = np.repeat(np.arange(len(problem_A)), count_A)
            padded[line_R, np.arange(len(self)) - first_row_A[line_R]] = values_RV
            values_AM = padded.reshape(len(problem_A), slots * num_tokens)
        return Expansions(problem_A, values_AM, first_row_A.astype(np.int64), num_tokens)

    def programs(self, row_P: Ints) -> npt.NDArray[np.int32]:
        """`[P, longest + 1]`: the programs of some rows, ended and padded by EOS."""
        return self.prefix_RT[row_P, : self.length_R[row_P].max(initial=0) + 1]

    def advance(self, parent_R: Ints, token_R: Ints, score_R: Floats) -> None:
        """Replace all rows by expansions of some of them; the new rows must be sorted by problem."""
        if not np.array_equal(parent_R, np.arange(len(self))):
            self._state = self._scorer.reorder(self._state, parent_R) if len(parent_R) else None
            self.prefix_RT = self.prefix_RT[parent_R]
            self.problem_R = self.problem_R[parent_R]
            self.length_R = self.length_R[parent_R]
            self._mask = self._mask.reorder(parent_R)
        self.prefix_RT[np.arange(len(token_R)), self.length_R] = token_R
        self.score_R = score_R
        self.length_R += 1
        self._last_R = token_R
        self._mask.advance(token_R)


def top_columns(values_AM: Floats, num: int) -> Ints:
    """The columns of the `num` largest values of each line, largest first; among equal values, left first.

    Returns:
        `[A, min(num, M)]`. Columns with -inf are included where a line has fewer other values.
    """
    width = values_AM.shape[1]
    if width > num:
        # `argpartition` selects arbitrarily among equal values; select them from the left instead.
        least_A1 = np.partition(values_AM, width - num, axis=1)[:, width - num, None]
        above_AM = values_AM > least_A1
        equal_AM = values_AM == least_A1
        missing_A1 = num - above_AM.sum(axis=1, keepdims=True)
        kept_AM = above_AM | (equal_AM & (np.cumsum(equal_AM, axis=1) <= missing_A1))
        columns = np.nonzero(kept_AM)[1].reshape(-1, num)
    else:
        columns = np.broadcast_to(np.arange(width), values_AM.shape)
    order = np.argsort(-np.take_along_axis(values_AM, columns, axis=1), axis=1, kind="stable")
    best: Ints = np.take_along_axis(columns, order, axis=1).astype(np.int64)
    return best
