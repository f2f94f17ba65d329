"""C text as words: identifiers, decimal integers, operators; comments and white space dropped.

Trigraphs, digraphs, and lines that a backslash joins are read as C99 reads them. Only a comment without an
end is refused here. Words that C has and the subset lacks come out with an empty terminal;
`lasynth.domains.c.diagnosis` knows what to tell a user who wrote one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from lasynth.domains.c.grammar import FIRST_INT, GRAMMAR
from lasynth.errors import ProgramError
from lasynth.limits import check_num_tokens

__all__ = ["DECIMAL", "KEYWORDS", "MAX_LITERAL", "Word", "check_name", "error_at", "words_of"]

# Literal n is token FIRST_INT + n, and tokens are 32-bit.
MAX_LITERAL: Final = 2**31 - 1 - FIRST_INT
# What the frame adds to the words of a printed program.
_MAX_FRAME: Final = 16
_MAX_DIGITS: Final = len(str(MAX_LITERAL))

DECIMAL: Final = re.compile(r"0|[1-9][0-9]*")
KEYWORDS: Final = frozenset(
    (
        *("auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum"),
        *("extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return"),
        *("short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void"),
        *("volatile", "while", "_Bool", "_Complex", "_Imaginary"),
    )
)
_RESERVED = re.compile(r"_[_A-Z]")
# The terminals that are words of C themselves, so not NAME, INT and EOS; `a` depends on the program.
_TERMINALS = frozenset(GRAMMAR.terminals) - {"NAME", "INT", "EOS", "a"}
_WORD = re.compile(
    r"""(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
    | (?P<number>\d[\w.]*)
    | (?P<name>[A-Za-z_]\w*)
    | (?P<other>"(?:[^"\\\r\n]|\\[^\r\n])*+"?|'(?:[^'\\\r\n]|\\[^\r\n])*+'?
        |<:|:>|<%|%>|%:|<<=|>>=|\.\.\.|[-+*/%&|^<>=!]=|\+\+|--|->|&&|\|\||<<|>>|.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
# What C does to a text before it has words: trigraphs, and a backslash that joins two lines. Compilers
# overlook blanks between it and the end of the line, and take a carriage return for an end.
_BEFORE_WORDS = re.compile(r"(?:\\|\?\?/)[ \t\v\f]*(?:\r\n?|\n)|\?\?([=/'()!<>-])")
_TRIGRAPHS: Final = dict(zip("=/'()!<>-", "#\\^[]|{}~", strict=True))
_DIGRAPHS: Final = {"<:": "[", ":>": "]", "<%": "{", "%>": "}", "%:": "#"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a program.

    Attributes:
        text: as it stands in the source, digraphs as what they mean; empty at the end of the source.
        terminal: the terminal of `GRAMMAR` it is, or an empty string where the subset lacks it.
        offset: where it begins in the source, in characters.
        inserted: whether it is not in the source but was put there by `lasynth.domains.c.leniency`.
    """

    text: str
    terminal: str
    offset: int
    inserted: bool = False


def words_of(
    source: str, terminals: AbstractSet[str] = _TERMINALS, max_literal: int = MAX_LITERAL
) -> list[Word]:
    """The words of a text, the last one being the end of the text (terminal `EOS`).

    Args:
        source: the text.
        terminals: those words of C that are terminals of the dialect.
        max_literal: its largest integer.

    Raises:
        ProgramError: a comment that is not closed, or more than `MAX_PROGRAM_TOKENS` words.
    """
    words = []
    translated, in_source = _translated(source)
    for found in _WORD.finditer(translated):
        text, offset = _DIGRAPHS.get(found[0], found[0]), in_source(found.start())
        if found["space"]:
            continue
        if text == "/" and translated.startswith("/*", found.start()):
            raise error_at(source, offset, "this comment has no end", ("'*/'",))
        if found["number"]:
            fits = DECIMAL.fullmatch(text) and len(text) <= _MAX_DIGITS and int(text) <= max_literal
            terminal = "INT" if fits else ""
        elif found["name"] and text not in KEYWORDS:
            terminal = "NAME"
        else:
            terminal = text if text in terminals else ""
        words.append(Word(text, terminal, offset))
        check_num_tokens(len(words) - _MAX_FRAME)
    return [*words, Word("", "EOS", len(source))]


def _translated(source: str) -> tuple[str, Callable[[int], int]]:
    """The text without trigraphs, its lines joined, and the map from places in it to places in the source."""
    pieces: list[str] = []
    starts, shifts = [0], [0]  # from such a place on, places in the source are so much further
    size = last = 0
    for found in _BEFORE_WORDS.finditer(source):
        put = _TRIGRAPHS[found[1]] if found[1] else ""
        pieces += (source[last : found.start()], put)
        size += found.start() - last + len(put)
        last = found.end()
        starts.append(size)
        shifts.append(last - size)
    pieces.append(source[last:])
    return "".join(pieces), lambda place: place + shifts[bisect_right(starts, place) - 1]


def check_name(source: str, word: Word) -> None:
    """Check a name that a program declares.

    Raises:
        ProgramError: C keeps it for compilers, which may define it as anything.
    """
    if _RESERVED.match(word.text):
        what = "names that begin with '__', or with '_' and a capital letter, are reserved for compilers"
        raise error_at(source, word.offset, what)


def error_at(source: str, offset: int, what: str, expected: tuple[str, ...] = ()) -> ProgramError:
    """The error that shows the line of an offset with a caret below it."""
    before = (source[:offset] + "x").splitlines()
    return ProgramError(what, source=source, line=len(before), column=len(before[-1]), expected=expected)
