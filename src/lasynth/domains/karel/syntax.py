"""The syntax tree of Karel: what the parser builds and the printer writes.

Trees are for people; generation, training and search work on token arrays instead. A tree that breaks a
rule of the language (an unknown action, an empty block) cannot be built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, MAX_TIMES

__all__ = ["Action", "Block", "Condition", "If", "IfElse", "Program", "Repeat", "Statement", "While"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the robot's surroundings; `negated` is a `not` before it."""

    name: str
    negated: bool = False

    def __post_init__(self) -> None:
        if self.name not in CONDITION_NAMES:
            raise ValueError(f"not a condition: {self.name!r}")


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the robot, such as `move`."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in ACTION_NAMES:
            raise ValueError(f"not an action: {self.name!r}")


@dataclass(frozen=True, slots=True)
class While:
    """Repeats its body as long as the condition holds."""

    condition: Condition
    body: Block

    def __post_init__(self) -> None:
        _check_blocks(self.body)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Repeats its body a fixed number of times, 0 to `MAX_TIMES`."""

    times: int
    body: Block

    def __post_init__(self) -> None:
        if not 0 <= self.times <= MAX_TIMES:
            raise ValueError(f"repeat {self.times}: a count is 0 to {MAX_TIMES}")
        _check_blocks(self.body)


@dataclass(frozen=True, slots=True)
class If:
    """A branch without an `else`."""

    condition: Condition
    then: Block

    def __post_init__(self) -> None:
        _check_blocks(self.then)


@dataclass(frozen=True, slots=True)
class IfElse:
    """A branch with both sides."""

    condition: Condition
    then: Block
    otherwise: Block

    def __post_init__(self) -> None:
        _check_blocks(self.then, self.otherwise)


@dataclass(frozen=True, slots=True)
class Program:
    """A whole program, `DEF run m( body m)`."""

    body: Block

    def __post_init__(self) -> None:
        _check_blocks(self.body)


def _check_blocks(*blocks: Block) -> None:
    if not all(blocks):
        raise ValueError("a block has at least one statement")


Statement: TypeAlias = Action | While | Repeat | If | IfElse
Block: TypeAlias = tuple[Statement, ...]
