"""The kind of a program by its control flow: Seq-only, If-only, Loop-only, Mixture (Fig. 4 of the paper).

The paper calls Loop-only "Repeat/While-only": loops of one of the two sorts and no branch. A program with
both sorts of loops is a mixture.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.grammar import token_of
from lasynth.grammar import IntArray

__all__ = ["Kind", "kind_of", "kinds_of"]

_WHILE, _REPEAT, _IF, _IFELSE = (token_of(text) for text in ("WHILE", "REPEAT", "IF", "IFELSE"))


class Kind(IntEnum):
    """The control flow of a program. The numbers are stored in data shards."""

    SEQ_ONLY = 0
    IF_ONLY = 1
    LOOP_ONLY = 2
    MIXTURE = 3

    @property
    def label(self) -> str:
        """The name, such as `"Loop-only"`."""
        return ("Seq-only", "If-only", "Loop-only", "Mixture")[self]


def kinds_of(tokens_PT: IntArray) -> npt.NDArray[np.uint8]:
    """The kinds of many programs.

    Args:
        tokens_PT: programs, one per row, ended and padded by EOS.

    Returns:
        `[P]` numbers of `Kind`.
    """
    tokens_PT = np.asarray(tokens_PT)
    repeats, loops = ((tokens_PT == token).any(axis=-1) for token in (_REPEAT, _WHILE))
    branches = ((tokens_PT == _IF) | (tokens_PT == _IFELSE)).any(axis=-1)
    kinds_P = np.where(branches, int(Kind.IF_ONLY), int(Kind.SEQ_ONLY)).astype(np.uint8)
    kinds_P[repeats ^ loops] = Kind.LOOP_ONLY
    kinds_P[(repeats & loops) | (branches & (repeats | loops))] = Kind.MIXTURE
    return kinds_P


def kind_of(tokens: IntArray) -> Kind:
    """The kind of one program, `[T]` tokens."""
    return Kind(int(kinds_of(np.asarray(tokens)[None])[0]))
