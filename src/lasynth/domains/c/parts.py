"""Programs taken apart at their outermost statements, and one put behind another.

Shapes: T tokens.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.grammar import EOS, FIRST_INT, FIRST_NAME, FIRST_OTHER_NAME, token_of

__all__ = ["EXCHANGEABLE", "beginnings", "chain"]

Tokens = npt.NDArray[np.int32]

# Tokens of which one may stand where another does; what is no program then does not run.
EXCHANGEABLE: Final = (
    tuple(range(FIRST_NAME, FIRST_INT + 17)),  # names and numbers, as indices and as operands
    *(
        tuple(map(token_of, words.split()))
        for words in ("< <= > >= == !=", "&& ||", "+ -", "= += -=", "++ --")
    ),
)
_STEP: Final = {token_of(text): 1 for text in "([{"} | {token_of(text): -1 for text in ")]}"}
_SEMICOLON: Final = token_of(";")
_BRACE: Final = token_of("}")
_ELSE: Final = token_of("else")
_DECLARE: Final = token_of("int")


def beginnings(tokens_T: Tokens) -> list[Tokens]:
    """The programs that a program begins with: its declarations and 1, 2, ... all outermost statements."""
    tokens, first = _split(tokens_T)
    depths = list(accumulate(_STEP.get(token, 0) for token in tokens))
    ends = []
    for place in range(first, len(tokens)):
        ended = depths[place] == 0 and tokens[place] in (_SEMICOLON, _BRACE)
        if ended and tokens[place + 1 : place + 2] != [_ELSE]:
            ends.append(place + 1)
    return [np.array([*tokens[:end], EOS], dtype=np.int32) for end in ends]


def chain(first_T: Tokens, second_T: Tokens) -> Tokens | None:
    """The program that does what one does and then what another does; None where names run out."""
    first, first_start = _split(first_T)
    second, second_start = _split(second_T)
    used = [{token for token in tokens if FIRST_NAME <= token < FIRST_INT} for tokens in (first, second)]
    declared = [_declared(first[:first_start]), _declared(second[:second_start])]
    # Two loops may count with the same name, but no name is declared twice, or in a loop and around it.
    clashing = (used[1] & declared[0]) | (used[0] & declared[1])
    names: dict[int, int] = {}
    for name in sorted(clashing):
        counts = name < FIRST_OTHER_NAME
        kind = range(FIRST_NAME, FIRST_OTHER_NAME) if counts else range(FIRST_OTHER_NAME, FIRST_INT)
        free = next((other for other in kind if other not in used[0] | used[1] | set(names.values())), None)
        if free is None:
            return None
        names[name] = free
    second = [names.get(token, token) for token in second]
    parts = first[:first_start], second[:second_start], first[first_start:], second[second_start:]
    return np.array([*parts[0], *parts[1], *parts[2], *parts[3], EOS], dtype=np.int32)


def _declared(tokens: list[int]) -> set[int]:
    """The names of declarations, each `int NAME ... ;`."""
    return {name for word, name in pairwise(tokens) if word == _DECLARE}


def _split(tokens_T: Tokens) -> tuple[list[int], int]:
    """The tokens before EOS, and where the statements begin."""
    tokens: list[int] = tokens_T.tolist()
    if EOS in tokens:
        tokens = tokens[: tokens.index(EOS)]
    start = 0
    while tokens[start : start + 1] == [_DECLARE]:
        start = tokens.index(_SEMICOLON, start) + 1
    return tokens, start
