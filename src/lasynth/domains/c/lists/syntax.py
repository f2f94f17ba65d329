"""The syntax tree of the dialect `lists`: what its parser builds, and what its printer writes.

Every expression is an `int`, as in C: a comparison is 1 or 0, and any value is a condition. A tree has the
names of its author; `lasynth.domains.c.lists.tokens` exchanges them for those of the vocabulary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

__all__ = [
    "Assign",
    "Binary",
    "Break",
    "Cell",
    "Choice",
    "Continue",
    "Declaration",
    "Expression",
    "For",
    "If",
    "Increment",
    "Kind",
    "Name",
    "Number",
    "Parameter",
    "Program",
    "Result",
    "Return",
    "Room",
    "Statement",
    "Stepped",
    "Unary",
    "While",
]

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def _check_identifier(name: str) -> None:
    # A tree is printed and compiled, so a name must be an identifier.
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a C identifier: {name!r}")


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or a parameter that is an `int`."""

    name: str

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Number:
    """An integer constant, negative ones included."""

    value: int


@dataclass(frozen=True, slots=True)
class Stepped:
    """`name++` or `name--` as an index: the old value is the index, then the name changes."""

    name: str
    operator: Literal["++", "--"]

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a list, `list[index]`."""

    list: str
    index: Expression | Stepped

    def __post_init__(self) -> None:
        _check_identifier(self.list)


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `!x`; the negation of a constant is a `Number`."""

    operator: Literal["-", "!"]
    inner: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two values joined; `&&` and `||` do not look at the right one where the left one decides."""

    operator: Literal["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """`test ? then : otherwise`."""

    test: Expression
    then: Expression
    otherwise: Expression


Expression: TypeAlias = Name | Number | Cell | Unary | Binary | Choice


@dataclass(frozen=True, slots=True)
class Declaration:
    """`int name;` or `int name = value;`, visible to the end of its block."""

    name: str
    value: Expression | None = None

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Room:
    """`int name[64];`: a list of `MAX_CELLS` cells to work with, none of them set."""

    name: str

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Assign:
    """An assignment; `+=` and its like compute with the old value on the left."""

    target: Name | Cell
    operator: Literal["=", "+=", "-=", "*=", "/=", "%="]
    value: Expression


@dataclass(frozen=True, slots=True)
class Increment:
    """`target++` or `target--` as a statement."""

    target: Name | Cell
    operator: Literal["++", "--"]


@dataclass(frozen=True, slots=True)
class For:
    """`for (first; test; step) { body }`.

    Attributes:
        first: declarations, or assignments and increments, with commas between them; may be empty.
        test: None: the loop ends by `break` or `return` only.
        step: assignments and increments; may be empty.
        body: what is repeated.
    """

    first: tuple[Declaration, ...] | tuple[Assign | Increment, ...]
    test: Expression | None
    step: tuple[Assign | Increment, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While:
    """`while (test) { body }`."""

    test: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    """A branch; `otherwise` is empty where there is no `else`."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Leaves the innermost loop."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Goes on with the step of the innermost loop."""


@dataclass(frozen=True, slots=True)
class Return:
    """Ends the run: with the number, or with the length of the list written; in place, without a value."""

    value: Expression | None = None


Statement: TypeAlias = Declaration | Room | Assign | Increment | For | While | If | Break | Continue | Return


class Result(Enum):
    """What a function gives back, and how."""

    NUMBER = "number"  # int f(const int a[], int n): by return
    LIST = "list"  # int f(const int a[], int n, int out[]): in `out`, whose length it returns
    IN_PLACE = "in place"  # void f(int a[], int n): the first list, changed


class Kind(Enum):
    """What a parameter is."""

    LIST = "list"
    LENGTH = "length"  # of the list before it
    NUMBER = "number"
    OUT = "out"  # where the cells of the result go


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function."""

    name: str
    kind: Kind

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Program:
    """A whole function.

    Attributes:
        result: what it gives back.
        parameters: in the order of the text; a list is followed by its length, `OUT` is the last.
        statements: of the body.
        function: its name.
    """

    result: Result
    parameters: tuple[Parameter, ...]
    statements: tuple[Statement, ...]
    function: str = "f"

    def __post_init__(self) -> None:
        _check_identifier(self.function)
