"""Builds the syntax tree of `lists` from the actions of the grammar, as a machine with a stack.

The actions are those on which the machine emits code: `add` takes two expressions off the stack and puts
their sum on it, `if` takes the condition from it.
"""

from __future__ import annotations

from typing import Any, Final

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Choice,
    Continue,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Number,
    Return,
    Statement,
    Stepped,
    Unary,
    While,
)

__all__ = ["TreeBuilder"]

_BINARY: Final[dict[str, Any]] = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
    "and_end": "&&",
    "or_end": "||",
}
_STEPS: Final[dict[str, Any]] = {
    "load_cell_up": "++",
    "load_cell_down": "--",
    "to_cell_up": "++",
    "to_cell_down": "--",
    "inc": "++",
    "dec": "--",
}
# The old value of a target, on the left of += and its like.
_OLD: Final = Name("old")
# The tree needs nothing for these.
_SILENT: Final = frozenset(
    (
        *("number", "list", "in_place", "end", "and", "or", "choose", "otherwise", "while_body", "list_read"),
        "list_written",
    )
)


class TreeBuilder:
    """The body of one program under construction: `word` and `act` in the order of the parser."""

    def __init__(self) -> None:
        self._values: list[Expression] = []
        self._lists: list[str] = []  # of which the index is still to come
        self._tests: list[Expression | None] = []  # of the branches and loops that are open
        # The statements of each open block, head of a loop, and `else`.
        self._blocks: list[list[Statement]] = [[]]
        self._closed: list[tuple[Statement, ...]] = []  # blocks that their statement has not taken yet
        self._is_block: list[bool] = []  # of the open scopes; the others are those of loops
        self._heads: list[tuple[Any, Any]] = []  # the first part and the steps of each open `for`
        self._has_else: list[bool] = []
        self._target: Name | Cell = _OLD
        self._declared = self._name = self._last = ""
        self._number = 0

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements of a body that is complete."""
        return tuple(self._blocks[0])

    def word(self, text: str, terminal: str) -> None:
        """A terminal that was matched."""
        self._last = text
        if terminal in ("NAME", "PARAMETER"):
            self._name = text
        elif terminal == "INT":
            self._number = int(text)
        elif terminal in ("FIRST", "MORE", "OUT", "SCRATCH"):
            self._lists.append(text)

    def act(self, action: str) -> None:
        """An action of the grammar."""
        values = self._values
        match action:
            case "const":
                values.append(Number(self._number))
            case "load_name" | "load_parameter":
                values.append(Name(self._name))
            case "load_cell":
                values.append(Cell(self._lists.pop(), values.pop()))
            case "load_cell_up" | "load_cell_down":
                values.append(Cell(self._lists.pop(), Stepped(self._name, _STEPS[action])))
            case "neg":
                inner = values.pop()
                values.append(Number(-inner.value) if isinstance(inner, Number) else Unary("-", inner))
            case "not":
                values.append(Unary("!", values.pop()))
            case "choice_end":
                otherwise, then, test = values.pop(), values.pop(), values.pop()
                values.append(Choice(test, then, otherwise))
            case "old":
                values.append(_OLD)
            case _ if action in _BINARY:
                right, left = values.pop(), values.pop()
                values.append(Binary(_BINARY[action], left, right))
            case "to_name" | "to_parameter":
                self._target = Name(self._name)
            case "to_cell":
                self._target = Cell(self._lists.pop(), values.pop())
            case "to_cell_up" | "to_cell_down":
                self._target = Cell(self._lists.pop(), Stepped(self._name, _STEPS[action]))
            case _:
                self._statement(action)

    def _statement(self, action: str) -> None:
        match action:
            case "declare":
                self._declared = self._name
            case "init":
                self._emit(Declaration(self._declared, self._values.pop()))
            case "no_init":
                self._emit(Declaration(self._declared))
            case "store":
                self._emit(self._assignment(self._values.pop()))
            case "inc" | "dec":
                self._emit(Increment(self._target, _STEPS[action]))
            case "return":
                self._emit(Return(self._values.pop()))
            case "return_nothing":
                self._emit(Return())
            case "break":
                self._emit(Break())
            case "continue":
                self._emit(Continue())
            case _ if action not in _SILENT:
                self._nesting(action)

    def _nesting(self, action: str) -> None:
        match action:
            case "enter":
                self._is_block.append(self._last == "{")
                self._blocks.append([])
            case "leave":
                if self._is_block.pop():
                    self._closed.append(self._close())
            case "test":
                self._tests.append(self._values.pop())
            case "no_test":
                self._tests.append(None)
            case "if":
                self._tests.append(self._values.pop())
                self._has_else.append(False)
            case "else":
                self._has_else[-1] = True
                self._blocks.append([])  # of an `if` right behind it
            case "end_if":
                otherwise: tuple[Statement, ...] = ()
                if self._has_else.pop():
                    otherwise = self._close() or self._closed.pop()
                then, test = self._closed.pop(), self._tests.pop()
                assert test is not None
                self._emit(If(test, then, otherwise))
            case "loop":
                if self._last == ";":  # of a `for`: its first part is complete
                    self._heads.append((self._close(), ()))
            case "steps":
                self._blocks.append([])
            case "body":
                self._heads[-1] = (self._heads[-1][0], self._close())
            case "end_for":
                first, step = self._heads.pop()
                self._emit(For(first, self._tests.pop(), step, self._closed.pop()))
            case "end_while":
                test = self._tests.pop()
                assert test is not None
                self._emit(While(test, self._closed.pop()))
            case _:
                raise AssertionError(f"the grammar has an action without a tree: {action}")

    def _assignment(self, value: Expression) -> Assign:
        if isinstance(value, Binary) and value.left is _OLD:
            operator: Any = f"{value.operator}="
            return Assign(self._target, operator, value.right)
        return Assign(self._target, "=", value)

    def _emit(self, statement: Statement) -> None:
        self._blocks[-1].append(statement)

    def _close(self) -> tuple[Statement, ...]:
        return tuple(self._blocks.pop())
