"""Programs as text, and back. A program is its own syntax tree: its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from lasynth.domains.base import Text, Tokens
from lasynth.domains.kit.rows import ended
from lasynth.errors import ProgramError
from lasynth_strings.grammar import EOS, LEXEMES, MASKING, NUM_TOKENS, TERMINALS

__all__ = ["TEXT"]

_TOKEN_OF: Final = {lexeme: token for token, lexeme in enumerate(LEXEMES)}
_LEXEMES: Final = "|".join(sorted(map(re.escape, LEXEMES), key=len, reverse=True))
# Blanks, a constant, a lexeme (the longest that fits), or a character that no program has here.
_TOKEN: Final = re.compile(rf'\s+|"(?P<constant>[^"\n]+)"|{_LEXEMES}|.')
# What messages call a terminal.
_WORDS: Final = {
    "EOS": "the end",
    "out += ": '"out += "',
    "s": '"s"',
    "CHAR": "a constant",
    "CASE": "upper(), lower() or title()",
    "INDEX": "an index",
    "SLICE": "a slice",
    "SPLIT": "split()",
}


def _lexemes(text: str) -> Iterator[tuple[str, int]]:
    """The lexemes of a text, each with its place."""
    for found in _TOKEN.finditer(text):
        for number, character in enumerate(found["constant"] or ""):
            if number:
                yield "out += ", found.start()
            yield f'"{character}"', found.start() + number + 1
        if not found["constant"] and not found[0].isspace():
            yield found[0], found.start()
    yield LEXEMES[EOS], len(text.rstrip())


def parse(text: str) -> Tokens:
    """The tokens of a text.

    Raises:
        ProgramError: it is not a program; says where and what was expected.
    """
    tokens = []
    mask = MASKING.mask(1, NUM_TOKENS)
    for lexeme, place in _lexemes(text):
        allowed = mask.allowed()[0]
        token = _TOKEN_OF.get(lexeme)
        if token is None or not allowed[token]:
            raise ProgramError(
                "the program ends too early" if token == EOS else f"unexpected {lexeme}",
                source=text,
                line=text.count("\n", 0, place) + 1,
                column=place - text.rfind("\n", 0, place),
                expected=sorted({_WORDS[TERMINALS[other]] for other in np.flatnonzero(allowed)}),
            )
        mask.advance([token])
        tokens.append(token)
    return np.array(tokens, dtype=np.int32)


def format_program(tokens: Tokens) -> str:
    """The text of a program, a line a statement; constants that follow each other are one."""
    text = "".join(LEXEMES[token] for token in tokens if token != EOS)
    return text.replace("out += ", "\nout += ").lstrip("\n").replace('"\nout += "', "")


def from_tokens(tokens: Tokens) -> Tokens:
    """The program at the beginning of tokens.

    Raises:
        ProgramError: there is none.
    """
    program = ended(tokens, EOS)
    try:
        MASKING.allowed_along(program[None], NUM_TOKENS)
    except ValueError as error:
        raise ProgramError(str(error)) from None
    return program


TEXT: Final = Text(
    parse=parse, format=format_program, to_tokens=lambda program: program, from_tokens=from_tokens
)
