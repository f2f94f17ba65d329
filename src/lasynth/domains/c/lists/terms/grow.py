"""One operation on all arguments of fitting costs: new terms for the bank, and goals that are reached."""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints
from lasynth.domains.c.lists.terms.evaluate import evaluate
from lasynth.domains.c.lists.terms.of_one import UNDEFINED
from lasynth.domains.c.lists.terms.operations import Function, Type
from lasynth.domains.c.lists.terms.values import Bank, Longs, add, has_room, hashed, mixed, place_of

__all__ = ["DONE", "MORE", "grow"]

DONE: Final = 0
MORE: Final = 1

_ADD = int(Function.ADD)
_NUMBER, _MASK = int(Type.NUMBER), int(Type.MASK)
# The functions of two lists, whose lengths are not compared.
_FIRST_OF_TWO, _LAST_OF_TWO = int(Function.CONCATENATE), int(Function.COUNT_IN)


@njit(cache=True, nogil=True)
def grow(
    bank: Bank, operation: int, row: Ints, num_examples: int, cost: int, keep: bool, cheap: int,
    progress: Longs, values: Ints, limit: int,
) -> int:  # fmt: skip
    """Try an operation on all arguments whose costs and its price make `cost`.

    Args:
        bank: where the arguments are.
        operation: its number.
        row: function, type of the result, types of the arguments (-1: none), price, whether it is symmetric.
        num_examples: K.
        cost: of the terms made.
        keep: whether new values become terms; else only goals are looked for.
        cheap: two lists of this cost together are taken as far as both go.
        progress: where to begin, and afterwards where to go on; zeros at first.
        values: room for the values of one term.
        limit: candidates until there is a pause.

    Returns:
        `DONE` or `MORE`.
    """
    function, type0, type1, type2 = row[0], row[2], row[3], row[4]
    rest, symmetric = cost - row[5], row[6] == 1
    same_shape = type0 > 0 and type1 > 0 and not _FIRST_OF_TWO <= function <= _LAST_OF_TWO
    num_tried = 0
    first = bank.first_3C
    for cost0 in range(progress[0], rest + 1):
        if type1 < 0 and cost0 < rest:
            continue
        for cost1 in range(progress[1], (rest - cost0 if type1 >= 0 else 0) + 1):
            cost2 = rest - cost0 - cost1 if type2 >= 0 else 0
            if type1 >= 0 and type2 < 0 and cost0 + cost1 < rest:
                continue
            shortest = same_shape and cost0 + cost1 <= cheap
            begin0, end0 = first[type0, cost0] + progress[2], first[type0, cost0 + 1]
            begin1 = first[type1, cost1] if type1 >= 0 else 0
            end1 = first[type1, cost1 + 1] if type1 >= 0 else 1
            begin2 = first[type2, cost2] if type2 >= 0 else 0
            end2 = first[type2, cost2 + 1] if type2 >= 0 else 1
            if symmetric and cost0 > cost1:
                end0 = begin0
            if end1 == begin1 or end2 == begin2:
                end0 = begin0
            for place0 in range(begin0, end0):
                if num_tried >= limit:
                    bank.counts[6] += num_tried
                    progress[0], progress[1], progress[2] = cost0, cost1, place0 - first[type0, cost0]
                    return MORE
                id0 = bank.by_type_3T[type0, place0]
                for place1 in range(begin1, end1):
                    id1 = bank.by_type_3T[type1, place1] if type1 >= 0 else -1
                    num_tried += 1
                    if symmetric and id1 < id0:
                        continue
                    if same_shape and not shortest and bank.shape_T[id0] != bank.shape_T[id1]:
                        continue
                    for place2 in range(begin2, end2):
                        id2 = bank.by_type_3T[type2, place2] if type2 >= 0 else -1
                        num_tried += 1
                        if _is_idle(function, type0, type1, id0, id1, id2):
                            continue
                        _try(bank, operation, row, num_examples, cost, keep, shortest, values, id0, id1, id2)
            progress[2] = 0
        progress[1] = 0
    bank.counts[6] += num_tried
    return DONE


@njit(cache=True, nogil=True)
def _is_idle(function: int, type0: int, type1: int, id0: int, id1: int, id2: int) -> bool:
    """Whether other terms say the same better: `2 * x` rather than `x + x`."""
    return (function == _ADD and id0 == id1) or (type0 == _MASK and type1 == _NUMBER and id1 == id2)


@njit(cache=True, nogil=True)
def _try(
    bank: Bank, operation: int, row: Ints, num_examples: int, cost: int, keep: bool, shortest: bool,
    values: Ints, id0: int, id1: int, id2: int,
) -> None:  # fmt: skip
    """Evaluate an operation on some arguments; a new value becomes a term, a goal is noted."""
    function, result = row[0], row[1]
    s0 = bank.start_T[id0]
    s1 = bank.start_T[id1] if id1 >= 0 else 0
    s2 = bank.start_T[id2] if id2 >= 0 else 0
    l0, l1, l2 = min(row[2], 1), min(row[3], 1), min(row[4], 1)
    digest = mixed(1, result)
    at = 0
    if result != _NUMBER:
        values[0] = num_examples + 1
        at = num_examples + 1
    for k in range(num_examples):
        num = evaluate(function, shortest, bank.pool, s0, l0, s1, l1, s2, l2, k, values, at)
        if num == UNDEFINED:
            return
        digest = hashed(digest, values, at, at + num)
        at += num
        if result != _NUMBER:
            values[k + 1] = at
        if k == 0 and not keep and bank.first_goals[place_of(bank.first_goals, digest)] == 0:
            return
    slot = place_of(bank.goals_S2[:, 0], digest)
    if bank.goals_S2[slot, 0] == digest and bank.counts[5] < len(bank.found_F5):
        row_found = bank.found_F5[bank.counts[5]]
        row_found[0], row_found[1] = bank.goals_S2[slot, 1], operation
        row_found[2], row_found[3], row_found[4] = id0, id1, id2
        bank.counts[5] += 1
    if keep and has_room(bank, num_examples) and bank.keys[place_of(bank.keys, digest)] != digest:
        add(bank, digest, result, values, at, num_examples, cost, operation, id0, id1, id2)
