"""Outputs that come from one term on some examples and from another on the others, by a condition.

Both terms and the condition are the cheapest ones for every set of examples. Where other conditions are about
as cheap, nothing is found: the examples do not say which is meant.

Shapes: S sets of examples, as bits.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.lists.terms.cells import Ints
from lasynth.domains.c.lists.terms.goals import Goals
from lasynth.domains.c.lists.terms.known import laid_out, type_of
from lasynth.domains.c.lists.terms.operations import NATS, OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.values import Bank, Longs

__all__ = ["Branches"]

BoolArray = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

_MOST_EXAMPLES: Final = 62  # bits of a set
_MOST_BITS: Final = 18  # of a place in the table of conditions
_FACTOR: Final = 0x2545F4914F6CDD1D  # spreads sets over the table
_MOST_NUMBERS: Final = 400
_PRICE: Final = 8  # units, of the branch itself
_COMPARE: Final = 4  # of a comparison
_NONE: Final = 1 << 20  # more than anything costs
_WORTH: Final = 0.7  # of what there is to explain, a branch must cost less
# Many conditions tell a few examples apart: the cheapest one must have this share of what all of them weigh.
# Of ten conditions on random lists five examples showed one in seven, ten examples half.
_LEAST_SHARE: Final = 0.25
_NUMBER: Final = int(Type.NUMBER)
_TRUTHS: Final = frozenset({
    Function.ANY, Function.ALL, Function.EVEN, Function.ODD, Function.LESS, Function.AT_MOST, Function.EQUAL,
    Function.DIFFERENT,
})  # fmt: skip
_LESS, _EQUAL, _TRUE, _NOT = 0, 1, 2, 3
_COMPARISONS: Final = {
    _LESS: (Function.LESS, Function.AT_LEAST), _EQUAL: (Function.EQUAL, Function.DIFFERENT),
}  # fmt: skip


class Branches:
    """Looks for two terms and a condition."""

    def __init__(self, goals: Goals, outputs: list[Value]) -> None:
        self._goals, self._outputs = goals, outputs
        self._num_examples = len(outputs)
        self._type = type_of(outputs[0])
        self._wanted = laid_out(outputs)
        self._seen = 0
        # Sets on which terms are right, the cheapest term of each and what it costs; by cost, then by set.
        self._set_U, self._cost_U, self._term_U = (np.empty(0, np.int64) for _ in range(3))

    def look(self) -> None:
        """Find the cheapest branches among all terms so far."""
        if not 1 < self._num_examples <= _MOST_EXAMPLES:
            return
        known, bank = self._goals.known, self._goals.known.bank
        self._take_up()
        slots = 1 << min(self._num_examples, _MOST_BITS)
        set_H, condition_H4 = np.full(slots, -1, np.int64), np.full((slots, 4), _NONE, np.int64)
        weight_H = np.zeros(slots)
        numbers = bank.by_type_3T[_NUMBER, : min(bank.counts[2], _MOST_NUMBERS)].astype(np.int64)
        truths = np.array([self._is_truth(number) for number in numbers.tolist()], np.bool_)
        _conditions(bank, numbers, truths, self._num_examples, set_H, condition_H4, weight_H)
        whole = (1 << self._num_examples) - 1
        used = np.flatnonzero((set_H > 0) & (set_H < whole))
        used = used[np.argsort(set_H[used])]
        set_S, condition_S4, weight_S = set_H[used], condition_H4[used], weight_H[used]
        cost_S, term_S = self._terms(set_S)
        # With each set there are the others: where the condition does not hold.
        others = np.arange(len(set_S))[::-1]
        fits = cost_S <= self._worth(set_S)
        fits &= fits[others]
        totals = np.where(fits, cost_S + cost_S[others] + condition_S4[:, 0], _NONE)
        for place in np.argsort(totals, kind="stable")[:3].tolist():
            if totals[place] >= _NONE:
                return
            share = exp(-NATS * condition_S4[place, 0]) / weight_S[place]
            if share < _LEAST_SHARE:
                continue
            condition = self._condition(condition_S4[place].tolist())
            parts = [known.term(int(term_S[each])) for each in (place, int(others[place]))]
            term = Term(Function.IF, self._type, (condition, *parts))
            doubt = round(-log(share) / NATS)
            self._goals.found(int(totals[place]) + _PRICE + doubt, term)

    def _take_up(self) -> None:
        """Note on which examples the new terms are right."""
        bank = self._goals.known.bank
        ids = bank.by_type_3T[self._type, self._seen : bank.counts[2 + self._type]].astype(np.int64)
        self._seen = int(bank.counts[2 + self._type])
        right = _right(bank, ids, self._type == Type.LIST, self._wanted, self._num_examples)
        set_U = np.concatenate([self._set_U, right])
        cost_U = np.concatenate([self._cost_U, bank.cost_T[ids].astype(np.int64)])
        term_U = np.concatenate([self._term_U, ids])
        order = np.lexsort((cost_U, set_U))  # of equal ones the earlier term is first
        order = order[np.unique(set_U[order], return_index=True)[1]]
        order = order[np.argsort(cost_U[order], kind="stable")]
        self._set_U, self._cost_U, self._term_U = set_U[order], cost_U[order], term_U[order]

    def _terms(self, set_S: Longs) -> tuple[Longs, Longs]:
        """The cheapest term that is right on each set, and what it costs; `_NONE` where there is none."""
        num_U = self._num_bits(self._set_U)
        # Two terms are right on all examples together, so neither is right on few.
        some = np.flatnonzero(num_U >= self._num_examples - num_U.max(initial=0))
        place_S = _first_within(set_S, self._set_U[some])
        found = place_S >= 0
        cost_S, term_S = np.full(len(set_S), _NONE, np.int64), np.full(len(set_S), -1, np.int64)
        cost_S[found] = self._cost_U[some[place_S[found]]]
        term_S[found] = self._term_U[some[place_S[found]]]
        return cost_S, term_S

    def _num_bits(self, sets: Longs) -> Longs:
        return sum((sets >> k & 1 for k in range(self._num_examples)), np.zeros(len(sets), np.int64))

    def _is_truth(self, number: int) -> bool:
        """Whether a number stands for a truth value, and is not 0 or 1 by chance."""
        operation = int(self._goals.known.bank.made_T4[number, 0])
        return operation >= 0 and OPERATIONS[operation].function in _TRUTHS

    def _condition(self, row: list[int]) -> Term:
        known = self._goals.known
        _, kind, x, y = row
        if kind & 2:
            return Term(Function.NOT, Type.NUMBER, (known.term(x),)) if kind == _NOT else known.term(x)
        function = _COMPARISONS[kind & 1][kind >> 2]
        return Term(function, Type.NUMBER, (known.term(x), known.term(y)))

    def _worth(self, set_S: Longs) -> Longs:
        """What a term for a set of examples may cost, by what their outputs tell."""
        cells = [value if isinstance(value, tuple) else (value,) for value in self._outputs]
        values = [abs(cell) for row in cells for cell in row]
        per_cell = log(2 + max(values, default=0))
        worth_S = np.zeros(len(set_S))
        for k, row in enumerate(cells):
            worth_S += (set_S >> k & 1) * (1.0 + per_cell * len(row))
        return (_WORTH / NATS * worth_S).astype(np.int64)


@njit(cache=True, nogil=True)
def _right(bank: Bank, ids: Longs, are_lists: bool, wanted: Ints, num_examples: int) -> Longs:
    """The set of examples on which each of some terms is right."""
    right_I = np.zeros(len(ids), np.int64)
    for place in range(len(ids)):
        start, some = bank.start_T[ids[place]], 0
        for k in range(num_examples):
            right = True
            if are_lists:
                first, num = start + bank.pool[start + k], bank.pool[start + k + 1] - bank.pool[start + k]
                right = num == wanted[k + 1] - wanted[k]
                if right:
                    for cell in range(num):
                        if bank.pool[first + cell] != wanted[wanted[k] + cell]:
                            right = False
                            break
            else:
                right = bank.pool[start + k] == wanted[k]
            if right:
                some |= 1 << k
        right_I[place] = some
    return right_I


@njit(cache=True, nogil=True)
def _first_within(set_S: Longs, set_U: Longs) -> Longs:
    """For each set the place of the first other that holds all of it; -1 where there is none."""
    place_S = np.full(len(set_S), -1, np.int64)
    for s in range(len(set_S)):
        for u in range(len(set_U)):
            if set_S[s] & ~set_U[u] == 0:
                place_S[s] = u
                break
    return place_S


@njit(cache=True, nogil=True)
def _conditions(
    bank: Bank,
    numbers: Longs,
    truths: BoolArray,
    num_examples: int,
    set_H: Longs,
    condition_H4: Longs,
    weight_H: Floats,
) -> None:
    """The cheapest condition for each set of examples, in a hash table: its cost, its kind, its numbers.

    A condition and its opposite are noted together; where there is no more room, none is.
    """
    whole = (1 << num_examples) - 1
    own_places = whole < len(set_H)
    room = len(set_H) * 3 // 4
    for place in range(len(numbers)):
        x = numbers[place]
        a = bank.start_T[x]
        if truths[place]:
            some = 0
            for k in range(num_examples):
                some |= int(bank.pool[a + k] != 0) << k
            cost = bank.cost_T[x]
            room -= _note(set_H, condition_H4, weight_H, some, cost, _TRUE, x, x)
            room -= _note(set_H, condition_H4, weight_H, whole - some, cost + 1, _NOT, x, x)
        for y in numbers:
            if room < 6 and not own_places:
                return
            b = bank.start_T[y]
            less, equal = 0, 0
            for k in range(num_examples):
                less |= int(bank.pool[a + k] < bank.pool[b + k]) << k
                equal |= int(bank.pool[a + k] == bank.pool[b + k]) << k
            cost = bank.cost_T[x] + bank.cost_T[y] + _COMPARE
            room -= _note(set_H, condition_H4, weight_H, less, cost, _LESS, x, y)
            room -= _note(set_H, condition_H4, weight_H, whole - less, cost, _LESS | 4, x, y)
            if x < y:
                room -= _note(set_H, condition_H4, weight_H, equal, cost, _EQUAL, x, y)
                room -= _note(set_H, condition_H4, weight_H, whole - equal, cost, _EQUAL | 4, x, y)


@njit(cache=True, nogil=True)
def _note(
    set_H: Longs, condition_H4: Longs, weight_H: Floats, some: int, cost: int, kind: int, x: int, y: int
) -> int:
    """Note a condition in the slot of its set; returns 1 if the set is new, else 0."""
    slot = some & (len(set_H) - 1)
    if some >= len(set_H):
        slot = ((some * _FACTOR) >> 20) & (len(set_H) - 1)
    while set_H[slot] >= 0 and set_H[slot] != some:
        slot = (slot + 1) & (len(set_H) - 1)
    is_new = int(set_H[slot] < 0)
    set_H[slot] = some
    weight_H[slot] += exp(-NATS * cost)
    if cost < condition_H4[slot, 0]:
        condition_H4[slot, 0], condition_H4[slot, 1] = cost, kind
        condition_H4[slot, 2], condition_H4[slot, 3] = x, y
    return is_new
