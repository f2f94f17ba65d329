"""Builds the syntax tree from the actions of the grammar, as a machine with a stack.

The actions are those on which the machine emits code: `add` takes two expressions off the stack and puts
their sum on it, `if` takes the condition from it and opens a block.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from lasynth.domains.c.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Comparison,
    Continue,
    Declaration,
    For,
    If,
    Increment,
    Logical,
    Name,
    Not,
    Number,
    Parenthesized,
    Program,
    Statement,
)

__all__ = ["TreeBuilder"]

_OPERATORS: Final[dict[str, Any]] = {
    "add": "+",
    "sub": "-",
    "inc": "++",
    "dec": "--",
    "for_up": "++",
    "for_down": "--",
    "and_end": "&&",
    "or_end": "||",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
    "for_lt": "<",
    "for_le": "<=",
    "for_gt": ">",
    "for_ge": ">=",
}
# A ')' of these rules closes parentheses that the tree keeps; others belong to `if` and `for`.
_KEPT_PARENTHESES = frozenset(("paren", "plus_rest", "minus_rest", "not_what"))
# Stands for the target on the left of += and -=, and below the block of an else.
_LOADED, _ELSE = object(), object()


class TreeBuilder:
    """One program under construction: `word` and `act` in the order of the parser, then `program`."""

    def __init__(self) -> None:
        # The stack holds expressions and conditions; the grammar guarantees which of them is on top.
        self._values: list[Any] = []
        self._blocks: list[list[Statement]] = [[]]
        self._loops: list[For] = []
        self._declarations: list[Declaration] = []
        self._target: Name | Cell = Name("_")
        self._name = self._last = ""
        self._number = 0

    def program(self, function: str, list_name: str) -> Program:
        """The finished tree."""
        return Program(tuple(self._declarations), tuple(self._blocks[0]), function, list_name)

    def word(self, text: str, terminal: str, rule: str) -> None:
        """A terminal that was matched in a rule of the grammar."""
        self._last = text
        if terminal == "NAME":
            self._name = text
        elif terminal == "INT":
            self._number = int(text)
        elif terminal == ")" and rule in _KEPT_PARENTHESES:
            self._values.append(Parenthesized(self._values.pop()))

    def act(self, action: str) -> None:
        """An action of the grammar."""
        values = self._values
        match action:
            case "init":
                self._declarations.append(Declaration(self._name, values.pop().value))
            case "no_init":
                self._declarations.append(Declaration(self._name))
            case "lv_name":
                self._target = Name(self._name)
            case "lv_cell":
                self._target = Cell(Number(self._number))
            case "lv_cell_name":
                self._target = Cell(Name(self._name))
            case "const":
                values.append(Number(self._number))
            case "negative":
                values.append(Number(-self._number))
            case "load_name":
                values.append(Name(self._name))
            case "load_cell":
                values.append(Cell(Number(self._number)))
            case "load_cell_name":
                values.append(Cell(Name(self._name)))
            case "load":
                values.append(_LOADED)
            case "add" | "sub":
                right, left = values.pop(), values.pop()
                values.append(Binary(_OPERATORS[action], left, right))
            case "lt" | "le" | "gt" | "ge" | "eq" | "ne":
                right, left = values.pop(), values.pop()
                values.append(Comparison(_OPERATORS[action], left, right))
            case "not":
                values.append(Not(values.pop()))
            case "and_end" | "or_end":
                right, left = values.pop(), values.pop()
                rest = right.tests if isinstance(right, Logical) else (right,)
                values.append(Logical(_OPERATORS[action], (left, *rest)))
            case _:
                self._statement(action)

    def _statement(self, action: str) -> None:
        values = self._values
        match action:
            case "store":
                self._emit(self._assignment(values.pop()))
            case "inc" | "dec":
                operator = _OPERATORS[action]
                # The operator stands behind its target exactly where it is the last word read.
                self._emit(Increment(self._target, operator, prefix=self._last != operator))
            case "break":
                self._emit(Break())
            case "continue":
                self._emit(Continue())
            case "if":
                self._blocks.append([])
            case "else":
                values.append(_ELSE)
                self._blocks.append([])
            case "end_if":
                otherwise: tuple[Statement, ...] = ()
                if values[-1] is _ELSE:
                    values.pop()
                    otherwise = self._close()
                then = self._close()
                self._emit(If(values.pop(), then, otherwise))
            case "for_var" | "for_declare":
                declares = action == "for_declare"
                self._loops.append(For(self._name, Number(0), "<", Number(0), "++", (), declares))
            case "for_init":
                self._head(start=values.pop())
            case "for_lt" | "for_le" | "for_gt" | "for_ge":
                self._head(relation=_OPERATORS[action], bound=values.pop())
            case "for_up" | "for_down":
                operator = _OPERATORS[action]
                self._head(step=operator, prefix=self._last != operator)
            case "for_body":
                self._blocks.append([])
            case "end_for":
                self._head(body=self._close())
                self._emit(self._loops.pop())
            case "declare" | "truth" | "and" | "or":
                pass  # the tree needs nothing for these
            case _:
                raise AssertionError(f"the grammar has an action without a tree: {action}")

    def _assignment(self, value: Any) -> Assign:
        if isinstance(value, Binary) and value.left is _LOADED:
            return Assign(self._target, "+=" if value.operator == "+" else "-=", value.right)
        return Assign(self._target, "=", value)

    def _emit(self, statement: Statement) -> None:
        self._blocks[-1].append(statement)

    def _close(self) -> tuple[Statement, ...]:
        return tuple(self._blocks.pop())

    def _head(self, **known: Any) -> None:
        self._loops[-1] = replace(self._loops[-1], **known)
