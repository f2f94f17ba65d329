"""What lists hold behind a partial program, where the partial program is one itself.

Shapes: B programs, T tokens, X cuts, K examples, N cells.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.mask import TABLES
from lasynth.domains.kit import parts

__all__ = ["NOT_KNOWN", "run_partial"]

# Stands in a list that is not known: the partial program does not parse, or its run failed.
NOT_KNOWN = np.iinfo(np.int32).max


def run_partial(
    tokens_BT: npt.NDArray[np.int32],
    inputs_BKN: npt.NDArray[np.int32],
    row_X: npt.NDArray[np.int64],
    length_X: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """Run the first `length_X` tokens of programs `row_X` on their inputs.

    Returns:
        `[X, K, N]` lists, `NOT_KNOWN` throughout where there is none; and `[X, K]` where there is one.
    """
    outputs, known_XK = parts.run_partial(TABLES, run_batch, tokens_BT, inputs_BKN, row_X, length_X)
    outputs[~known_XK] = NOT_KNOWN
    return outputs, known_XK
