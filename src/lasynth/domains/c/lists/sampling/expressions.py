"""Small expressions, written as a person would: no `x + 0`, no `x - -3`."""

from __future__ import annotations

from typing import Any, Final

from lasynth.domains.c.lists.syntax import Binary, Expression, Name, Number, Unary

__all__ = ["MEETS", "binary", "negated"]

_OPPOSITE: Final[dict[str, Any]] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
MEETS: Final = frozenset(_OPPOSITE)


def negated(condition: Expression) -> Expression:
    """The opposite of a condition."""
    if isinstance(condition, Binary):
        if condition.operator in _OPPOSITE:
            return Binary(_OPPOSITE[condition.operator], condition.left, condition.right)
        if condition.operator in ("&&", "||"):
            other: Any = "||" if condition.operator == "&&" else "&&"
            return Binary(other, negated(condition.left), negated(condition.right))
    if isinstance(condition, Unary) and condition.operator == "!":
        return condition.inner
    if isinstance(condition, Binary):
        return Binary("==", condition, Number(0))
    return Unary("!", condition)


def binary(operator: Any, left: Expression, right: Expression) -> Expression:
    """Two values joined, or something shorter that is the same."""
    if type(right) is Number:
        value = right.value
        if type(left) is Number and operator in ("+", "-", "*"):
            first = left.value
            return Number(
                first + value if operator == "+" else first - value if operator == "-" else first * value
            )
        if operator in ("+", "-"):
            if value == 0:
                return left
            if value < 0 and value > -(2**31):
                return binary("-" if operator == "+" else "+", left, Number(-value))
            # n - 1 - 2, i + 1 - 1
            if type(left) is Binary and left.operator in ("+", "-") and type(left.right) is Number:
                before = left.right.value if left.operator == "+" else -left.right.value
                return binary("+", left.left, Number(before + (value if operator == "+" else -value)))
        elif operator in ("*", "/") and value == 1:
            return left
    elif type(left) is Number and left.value == 0 and operator == "+":
        return right
    elif operator == "-" and left == right and type(left) is Name:
        return Number(0)
    return Binary(operator, left, right)
