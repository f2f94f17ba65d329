"""Karel programs from text and from tokens, and their tokens."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from lasynth.domains.karel.grammar import EOS, NUM_TOKENS, lexeme, token_of
from lasynth.domains.karel.indented_form import parse_indented
from lasynth.domains.karel.json_form import parse_json
from lasynth.domains.karel.printer import format_tokens
from lasynth.domains.karel.syntax import Program
from lasynth.domains.karel.token_form import parse_tokens
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray
from lasynth.limits import MAX_PROGRAM_TOKENS, check_num_tokens, check_program
from lasynth.reading import UnfitError, decode_json

__all__ = ["from_tokens", "parse", "to_tokens"]


def parse(text: str) -> Program:
    """Read a program.

    Args:
        text: in the indented form (`def run():` and a block, see `lasynth.domains.karel.printer`), in
            the benchmark's token form (`DEF run m( ... m)`) or as its JSON (`{"run": [...]}`). The
            beginning of the text says which.

    Raises:
        ProgramError: it is not a program; says where and what was expected.
    """
    check_program(text)
    if text.lstrip().startswith("{"):
        try:
            program = parse_json(decode_json(text))
        except json.JSONDecodeError as error:
            what = f"not JSON: {error.msg.lower()}"
            raise ProgramError(what, source=text, line=error.lineno, column=error.colno) from None
        except UnfitError as error:
            raise ProgramError(str(error)) from None
    else:
        program = parse_tokens(text) if text.lstrip().startswith("DEF") else parse_indented(text)
    if len(text) > MAX_PROGRAM_TOKENS:  # a token has one character at least
        check_num_tokens(format_tokens(program).count(" ") + 1)
    return program


def to_tokens(program: Program) -> IntArray:
    """`[T]` tokens of a program, ended by EOS."""
    words = format_tokens(program).split()
    return np.array([*map(token_of, words), EOS], dtype=np.int32)


def from_tokens(tokens: Sequence[int] | IntArray) -> Program:
    """The tree of a program given as `[T]` tokens, ended by EOS or by the end of the array.

    Raises:
        ProgramError: the tokens are not a program.
    """
    numbers = [int(token) for token in tokens]
    if EOS in numbers:
        numbers = numbers[: numbers.index(EOS)]
    for number in numbers:
        if not 0 <= number < NUM_TOKENS:
            raise ProgramError(f"not a token: {number}")
    return parse_tokens(" ".join(map(lexeme, numbers)))
