"""Statistics of Karel programs: the constructs they use, and how deep their blocks and loops are nested.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, token_of
from lasynth.grammar import IntArray

__all__ = ["CONSTRUCTS", "constructs_of", "depths_of"]

_OPEN = np.array([token_of(text) for text in ("r(", "w(", "i(", "e(")])
_CLOSE = np.array([token_of(text) for text in ("r)", "w)", "i)", "e)")])
_OPEN_LOOP, _CLOSE_LOOP = _OPEN[:2], _CLOSE[:2]
# Constructs in the order in which statistics show them, as the benchmark writes them.
CONSTRUCTS: Final = (*ACTION_NAMES, "REPEAT", "WHILE", "IF", "IFELSE", *CONDITION_NAMES, "not")


def constructs_of(tokens_PT: IntArray) -> dict[str, npt.NDArray[np.bool_]]:
    """Which programs use each of `CONSTRUCTS`, `[P]` each; programs are ended and padded by EOS."""
    return {text: (np.asarray(tokens_PT) == token_of(text)).any(axis=1) for text in CONSTRUCTS}


def depths_of(tokens_PT: IntArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The nesting depth of blocks, and of loops, in each program: `([P], [P])`, 0 where there is none."""
    return _deepest(tokens_PT, _OPEN, _CLOSE), _deepest(tokens_PT, _OPEN_LOOP, _CLOSE_LOOP)


def _deepest(tokens_PT: IntArray, opening: IntArray, closing: IntArray) -> npt.NDArray[np.uint8]:
    steps_PT = np.isin(tokens_PT, opening).astype(np.int16) - np.isin(tokens_PT, closing)
    return np.cumsum(steps_PT, axis=1, dtype=np.int16).max(axis=1, initial=0).astype(np.uint8)
