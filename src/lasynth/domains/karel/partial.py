"""The worlds behind a partial program, where it is one itself once its block is closed.

Shapes: B programs, T tokens, X cuts, K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Status, Tokens
from lasynth.domains.karel import grammar
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.world import WorldArray

__all__ = ["run_partial"]


def run_partial(
    tokens_BT: Tokens,
    inputs_BKW: npt.NDArray[Any],
    row_X: npt.NDArray[np.int64],
    length_X: npt.NDArray[np.int64],
) -> tuple[WorldArray, npt.NDArray[np.bool_]]:
    """Run the first `length_X` tokens of programs `row_X` in their worlds.

    Returns:
        `[X, K, W]` worlds, with the crash flag up where the partial program has none; and `[X, K]` where it
        has one.
    """
    columns = np.arange(tokens_BT.shape[1] + 2)
    padded = np.pad(tokens_BT, ((0, 0), (0, 2)), constant_values=grammar.EOS)[row_X]
    prefixes = np.where(columns < length_X[:, None], padded, grammar.EOS)
    # What is cut off behind a statement of the outermost block lacks the end of that block only.
    end = grammar.token_of("m)")
    open_X = ~(prefixes == end).any(axis=1)
    prefixes[open_X, length_X[open_X]] = end
    worlds_XK, statuses_XK = run_batch(prefixes.astype(np.int32), inputs_BKW[row_X])
    return worlds_XK, statuses_XK == Status.OK
