"""The beginnings of random programs that a search tries first, and how common they are.

`bank.npz` holds the beginnings of the programs of random tasks, cut behind their outermost statements: one
of each behaviour, with the number of programs that begin so. What was drawn is of the training split only.
Behaviours one edit away from common ones are added with an estimate of their number. Short loops, and short
loops around a loop, are in it however rare they are, and count as half a program at least.
`experiments/bank.py` makes it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from lasynth.domains.unlearned import Bank

__all__ = ["bank"]

_FILE: Final = Path(__file__).with_name("bank.npz")


@cache
def _bank() -> Bank:
    with np.load(_FILE, allow_pickle=False) as file:
        costs_P = np.log(float(file["num_programs"])) - np.log(file["counts"])
        return Bank(file["tokens"].astype(np.int32), costs_P)


def bank(shape: tuple[int, ...]) -> Bank:
    """The bank, the same for all worlds; `shape` is that of one encoded world."""
    return _bank()
