"""The parts of a language that a search uses besides a model: floor, solvers, bank, ends and ranking.

Each is optional (`lasynth.domains.base.Language`).

Shapes: B problems, S states, P programs, T tokens, K examples; an input's own axes come after K.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lasynth.domains.base import Array, Tokens

__all__ = ["Bank", "End", "Ends", "Floor", "FloorWords", "Ranking", "Solver", "Terms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorWords:
    """What tables call a floor.

    Attributes:
        key: in JSON.
        name: in headings.
        meaning: of its column.
        plain: what the tasks are called that the floor can express (`lasynth.domains.generator`).
        plain_from: what that is computed from where it is not given with a task.
        top1: whether the language's benchmark counts the likeliest program of the beam, so that tables show
            it.
    """

    key: str
    name: str
    meaning: str
    plain: str
    plain_from: str
    top1: bool = False


class Floor(Protocol):
    """The search of a language without learning; a model is interesting where it fails.

    Attributes:
        words: what tables call it.
    """

    @property
    def words(self) -> FloorWords:
        """See the class."""

    def fit(self, inputs_BKN: Array, outputs_BKN: Array) -> list[Tokens | None]:
        """For each problem the smallest program of the floor that fits its examples, or None."""

    def ends(self, states_SKN: Array, outputs_KN: Array) -> list[Tokens | None]:
        """For each of S states a short program that takes it to the outputs, or None; bounded tightly."""

    def is_plain(self, inputs_KN: Array, outputs_KN: Array, reference: Tokens | None) -> bool | None:
        """Whether the floor can express a task, with all its examples known; None where that is unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """The end of a program.

    Attributes:
        tokens: `[T]`, itself a program; empty where nothing is missing and no program is empty.
        cost: what it costs in nats: about minus the logarithm of its share among random programs.
    """

    tokens: Tokens
    cost: float


class Ends(Protocol):
    """Ends of programs that a language computes from the outputs instead of trying them."""

    def prepare(self) -> None:
        """Compile what there is to compile, before any clock runs."""

    def costs(
        self, states_SKN: Array, outputs_KN: Array, start_S: Array, limit: float, slack: float
    ) -> npt.NDArray[np.float64]:
        """The cost of the cheapest end of each of S states.

        Args:
            states_SKN: states, each of K examples.
            outputs_KN: the outputs wanted.
            start_S: what the program that leads to each state costs.
            limit: the cost of the cheapest program known.
            slack: how much more a program may cost to be of interest.

        Returns:
            `[S]`, infinite where there is no end, or none of interest.
        """

    def programs(self, state_KN: Array, outputs_KN: Array, limit: float, most: int) -> list[End]:
        """The ends of one state that cost no more than `limit`, cheapest first, at most so many."""

    def halfway(self, state_KN: Array, outputs_KN: Array) -> Array:
        """States `[S, K, ...]` to which an end may lead first, and another one from there to the outputs."""


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Beginnings of random programs, one of each behaviour, and how common they are.

    Attributes:
        tokens_PT: `int32`, ended and padded by `eos`.
        costs_P: minus the logarithm of the share of programs that begin so, in nats; rising.
        num_paired: how many of them, the first ones, are tried in pairs without an end; it pays where the
            machine is fast.
    """

    tokens_PT: Tokens
    costs_P: npt.NDArray[np.float64]
    num_paired: int = 0


class Terms(Protocol):
    """An algebra over the values of a language, whose terms can be written as its programs."""

    def prepare(self) -> None:
        """Compile what there is to compile, before any clock runs."""

    def programs(
        self, inputs_KN: Array, outputs_KN: Array, *, expired: Callable[[], bool], slack: float
    ) -> Iterator[End]:
        """Programs of terms that reproduce the examples, about the cheapest first.

        Args:
            inputs_KN, outputs_KN: K examples.
            expired: whether the time is over.
            slack: nats that a program may cost more than the cheapest to be of interest.
        """


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much speaks for a program that fits; fitted on validation tasks (docs/verdicts.md).

    Attributes:
        per_token: nats that a token costs.
        per_cost: nats that a nat of a term's own cost is worth, in place of its tokens, where it is not 0.
        per_nat: nats that a nat of the model's log-probability is worth.
        least: nats below which no log-probability counts.
        floor: nats that a program of the floor is worth more: it has few programs, so few fit by chance.
        unseen: nats that a program costs which is as likely as that the function meant was not found.
        per_output: nats of the outputs that a nat of a program's cost must explain. A program that costs more
            than there is to explain fits by chance.
        shift, scale: of the log-odds of a function's share of all weights, to those of the confidence.
    """

    per_token: float = 0.1
    per_cost: float = 0.0
    per_nat: float = 0.4
    least: float = -25.0
    floor: float = 0.0
    unseen: float = 12.0
    per_output: float = 0.7
    shift: float = 0.25
    scale: float = 0.5


class Solver(Protocol):
    """Solves one problem at a time by other means than a model."""

    def fit(self, inputs_KN: Array, outputs_KN: Array) -> Tokens | None:
        """A program that fits the examples, or None."""

    def close(self) -> None:
        """Give back what it holds, such as processes."""
