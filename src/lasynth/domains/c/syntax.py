"""The syntax tree of restricted C: what the parser builds and the printer writes.

Trees are for people: they keep the author's names and those parentheses that the grammar has.
Generation, training and search work on token arrays instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "Assign",
    "Binary",
    "Break",
    "Cell",
    "Comparison",
    "Condition",
    "Continue",
    "Declaration",
    "Expression",
    "For",
    "If",
    "Increment",
    "Logical",
    "Name",
    "Not",
    "Number",
    "Parenthesized",
    "Program",
    "Statement",
    "Test",
]

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def _check_identifier(name: str) -> None:
    # A tree is printed and compiled, so a name must be an identifier.
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"not a C identifier: {name!r}")


@dataclass(frozen=True, slots=True)
class Name:
    """A variable that is read or assigned."""

    name: str

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Number:
    """An integer constant, negative ones included."""

    value: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the list, `a[index]`."""

    index: Name | Number


@dataclass(frozen=True, slots=True)
class Binary:
    """A sum or a difference."""

    operator: Literal["+", "-"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Parenthesized:
    """Parentheses that the author wrote: `(a[1] - x)`, or those after a `!`."""

    inner: Expression | Comparison


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two expressions compared."""

    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a value, `!x`, or of a test in parentheses, `!(x < 3)`."""

    inner: Name | Number | Cell | Parenthesized


@dataclass(frozen=True, slots=True)
class Logical:
    """Two or more tests, all joined by the same operator."""

    operator: Literal["&&", "||"]
    tests: tuple[Test, ...]


Expression: TypeAlias = Name | Number | Cell | Binary | Parenthesized
Test: TypeAlias = Expression | Comparison | Not
Condition: TypeAlias = Test | Logical


@dataclass(frozen=True, slots=True)
class Declaration:
    """`int name;` or `int name = value;`."""

    name: str
    value: int | None = None

    def __post_init__(self) -> None:
        _check_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Assign:
    """An assignment; `+=` and `-=` add or subtract the value."""

    target: Name | Cell
    operator: Literal["=", "+=", "-="]
    value: Expression


@dataclass(frozen=True, slots=True)
class Increment:
    """`++` or `--` as a statement, before or after its target."""

    target: Name | Cell
    operator: Literal["++", "--"]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class For:
    """A counting loop, `for (variable = start; variable relation bound; variable step)`.

    Attributes:
        declares: whether the head declares the variable (`int i = 0`).
        step: `++` where the relation is `<` or `<=`, else `--`.
        prefix: whether the step is written before the variable.
    """

    variable: str
    start: Name | Number
    relation: Literal["<", "<=", ">", ">="]
    bound: Name | Number
    step: Literal["++", "--"]
    body: tuple[Statement, ...]
    declares: bool = False
    prefix: bool = False

    def __post_init__(self) -> None:
        _check_identifier(self.variable)


@dataclass(frozen=True, slots=True)
class If:
    """A branch; `otherwise` is empty where there is no `else`."""

    condition: Condition
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """Leaves the innermost loop."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Continues with the step of the innermost loop."""


Statement: TypeAlias = Assign | Increment | For | If | Break | Continue


@dataclass(frozen=True, slots=True)
class Program:
    """A whole function: `int * function(int list_name[]) { declarations statements return list_name; }`."""

    declarations: tuple[Declaration, ...]
    statements: tuple[Statement, ...]
    function: str = "func_1"
    list_name: str = "a"

    def __post_init__(self) -> None:
        _check_identifier(self.function)
        _check_identifier(self.list_name)
