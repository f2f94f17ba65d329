"""Programs taken apart at their outermost statements, and one put behind another.

Shapes: T tokens.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, EOS, FIRST_TIMES, MAX_TIMES, token_of

__all__ = ["EXCHANGEABLE", "beginnings", "chain"]

Tokens = npt.NDArray[np.int32]

_HEAD: Final = [token_of(text) for text in ("DEF", "run", "m(")]
_END: Final = token_of("m)")
_ELSE: Final = token_of("ELSE")
# Tokens of which one may stand where another does.
EXCHANGEABLE: Final = (
    tuple(map(token_of, ACTION_NAMES)),
    tuple(map(token_of, CONDITION_NAMES)),
    tuple(range(FIRST_TIMES, FIRST_TIMES + MAX_TIMES + 1)),
)
_BLOCKS: Final = "wrie"
_STEP: Final = {token_of(f"{kind}("): 1 for kind in _BLOCKS} | {token_of(f"{kind})"): -1 for kind in _BLOCKS}
_ENDS: Final = {token_of(text) for text in (*ACTION_NAMES, *(f"{kind})" for kind in _BLOCKS))}


def beginnings(tokens_T: Tokens) -> list[Tokens]:
    """The programs that a program begins with: its first 1, 2, ... all outermost statements."""
    body = _body(tokens_T)
    depths = list(accumulate(_STEP.get(token, 0) for token in body))
    ends = []
    for place, token in enumerate(body):
        ended = depths[place] == 0 and token in _ENDS
        if ended and body[place + 1 : place + 2] != [_ELSE]:
            ends.append(place + 1)
    return [_program(body[:end]) for end in ends]


def chain(first_T: Tokens, second_T: Tokens) -> Tokens:
    """The program that does what one does and then what another does."""
    return _program(_body(first_T) + _body(second_T))


def _body(tokens_T: Tokens) -> list[int]:
    tokens: list[int] = tokens_T.tolist()
    return tokens[len(_HEAD) : tokens.index(_END)]


def _program(body: list[int]) -> Tokens:
    return np.array([*_HEAD, *body, _END, EOS], dtype=np.int32)
