"""The benchmark's token form as text: a generic walk along the tables of `GRAMMAR` that builds the tree.

The next-token mask and the machine follow the same tables. The reader alone is lenient in one thing: the
benchmark's own parser took `not` inside `not`, so two of them cancel out here.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final

from lasynth.domains.karel import syntax
from lasynth.domains.karel.grammar import (
    EOS,
    GRAMMAR,
    LEXEMES,
    MAX_DEPTH,
    MAX_TIMES,
    TERMINAL_OF_TOKEN,
    token_of,
)
from lasynth.errors import ProgramError
from lasynth.grammar import KIND_ACTION, KIND_NONTERMINAL, KIND_TERMINAL, Symbol
from lasynth.limits import check_num_tokens

__all__ = ["error_at", "parse_tokens", "similar"]

_KNOWN: Final = frozenset(LEXEMES[2:])
_TERMINALS: Final = {name: index for index, name in enumerate(GRAMMAR.terminals)}
_PREDICT: Final[list[list[int]]] = GRAMMAR.tables.predict.tolist()
_PRODUCTIONS: Final = tuple(tuple(reversed(rhs)) for _, rhs in GRAMMAR.productions)
_STATEMENT: Final = frozenset(("ACTION", "WHILE", "REPEAT", "IF", "IFELSE"))
_CLOSING: Final = frozenset(("m)", "w)", "r)", "i)", "e)"))
# Sets of terminals that have a name in plain words, the larger ones first.
_GROUPS: Final = (
    (_STATEMENT, "a statement"),
    (frozenset(("TEST", "not")), "a condition"),
    (frozenset(("TEST",)), "a condition such as frontIsClear"),
    (frozenset(("TIMES",)), f"a count, R=0 to R={MAX_TIMES}"),
    (frozenset(("EOS",)), "the end of the text"),
)


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of the text, empty at its end; `terminal` is its number in the grammar."""

    text: str
    offset: int

    @property
    def terminal(self) -> int:
        return int(TERMINAL_OF_TOKEN[token_of(self.text) if self.text else EOS])


def parse_tokens(text: str) -> syntax.Program:
    """The tree of a text in token form, `DEF run m( ... m)`.

    Raises:
        ProgramError: it is not a program; says where and what was expected.
    """
    words = []
    for found in re.finditer(r"\S+", text):
        words.append(_Word(found[0], found.start()))
        check_num_tokens(len(words))
    for word in words:
        if word.text not in _KNOWN:
            what = f"unknown token '{word.text}'"
            if re.fullmatch(r"R=-?\d+", word.text):
                what = f"'{word.text}' is no count, they are R=0 to R={MAX_TIMES}"
            else:
                what += similar(word.text, _KNOWN)
            raise error_at(text, word.offset, what)
    walk = _Walk(text)
    for word in [*_without_double_not(words), _Word("", len(text.rstrip()))]:
        walk.take(word)
    return syntax.Program(tuple(walk.blocks[0]))


def error_at(source: str, offset: int, what: str, expected: tuple[str, ...] = ()) -> ProgramError:
    """The error that shows the line of an offset with a caret below it."""
    before = (source[:offset] + "x").splitlines()
    return ProgramError(what, source=source, line=len(before), column=len(before[-1]), expected=expected)


def similar(word: str, known: frozenset[str]) -> str:
    """`" (did you mean '...'?)"` where one of the known words is nearly the given one, else nothing."""
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower().removesuffix("()"), lower, n=1, cutoff=0.75)
    return f" (did you mean '{lower[close[0]]}'?)" if close else ""


def _without_double_not(words: list[_Word]) -> list[_Word]:
    """Drop pairs of `not c(` and the brackets that close them."""
    texts = [word.text for word in words]
    kept: list[_Word] = []
    start = 0
    while start < len(words):
        inner = start
        while texts[inner : inner + 2] == ["not", "c("]:
            inner += 2
        count = (inner - start) // 2
        if count < 2:
            inner = start
        elif texts[inner + 1 : inner + 1 + count] != ["c)"] * count:
            return words  # broken in some other way: the walk will say where
        else:
            one = count % 2
            kept += [*words[start : start + 2 * one], *words[inner : inner + 1 + one]]
            start = inner + 1 + count
            continue
        kept.append(words[start])
        start += 1
    return kept


class _Walk:
    """One pass over the words: checks them and builds the tree."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.stack = [Symbol(KIND_NONTERMINAL, 0)]
        self.blocks: list[list[syntax.Statement]] = [[]]  # open ones
        self.closed: list[syntax.Block] = []
        self.heads: list[syntax.Condition | int | None] = []  # of open statements; None stands for an `ELSE`
        self.condition: syntax.Condition | None = None

    def take(self, word: _Word) -> None:
        """Take one word: expand what is on top of the stack, match it, act."""
        at_word = self.stack.copy()
        while True:
            symbol = self.stack.pop()
            if symbol.kind == KIND_ACTION:
                self.act(GRAMMAR.actions[symbol.index], word)
            elif symbol.kind == KIND_TERMINAL:
                if symbol.index != word.terminal:
                    raise self.mismatch(word, at_word)
                break
            else:
                production = _PREDICT[symbol.index][word.terminal]
                if production < 0:
                    raise self.mismatch(word, at_word)
                self.stack += _PRODUCTIONS[production]
        # Actions right behind a word belong to it, as in `lasynth.automaton.shift`.
        while self.stack and self.stack[-1].kind == KIND_ACTION:
            self.act(GRAMMAR.actions[self.stack.pop().index], word)

    def act(self, action: str, word: _Word) -> None:
        """Build what has just been read."""
        if action == "act":
            self.blocks[-1].append(syntax.Action(word.text))
        elif action == "test":
            self.condition = syntax.Condition(word.text)
        elif action == "negated":
            assert self.condition is not None
            self.condition = syntax.Condition(self.condition.name, negated=True)
        elif action == "open":
            if len(self.blocks) > MAX_DEPTH:
                what = f"more than {MAX_DEPTH} blocks inside each other"
                raise error_at(self.source, word.offset, what)
            self.blocks.append([])
        elif action == "close":
            self.closed.append(tuple(self.blocks.pop()))
        elif action in ("while", "if"):
            self.heads.append(self.condition)
        elif action == "repeat":
            self.heads.append(int(word.text.removeprefix("R=")))
        elif action == "else":
            self.heads.append(None)
        elif action in ("end_while", "end_repeat", "end_if"):
            self.blocks[-1].append(self.statement(action))

    def statement(self, action: str) -> syntax.Statement:
        """The statement that ends here."""
        body, head = self.closed.pop(), self.heads.pop()
        if head is None:
            condition = self.heads.pop()
            assert isinstance(condition, syntax.Condition)
            return syntax.IfElse(condition, self.closed.pop(), body)
        if isinstance(head, int):
            return syntax.Repeat(head, body)
        return syntax.While(head, body) if action == "end_while" else syntax.If(head, body)

    def mismatch(self, word: _Word, stack: list[Symbol]) -> ProgramError:
        """The error on a word that the grammar does not take; `stack` is as it was before the word."""
        expected = {name for name, index in _TERMINALS.items() if _accepts(stack, index)}
        if not word.text:
            what = "the program is cut short"
        elif word.text in _CLOSING and expected == _STATEMENT:
            what = "this block is empty"
        else:
            what = f"unexpected '{word.text}'"
        named = []
        for group, name in _GROUPS:
            if group <= expected:
                named.append(name)
                expected -= group
        named += sorted(f"'{name}'" for name in expected)
        return error_at(self.source, word.offset, what, tuple(named))


def _accepts(stack: list[Symbol], terminal: int) -> bool:
    """Whether a terminal may come next; `lasynth.automaton.peek` in plain Python."""
    rest = stack.copy()
    while rest:
        symbol = rest.pop()
        if symbol.kind == KIND_TERMINAL:
            return symbol.index == terminal
        if symbol.kind == KIND_NONTERMINAL:
            production = _PREDICT[symbol.index][terminal]
            if production < 0:
                return False
            rest += _PRODUCTIONS[production]
    return False
