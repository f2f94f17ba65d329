"""Trees of `lists` as tokens, directly: what `parser.to_tokens` gives, without the way through text.

The sampler and the simplifier make thousands of trees a second. `to_tokens` prints a tree and reads it again,
so it refuses any tree that is no program and says where; `emit` trusts that a tree is one, and refuses only
names that are not declared and more of them than there are tokens for. Both stay for that reason.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from lasynth.domains.c.lists.frame import lexemes_of
from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, FIRST_NAME, LEXEMES, NUM_NAMES, token_of
from lasynth.domains.c.lists.parser import RESULT_LEXEMES
from lasynth.domains.c.lists.printer import PRECEDENCE
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Choice,
    Continue,
    Declaration,
    For,
    If,
    Increment,
    Name,
    Number,
    Program,
    Return,
    Room,
    Stepped,
    Unary,
    While,
)
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray

__all__ = ["emit", "emit_list"]

_TOKEN: Final = {text: token for token, text in enumerate(LEXEMES)}
_INT, _FOR, _WHILE, _IF, _ELSE = (token_of(text) for text in ("int", "for", "while", "if", "else"))
_BREAK, _CONTINUE, _RETURN = (token_of(text) for text in ("break", "continue", "return"))
_OPEN, _CLOSE, _LEFT, _RIGHT = (token_of(text) for text in ("{", "}", "(", ")"))
_AT, _END_AT, _SEMICOLON, _COMMA = (token_of(text) for text in ("[", "]", ";", ","))
_ASK, _COLON, _SET, _MINUS = (token_of(text) for text in ("?", ":", "=", "-"))
# As in the printer: how strongly an operator binds, and what its operands need to stand without parentheses.
_UNARY: Final = 7
_COMPARES: Final = frozenset(op for op, binds in PRECEDENCE.items() if binds in (3, 4))


def emit(program: Program) -> IntArray:
    """The tokens of a tree that is a program.

    Returns:
        `[T]` tokens, ended by EOS, the same as from `lasynth.domains.c.lists.parser.to_tokens`.

    Raises:
        ProgramError: a name that is not declared, or more variables at a time than there are names for.
    """
    return np.array(emit_list(program), dtype=np.int32)


def emit_list(program: Program) -> list[int]:
    """The same as a list of Python's numbers."""
    rooms = [node.name for node in program.statements if type(node) is Room]
    lexemes = lexemes_of(program.parameters, rooms)
    emitter = _Emitter({name: _TOKEN[lexeme] for name, lexeme in lexemes.items()})
    emitter.out.append(_TOKEN[RESULT_LEXEMES[program.result]])
    try:
        emitter.statements(program.statements)
    except KeyError as error:
        raise ProgramError(f"{error} is not declared") from None
    emitter.out.append(EOS)
    return emitter.out


class _Emitter:
    """Writes statements one after the other; knows which names are visible."""

    def __init__(self, names: dict[str, int]) -> None:
        self.out: list[int] = []
        self.names = names  # of everything visible, with its token
        self.used = 0  # tokens of visible variables, as bits

    def declare(self, name: str) -> int:
        if name in self.names:
            raise ProgramError(f"'{name}' is declared already")
        number = 0
        while self.used >> number & 1:
            number += 1
        if number == NUM_NAMES:
            raise ProgramError(f"more than {NUM_NAMES} variables at a time")
        self.used |= 1 << number
        self.names[name] = FIRST_NAME + number
        return FIRST_NAME + number

    def statements(self, nodes: tuple[Any, ...]) -> None:
        for node in nodes:
            kind = type(node)
            if kind is If:
                self.branch(node)
            elif kind is For or kind is While:
                self.loop(node)
            elif kind is not Room:
                self.simple(node)
                self.out.append(_SEMICOLON)

    def block(self, nodes: tuple[Any, ...]) -> None:
        names, used = self.names, self.used
        self.names = names.copy()
        self.out.append(_OPEN)
        self.statements(nodes)
        self.out.append(_CLOSE)
        self.names, self.used = names, used

    def branch(self, node: If) -> None:
        self.out += (_IF, _LEFT)
        self.expression(node.condition)
        self.out.append(_RIGHT)
        self.block(node.then)
        if node.otherwise:
            self.out.append(_ELSE)
            if len(node.otherwise) == 1 and type(node.otherwise[0]) is If:
                self.branch(node.otherwise[0])
            else:
                self.block(node.otherwise)

    def loop(self, node: For | While) -> None:
        if isinstance(node, While):
            self.out += (_WHILE, _LEFT)
            self.expression(node.test)
            self.out.append(_RIGHT)
            self.block(node.body)
            return
        names, used = self.names, self.used
        self.names = names.copy()
        self.out += (_FOR, _LEFT)
        self.listed(node.first)
        self.out.append(_SEMICOLON)
        if node.test is not None:
            self.expression(node.test)
        self.out.append(_SEMICOLON)
        self.listed(node.step)
        self.out.append(_RIGHT)
        self.block(node.body)
        self.names, self.used = names, used

    def listed(self, nodes: tuple[Any, ...]) -> None:
        """What stands in the head of a `for`, with commas; one `int` for all declarations."""
        for number, node in enumerate(nodes):
            if number:
                self.out.append(_COMMA)
            if number and type(node) is Declaration:
                self.declaration(node)
            else:
                self.simple(node)

    def declaration(self, node: Declaration) -> None:
        self.out.append(self.declare(node.name))
        if node.value is not None:
            self.out.append(_SET)
            self.expression(node.value)

    def simple(self, node: Any) -> None:
        kind = type(node)
        if kind is Assign:
            self.expression(node.target)
            self.out.append(_TOKEN[node.operator])
            self.expression(node.value)
        elif kind is Increment:
            self.expression(node.target)
            self.out.append(_TOKEN[node.operator])
        elif kind is Declaration:
            self.out.append(_INT)
            self.declaration(node)
        elif kind is Return:
            self.out.append(_RETURN)
            if node.value is not None:
                self.expression(node.value)
        else:
            self.out.append({Break: _BREAK, Continue: _CONTINUE}[kind])

    def expression(self, node: Any, least: int = 0) -> None:
        """An expression, in parentheses where it binds less than `least`."""
        kind = type(node)
        out = self.out
        if kind is Name:
            out.append(self.names[node.name])
        elif kind is Number:
            self.number(node.value, least)
        elif kind is Cell:
            out += (self.names[node.list], _AT)
            self.expression(node.index)
            out.append(_END_AT)
        elif kind is Stepped:
            out += (self.names[node.name], _TOKEN[node.operator])
        elif kind is Binary:
            operator = node.operator
            binds = PRECEDENCE[operator]
            if least > binds:
                out.append(_LEFT)
            self.expression(node.left, _least(operator, node.left, binds))
            out.append(_TOKEN[operator])
            self.expression(node.right, _least(operator, node.right, binds + 1))
            if least > binds:
                out.append(_RIGHT)
        elif kind is Unary:
            out.append(_TOKEN[node.operator])
            self.expression(node.inner, _UNARY + 1)
        elif kind is Choice:
            if least > 0:
                out.append(_LEFT)
            self.expression(node.test, 1)
            out.append(_ASK)
            self.expression(node.then)
            out.append(_COLON)
            self.expression(node.otherwise)
            if least > 0:
                out.append(_RIGHT)
        else:
            raise AssertionError(f"no expression: {node!r}")

    def number(self, value: int, least: int) -> None:
        if value >= 0:
            self.out.append(FIRST_INT + value)
        elif least <= _UNARY:
            self.out += (_MINUS, FIRST_INT - value)
        else:
            self.out += (_LEFT, _MINUS, FIRST_INT - value, _RIGHT)


def _least(operator: str, operand: Any, usual: int) -> int:
    if type(operand) is not Binary:
        return usual
    if operator == "||" and operand.operator == "&&":
        return PRECEDENCE["&&"] + 1
    return PRECEDENCE["+"] if operator in _COMPARES and operand.operator in _COMPARES else usual
