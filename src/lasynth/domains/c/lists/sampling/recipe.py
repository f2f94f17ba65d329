"""What inputs a program is for, as the sampler hands it on: one row of numbers for compiled code.

A program that merges sorted lists gets sorted lists, one that reads `a[k]` numbers that are indices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

__all__ = [
    "CONSTANTS",
    "HAS_REPEATS",
    "MAX_CONSTANTS",
    "IS_SORTED",
    "LEAST",
    "LONGEST",
    "NOT_NEGATIVE",
    "NUM_LISTS",
    "NUM_NUMBERS",
    "RANGE",
    "RECIPE_SIZE",
    "ROLES",
    "SAME_LENGTH",
    "Recipe",
    "Role",
]


class Role(IntEnum):
    """What a number that is a parameter stands for."""

    ANY = 0  # a value as the list holds them
    INDEX = 1  # from 0 to n - 1
    COUNT = 2  # from 0 to n
    SMALL = 3  # 1 to 5
    DIVISOR = 4  # 2 to 9, sometimes 1 or 10
    STEPS = 5  # 0 to 20
    NUMBER = 6  # 0 to some thousand


# The places in a row.
(
    NUM_LISTS,
    NUM_NUMBERS,
    RANGE,
    IS_SORTED,
    HAS_REPEATS,
    NOT_NEGATIVE,
    LEAST,
    SAME_LENGTH,
    LONGEST,
    ROLES,
) = range(10)
CONSTANTS: Final = ROLES + 2  # how many there are, then each
MAX_CONSTANTS: Final = 3
RECIPE_SIZE: Final = CONSTANTS + 1 + MAX_CONSTANTS


@dataclass(slots=True)
class Recipe:
    """What inputs are drawn for a program.

    Attributes:
        num_lists: how many lists an input has.
        range: number of the values' range.
        is_sorted: whether lists rise.
        has_repeats: whether values should be few, so that some are equal.
        not_negative: whether values must be at least 0.
        least: cells that each list has at least.
        same_length: whether both lists have one length.
        longest: a limit for the length of lists.
        roles: of the numbers.
        constants: that values are compared with, so that some values should be near them.
    """

    num_lists: int
    range: int
    is_sorted: bool = False
    has_repeats: bool = False
    not_negative: bool = False
    least: int = 0
    same_length: bool = False
    longest: int = 64
    roles: list[Role] = field(default_factory=list)
    constants: list[int] = field(default_factory=list)

    def row(self) -> list[int]:
        """The numbers for compiled code."""
        constants = self.constants[-MAX_CONSTANTS:]
        roles = [int(role) for role in self.roles] + [0] * (2 - len(self.roles))
        return [
            *(self.num_lists, len(self.roles), self.range, int(self.is_sorted), int(self.has_repeats)),
            *(int(self.not_negative), self.least, int(self.same_length), self.longest, *roles),
            *(len(constants), *constants, *([0] * (MAX_CONSTANTS - len(constants)))),
        ]
