"""Which language a program is of that was written for one of several, each wider than the one before."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from lasynth import domains
from lasynth.domains.base import Language
from lasynth.errors import InputError, ProgramError

__all__ = ["understood"]

T = TypeVar("T")


def understood(text: str, read: Callable[[Language], T], *, domain: str) -> tuple[Language, Any, T]:
    """The first language, from one to those wider than it, that takes a program and what it is to run on.

    Args:
        text: of the program.
        read: reads the inputs as those of a language.
        domain: the narrowest language.

    Returns:
        The language, the program's syntax tree and the inputs.

    Raises:
        InputError: a language takes the program, but not the inputs.
        ProgramError: none takes the program; of those that read furthest into the text.
    """
    wrong_input: InputError | None = None
    wrong_program: ProgramError | None = None
    for language in domains.widening(domain):
        try:
            tree = language.text.parse(text)
        except ProgramError as error:
            if wrong_program is None or _place(error) >= _place(wrong_program):
                wrong_program = error
            continue
        try:
            return language, tree, read(language)
        except InputError as error:
            wrong_input = wrong_input or error
    error_of_user = wrong_input or wrong_program
    assert error_of_user is not None
    raise error_of_user


def _place(error: ProgramError) -> tuple[float, float]:
    """Where in a text an error is; one that is at no place is about the whole program, which was read."""
    return (math.inf, 0) if error.line is None else (error.line, error.column or 0)
