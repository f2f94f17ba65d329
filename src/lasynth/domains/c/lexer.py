"""C text as words: identifiers, decimal integers, operators; comments and white space dropped.

Nothing but an open comment is refused here. Words that C has and the subset lacks come out with an empty
terminal; `lasynth.domains.c.diagnosis` knows what to tell a user who wrote one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lasynth.domains.c.grammar import FIRST_INT, GRAMMAR
from lasynth.errors import ProgramError

__all__ = ["DECIMAL", "KEYWORDS", "MAX_LITERAL", "Word", "error_at", "words_of"]

# Literal n is token FIRST_INT + n, and tokens are 32-bit.
MAX_LITERAL: Final = 2**31 - 1 - FIRST_INT

DECIMAL: Final = re.compile(r"0|[1-9][0-9]*")
KEYWORDS: Final = frozenset(
    (
        *("auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum"),
        *("extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return"),
        *("short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void"),
        *("volatile", "while", "_Bool", "_Complex", "_Imaginary"),
    )
)
# The terminals that are words of C themselves, so not NAME, INT and EOS; `a` depends on the program.
_TERMINALS = frozenset(GRAMMAR.terminals) - {"NAME", "INT", "EOS", "a"}
_WORD = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<number>\d[\w.]*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<other>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'
        |<<=|>>=|\.\.\.|[-+*/%&|^<>=!]=|\+\+|--|->|&&|\|\||<<|>>|.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a program.

    Attributes:
        text: as it stands in the source; empty at the end of the source.
        terminal: the terminal of `GRAMMAR` it is, or an empty string where the subset lacks it.
        offset: where it begins in the source, in characters.
        inserted: whether it is not in the source but was put there by `lasynth.domains.c.leniency`.
    """

    text: str
    terminal: str
    offset: int
    inserted: bool = False


def words_of(source: str) -> list[Word]:
    """The words of a text, the last one being the end of the text (terminal `EOS`).

    Raises:
        ProgramError: a comment that is not closed.
    """
    words = []
    for found in _WORD.finditer(source):
        text, offset = found[0], found.start()
        if found["space"]:
            continue
        if text == "/" and source.startswith("/*", offset):
            raise error_at(source, offset, "this comment has no end", ("'*/'",))
        if found["number"]:
            fits = DECIMAL.fullmatch(text) and int(text) <= MAX_LITERAL
            terminal = "INT" if fits else ""
        elif found["name"] and text not in KEYWORDS:
            terminal = "NAME"
        else:
            terminal = text if text in _TERMINALS else ""
        words.append(Word(text, terminal, offset))
    return [*words, Word("", "EOS", len(source))]


def error_at(source: str, offset: int, what: str, expected: tuple[str, ...] = ()) -> ProgramError:
    """The error that shows the line of an offset with a caret below it."""
    before = (source[:offset] + "x").splitlines()
    return ProgramError(what, source=source, line=len(before), column=len(before[-1]), expected=expected)
