"""The live hypotheses of many problems as one flat batch of rows, shared by beam search and sampling.

Rows are sorted by problem, and within a problem by rank. A problem may have any number of rows. Hypotheses
that have ended, and all rows of a problem that is done, leave the batch, so the scorer never works on dead
rows.

Shapes: B problems, A problems that still have rows, R rows, W beam, V vocabulary, T tokens, P programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.search.problem import Problem
from lasynth.search.scorer import Scorer

__all__ = ["MAX_SCORED", "Expansions", "Frontier", "top_columns"]

# Shown examples that a scorer reads, the first ones: its memory and time grow with them in every row of a
# beam, and models are trained on five. Each program that comes out runs on all.
MAX_SCORED: Final = 32

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

    Args:
        scorer: the model.
        problems: B problems of one language; each begins with one row.
        max_tokens: length of the longest program, its EOS included.
        renormalise: make the probabilities of the allowed tokens sum to one. Without it, probability
            on tokens that the grammar forbids lowers the score. Where only one token is allowed, it costs
            nothing in either case, because there is no choice.

    Attributes:
        problem_R: the problem of each row, ascending.
        score_R: sum of the log-probabilities of each row's tokens.
        prefix_RT: its tokens so far, followed by EOS.
        length: the number of tokens of a row, the same for all.
    """

    def __init__(
        self,
        scorer: Scorer,
        problems: Sequence[Problem],
        *,
        max_tokens: int,
        renormalise: bool,
    ) -> None:
        num_rows = len(problems)
        self._scorer = scorer
        self._renormalise = renormalise
        self._state = scorer.start(
            np.stack([problem.inputs_KN[:MAX_SCORED] for problem in problems]),
            np.stack([problem.outputs_KN[:MAX_SCORED] for problem in problems]),
        )
        self._mask = problems[0].language.grammar.mask(num_rows, scorer.num_tokens)
        self._last_R: Ints = np.full(num_rows, scorer.bos, dtype=np.int64)
        self.problem_R: Ints = np.arange(num_rows, dtype=np.int64)
        self.score_R: Floats = np.zeros(num_rows)
        self.prefix_RT: npt.NDArray[np.int32] = np.full((num_rows, max_tokens), scorer.eos, dtype=np.int32)
        self.length = 0

    def __len__(self) -> int:
        return len(self.problem_R)

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
        """`[P, length + 1]`: the programs of some rows, ended by EOS."""
        eos_P1 = np.full((len(row_P), 1), self._scorer.eos, dtype=np.int32)
        return np.concatenate([self.prefix_RT[row_P, : self.length], eos_P1], axis=1)

    def advance(self, parent_R: Ints, token_R: Ints, score_R: Floats) -> None:
        """Replace all rows by expansions of some of them; the new rows must be sorted by problem."""
        if not np.array_equal(parent_R, np.arange(len(self))):
            self._state = self._scorer.reorder(self._state, parent_R)
            self.prefix_RT = self.prefix_RT[parent_R]
            self.problem_R = self.problem_R[parent_R]
            self._mask = self._mask.reorder(parent_R)
        self.prefix_RT[:, self.length] = token_R
        self.score_R = score_R
        self.length += 1
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
