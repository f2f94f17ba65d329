"""The solvers of a language that learn nothing, as engines: its floor, and others by name.

Shapes: B problems, T tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lasynth.domains.base import Tokens
from lasynth.domains.unlearned import Solver
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.problem import Problem

__all__ = ["FloorSearch", "SolverSearch"]


@dataclass(frozen=True, slots=True)
class FloorSearch:
    """The floor of the language: at most one program per problem."""

    name: ClassVar[str] = "floor"
    width: ClassVar[int] = 1

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`.

        Raises:
            InputError: the language has no floor.
        """
        language = problems[0].language
        if language.floor is None:
            raise InputError(f"{language.name} has no floor", "search", "Name another engine.")
        inputs = np.stack([problem.inputs_KN for problem in problems])
        found = language.floor.fit(inputs, np.stack([problem.outputs_KN for problem in problems]))
        for number, tokens in enumerate(found):
            if tokens is not None and len(tokens) <= problems[number].longest(budget.max_tokens):
                yield _one(number, tokens)


@dataclass(frozen=True, slots=True)
class SolverSearch:
    """A solver that takes one problem at a time.

    Attributes:
        solver: one of the language's solvers (`Language.solvers`).
        name: its name for users.
    """

    solver: Solver
    name: str
    width: ClassVar[int] = 1

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; within a problem the solver applies its own time limit."""
        for number, problem in enumerate(problems):
            if budget.expired():
                budget.end_all(StopReason.TIME_LIMIT)
                return
            tokens = self.solver.fit(problem.inputs_KN, problem.outputs_KN)
            if tokens is not None:
                yield _one(number, tokens)


def _one(problem: int, tokens: Tokens) -> Proposals:
    # Without a model, the length is the only score: shorter is better.
    return Proposals(np.array([problem]), tokens[None], np.array([-float(len(tokens))]))
