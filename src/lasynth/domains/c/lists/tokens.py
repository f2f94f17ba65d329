"""Tokens of `lists` as a syntax tree that reads as if a person had written it.

Variables get names by what they do, parameters those of the vocabulary. A name that is counted on in an index
and stands elsewhere in the same statement is counted on by a statement behind that: this is what tokens mean
(`lasynth.domains.c.lists.grammar`), and C would leave it open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from lasynth.domains.c.lexer import Word
from lasynth.domains.c.lists.grammar import (
    EOS,
    FIRST_INT,
    FIRST_NAME,
    GRAMMAR,
    INT_TERMINAL,
    LENGTHS,
    LISTS,
    NUMBERS,
    OUT,
    SCRATCH,
    TERMINAL_OF_TOKEN,
    lexeme,
)
from lasynth.domains.c.lists.parser import RESULT_LEXEMES, BodyWalk
from lasynth.domains.c.lists.syntax import (
    Assign,
    Cell,
    Declaration,
    For,
    If,
    Increment,
    Kind,
    Name,
    Parameter,
    Program,
    Result,
    Room,
    Statement,
    Stepped,
    While,
)
from lasynth.domains.c.lists.trees import nodes, renamed
from lasynth.domains.c.lists.variables import names_of_variables
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray

__all__ = ["from_tokens", "parameters_of"]

_RESULTS: Final = {lexeme: result for result, lexeme in RESULT_LEXEMES.items()}
_SAME: Final = {name: name for name in (*LISTS, *LENGTHS, *NUMBERS)}


def from_tokens(tokens: Sequence[int] | IntArray) -> Program:
    """The tree of a program given as `[T]` tokens, ended by EOS or by the end of the array.

    Parameters are those that the program uses and those before them.

    Raises:
        ProgramError: the tokens are not a program.
    """
    numbers = [int(token) for token in tokens]
    if EOS in numbers:
        numbers = numbers[: numbers.index(EOS)]
    if any(number < 0 for number in numbers):
        raise ProgramError(f"not a token: {min(numbers)}")
    words, offset = [], 0
    for number in numbers:
        text = lexeme(number)
        index = TERMINAL_OF_TOKEN[number] if number < FIRST_INT else INT_TERMINAL
        words.append(Word(text, GRAMMAR.terminals[index] if index >= 0 else "", offset))
        offset += len(text) + 1
    walk = _TokenWalk(" ".join(word.text for word in words))
    walk.run([*words, Word("", "EOS", offset)])
    result = _RESULTS[words[0].text]
    used = {word.text for word in words}
    rooms = tuple(Room(name) for name in LISTS[SCRATCH:] if name in used)
    statements = _sequenced(walk.builder.statements)
    program = Program(result, parameters_of(result, *_shape(used, result)), (*rooms, *statements))
    taken = {*LISTS, *LENGTHS, *NUMBERS, program.function}
    return renamed(program, names_of_variables(program, walk.variables, taken))


def parameters_of(result: Result, num_lists: int, num_numbers: int) -> tuple[Parameter, ...]:
    """The parameters of a program with names of the vocabulary."""
    parameters = []
    for number in range(num_lists):
        parameters += [Parameter(LISTS[number], Kind.LIST), Parameter(LENGTHS[number], Kind.LENGTH)]
    parameters += [Parameter(name, Kind.NUMBER) for name in NUMBERS[:num_numbers]]
    return (*parameters, Parameter(LISTS[OUT], Kind.OUT)) if result == Result.LIST else tuple(parameters)


def _shape(used: set[str], result: Result) -> tuple[int, int]:
    """How many lists and numbers a program has that uses these lexemes."""
    lists = [number + 1 for number in range(OUT) if {LISTS[number], LENGTHS[number]} & used]
    numbers = [number + 1 for number, name in enumerate(NUMBERS) if name in used]
    return max([*lists, int(result == Result.IN_PLACE)]), max(numbers, default=0)


class _TokenWalk(BodyWalk):
    """A walk along tokens, in whose tree each variable that is declared has a name of its own."""

    def __init__(self, source: str) -> None:
        super().__init__(source, _SAME)
        self.variables: dict[str, list[str]] = {}  # with those that are visible where each is declared
        self.named: dict[int, str] = {}

    def matched(self, word: Word, role: str, rule: str, following: str) -> None:
        super().matched(word, role, rule, following)
        if word.terminal == "NAME":
            token = self.written[-1]
            if role == "new":
                around = [
                    self.named[FIRST_NAME + one] for text, one in self.visible.items() if text != word.text
                ]
                self.named[token] = f"{word.text}_{len(self.variables)}"
                self.variables[self.named[token]] = around
            self.builder.word(self.named[token], "NAME")

    def variable(self, word: Word, role: str) -> int:
        # The names of tokens are those of the vocabulary, whatever is free.
        number = int(word.text.removeprefix("v_"))
        if (word.text in self.visible) == (role == "new"):
            raise self.error(word, f"'{word.text}' is {'' if role == 'new' else 'not '}declared")
        self.visible[word.text] = number
        return FIRST_NAME + number

    def check_order(self) -> None:
        """Nothing to refuse: it is sequenced."""


def _sequenced(statements: tuple[Statement, ...]) -> tuple[Any, ...]:
    """Statements in which no name is counted on in an index and stands elsewhere in the same statement."""
    done: list[Statement] = []
    for node in statements:
        match node:
            case Declaration() | Assign():
                done += _apart(node)
            case For(first, _, step, body):
                first = first if _declares(first) else _sequenced(first)
                done.append(replace(node, first=first, step=_sequenced(step), body=_sequenced(body)))
            case While(_, body):
                done.append(replace(node, body=_sequenced(body)))
            case If(_, then, otherwise):
                done.append(replace(node, then=_sequenced(then), otherwise=_sequenced(otherwise)))
            case _:
                done.append(node)
    return tuple(done)


def _declares(first: tuple[Any, ...]) -> bool:
    return bool(first) and isinstance(first[0], Declaration)


def _apart(node: Declaration | Assign) -> list[Any]:
    """A statement, with what it counts on in statements behind it where that has to be."""
    counted = [one for one in nodes(node) if isinstance(one, Stepped)]
    names = [one.name for one in nodes(node) if isinstance(one, Stepped | Name | Declaration)]
    # `a[i++] += x` is C, but nobody should have to know.
    again = isinstance(node, Assign) and node.operator != "=" and _counts(node.target)
    if not counted or not (again or any(names.count(one.name) > 1 for one in counted)):
        return [node]
    value = _still(node.value)
    plain = replace(node, value=value)
    if isinstance(plain, Assign):
        plain = replace(plain, target=_still(plain.target))
    return [plain, *(Increment(Name(one.name), one.operator) for one in counted)]


def _counts(target: object) -> bool:
    return isinstance(target, Cell) and isinstance(target.index, Stepped)


def _still(expression: Any) -> Any:
    """A cell whose index is not counted on."""
    return replace(expression, index=Name(expression.index.name)) if _counts(expression) else expression
