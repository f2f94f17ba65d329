"""Statistics of programs of `lists`: the constructs they use, how deep they are nested, what inputs are like.

Shapes: P programs, T tokens, K examples, L numbers of an input.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.constructs import nesting_of
from lasynth.domains.c.lists.grammar import EOS, FIRST_NAME, LISTS, NUM_NAMES, NUMBERS, RESULTS, token_of
from lasynth.domains.c.lists.layout import LIST_WIDTH, LISTS_AT, NUM_LISTS_AT
from lasynth.grammar import IntArray

__all__ = ["CONSTRUCTS", "constructs_of", "depths_of", "figures_of"]

_FOR, _WHILE, _OPEN, _CLOSE = (token_of(text) for text in ("for", "while", "{", "}"))
_AT, _END_AT, _STEPS = token_of("["), token_of("]"), (token_of("++"), token_of("--"))
_BY_LEXEMES: Final = {
    "to a number": (RESULTS[0],),
    "to a list": (RESULTS[1],),
    "in place": (RESULTS[2],),
    **{text: (text,) for text in ("for", "while", "if", "else", "break", "continue", "?", "&&", "||", "!")},
    "* / %": ("*", "/", "%", "*=", "/=", "%="),
    "two lists": (LISTS[1],),
    "a number": NUMBERS,
    "int t[64]": LISTS[-2:],
}
# Constructs in the order in which statistics show them.
CONSTRUCTS: Final = (*_BY_LEXEMES, "a[i++]", "nested loops", "early return")


def constructs_of(tokens_PT: IntArray) -> dict[str, npt.NDArray[np.bool_]]:
    """Which programs use each of `CONSTRUCTS`, `[P]` each.

    `early return` is one inside of a block; a program in place that ends early counts too.
    """
    tokens_PT = np.asarray(tokens_PT, dtype=np.int32)
    found = {
        name: np.asarray(np.isin(tokens_PT, [token_of(text) for text in texts]).any(axis=1))
        for name, texts in _BY_LEXEMES.items()
    }
    names = (tokens_PT >= FIRST_NAME) & (tokens_PT < FIRST_NAME + NUM_NAMES)
    counted = (tokens_PT[:, :-3] == _AT) & names[:, 1:-2] & np.isin(tokens_PT[:, 2:-1], _STEPS)
    found["a[i++]"] = (counted & (tokens_PT[:, 3:] == _END_AT)).any(axis=1)
    found["nested loops"] = depths_of(tokens_PT)[1] > 1
    depth_PT = np.cumsum((tokens_PT == _OPEN).astype(np.int32) - (tokens_PT == _CLOSE), axis=1)
    found["early return"] = ((tokens_PT == token_of("return")) & (depth_PT > 0)).any(axis=1)
    return {name: found[name] for name in CONSTRUCTS}


def depths_of(tokens_PT: IntArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The nesting depth of blocks, and of loops, in each program: `([P], [P])`, 0 where there is none."""
    return nesting_of(tokens_PT, EOS, (_FOR, _WHILE), _OPEN, _CLOSE)


def figures_of(inputs_PKL: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Lengths of lists, and their smallest and largest values, of inputs that have some."""
    inputs = inputs_PKL.reshape(-1, inputs_PKL.shape[-1])
    lengths, least, most = [], [], []
    for number in range((inputs.shape[1] - LISTS_AT) // LIST_WIDTH):
        rows = inputs[inputs[:, NUM_LISTS_AT] > number, LISTS_AT + LIST_WIDTH * number :][:, :LIST_WIDTH]
        inside = np.arange(LIST_WIDTH - 1) < rows[:, :1]
        lengths.append(rows[:, 0])
        filled = inside.any(axis=1)
        least.append(np.where(inside, rows[:, 1:], np.iinfo(np.int32).max).min(axis=1)[filled])
        most.append(np.where(inside, rows[:, 1:], np.iinfo(np.int32).min).max(axis=1)[filled])
    named = {"cells of a list": lengths, "smallest value": least, "largest value": most}
    figures = {name: np.concatenate(parts) for name, parts in named.items() if parts}
    return {name: values for name, values in figures.items() if len(values)}
