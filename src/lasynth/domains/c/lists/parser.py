"""C text of the dialect `lists` to syntax tree and tokens.

The walk is that of `lasynth.domains.c.walk`: the parser takes what the machine and the mask take, and the
one thing that it refuses besides is a name that is counted on in an index and stands elsewhere in the same
statement: C does not say which comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lasynth.domains.c.leniency import Braces
from lasynth.domains.c.lexer import Word, check_name, words_of
from lasynth.domains.c.lists.builder import TreeBuilder
from lasynth.domains.c.lists.compile import STACK_SIZE
from lasynth.domains.c.lists.diagnosis import explain
from lasynth.domains.c.lists.frame import unframe, wrong_tail
from lasynth.domains.c.lists.grammar import (
    EOS,
    FIRST_INT,
    FIRST_NAME,
    GRAMMAR,
    MAX_LITERAL,
    MAX_NESTING,
    NUM_NAMES,
    RESULTS,
    token_of,
)
from lasynth.domains.c.lists.syntax import Program, Result, Room
from lasynth.domains.c.walk import Rules, Walk
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray, Symbol
from lasynth.limits import check_program

__all__ = ["RESULT_LEXEMES", "BodyWalk", "parse", "to_tokens"]

_RULES: Final = Rules.of(GRAMMAR, STACK_SIZE)
RESULT_LEXEMES: Final = dict(zip((Result.NUMBER, Result.LIST, Result.IN_PLACE), RESULTS, strict=True))
# Words of C that are terminals; the others stand for names, numbers, the result and the end.
_WORDS: Final = frozenset(GRAMMAR.terminals) - {
    *("NAME", "INT", "EOS", "FIRST", "MORE", "OUT", "SCRATCH", "PARAMETER"),
    *RESULTS,
}
_BEFORE_STATEMENT: Final = frozenset((";", "{", "}", "else", "(", ",", ")", ""))


def parse(text: str) -> Program:
    """Read a program.

    Args:
        text: a whole function, see `docs/c-lists.md`, with any names. Comments are dropped.

    Returns:
        The tree, with the names of the text.

    Raises:
        ProgramError: it is not a program of the dialect; says where and what was expected.
    """
    program, _ = _read(text)
    return program


def to_tokens(program: Program) -> IntArray:
    """A program as tokens; a variable gets the lowest name that is free where it is declared.

    Returns:
        `[T]` tokens, ended by EOS.

    Raises:
        ProgramError: more variables at a time than there are names for; or a tree, built by hand, that is
            not a program of the dialect.
    """
    from lasynth.domains.c.lists.printer import format_program

    _, tokens = _read(format_program(program))
    return tokens


def _read(text: str) -> tuple[Program, IntArray]:
    check_program(text)
    frame = unframe(text, words_of(text, _WORDS, MAX_LITERAL))
    body = Braces(text, _suffixed(frame.body), ("if", "for", "while"), chains=True).insert()
    begin = Word(RESULT_LEXEMES[frame.result], RESULT_LEXEMES[frame.result], 0, inserted=True)
    walk = BodyWalk(text, frame.lexemes, before=frame.before)
    walk.run([begin, *body])
    if error := wrong_tail(text, frame):
        raise error
    rooms = tuple(Room(name) for name in frame.rooms)
    program = Program(frame.result, frame.parameters, (*rooms, *walk.builder.statements), frame.function)
    return program, np.array(walk.written, dtype=np.int32)


def _suffixed(words: Sequence[Word]) -> list[Word]:
    """`++x;` as `x++;`: as a statement, the one means the other."""
    moved: list[Word] = []
    position = 0
    while position < len(words):
        word = words[position]
        before = moved[-1].text if moved else ""
        if word.text not in ("++", "--") or before not in _BEFORE_STATEMENT:
            moved.append(word)
            position += 1
            continue
        end = position + 2
        if end < len(words) and words[end].text == "[":
            depth = 0
            for end in range(position + 2, len(words)):
                depth += (words[end].text == "[") - (words[end].text == "]")
                if depth == 0:
                    break
            end += 1
        moved += [*words[position + 1 : end], word]
        position = end
    return moved


class BodyWalk(Walk):
    """One pass over the words of a body: checks them, builds the tree, names the variables.

    Args:
        source: the text, shown in errors.
        lexemes: the lexeme of each name that is not a variable.
        before: the word before the body, if any.

    Attributes:
        builder: has the tree.
        written: the tokens.
    """

    def __init__(self, source: str, lexemes: dict[str, str], *, before: Word | None = None) -> None:
        super().__init__(_RULES, source, before)
        self.lexemes = lexemes
        self.builder = TreeBuilder()
        self.written: list[int] = []
        self.visible: dict[str, int] = {}
        self.scopes: list[dict[str, int]] = []  # what was visible before each open one
        self.following = ""
        # Of the statement that is read: names that an index counts on, and all names in it.
        self.counted: list[Word] = []
        self.names: list[Word] = []

    def matched(self, word: Word, role: str, rule: str, following: str) -> None:
        """See `Walk`."""
        self.following = following
        if word.terminal == "NAME":
            self.written.append(self.variable(word, role))
            self.names.append(word)
        elif word.terminal == "INT":
            self.written.append(FIRST_INT + int(word.text))
        elif word.terminal in _WORDS or word.terminal in RESULTS:
            self.written.append(token_of(word.terminal))
        else:
            if following == "(":
                raise self.error(word, f"programs have no calls of functions, such as {word.text}(...)")
            self.written.append(EOS if word.terminal == "EOS" else token_of(self.lexemes[word.text]))
        self.builder.word(word.text, word.terminal)

    def variable(self, word: Word, role: str) -> int:
        """The token of a variable, which is declared here or somewhere before."""
        name = word.text
        if self.following == "(":
            raise self.error(word, f"programs have no calls of functions, such as {name}(...)")
        if role == "new":
            check_name(self.source, word)
            if name in self.visible or name in self.lexemes:
                raise self.error(word, f"'{name}' is declared already")
            free = (number for number in range(NUM_NAMES) if number not in self.visible.values())
            if (number := next(free, None)) is None:
                raise self.error(word, f"more than {NUM_NAMES} variables at a time")
            self.visible[name] = number
        elif name not in self.visible:
            raise self.error(word, f"'{name}' is not declared")
        return FIRST_NAME + self.visible[name]

    def act(self, action: str, word: Word) -> None:
        """See `Walk`."""
        if action == "enter":
            if len(self.scopes) == MAX_NESTING:
                raise self.error(word, f"more than {MAX_NESTING} blocks and loops inside each other")
            self.scopes.append(self.visible.copy())
        elif action == "leave":
            self.visible = self.scopes.pop()
        elif action in ("load_cell_up", "load_cell_down", "to_cell_up", "to_cell_down"):
            self.counted.append(self.names[-1])
        elif action in ("store", "init"):
            self.check_order()
        if action in ("store", "init", "inc", "dec", "no_init", "if", "test", "return", "loop"):
            self.counted, self.names = [], []
        self.builder.act(action)

    def check_order(self) -> None:
        """Refuse a statement whose meaning depends on when an index is counted on."""
        for counted in self.counted:
            if sum(word.text == counted.text for word in self.names) > 1:
                what = f"'{counted.text}' is counted on and stands elsewhere in the same statement"
                raise self.error(
                    counted, f"{what}, and C does not say which comes first: write two statements"
                )

    def mismatch(self, word: Word, stack: list[tuple[Symbol, str]]) -> ProgramError:
        """See `Walk`."""
        rules = [rule for _, rule in reversed(stack)]
        return explain(self.source, word, self.before, self.expected(stack), rules=rules)
