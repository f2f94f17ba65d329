"""What proposes programs: the `Engine` protocol, and what passes between an engine and the driver.

A beam, a sample, a completion, a floor, an enumeration and a solver are all engines. An engine only proposes:
limits, checking, ranking and the stop reason belong to the driver (`lasynth.search.search`).

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
        problem_P: the problem of each.
        tokens_PT: ended and padded by EOS, `int32`.
        score_P: how good the engine holds each to be, in nats; a log-probability where a model proposed it.
        num_added_P: tokens at the end of each that a search without learning added, where the engine does so.
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
        score: as the engine gives it, in nats; a log-probability where a model proposed the program.
        consistent: whether it reproduces every shown example.
        behaviour: programs of a problem with the same number behave alike on all inputs tried.
        order: how many proposals of the problem came before it.
        engine: the name of the engine.
        num_added: tokens at its end that a search without learning added (`lasynth.search.completion`);
            the score then is not the model's.
    """

    tokens: npt.NDArray[np.int32]
    score: float
    consistent: bool
    behaviour: int
    order: int
    engine: str = ""
    num_added: int = 0


def _nothing_found(problem: int) -> Sequence[Proposal]:
    return ()


@dataclass(slots=True, eq=False)
class Budget:
    """What an engine may spend, and which problems are still worth it.

    The driver and the engine share it: either may end a problem, and the first reason stands.

    Attributes:
        reasons: one a problem, None while it is searched.
        max_tokens: the longest program, its EOS included.
        seed: of whatever is random.
        expired: whether the time is over; an engine asks before each step of its work.
        found: what the engines before have proposed for a problem.
    """

    reasons: list[StopReason | None]
    max_tokens: int = 256
    seed: int = 0
    expired: Callable[[], bool] = bool
    found: Callable[[int], Sequence[Proposal]] = _nothing_found

    @classmethod
    def of(cls, num_problems: int, *, max_tokens: int = 256, seed: int = 0) -> Budget:
        """No limit but the length, for so many problems."""
        return cls([None] * num_problems, max_tokens, seed)

    def live(self) -> BoolArray:
        """`[B]`: whether a problem is still being searched."""
        return np.array([reason is None for reason in self.reasons], dtype=np.bool_)

    def end(self, problem: int, reason: StopReason) -> None:
        """End a problem; nothing happens where it has ended before."""
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
        """What users call it; a candidate carries it."""

    @property
    def width(self) -> int:
        """How many proposals a problem are kept, the best by score; it also sets how many go in a batch."""

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """Propose programs, as they are found.

        The engine ends each problem in `budget` that it has nothing more for; what it does not end counts as
        exhausted.

        Args:
            problems: B of one shape and one language.
            budget: of these B.
        """
