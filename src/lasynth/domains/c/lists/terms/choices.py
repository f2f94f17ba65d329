"""Outputs that are one list at some places and another at the others: the mask is found, not guessed.

For a list or a number X and another one Y the mask must hold where an output is not Y, and must not hold
where it is not X. Most pairs leave a place where neither is right.

Shapes: P candidates, W words of 32 cells.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints
from lasynth.domains.c.lists.terms.goals import Goals
from lasynth.domains.c.lists.terms.known import laid_out
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.values import Bank, Longs, mixed

__all__ = ["choices"]

_PRICE: Final = min(each.price for each in OPERATIONS if each.function is Function.CHOOSE)
_MOST_LISTS: Final = 600
_MOST_NUMBERS: Final = 600
_MOST_PAIRS: Final = 400
_BITS: Final = 32
_LIST, _NUMBER, _MASK = int(Type.LIST), int(Type.NUMBER), int(Type.MASK)


def choices(goals: Goals, outputs: list[Value]) -> None:
    """Find the cheapest terms that choose between two at each place."""
    known = goals.known
    wanted = laid_out(outputs)
    K = known.num_examples
    if not isinstance(outputs[0], tuple) or len(wanted) == K + 1:
        return
    num_words = (len(wanted) - K - 2) // _BITS + 1
    shape = 1
    for end in wanted[1 : K + 1].tolist():
        shape = mixed(shape, end)
    bank = known.bank
    lists = _of_shape(bank, _LIST, shape, _MOST_LISTS)
    numbers = bank.by_type_3T[_NUMBER, : min(bank.counts[2], _MOST_NUMBERS)].astype(np.int64)
    masks = _of_shape(bank, _MASK, shape, bank.counts[4])
    terms = np.concatenate([lists, numbers])
    if not len(lists) or not len(masks):
        return
    equal_PW = np.zeros((len(terms), num_words), np.int64)
    _equal(bank, terms, len(lists), wanted, K, equal_PW)
    masks_PW = np.zeros((len(masks), num_words), np.int64)
    _as_bits(bank, masks, K, masks_PW)
    whole = np.zeros(num_words, np.int64)
    for cell in range(len(wanted) - K - 1):
        whole[cell // _BITS] |= 1 << (cell % _BITS)
    found = np.zeros((_MOST_PAIRS, 4), np.int64)
    num = _pairs(bank.cost_T, terms, len(lists), masks, equal_PW, masks_PW, whole, found)
    for cost, mask, x, y in sorted(found[:num].tolist())[:4]:
        arguments = (known.term(mask), known.term(x), known.term(y))
        goals.found(cost + _PRICE, Term(Function.CHOOSE, Type.LIST, arguments))


def _of_shape(bank: Bank, type_: int, shape: int, most: int) -> Longs:
    """The first terms of a type that are as long as the outputs."""
    numbers = bank.by_type_3T[type_, : bank.counts[2 + type_]]
    return numbers[bank.shape_T[numbers] == shape][:most].astype(np.int64)


@njit(cache=True, nogil=True)
def _equal(
    bank: Bank, terms: Longs, num_lists: int, wanted: Ints, num_examples: int, equal_PW: Longs
) -> None:
    """At which cells each term is as wanted."""
    for row in range(len(terms)):
        start = bank.start_T[terms[row]]
        for k in range(num_examples):
            for place in range(wanted[k], wanted[k + 1]):
                value = bank.pool[start + place] if row < num_lists else bank.pool[start + k]
                if value == wanted[place]:
                    cell = place - num_examples - 1
                    equal_PW[row, cell // _BITS] |= 1 << (cell % _BITS)


@njit(cache=True, nogil=True)
def _as_bits(bank: Bank, masks: Longs, num_examples: int, masks_PW: Longs) -> None:
    for row in range(len(masks)):
        start = bank.start_T[masks[row]]
        for place in range(num_examples + 1, bank.pool[start + num_examples]):
            cell = place - num_examples - 1
            if bank.pool[start + place]:
                masks_PW[row, cell // _BITS] |= 1 << (cell % _BITS)


@njit(cache=True, nogil=True)
def _pairs(
    cost_T: Ints, terms: Longs, num_lists: int, masks: Longs, equal_PW: Longs, masks_PW: Longs, whole: Longs,
    found: Longs,
) -> int:  # fmt: skip
    """Pairs of terms with the cheapest mask that chooses between them; how many there are."""
    num = 0
    num_words = len(whole)
    for x in range(len(terms)):
        for y in range(len(terms)):
            if x == y or (x >= num_lists and y >= num_lists):
                continue
            fits, first, second = True, False, False
            for word in range(num_words):
                if equal_PW[x, word] | equal_PW[y, word] != whole[word]:
                    fits = False
                    break
                first = first or equal_PW[y, word] != whole[word]
                second = second or equal_PW[x, word] != whole[word]
            if not fits or not first or not second:
                continue
            for mask in range(len(masks)):  # in the order of their costs
                right = True
                for word in range(num_words):
                    holds = masks_PW[mask, word]
                    if holds & ~equal_PW[x, word] or whole[word] & ~holds & ~equal_PW[y, word]:
                        right = False
                        break
                if right:
                    row = found[num]
                    row[0] = cost_T[masks[mask]] + cost_T[terms[x]] + cost_T[terms[y]]
                    row[1], row[2], row[3] = masks[mask], terms[x], terms[y]
                    num += 1
                    break
            if num == len(found):
                return num
    return num
