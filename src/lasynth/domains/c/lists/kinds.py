"""The kind of a program by its control flow; a `while` loop counts as a `for` loop does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.kinds import Kind
from lasynth.domains.c.lists.grammar import token_of
from lasynth.grammar import IntArray

__all__ = ["Kind", "kind_of", "kinds_of"]

_LOOPS, _IF = (token_of("for"), token_of("while")), token_of("if")


def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
    """The kinds of many programs, `[P, T]` ended and padded by EOS: `[P]` numbers of `Kind`."""
    has_loop: npt.NDArray[np.bool_] = np.isin(tokens_PT, _LOOPS).any(axis=-1)
    has_if: npt.NDArray[np.bool_] = (tokens_PT == _IF).any(axis=-1)
    return int(Kind.FOR_ONLY) * has_loop.astype(np.uint8) + int(Kind.IF_ONLY) * has_if.astype(np.uint8)


def kind_of(tokens: IntArray) -> Kind:
    """The kind of one program, `[T]` tokens."""
    return Kind(int(kinds_of(np.asarray(tokens)[None])[0]))
