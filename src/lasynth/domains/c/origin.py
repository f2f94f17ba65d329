"""Whose task it is: how likely examples come from random programs of `restricted`, or from what people mean.

Lists of five cells may be a task of either dialect. Random programs of `restricted` change single cells by
branches; what people write, and what `lists` draws, sorts, shifts, counts and compares whole lists. A small
network tells them apart by properties of the examples: those that hold in all of them, of whole lists and of
each cell. It is trained on tasks of both generators that the affine fit does not solve
(`experiments/origin.py`), and says nothing of any single program.

Shapes: K examples, F properties, H hidden units.
"""

from __future__ import annotations

import functools
import io
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Array

__all__ = ["CELLS", "own_odds", "properties"]

CELLS: Final = 5  # of a list; of others the network knows nothing
_MOST: Final = 4.0  # nats: no task is surer
_WEIGHTS: Final = "origin.npz"

Cells = Sequence[int]
Floats = npt.NDArray[np.float32]


def own_odds(inputs_KN: Array, outputs_KN: Array) -> float:
    """The log-odds, in nats, that examples are of `restricted` rather than of `lists`; both are drawn alike.

    Args:
        inputs_KN: the lists before; 0 is returned unless they have five cells.
        outputs_KN: the lists after; 0 is returned where they are the inputs: no such task was trained on.
    """
    five_cells = inputs_KN.shape == outputs_KN.shape and inputs_KN.shape[1:] == (CELLS,)
    if not five_cells or (inputs_KN == outputs_KN).all():
        return 0.0
    weights = _weights()
    hidden_H = np.maximum(properties(inputs_KN, outputs_KN) @ weights["in_FH"] + weights["in_H"], 0)
    odds = float(hidden_H @ weights["out_H"] + weights["out"])
    return min(max(odds, -_MOST), _MOST)


def properties(inputs_KN: Array, outputs_KN: Array) -> Floats:
    """The properties `[F]` of examples with five cells: 1 where one holds in all, and some shares."""
    pairs = [(tuple(x), tuple(y)) for x, y in zip(inputs_KN.tolist(), outputs_KN.tolist(), strict=True)]
    whole = np.array([_of_lists(x, y) for x, y in pairs], np.float32)
    columns = list(zip(*(zip(x, y, strict=True) for x, y in pairs), strict=True))
    single = [each for place, column in enumerate(columns) for each in _of_cell(place, column, pairs)]
    num_changed = sum(any(before != after for before, after in column) for column in columns)
    counts = [num_changed == number for number in range(CELLS + 1)]
    return np.concatenate([whole.min(axis=0), whole.mean(axis=0), np.array([*single, *counts], np.float32)])


def _of_lists(x: Cells, y: Cells) -> list[float]:
    """Properties of one example."""
    changed = [after for before, after in zip(x, y, strict=True) if before != after]
    kinds, steps = set(y), [b - a for a, b in pairwise(y)]
    numbers = {"sum": sum(x), "max": max(x), "min": min(x), "length": len(x)}
    up = sorted(x)
    return [
        y == tuple(up),
        y == tuple(up[::-1]),
        y == x[::-1],
        y == (*x[1:], x[0]),
        y == (x[-1], *x[:-1]),
        y[1:] == x[:-1],
        y[:-1] == x[1:],
        y == tuple(accumulate(x)),
        y == tuple(accumulate(x, max)),
        y == tuple(accumulate(x, min)),
        y[1:] == tuple(b - a for a, b in pairwise(x)),
        y == y[::-1],
        all(step >= 0 for step in steps),
        all(step > 0 for step in steps),
        all(step <= 0 for step in steps),
        len(set(steps)) == 1,
        Counter(x) == Counter(y),
        kinds <= set(x),
        set(x) <= kinds,
        len(kinds) == len(y),
        len(kinds) == 1,
        len(kinds) == 2,
        kinds <= {0, 1},
        min(y) >= 0,
        max(y) < 0,
        min(y) >= 0 and max(y) < len(y),
        all(b >= a for a, b in zip(x, y, strict=True)),
        all(b <= a for a, b in zip(x, y, strict=True)),
        all(abs(b) == abs(a) for a, b in zip(x, y, strict=True)),
        all(b in (0, a) for a, b in zip(x, y, strict=True)),
        all(b in (a, max(y)) for a, b in zip(x, y, strict=True)),
        all(b in (a, min(y)) for a, b in zip(x, y, strict=True)),
        len({b - a for a, b in zip(x, y, strict=True)}) == 1,
        len({b + a for a, b in zip(x, y, strict=True)}) == 1,
        len(dict(zip(x, y, strict=True))) == len(set(zip(x, y, strict=True))),  # a function of the cell
        len(changed) == 1,
        len(changed) == 2,
        len(set(changed)) == 1,
        all(b % 2 == 0 for b in y),
        all(b % 2 for b in y),
        y[0] == x[-1],
        y[-1] == x[0],
        max(y) == max(x),
        min(y) == min(x),
        sum(y) == sum(x),
        *(number in kinds for number in numbers.values()),
        *(y[0] == number for number in numbers.values()),
        *(y[-1] == number for number in numbers.values()),
        len(set(x) & kinds) / len(kinds),
        len(changed) / len(y),
        max(map(abs, y)) / 10,
    ]


def _of_cell(
    place: int, column: Sequence[tuple[int, int]], pairs: Sequence[tuple[Cells, Cells]]
) -> list[float]:
    """Properties of the cell at a place, in all examples."""
    before, after = zip(*column, strict=True)
    lists = [x for x, _ in pairs]
    differences = {b - a for a, b in column}
    return [
        before == after,
        len(set(after)) == 1,
        all(b in x for b, x in zip(after, lists, strict=True)),
        place > 0 and all(b == x[place - 1] for b, x in zip(after, lists, strict=True)),
        place < CELLS - 1 and all(b == x[place + 1] for b, x in zip(after, lists, strict=True)),
        all(b == x[CELLS - 1 - place] for b, x in zip(after, lists, strict=True)),
        all(b == max(x) for b, x in zip(after, lists, strict=True)),
        all(b == min(x) for b, x in zip(after, lists, strict=True)),
        all(b == sum(x) for b, x in zip(after, lists, strict=True)),
        all(b == abs(a) for a, b in column),
        all(b == -a for a, b in column),
        all(b in (0, 1) for b in after),
        all(b in (0, a) for a, b in column),
        all(b >= a for a, b in column),
        all(b <= a for a, b in column),
        len(differences) == 1,
        len(differences) == 2,
        sum(a == b for a, b in column) / len(column),
        len(set(after)) / len(column),
    ]


@functools.lru_cache(maxsize=1)
def _weights() -> dict[str, Floats]:
    content = (resources.files("lasynth.domains.c") / _WEIGHTS).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in ("in_FH", "in_H", "out_H", "out")}
