"""Expressions of C, built as a person would write them: `i + 1`, not `(i + 2) - 1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Choice,
    Expression,
    If,
    Name,
    Number,
    Statement,
    Stepped,
    Unary,
)
from lasynth.domains.c.lists.terms.operations import Function

__all__ = [
    "applied", "cells_read", "difference", "has_cells", "is_plain", "less", "negation", "product", "quotient",
    "smaller", "stored", "sum_of",
]  # fmt: skip

_OPPOSITE: Final = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_BINARY: Final = {
    Function.ADD: "+", Function.SUBTRACT: "-", Function.MULTIPLY: "*", Function.DIVIDE: "/",
    Function.REMAINDER: "%", Function.LESS: "<", Function.GREATER: ">", Function.EQUAL: "==",
    Function.DIFFERENT: "!=", Function.AT_MOST: "<=", Function.AT_LEAST: ">=", Function.AND: "&&",
    Function.OR: "||",
}  # fmt: skip


def sum_of(x: Expression, y: Expression) -> Expression:
    """`x + y`, with constants put together."""
    match x, y:
        case Number(a), Number(b):
            return Number(a + b)
        case Number(), _:
            return sum_of(y, x)
        case _, Number(0):
            return x
        case _, Number(b) if -(1 << 31) < b < 0:
            return difference(x, Number(-b))
        case Binary("+", inner, Number(a)), Number(b):
            return sum_of(inner, Number(a + b))
        case Binary("-", inner, Number(a)), Number(b):
            return sum_of(inner, Number(b - a))
        case Binary("+", inner, Number(a)), _ if not isinstance(y, Number):
            return sum_of(sum_of(inner, y), Number(a))
        case Binary("-", inner, other), _ if other == y:
            return inner
        case _, Binary("-", inner, other) if other == x:
            return inner
    return Binary("+", x, y)


def difference(x: Expression, y: Expression) -> Expression:
    """`x - y`, with constants put together."""
    match x, y:
        case _ if x == y and not has_cells(x):
            return Number(0)
        case Number(a), Number(b):
            return Number(a - b)
        case _, Number(0):
            return x
        case _, Number(b) if -(1 << 31) < b < 0:
            return sum_of(x, Number(-b))
        case Binary("-", inner, Number(a)), Number(b):
            return sum_of(inner, Number(-a - b))
        case Binary("+", inner, Number(a)), Number(b):
            return sum_of(inner, Number(a - b))
        case Binary("+", inner, other), _ if other == y:
            return inner
        case Binary("+", other, inner), _ if other == y:
            return inner
        case Binary("-", inner, Number(a)), _ if inner == y:
            return Number(-a)
    return Binary("-", x, y)


def product(x: Expression, y: Expression) -> Expression:
    """`x * y`, a constant last."""
    if isinstance(x, Number) and not isinstance(y, Number):
        x, y = y, x
    return x if y == Number(1) else Binary("*", x, y)


def quotient(x: Expression, y: Expression) -> Expression:
    """`x / y`."""
    return x if y == Number(1) else Binary("/", x, y)


def less(x: Expression, bound: Expression) -> Expression:
    """`x < bound`, or `x <= y` where the bound is `y + 1`."""
    match bound:
        case Binary("+", inner, Number(1)):
            return Binary("<=", x, inner)
    return Binary("<", x, bound)


def smaller(x: Expression, y: Expression) -> Expression:
    """The smaller of two values."""
    if isinstance(x, Number) and isinstance(y, Number):
        return Number(min(x.value, y.value))
    return Choice(Binary("<", x, y), x, y)


def negation(x: Expression) -> Expression:
    """What holds where x does not."""
    match x:
        case Binary(operator, left, right) if operator in _OPPOSITE:
            return Binary(_OPPOSITE[operator], left, right)  # type: ignore[arg-type]
        case Unary("!", inner):
            return inner
    return Unary("!", x)


def _negative(x: Expression) -> Expression:
    match x:
        case Number(value):
            return Number(-value)
        case Unary("-", inner):
            return inner
    return Unary("-", x)


def applied(function: Function, arguments: list[Expression]) -> Expression:
    """A function of cells as an expression."""
    x, y = arguments[0], arguments[-1]
    match function:
        case Function.ADD:
            # Only constants are moved: another order of sums could overflow where this one does not.
            return sum_of(x, y) if isinstance(x, Number) or isinstance(y, Number) else Binary("+", x, y)
        case Function.SUBTRACT:
            return difference(x, y)
        case Function.MULTIPLY:
            return product(x, y)
        case Function.MIN:
            return smaller(x, y)
        case Function.MAX:
            return Choice(Binary(">", x, y), x, y)
        case Function.NEGATE:
            return _negative(x)
        case Function.ABSOLUTE:
            return Choice(Binary("<", x, Number(0)), _negative(x), x)
        case Function.EVEN:
            return Binary("==", Binary("%", x, Number(2)), Number(0))
        case Function.ODD:
            return Binary("!=", Binary("%", x, Number(2)), Number(0))
        case Function.NOT:
            return negation(x)
        case Function.CHOOSE:
            return Choice(*arguments)
    return Binary(_BINARY[function], x, y)  # type: ignore[arg-type]


def stored(target: Cell, value: Expression) -> list[Statement]:
    """The assignment of a value to a cell, written as a change where it is one."""
    match value:
        case _ if value == target:
            return []
        case Choice(test, then, otherwise) if otherwise == target:
            return [If(test, tuple(stored(target, then)))]
        case Choice(test, then, otherwise) if then == target:
            return [If(negation(test), tuple(stored(target, otherwise)))]
        case Binary("+" | "-" | "*" | "/" | "%" as operator, left, right) if left == target:
            return [Assign(target, f"{operator}=", right)]  # type: ignore[arg-type]
    return [Assign(target, "=", value)]


def is_plain(x: Expression) -> bool:
    """Whether a person would write it twice rather than give it a name."""
    match x:
        case Name() | Number() | Cell(_, Name() | Number()):
            return True
        case Cell(_, Binary(_, Name(), Name() | Number())):
            return True
    return False


def has_cells(x: Expression) -> bool:
    """Whether it reads a list."""
    return next(_cells(x), None) is not None


def cells_read(statements: tuple[Statement, ...] | list[Statement], *values: Expression) -> list[Cell]:
    """The cells that statements and expressions read or write."""
    found = [cell for value in values for cell in _cells(value)]
    for statement in statements:
        found += _cells_of(statement)
    return found


def _cells(x: Expression | Stepped | None) -> Iterator[Cell]:
    match x:
        case Cell():
            yield x
            yield from _cells(x.index)
        case Unary():
            yield from _cells(x.inner)
        case Binary():
            yield from _cells(x.left)
            yield from _cells(x.right)
        case Choice():
            yield from _cells(x.test)
            yield from _cells(x.then)
            yield from _cells(x.otherwise)


def _cells_of(statement: Statement) -> Iterator[Cell]:
    for name in ("target", "value", "test", "condition"):
        part = getattr(statement, name, None)
        if isinstance(part, Name | Number | Cell | Unary | Binary | Choice):
            yield from _cells(part)
    bodies = [getattr(statement, name, ()) for name in ("first", "step", "body", "then", "otherwise")]
    for body in bodies:
        for inner in body:
            yield from _cells_of(inner)
