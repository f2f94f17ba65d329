"""What a search knows of a model: the `Scorer` protocol.

Anything that turns token prefixes into log-probabilities is a `Scorer`: a
trained network, a table in a test. Arrays cross this seam as NumPy arrays, so nothing here is torch.

Shapes: B tasks, R live rows (hypotheses of all tasks, one below the other), V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from lasynth.task import Task

__all__ = ["BoolArray", "FloatArray", "IntArray", "Scorer"]

IntArray = npt.NDArray[Any]
FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class Scorer(Protocol):
    """A model that reads tasks and scores programs for them, token by token.

    The state is the scorer's own; a search only hands it back. A row's result must depend on that
    row alone, else a task's answer would change with the tasks searched beside it.
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

    def start(self, tasks: Sequence[Task]) -> Any:
        """The state of B rows, one a task, before any token.

        The tasks have as many examples each, of one shape.
        """

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
