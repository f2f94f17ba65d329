"""The choices of one random program: its stream of randomness, and what is known so far of what it takes."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, TypeVar

from lasynth.domains.c.lists.sampling.recipe import Recipe, Role
from lasynth.domains.c.lists.sampling.settings import RANGES, ListsSamplerSettings
from lasynth.domains.c.lists.syntax import Expression, Name, Number, Statement

__all__ = ["Draw", "Unfit", "Weights", "sums"]

T = TypeVar("T")
Weights = tuple[float, ...]

RELATIONS: Final[tuple[Any, ...]] = ("<", ">", "<=", ">=", "==", "!=")
# Constants where no parameter stands for a role, with their weights.
_CONSTANTS: Final[dict[Role, tuple[tuple[int, ...], Weights]]] = {
    Role.INDEX: ((0, 1, 2, 3), (0.4, 0.35, 0.2, 0.05)),
    Role.COUNT: ((1, 2, 3, 4, 5), (0.3, 0.35, 0.22, 0.08, 0.05)),
    Role.SMALL: ((2, 3, 4, 5), (0.5, 0.3, 0.12, 0.08)),
    Role.DIVISOR: ((2, 3, 4, 5, 6, 7, 10), (0.5, 0.2, 0.06, 0.09, 0.03, 0.05, 0.07)),
    Role.STEPS: ((3, 4, 5, 6, 8, 10), (0.15, 0.15, 0.3, 0.1, 0.1, 0.2)),
    Role.NUMBER: ((10, 12, 20, 50, 100, 1000), (0.3, 0.1, 0.2, 0.1, 0.2, 0.1)),
}


class Unfit(Exception):  # noqa: N818 - it is no error
    """What was begun makes no program: it is drawn again."""


def sums(weights: Weights) -> Weights:
    """Running sums of weights, ended by 1."""
    total = sum(weights)
    found = [value / total for value in accumulate(weights)]
    last = max(number for number, weight in enumerate(weights) if weight)
    return (*found[:last], *(1.0,) * (len(found) - last))


# Functions of numbers alone mostly get those that count something.
_NUMBER_RANGES: Final = tuple(RANGES.index(one) for one in ((0, 9), (0, 20), (0, 99)))
_SUMS: Final = {role: sums(weights) for role, (_, weights) in _CONSTANTS.items()}


class Draw:
    """One program in the making.

    Args:
        key: where its stream begins.
        settings: the distribution.
        tables: running sums of the settings' weights, by field.
        num_lists: how many lists it takes.
        num_numbers: how many numbers it takes.

    Attributes:
        recipe: of its inputs.
        computed: variables that hold a number found before, for conditions and values to use.
        is_extreme: whether that is the largest or the smallest value, with which no value compares both ways.
        num_used: how often one of them was drawn.
        before: statements that must stand before the one in the making.
        depth: how many inner loops the filling in the making stands in.
    """

    def __init__(self, key: int, settings: ListsSamplerSettings, tables: dict[str, Weights]) -> None:
        self.random = random.Random(key).random
        self.settings = settings
        self.tables = tables
        self.computed: list[Name] = []
        self.before: list[Statement] = []
        self.depth = 0
        self.num_names = self.num_used = 0
        self.is_extreme = False
        self.begin(1, 0)

    def begin(self, num_lists: int, num_numbers: int) -> None:
        """Begin a program that takes so many lists and numbers."""
        self.recipe = Recipe(num_lists, self.pick("ranges") if num_lists else self.one_of(_NUMBER_RANGES))
        self.num_numbers = num_numbers
        self.computed, self.before = [], []
        self.is_extreme = False
        self.depth = self.num_names = self.num_used = 0

    @property
    def range(self) -> tuple[int, int]:
        """The least and the largest value of a list."""
        least, most = RANGES[self.recipe.range]
        return (0 if self.recipe.not_negative else least), most

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def below(self, limit: int) -> int:
        """A number from 0 to `limit - 1`."""
        return int(self.random() * limit)

    def between(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return least + int(self.random() * (most - least + 1))

    def one_of(self, choices: Sequence[Any]) -> Any:
        """One of some things, all equally likely."""
        return choices[int(self.random() * len(choices))]

    def pick(self, field: str) -> int:
        """The number of a weight of the settings."""
        return bisect_right(self.tables[field], self.random())

    def weighted(self, choices: Sequence[T], cumulative: Weights) -> T:
        """One of some things, by the running sums of their weights."""
        return choices[bisect_right(cumulative, self.random())]

    def name(self) -> str:
        """A new name for a variable."""
        self.num_names += 1
        return f"v{self.num_names}"

    def relation(self) -> Any:
        """A comparison."""
        return RELATIONS[self.pick("relations")]

    def constant(self) -> int:
        """A constant to compare values with; some of the inputs' values will be near it."""
        value = self._constant()
        if value not in self.recipe.constants:
            self.recipe.constants.append(value)
        return value

    def _constant(self) -> int:
        least, most = self.range
        kind = self.pick("constants")
        if kind == 0:
            return 0
        if kind == 1:
            value = self.between(1, 5)
        elif kind == 2:
            return self.between(least, most)
        else:
            value = (5 if most < 50 else 10) * self.between(1, 10 if most > 50 else 4)
            value *= 10 if most >= 1000 and self.chance(0.5) else 1
        return -value if least < 0 and self.chance(0.2) else value

    def operand(self) -> int:
        """A constant to compute with, from 1."""
        number = self.random()
        if number < 0.80:
            return self.between(1, 3) if number < 0.5 else self.between(1, 5)
        if number < 0.96:
            return self.between(1, 10) if number < 0.9 else 10
        return self.between(1, 99) if number < 0.99 else 100

    def parameter(self, role: Role) -> Name | None:
        """A parameter for a number of that role: one that has it already, or a further one."""
        roles = self.recipe.roles
        fitting = [number for number, of in enumerate(roles) if of == role]
        free = len(roles) < self.num_numbers
        if free and (not fitting or self.chance(0.7)):
            roles.append(role)
            return Name(_NUMBERS[len(roles) - 1])
        return Name(_NUMBERS[self.one_of(fitting)]) if fitting else None

    def number(self, role: Role, *, eager: bool = True) -> Expression:
        """A number of that role: a parameter, one that was computed, or a constant."""
        if role in (Role.NUMBER, Role.STEPS) and self.recipe.num_lists == 0:
            found = self.parameter(role)
            if found is not None:
                return found
        unused = len(self.recipe.roles) < self.num_numbers
        if self.num_numbers and self.chance(0.85 if unused and eager else 0.35):
            found = self.parameter(role)
            if found is not None:
                return found
        if role == Role.ANY:
            if self.computed and self.chance(0.7 if self.num_used else 0.9):
                self.num_used += 1
                return self.one_of(self.computed)
            return Number(self.constant())
        choices, _ = _CONSTANTS[role]
        return Number(self.weighted(choices, _SUMS[role]))


_NUMBERS: Final = ("k", "k_1")
