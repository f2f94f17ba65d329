"""C text to syntax tree, and from there to tokens and back.

The parser is one generic walk along the tables of `GRAMMAR`, the tables that the next-token mask, the
sampler and the machine follow too; the tree is built on the actions on which the machine emits code. So
none of them can take a program that another refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lasynth.domains.c.builder import TreeBuilder
from lasynth.domains.c.compile import STACK_SIZE
from lasynth.domains.c.context import MAX_LOOPS
from lasynth.domains.c.diagnosis import explain
from lasynth.domains.c.frame import check_tail, unframe
from lasynth.domains.c.grammar import (
    EOS,
    FIRST_INT,
    FIRST_NAME,
    FIRST_OTHER_NAME,
    GRAMMAR,
    MAX_DEPTH,
    TERMINAL_OF_TOKEN,
    lexeme,
    token_of,
)
from lasynth.domains.c.leniency import to_subset
from lasynth.domains.c.lexer import Word, check_name, words_of
from lasynth.domains.c.printer import format_body
from lasynth.domains.c.syntax import Program
from lasynth.domains.c.walk import Rules, Walk
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray, Symbol
from lasynth.limits import check_program

__all__ = ["from_tokens", "parse", "to_tokens"]

_RULES: Final = Rules.of(GRAMMAR, STACK_SIZE)
_TOO_MANY: Final = {
    True: f"more than {FIRST_OTHER_NAME - FIRST_NAME} loop variables at a time",
    False: f"more than {FIRST_INT - FIRST_OTHER_NAME} variables at a time, those of loops not counted",
}


def parse(text: str) -> Program:
    """Read a program.

    Args:
        text: a whole function `int * NAME(int a[]) { ... return a; }` with any names, or the
            statements of its body alone, with or without `return a;`. Comments are dropped.

    Returns:
        The tree, with the names of the text.

    Raises:
        ProgramError: it is not a program of the subset; says where and what was expected.
    """
    check_program(text)
    frame = unframe(text, words_of(text))
    end = f"'return {frame.list_name};'" if frame.framed else "the end of the text"
    walk = _Walk(text, frame.list_name, before=frame.before, end=end)
    walk.run(to_subset(text, frame.body))
    check_tail(text, frame)
    return walk.builder.program(frame.function, frame.list_name)


def to_tokens(program: Program) -> IntArray:
    """A program as tokens, with canonical names.

    A name that is the variable of some loop becomes `p_<n>`, another one `l_<n>`; `n` is the lowest
    number that is free where the name is declared, so two loops in a row may share theirs.

    Returns:
        `[T]` tokens of the body, ended by EOS.

    Raises:
        ProgramError: more than eight names of a sort at a time; or a tree, built by hand, that is
            not a program of the subset.
    """
    text = format_body(program)
    words = [
        Word(word.text, "a", word.offset) if word.text == program.list_name else word
        for word in words_of(text)
    ]
    walk = _Walk(text, program.list_name)
    walk.run(words)
    return walk.tokens()


def from_tokens(tokens: Sequence[int] | IntArray) -> Program:
    """The tree of a program given as `[T]` tokens, ended by EOS or by the end of the array.

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
        index = TERMINAL_OF_TOKEN[number] if number < FIRST_INT else _RULES.terminals["INT"]
        words.append(Word(text, GRAMMAR.terminals[index] if index >= 0 else "", offset))
        offset += len(text) + 1
    source = " ".join(word.text for word in words)
    walk = _Walk(source)
    walk.run([*words, Word("", "EOS", len(source))])
    return walk.builder.program("func_1", "a")


@dataclass(slots=True, eq=False)
class _Variable:
    """A declared name: whether some loop counts with it, and the token it gets."""

    name: str
    counts: bool
    token: int = -1


class _Walk(Walk):
    """One pass over the words of a body: checks them, builds the tree, resolves the names."""

    def __init__(
        self, source: str, list_name: str = "a", *, before: Word | None = None, end: str = "the end"
    ) -> None:
        super().__init__(_RULES, source, before)
        self.list_name = list_name
        self.end = end
        self.builder = TreeBuilder()
        self.visible: dict[str, _Variable] = {}
        self.loops: list[tuple[_Variable, bool]] = []  # with whether the head declares it
        self.depth = 0  # of open blocks
        # What `tokens` is made from: each word's token or variable; names coming and going.
        self.written: list[int | _Variable] = []
        self.scopes: list[tuple[_Variable, bool]] = []

    def matched(self, word: Word, role: str, rule: str, following: str) -> None:
        """See `Walk`."""
        if word.terminal == "NAME":
            self.resolve(word, role, following)
        elif word.terminal == "INT":
            self.written.append(FIRST_INT + int(word.text))
        else:
            self.written.append(EOS if word.terminal == "EOS" else token_of(word.terminal))
        self.builder.word(word.text, word.terminal, rule)

    def resolve(self, word: Word, role: str, following: str) -> None:
        """Find the variable of a name, or declare it."""
        name = word.text
        if following == "(":
            raise self.error(word, f"the subset has no calls of functions, such as {name}(...)")
        if role == "new":
            check_name(self.source, word)
            if name in self.visible:
                raise self.error(word, f"'{name}' is declared already")
            self.visible[name] = _Variable(name, counts=False)
            self.scopes.append((self.visible[name], True))
        elif name not in self.visible:
            if following == "[":
                raise self.error(word, f"'{name}' is not declared, and the one list is '{self.list_name}'")
            raise self.error(word, f"'{name}' is not declared")
        elif role == "loop" and name != self.loops[-1][0].name:
            wanted = self.loops[-1][0].name
            raise self.error(word, f"this loop counts '{wanted}', so '{name}' cannot stand in its head here")
        self.written.append(self.visible[name])

    def act(self, action: str, word: Word) -> None:
        """See `Walk`."""
        if action in ("if", "for_var", "for_declare"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.error(word, f"more than {MAX_DEPTH} blocks inside each other")
        elif action in ("end_if", "end_for"):
            self.depth -= 1
        if action in ("for_var", "for_declare"):
            if len(self.loops) == MAX_LOOPS:
                raise self.error(word, f"more than {MAX_LOOPS} loops inside each other")
            variable = self.visible[word.text]
            variable.counts = True
            self.loops.append((variable, action == "for_declare"))
        elif action == "end_for":
            variable, declared = self.loops.pop()
            if declared:
                del self.visible[variable.name]
                self.scopes.append((variable, False))
        self.builder.act(action)

    def tokens(self) -> IntArray:
        """The words as tokens; every declared name gets the lowest token free at that point."""
        free = {
            True: list(range(FIRST_NAME, FIRST_OTHER_NAME)),
            False: list(range(FIRST_OTHER_NAME, FIRST_INT)),
        }
        for variable, appears in self.scopes:
            if appears:
                if not free[variable.counts]:
                    raise ProgramError(_TOO_MANY[variable.counts])
                variable.token = min(free[variable.counts])
                free[variable.counts].remove(variable.token)
            else:
                free[variable.counts].append(variable.token)
        numbers = [item if isinstance(item, int) else item.token for item in self.written]
        return np.array(numbers, dtype=np.int32)

    def mismatch(self, word: Word, stack: list[tuple[Symbol, str]]) -> ProgramError:
        """See `Walk`."""
        rules = [rule for _, rule in reversed(stack)]
        return explain(self.source, word, self.before, self.expected(stack), rules=rules, end=self.end)
