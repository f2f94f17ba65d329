"""The bank: terms of different values, in the order of their costs, with what they are made of.

Shapes: T terms, K examples, C costs, G goals.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints
from lasynth.domains.c.lists.terms.of_one import MAX_CELLS
from lasynth.domains.c.lists.terms.operations import Type

__all__ = ["MAX_COST", "Bank", "Longs", "add", "bank", "find", "hashed", "mixed", "place_of"]

Longs = npt.NDArray[np.int64]

MAX_COST: Final = 96  # units
_TERMS: Final = 1 << 20
_CELLS: Final = 1 << 25
_SLOTS: Final = 1 << 21
_GOAL_SLOTS: Final = 1 << 14
_FOUND: Final = 1 << 10

_MASK_63: Final = (1 << 63) - 1
_FACTOR: Final = 0x2545F4914F6CDD1D
_STEP: Final = 0x1B873593CC9E2D51
_NUMBER: Final = int(Type.NUMBER)


class Bank(NamedTuple):
    """Terms and what finds them; arrays, so that compiled code can work on them.

    Attributes:
        pool: the values of all terms (`lasynth.domains.c.lists.terms.evaluate`).
        start_T: where the values of a term begin.
        shape_T: a digest of the lengths of a list; equal for lists of equal lengths.
        cost_T: in units.
        made_T4: the operation of each term and its arguments; -1 where there is none.
        by_type_3T: the terms of each type, in order.
        first_3C: where those of each cost begin in `by_type_3T`.
        keys, terms: hash table from digests of values to terms.
        goals_S2: hash table of goals: their digest and their number.
        first_goals: hash table of the digests of goals on the first example alone.
        found_F5: goals reached: the goal, the operation, its arguments.
        counts: number of terms, cells, numbers, lists, masks, goals reached, candidates so far.
    """

    pool: Ints
    start_T: Longs
    shape_T: Longs
    cost_T: Ints
    made_T4: Ints
    by_type_3T: Ints
    first_3C: Ints
    keys: Longs
    terms: Ints
    goals_S2: Longs
    first_goals: Longs
    found_F5: Ints
    counts: Longs


def bank() -> Bank:
    """An empty bank. Its memory is taken from the system only as it fills."""
    return Bank(
        pool=np.empty(_CELLS, np.int32),
        start_T=np.empty(_TERMS, np.int64),
        shape_T=np.empty(_TERMS, np.int64),
        cost_T=np.empty(_TERMS, np.int32),
        made_T4=np.empty((_TERMS, 4), np.int32),
        by_type_3T=np.empty((3, _TERMS), np.int32),
        first_3C=np.zeros((3, MAX_COST + 1), np.int32),
        keys=np.zeros(_SLOTS, np.int64),
        terms=np.empty(_SLOTS, np.int32),
        goals_S2=np.zeros((_GOAL_SLOTS, 2), np.int64),
        first_goals=np.zeros(_GOAL_SLOTS, np.int64),
        found_F5=np.empty((_FOUND, 5), np.int32),
        counts=np.zeros(8, np.int64),
    )


@njit(cache=True, nogil=True)
def mixed(digest: int, value: int) -> int:
    """A digest of 63 bits of a digest and one more value."""
    # Masked, so that Python's integers give the same as the compiled ones.
    mixed_in = ((int(digest) ^ (int(value) * _STEP)) * _FACTOR) & _MASK_63
    return mixed_in ^ (mixed_in >> 29)


@njit(cache=True, nogil=True)
def hashed(digest: int, cells: Ints, first: int, last: int) -> int:
    """A digest of a digest and one more list of cells."""
    digest = mixed(digest, last - first)
    for place in range(first, last):
        digest = mixed(digest, int(cells[place]))
    return digest


@njit(cache=True, nogil=True)
def place_of(keys: Longs, digest: int) -> int:
    """The slot of a digest, or the one where it belongs; digests are not 0."""
    slot = digest & (len(keys) - 1)
    while keys[slot] != 0 and keys[slot] != digest:
        slot = (slot + 1) & (len(keys) - 1)
    return slot


@njit(cache=True, nogil=True)
def find(bank: Bank, digest: int) -> int:
    """The term with a digest, or -1."""
    slot = place_of(bank.keys, digest)
    return bank.terms[slot] if bank.keys[slot] == digest else -1


@njit(cache=True, nogil=True)
def has_room(bank: Bank, num_examples: int) -> bool:
    """Whether one more term fits."""
    return bank.counts[0] < len(bank.start_T) and bank.counts[1] + num_examples * (MAX_CELLS + 2) < len(
        bank.pool
    )


@njit(cache=True, nogil=True)
def add(
    bank: Bank, digest: int, type_: int, values: Ints, size: int, num_examples: int, cost: int,
    operation: int, id0: int, id1: int, id2: int,
) -> int:  # fmt: skip
    """Add a term of a new value; `values` are laid out as in the pool."""
    term, start = bank.counts[0], bank.counts[1]
    for place in range(size):
        bank.pool[start + place] = values[place]
    shape = 1
    if type_ != _NUMBER:
        for k in range(num_examples):
            shape = mixed(shape, int(values[k + 1]))
    bank.start_T[term], bank.shape_T[term], bank.cost_T[term] = start, shape, cost
    bank.made_T4[term, 0], bank.made_T4[term, 1] = operation, id0
    bank.made_T4[term, 2], bank.made_T4[term, 3] = id1, id2
    bank.by_type_3T[type_, bank.counts[2 + type_]] = term
    bank.counts[2 + type_] += 1
    slot = place_of(bank.keys, digest)
    bank.keys[slot], bank.terms[slot] = digest, term
    bank.counts[0] = term + 1
    bank.counts[1] = start + size
    return term
