"""What a search knows of a model: the `Scorer` protocol.

Anything that turns token prefixes into log-probabilities is a `Scorer`: a
trained network, a table in a test. Arrays cross this seam as NumPy arrays, so nothing here is torch.

Shapes: B problems, R live rows (hypotheses of all problems, one below the other), V vocabulary.
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

    The state is the scorer's own; a search only hands it back. A row's result must depend on that
    row alone, else a problem's answer would change with those searched beside it.
    """

    @property
    def num_tokens(self) -> int:
        """Size of the vocabulary, V."""

    @property
    def bos(self) -> int:
        """The token fed first."""

    @property
    def eos(self) -> int:
        """The token that ends a program."""

    def start(self, inputs_BKN: IntArray, outputs_BKN: IntArray) -> Any:
        """The state of B rows, one a problem, before any token; from the encoded shown examples of each."""

    def step(self, state: Any, tokens: npt.NDArray[np.int64]) -> tuple[FloatArray, Any]:
        """Feed one token a row.

        Args:
            state: of R rows.
            tokens: `[R]`; BOS first.

        Returns:
            `(log_probs_RV, state)`: log-probabilities of the token that comes next.
        """

    def reorder(self, state: Any, parents: npt.NDArray[np.int64]) -> Any:
        """The state of rows `parents` (`[R']`; rows may repeat or be missing)."""
