"""The `Engine` protocol, and the data that passes between an engine and the driver.

A beam, a sample, a completion, a floor, an enumeration and a solver are all engines. An engine only proposes
programs: limits, checking, ranking and the stop reason belong to the driver (`lasynth.search.search`).

Shapes: B problems, P programs, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lasynth.outcome import StopReason
from lasynth.search.problem import Problem

__all__ = ["Budget", "Engine", "Proposal", "Proposals"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """Programs of several problems, sorted by problem and best first.

    Attributes:
        problem_P: the problem of each program.
        tokens_PT: `int32`, ended and padded by EOS.
        score_P: the engine's score of each, in nats; a log-probability where a model proposed the program.
        num_added_P: for engines that complete programs, the number of tokens added at the end of each by a
            search without learning.
    """

    problem_P: npt.NDArray[np.int64]
    tokens_PT: npt.NDArray[np.int32]
    score_P: npt.NDArray[np.float64]
    num_added_P: npt.NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.problem_P)


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A program that an engine proposed for a problem, checked on the shown examples.

    Attributes:
        tokens: `[T]`, ended by one EOS.
        score: the engine's score, in nats; a log-probability where a model proposed the program.
        consistent: whether it reproduces every shown example.
        behaviour: programs of a problem with the same number behave the same on all inputs tried.
        order: the number of earlier proposals of the problem.
        engine: the name of the engine.
        num_added: tokens at its end that a search without learning added (`lasynth.search.completion`);
            then the score is not the model's.
        num_right: how many shown examples it reproduces.
    """

    tokens: npt.NDArray[np.int32]
    score: float
    consistent: bool
    behaviour: int
    order: int
    engine: str = ""
    num_added: int = 0
    num_right: int = 0


def _nothing_found(problem: int) -> Sequence[Proposal]:
    return ()


@dataclass(slots=True, eq=False)
class Budget:
    """The limits of an engine, and which problems are still being searched.

    The driver and the engine share it. Either may end a problem; the first reason counts.

    Attributes:
        reasons: the stop reason of each problem, None while it is searched.
        max_tokens: length of the longest program, its EOS included; see `Problem.longest`.
        max_rows: hypotheses that a model works on together; None: those of all problems.
        seed: seed of all random choices.
        expired: whether the time is over; an engine calls it before each step of its work.
        found: the proposals of the earlier engines for a problem.
    """

    reasons: list[StopReason | None]
    max_tokens: int = 256
    max_rows: int | None = None
    seed: int = 0
    expired: Callable[[], bool] = bool
    found: Callable[[int], Sequence[Proposal]] = _nothing_found

    @classmethod
    def of(cls, num_problems: int, *, max_tokens: int = 256, seed: int = 0) -> Budget:
        """A budget for `num_problems` problems that limits only the length."""
        return cls([None] * num_problems, max_tokens, seed=seed)

    def together(self, width: int) -> int:
        """The number of problems to search at a time, where each has up to `width` hypotheses."""
        return max(1, len(self.reasons) if self.max_rows is None else self.max_rows // width)

    def live(self) -> BoolArray:
        """`[B]`: whether a problem is still being searched."""
        return np.array([reason is None for reason in self.reasons], dtype=np.bool_)

    def end(self, problem: int, reason: StopReason) -> None:
        """End a problem, unless it has ended before."""
        if self.reasons[problem] is None:
            self.reasons[problem] = reason

    def end_all(self, reason: StopReason) -> None:
        """End every problem that is still being searched."""
        for problem in range(len(self.reasons)):
            self.end(problem, reason)


class Engine(Protocol):
    """Proposes programs for problems."""

    @property
    def name(self) -> str:
        """The name for users; each candidate has it."""

    @property
    def width(self) -> int:
        """The number of proposals kept per problem, the best by score."""

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """Propose programs, as they are found.

        The engine ends a problem in `budget` when it has nothing more for it; a problem that it does not end
        counts as exhausted.

        Args:
            problems: B problems of one shape and one language.
            budget: the budget of these problems.
        """
