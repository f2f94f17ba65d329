"""The beginnings of random programs that a search tries first, and how common they are.

`bank.npz` holds the beginnings of programs of `mixed`, cut behind their outermost statements: one of each
behaviour, with the number of programs that begin so. `experiments/bank.py` makes it: what it draws of the
splits valid and test is left out, and what is one edit from common beginnings is added, with an estimated
number. The programs are for lists of five cells; for other lengths the bounds of their loops are moved.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from lasynth.domains.base import Tokens
from lasynth.domains.c.grammar import EOS, FIRST_INT, token_of
from lasynth.domains.unlearned import Bank

__all__ = ["bank"]

_FILE: Final = Path(__file__).with_name("bank.npz")
_NUM_CELLS: Final = 5  # of the programs in the file
_NUM_PAIRED: Final = 6000
_FOR, _OPEN_BLOCK, _OPEN_INDEX = token_of("for"), token_of("{"), token_of("[")


@cache
def bank(shape: tuple[int, ...]) -> Bank:
    """The bank for lists of a length; `shape` is that of one encoded list, `(N,)`."""
    (num_cells,) = shape
    with np.load(_FILE, allow_pickle=False) as file:
        tokens_PT, counts_P = file["tokens"].astype(np.int32), file["counts"]
        costs_P = np.log(float(file["num_programs"])) - np.log(counts_P)
    if num_cells != _NUM_CELLS:
        fits_P = ~_names_a_cell_behind(tokens_PT, num_cells)
        tokens_PT, costs_P = _with_bounds(tokens_PT[fits_P], num_cells), costs_P[fits_P]
    # The empty beginning is none of them: a search begins with it.
    return Bank(tokens_PT, costs_P, _NUM_PAIRED)


def _names_a_cell_behind(tokens_PT: Tokens, num_cells: int) -> np.ndarray:
    behind = (tokens_PT[:, :-1] == _OPEN_INDEX) & (tokens_PT[:, 1:] >= FIRST_INT + num_cells)
    return np.asarray(behind.any(axis=1))


def _with_bounds(tokens_PT: Tokens, num_cells: int) -> Tokens:
    """The programs with loops that end, or begin, at the last cell of longer or shorter lists."""
    fors = np.cumsum(tokens_PT == _FOR, axis=1)
    blocks = np.cumsum(tokens_PT == _OPEN_BLOCK, axis=1)
    # Inside the head of a loop: behind its `for`, before the next block opens.
    last_for = np.maximum.accumulate(np.where(tokens_PT == _FOR, blocks, -1), axis=1)
    head = (fors > 0) & (blocks == last_for)
    moved = tokens_PT.copy()
    for bound in (_NUM_CELLS, _NUM_CELLS - 1):
        moved[head & (tokens_PT == FIRST_INT + bound)] = FIRST_INT + num_cells - (_NUM_CELLS - bound)
    assert moved[:, -1].max(initial=EOS) == EOS, "a bank's programs are ended"
    return moved
