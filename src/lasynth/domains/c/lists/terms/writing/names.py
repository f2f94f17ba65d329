"""What a function being written has: its names, within the limits of the dialect, and its statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
        statements: of the block that is being written.
        rooms: the lists to work with; they stand at the beginning.
    """

    statements: list[Statement] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    _variables: set[str] = field(default_factory=set)
    _rooms_taken: int = 0
    _depth: int = 0

    @contextmanager
    def block(self) -> Iterator[list[Statement]]:
        """A block of statements; the names that it takes are free again behind it."""
        outer, variables, rooms_taken = self.statements, set(self._variables), self._rooms_taken
        self.statements = []
        yield self.statements
        self.statements, self._variables, self._rooms_taken = outer, variables, rooms_taken

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
        """A new list to work with; it is declared at the beginning."""
        if self._rooms_taken == _MAX_ROOMS:
            raise UnwritableError("lists to work with")
        name = _ROOM_NAMES[self._rooms_taken]
        self._rooms_taken += 1
        if Room(name) not in self.rooms:
            self.rooms.append(Room(name))
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
