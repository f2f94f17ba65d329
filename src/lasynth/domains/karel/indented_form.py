"""The indented form of a program as text: `while frontIsClear:` with its block indented below.

The first line `def run():` may be left out, actions and conditions may carry `()`, blank lines and
comments (`# ...`) are dropped, any indentation will do as long as a block keeps to its own.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Final

from lasynth.domains.karel import syntax
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, MAX_DEPTH, MAX_TIMES
from lasynth.domains.karel.token_form import similar
from lasynth.errors import ProgramError
from lasynth.limits import check_num_tokens

__all__ = ["parse_indented"]

# The quantifiers give nothing back, so that no line is looked at twice.
_HEADER: Final = re.compile(r"def\s++run\s*+(?:\(\s*+\)\s*+)?+:?")
_ACTION: Final = re.compile(r"(\w++)\s*+(?:\(\s*+\)\s*+)?+;?")
_TIMES: Final = re.compile(r"(\(\s*+)?+(?:R=)?([0-9]{1,9})(?(1)\s*+\))")
_STATEMENT_WORDS: Final = frozenset((*ACTION_NAMES, "while", "repeat", "if", "else"))
_CONDITION_WORDS: Final = frozenset((*CONDITION_NAMES, "not"))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that holds something: its number, how far it is indented, and its text."""

    number: int
    indent: int
    text: str


def parse_indented(text: str) -> syntax.Program:
    """The tree of a text in the indented form.

    Raises:
        ProgramError: it is not a program; says where and what was expected.
    """
    return _Reader(text).program()


class _Reader:
    """Goes down the lines, one block inside the other."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: list[_Line] = []
        for number, raw in enumerate(source.splitlines(), 1):
            line = raw.split("#", 1)[0].expandtabs(8).rstrip()
            if line.strip():
                self.lines.append(_Line(number, len(line) - len(line.lstrip()), line.strip()))
        check_num_tokens(len(self.lines))
        self.at = 0
        self.indents: list[int] = []  # of the open blocks

    def program(self) -> syntax.Program:
        if not self.lines:
            raise ProgramError("the program is empty", expected=("an action such as move",))
        first = self.lines[0]
        if first.text.split()[0] == "def":
            if not _HEADER.fullmatch(first.text):
                raise self.error(first, "the first line is 'def run():'")
            self.at = 1
            self.indents.append(first.indent)
            body = self.block(first, first.indent, 0)
        else:
            body = self.statements(first.indent, 0)
        if self.at < len(self.lines):
            raise self.error(self.lines[self.at], "this line is indented less than the program")
        return syntax.Program(body)

    def block(self, head: _Line, indent: int, depth: int) -> syntax.Block:
        """The block below a line that ends with a colon."""
        if depth > MAX_DEPTH:
            raise self.error(head, f"more than {MAX_DEPTH} blocks inside each other")
        if self.at == len(self.lines) or self.lines[self.at].indent <= indent:
            raise self.error(head, "the block below this line is empty, indent what belongs to it")
        return self.statements(self.lines[self.at].indent, depth)

    def statements(self, indent: int, depth: int) -> syntax.Block:
        """The statements that begin at one indentation, up to a line that is indented less."""
        found = []
        self.indents.append(indent)
        while self.at < len(self.lines) and self.lines[self.at].indent >= indent:
            line = self.lines[self.at]
            if line.indent > indent:
                raise self.error(line, "this line is indented more than the one above it")
            self.at += 1
            found.append(self.statement(line, depth))
        self.indents.pop()
        if self.at < len(self.lines):
            line = self.lines[self.at]
            if line.indent not in self.indents:
                raise self.error(line, "the indentation of this line is that of no block around it")
        return tuple(found)

    def statement(self, line: _Line, depth: int) -> syntax.Statement:
        word = re.split(r"[\s:(]", line.text, maxsplit=1)[0]
        if word not in ("while", "repeat", "if"):
            action = _ACTION.fullmatch(line.text)
            if action is not None and action[1] in ACTION_NAMES:
                return syntax.Action(action[1])
            raise self.no_statement(line, word)
        if ":" in line.text and not line.text.endswith(":"):
            at = line.text.index(":") + 1
            raise self.error(line, "the block begins on a line of its own", at + 1)
        rest = line.text[len(word) :].removesuffix(":").strip()
        if not line.text.endswith(":"):
            raise self.error(line, "this line ends without ':'", len(line.text))
        if word == "repeat":
            times = self.times(line, rest)
            return syntax.Repeat(times, self.block(line, line.indent, depth + 1))
        condition = self.condition(line, rest, word)
        body = self.block(line, line.indent, depth + 1)
        if word == "while":
            return syntax.While(condition, body)
        if self.at < len(self.lines):
            other = self.lines[self.at]
            if other.indent == line.indent and re.fullmatch(r"else\s*:", other.text):
                self.at += 1
                return syntax.IfElse(condition, body, self.block(other, other.indent, depth + 1))
        return syntax.If(condition, body)

    def times(self, line: _Line, text: str) -> int:
        number = _TIMES.fullmatch(text)
        if number is None:
            raise self.error(line, "after 'repeat' stands a number, as in 'repeat 5:'", len("repeat") + 1)
        if int(number[2]) > MAX_TIMES:
            raise self.error(line, f"a count is 0 to {MAX_TIMES}", line.text.index(number[2]))
        return int(number[2])

    def condition(self, line: _Line, text: str, word: str) -> syntax.Condition:
        found = re.findall(r"[^\s()]++|[()]", text)
        before = list(itertools.takewhile(lambda part: part in ("not", "("), found))
        rest = found[len(before) :]
        after = rest[3:] if rest[1:3] == ["(", ")"] else rest[1:]
        names = [part for part in rest if part not in "()"]
        closed = after == [")"] * before.count("(")
        if len(names) == 1 and names[0] in CONDITION_NAMES and closed:
            return syntax.Condition(names[0], before.count("not") % 2 == 1)
        column = line.text.index(names[0], len(word)) if names else len(word)
        if len(names) == 1 and names[0] not in CONDITION_NAMES:
            what = f"unknown condition '{names[0]}'{similar(names[0], _CONDITION_WORDS)}"
        elif len(names) == 1:
            what = "the parentheses of this condition do not match"
        elif names:
            what = "a condition is one question, with or without 'not'"
        else:
            what = f"after '{word}' stands a condition"
        raise self.error(line, what, column, ("one of " + ", ".join(CONDITION_NAMES),))

    def no_statement(self, line: _Line, word: str) -> ProgramError:
        if word == "else":
            return self.error(line, "this 'else' belongs to no 'if'")
        if word == "elif":
            return self.error(line, "there is no 'elif': write 'else:' and an 'if' in its block")
        if word in ACTION_NAMES:
            return self.error(line, "one action stands on a line", len(word))
        hint = similar(word, _STATEMENT_WORDS)
        return self.error(
            line, f"unknown statement '{word}'{hint}", 0, ("an action", "while", "repeat", "if")
        )

    def error(self, line: _Line, what: str, column: int = 0, expected: tuple[str, ...] = ()) -> ProgramError:
        source = self.source.expandtabs(8)
        at = line.indent + min(column, len(line.text)) + 1
        return ProgramError(what, source=source, line=line.number, column=at, expected=expected)
