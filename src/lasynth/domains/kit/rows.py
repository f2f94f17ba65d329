"""Programs as rows of one array: ended and padded by EOS, and back.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lasynth.grammar import IntArray

__all__ = ["ended", "padded"]


def padded(programs: Sequence[npt.ArrayLike], eos: int, width: int | None = None) -> IntArray:
    """Programs of any lengths as one array.

    Args:
        programs: P rows of tokens.
        eos: what stands behind each program.
        width: T; the length of the longest program unless given.

    Returns:
        `[P, T]`.

    Raises:
        ValueError: a program longer than `width`.
    """
    rows = [np.asarray(program, dtype=np.int32) for program in programs]
    longest = max(map(len, rows), default=0)
    tokens_PT = np.full((len(rows), longest if width is None else width), eos, dtype=np.int32)
    for tokens, row in zip(tokens_PT, rows, strict=True):
        tokens[: len(row)] = row
    return tokens_PT


def ended(tokens_T: npt.ArrayLike, eos: int) -> IntArray:
    """A copy of a program, cut behind its first EOS; the whole of it where there is none."""
    tokens = np.array(tokens_T, dtype=np.int32)
    ends = np.flatnonzero(tokens == eos)
    return tokens[: ends[0] + 1] if len(ends) else tokens
