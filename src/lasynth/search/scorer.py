"""The `Scorer` protocol: the interface of a model for a search.

Anything that turns token prefixes into log-probabilities is a `Scorer`, such as a trained network or a table
in a test. Arrays are NumPy arrays, so nothing here needs torch.

Shapes: B problems, R live rows (hypotheses of all problems, in one batch), V vocabulary.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "FloatArray", "IntArray", "Scorer"]

IntArray = npt.NDArray[Any]
FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class Scorer(Protocol):
    """A model that reads examples and scores programs for them, token by token.

    The state is private to the scorer; a search only passes it back. A row's result must depend on that
    row alone; otherwise a problem's answer would change with the other problems in the batch.
    """

    @property
    def num_tokens(self) -> int:
        """Size of the vocabulary, V."""

    @property
    def bos(self) -> int:
        """The first token to feed."""

    @property
    def eos(self) -> int:
        """The token that ends a program."""

    def start(self, inputs_BKN: IntArray, outputs_BKN: IntArray) -> Any:
        """The state of B rows, one per problem, before any token; from the encoded shown examples of each."""

    def step(self, state: Any, tokens: npt.NDArray[np.int64]) -> tuple[FloatArray, Any]:
        """Feed one token to each row.

        Args:
            state: the state of R rows.
            tokens: `[R]`; BOS for a row that has read nothing.

        Returns:
            `(log_probs_RV, state)`: log-probabilities of the next token, and the new state.
        """

    def reorder(self, state: Any, parents: npt.NDArray[np.int64]) -> Any:
        """The state of rows `parents` (`[R']`; rows may be repeated or left out)."""

    def join(self, first: Any, second: Any) -> Any:
        """The state of the rows of one state, then those of another; each row has read its own tokens."""
