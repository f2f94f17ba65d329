"""Names that people give to variables, chosen by what a program does with them.

Tokens have none: a variable that a `for` counts with becomes `i`, one that says where the next cell of the
result goes `m`, one that adds up `sum`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lasynth.domains.c.lists.grammar import LISTS, OUT
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Program,
    Result,
    Return,
    Stepped,
)
from lasynth.domains.c.lists.trees import nodes

__all__ = ["names_of_variables"]

_INDICES: Final = ("i", "j", "p", "q", "r", "s")
_OTHERS: Final = ("x", "y", "z", "w", "x_1", "y_1", "z_1", "w_1")


@dataclass(slots=True)
class _Uses:
    """What a program does with a variable."""

    in_head: bool = False  # declared in the head of a `for`
    writes: bool = False  # an index of the result, or returned as its length
    indexes: bool = False
    operators: set[str] = field(default_factory=set)  # of the assignments to it
    extreme: str = ""  # "max" or "min"


def names_of_variables(
    program: Program, variables: Mapping[str, Collection[str]], taken: Collection[str]
) -> dict[str, str]:
    """A readable name for each variable.

    Args:
        program: each variable that it declares has a name of its own.
        variables: in the order of their declarations, each with those that are visible where it is declared.
        taken: names that are not free.
    """
    uses = _uses(program, variables)
    names: dict[str, str] = {}
    for variable, visible in variables.items():
        used = {*taken, *(names[other] for other in visible)}
        names[variable] = next(name for name in _wanted(uses[variable]) if name not in used)
    return names


def _wanted(uses: _Uses) -> Sequence[str]:
    changed = uses.operators - {"="}
    if uses.in_head:
        wanted: tuple[str, ...] = _INDICES
    elif uses.writes:
        wanted = ("m", *_INDICES)
    elif uses.indexes:
        wanted = _INDICES
    elif uses.extreme:
        wanted = (uses.extreme, "best")
    elif "*=" in changed:
        wanted = ("product",)
    elif changed & {"+=", "-="}:
        wanted = ("sum", "total")
    elif changed and changed <= {"++", "--"}:
        wanted = ("count",)
    else:
        wanted = _OTHERS
    numbered = tuple(f"{wanted[0]}_{number}" for number in range(2, 20))
    return (
        *wanted,
        *numbered,
        *_OTHERS,
        *(f"{name}_{number}" for name in _OTHERS for number in range(2, 20)),
    )


def _uses(program: Program, variables: Collection[str]) -> dict[str, _Uses]:
    uses = {name: _Uses() for name in variables}

    def of(expression: object) -> _Uses:
        known = isinstance(expression, Name | Stepped)
        return uses.get(expression.name, _Uses()) if known else _Uses()  # type: ignore[attr-defined]

    for node in nodes(program.statements):
        match node:
            case For(first, _, _, _):
                for one in first:
                    if isinstance(one, Declaration):
                        uses[one.name].in_head = True
            case Cell(of_list, index):
                for inner in nodes(index):
                    of(inner).indexes = True
                of(index).writes |= of_list == LISTS[OUT]
            case Return(Name() as value) if program.result == Result.LIST:
                of(value).writes = True
            case Assign(Name() as target, operator, value):
                of(target).operators.add(_as_operator(target, operator, value))
            case Increment(Name() as target, operator):
                of(target).operators.add(operator)
            case If(Binary(operator, left, right), (Assign(Name() as target, "=", value), *_), _):
                if (extreme := _extreme(operator, left, right, target, value)) and target.name in uses:
                    of(target).extreme = extreme
    return uses


def _as_operator(target: Name, operator: str, value: Expression) -> str:
    """`x = x + y` counts as `x += y`."""
    if operator == "=" and isinstance(value, Binary) and value.left == target and value.operator in "+-*":
        return f"{value.operator}="
    return operator


def _extreme(operator: str, left: Expression, right: Expression, target: Name, value: Expression) -> str:
    """Whether `if (left operator right) target = value;` looks for the largest or the smallest value."""
    if operator not in ("<", "<=", ">", ">=") or {left, right} != {target, value}:
        return ""
    return "max" if (operator[0] == ">") == (left == value) else "min"
