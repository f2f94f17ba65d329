"""The kind of a program by its control flow: Seq-only, If-only, For-only, Mixture (Fig. 6 of the paper)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.grammar import token_of
from lasynth.grammar import IntArray

__all__ = ["Kind", "kind_of", "kinds_of"]

_FOR, _IF = token_of("for"), token_of("if")


class Kind(IntEnum):
    """The control flow of a program. The numbers are stored in data shards."""

    SEQ_ONLY = 0
    IF_ONLY = 1
    FOR_ONLY = 2
    MIXTURE = 3

    @property
    def label(self) -> str:
        """The name in the paper, such as `"For-only"`."""
        return ("Seq-only", "If-only", "For-only", "Mixture")[self]


def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
    """The kinds of many programs.

    Args:
        tokens_PT: programs, one per row, ended and padded by EOS.

    Returns:
        `[P]` numbers of `Kind`.
    """
    has_for: npt.NDArray[np.bool_] = (tokens_PT == _FOR).any(axis=-1)
    has_if: npt.NDArray[np.bool_] = (tokens_PT == _IF).any(axis=-1)
    return int(Kind.FOR_ONLY) * has_for.astype(np.uint8) + int(Kind.IF_ONLY) * has_if.astype(np.uint8)


def kind_of(tokens: IntArray) -> Kind:
    """The kind of one program, `[T]` tokens."""
    return Kind(int(kinds_of(np.asarray(tokens)[None])[0]))
