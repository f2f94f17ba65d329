"""The kind of a program of `lists` by its control flow; `for` and `while` are both loops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.kinds import Kind
from lasynth.domains.c.lists.grammar import token_of
from lasynth.grammar import IntArray

__all__ = ["Kind", "kind_of", "kinds_of"]

_LOOPS = (token_of("for"), token_of("while"))
_BRANCHES = (token_of("if"), token_of("?"))


def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
    """The kinds of many programs; a choice `c ? x : y` is a branch.

    Args:
        tokens_PT: programs, one per row, ended and padded by EOS.

    Returns:
        `[P]` numbers of `Kind`.
    """
    loops = np.asarray(np.isin(tokens_PT, _LOOPS).any(axis=-1), dtype=np.uint8)
    branches = np.asarray(np.isin(tokens_PT, _BRANCHES).any(axis=-1), dtype=np.uint8)
    return int(Kind.FOR_ONLY) * loops + int(Kind.IF_ONLY) * branches


def kind_of(tokens: IntArray) -> Kind:
    """The kind of one program, `[T]` tokens."""
    return Kind(int(kinds_of(np.asarray(tokens)[None])[0]))
