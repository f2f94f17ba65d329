"""Programs of `lists` printed for a build with sanitizers: the same, with all that it does in C's sight.

Every number, index and operation passes through a function, so that no compiler computes it beforehand. An
assignment to a cell computes index, old value, value and place in the order of the machine, which C leaves
open, and what an index counts on comes last; a dividend comes before its divisor, which the sanitizer of gcc
looks at first. The words are those of `lasynth.domains.c.harness`.
"""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.printer import Printer
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Declaration,
    Expression,
    For,
    Increment,
    Number,
    Program,
    Statement,
    Stepped,
    Unary,
    While,
)

__all__ = ["format_instrumented"]

_ARITHMETIC: Final = frozenset(("+", "-", "*"))


def format_instrumented(program: Program) -> str:
    """The program as a C function for `for_sanitizers`, ended by a newline."""
    return _Instrumented().program(program)


class _Instrumented(Printer):
    def statement(self, node: Statement) -> list[str]:
        lines = super().statement(node)
        return ["lasynth_loop();", *lines] if isinstance(node, For | While) else lines

    def test(self, node: Expression | None) -> str:
        return f"lasynth_test({super().test(node) or 1})"

    def simple(self, node: Declaration | Assign | Increment) -> str:
        match node:
            case Assign(Cell() as target, operator, value):
                return self.store(target, operator.removesuffix("="), self.expression(value))
            case Increment(Cell() as target, operator):
                return self.store(target, operator[0], _opaque("1"))
            case Assign(target, operator, value) if operator != "=":
                name = self.expression(target)
                return f"{name} = {_opaque(f'{name} {operator[0]} {_opaque(self.expression(value))}')}"
            case _:
                return super().simple(node)

    def store(self, target: Cell, operator: str, value: str) -> str:
        """An assignment to a cell, of a value or of the old one joined with it."""
        macro = "lasynth_store"
        if operator:
            macro, value = "lasynth_update", _opaque(f"lasynth_old {operator} {_opaque(value)}")
        if isinstance(target.index, Stepped):
            name = target.index.name
            return f"{macro}({target.list}, {name}, {value}), {name}{target.index.operator}"
        return f"{macro}({target.list}, {self.expression(target.index)}, {value})"

    def expression(self, node: Expression | Stepped, least: int = 0) -> str:
        match node:
            case Number():
                return _opaque(super().expression(node))
            case Cell(name, Stepped(counted, operator)):
                return f"(lasynth_got = {name}[{counted}], {counted}{operator}, lasynth_got)"
            case Cell(name, index):
                return f"{name}[{_opaque(self.expression(index))}]"
            case Unary("-", _):
                return _opaque(super().expression(node))
            case Binary("/" | "%" as operator, left, right):
                # A block: gcc takes the first part of a comma expression out of its place.
                before, after = self.expression(left), _opaque(self.expression(right))
                return f"({{ int lasynth_left = {before}; {_opaque(f'lasynth_left {operator} {after}')}; }})"
            case Binary(operator, _, _) if operator in _ARITHMETIC:
                return _opaque(super().expression(node))
            case _:
                return super().expression(node, least)


def _opaque(text: str) -> str:
    return f"lasynth_value({text})"
