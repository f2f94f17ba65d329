"""The straight-line floor: the shortest sequence of actions that solves a task, with no learning at all.

In half of the tasks of the public Karel benchmark all runs of the reference program take the same actions, so
a search that knows no loop and no branch solves nearly as many; a model is interesting where it fails. The
search itself is the language's own (for Karel `lasynth.domains.karel.floor`); a language without one fails
every task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain
from lasynth.task import Task

__all__ = ["ActionSequenceFit", "HasActionFloor"]


@runtime_checkable
class HasActionFloor(Protocol):
    """A language whose programs without blocks can be searched for."""

    def action_floor(
        self,
        inputs_KN: npt.NDArray[Any],
        outputs_KN: npt.NDArray[Any],
        *,
        max_length: int,
        max_states: int,
    ) -> npt.NDArray[np.int32] | None:
        """`[T]` tokens of the shortest straight program that makes every output; None within the bounds."""

    def same_actions(self, tokens: npt.NDArray[np.int32], inputs_KN: npt.NDArray[Any]) -> bool:
        """Whether the runs of a program on some inputs all take the same actions."""


@dataclass(frozen=True, slots=True)
class ActionSequenceFit:
    """Finds the shortest straight program that fits the shown examples.

    Attributes:
        domain: the language.
        max_length: the most actions.
        max_states: states of one search before it gives up.
    """

    domain: Domain
    max_length: int = 20
    max_states: int = 200_000

    def solve(self, task: Task) -> npt.NDArray[np.int32] | None:
        """The tokens of the program of one task, or None."""
        return self.fit(*self.domain.encode(task))

    def solve_many(self, tasks: Sequence[Task]) -> list[npt.NDArray[np.int32] | None]:
        """The program of each task, or None."""
        return [self.solve(task) for task in tasks]

    def fit(self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> npt.NDArray[np.int32] | None:
        """The same, from encoded examples."""
        if not isinstance(self.domain, HasActionFloor):
            return None
        return self.domain.action_floor(
            inputs_KN, outputs_KN, max_length=self.max_length, max_states=self.max_states
        )
