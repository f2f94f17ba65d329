"""What a function being written has: its names, within the limits of the dialect, and its statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lasynth.domains.c.lists.syntax import Declaration, Expression, Name, Room, Statement

__all__ = ["Draft", "UnwritableError"]

_MAX_VARIABLES: Final = 8
_MAX_ROOMS: Final = 2
_LOOP_NAMES: Final = ("i", "j", "l", "q", "r", "s")
_ROOM_NAMES: Final = ("t", "u")


class UnwritableError(Exception):
    """A term that needs more names than a program may have, or has no short form."""


@dataclass(slots=True)
class Draft:
    """The statements so far and the names that they use.

    Attributes:
        statements: of the body, outermost.
    """

    statements: list[Statement] = field(default_factory=list)
    _variables: set[str] = field(default_factory=set)
    _num_rooms: int = 0
    _depth: int = 0

    def variable(self, base: str) -> Name:
        """A new name for a variable."""
        if len(self._variables) == _MAX_VARIABLES:
            raise UnwritableError("variables")
        name, number = base, 2
        while name in self._variables:
            name, number = f"{base}_{number}", number + 1
        self._variables.add(name)
        return Name(name)

    def shared(self, base: str) -> Name:
        """A name for a variable of an inner block, the same each time."""
        if base in self._variables:
            return Name(base)
        return self.variable(base)

    def room(self) -> str:
        """A new list to work with; it is declared here."""
        if self._num_rooms == _MAX_ROOMS:
            raise UnwritableError("lists to work with")
        name = _ROOM_NAMES[self._num_rooms]
        self._num_rooms += 1
        self.statements.append(Room(name))
        return name

    def bound(self, base: str, value: Expression) -> Name:
        """A new variable with a value."""
        name = self.variable(base)
        self.statements.append(Declaration(name.name, value))
        return name

    def enter(self) -> Name:
        """The variable of a loop that begins here; `leave` ends it."""
        if self._depth == len(_LOOP_NAMES):
            raise UnwritableError("loops")
        self._depth += 1
        return Name(_LOOP_NAMES[self._depth - 1])

    def leave(self) -> None:
        """The innermost loop ends here."""
        self._depth -= 1
