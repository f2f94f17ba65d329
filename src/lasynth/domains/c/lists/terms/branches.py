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

_MOST_EXAMPLES: Final = 10
_MOST_NUMBERS: Final = 400
_PRICE: Final = 8  # units, of the branch itself
_COMPARE: Final = 4  # of a comparison
_NONE: Final = 1 << 20  # more than anything costs
_WORTH: Final = 0.7  # of what there is to explain, a branch must cost less
# A few examples can be told apart by many conditions: the cheapest one must have this share of what all weigh.
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
        num_sets = 1 << min(self._num_examples, _MOST_EXAMPLES)
        self._cost_S = np.full(num_sets, _NONE, np.int64)
        self._term_S = np.full(num_sets, -1, np.int64)
        self._worth_S = self._worth(num_sets)

    def look(self) -> None:
        """Find the cheapest branches among all terms so far."""
        if not 1 < self._num_examples <= _MOST_EXAMPLES:
            return
        known, bank = self._goals.known, self._goals.known.bank
        ids = bank.by_type_3T[self._type, self._seen : bank.counts[2 + self._type]].astype(np.int64)
        self._seen = int(bank.counts[2 + self._type])
        _match(
            bank, ids, self._type == Type.LIST, self._wanted, self._num_examples, self._cost_S, self._term_S
        )
        cost_S, term_S = self._cost_S.copy(), self._term_S.copy()
        _spread(cost_S, term_S, self._num_examples)
        condition_S4 = np.full((len(cost_S), 4), _NONE, np.int64)
        weight_S = np.zeros(len(cost_S))
        numbers = bank.by_type_3T[_NUMBER, : min(bank.counts[2], _MOST_NUMBERS)].astype(np.int64)
        truths = np.array([self._is_truth(number) for number in numbers.tolist()], np.bool_)
        _conditions(bank, numbers, truths, self._num_examples, condition_S4, weight_S)
        others = np.arange(len(cost_S))[::-1]
        fits = (cost_S <= self._worth_S) & (cost_S[others] <= self._worth_S[others])
        totals = np.where(fits, cost_S + cost_S[others] + condition_S4[:, 0], _NONE)
        totals[[0, -1]] = _NONE
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

    def _worth(self, num_sets: int) -> Longs:
        """What a term for a set of examples may cost, by what their outputs tell."""
        cells = [value if isinstance(value, tuple) else (value,) for value in self._outputs]
        values = [abs(cell) for row in cells for cell in row]
        per_cell = log(2 + max(values, default=0))
        of_each = [1.0 + per_cell * len(row) for row in cells]
        return np.array(
            [
                int(_WORTH / NATS * sum(worth for k, worth in enumerate(of_each) if some >> k & 1))
                for some in range(num_sets)
            ],
            np.int64,
        )


@njit(cache=True, nogil=True)
def _match(
    bank: Bank, ids: Longs, are_lists: bool, wanted: Ints, num_examples: int, cost_S: Longs, term_S: Longs
) -> None:
    """Note the cheapest term for each set of examples that it is right on."""
    for number in ids:
        start, some = bank.start_T[number], 0
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
        if bank.cost_T[number] < cost_S[some]:
            cost_S[some], term_S[some] = bank.cost_T[number], number


@njit(cache=True, nogil=True)
def _spread(cost_S: Longs, term_S: Longs, num_examples: int) -> None:
    """A term that is right on more examples serves for fewer, too."""
    for k in range(num_examples):
        for some in range(len(cost_S)):
            if not some >> k & 1:
                more = some | 1 << k
                if cost_S[more] < cost_S[some]:
                    cost_S[some], term_S[some] = cost_S[more], term_S[more]


@njit(cache=True, nogil=True)
def _conditions(
    bank: Bank, numbers: Longs, truths: BoolArray, num_examples: int, condition_S4: Longs, weight_S: Floats
) -> None:
    """The cheapest condition for each set of examples: its cost, its kind, its numbers."""
    whole = (1 << num_examples) - 1
    for place in range(len(numbers)):
        x = numbers[place]
        a = bank.start_T[x]
        if truths[place]:
            some = 0
            for k in range(num_examples):
                some |= int(bank.pool[a + k] != 0) << k
            _note(condition_S4, weight_S, some, bank.cost_T[x], _TRUE, x, x)
            _note(condition_S4, weight_S, whole - some, bank.cost_T[x] + 1, _NOT, x, x)
        for y in numbers:
            b = bank.start_T[y]
            less, equal = 0, 0
            for k in range(num_examples):
                less |= int(bank.pool[a + k] < bank.pool[b + k]) << k
                equal |= int(bank.pool[a + k] == bank.pool[b + k]) << k
            cost = bank.cost_T[x] + bank.cost_T[y] + _COMPARE
            _note(condition_S4, weight_S, less, cost, _LESS, x, y)
            _note(condition_S4, weight_S, whole - less, cost, _LESS | 4, x, y)
            if x < y:
                _note(condition_S4, weight_S, equal, cost, _EQUAL, x, y)
                _note(condition_S4, weight_S, whole - equal, cost, _EQUAL | 4, x, y)


@njit(cache=True, nogil=True)
def _note(condition_S4: Longs, weight_S: Floats, some: int, cost: int, kind: int, x: int, y: int) -> None:
    weight_S[some] += exp(-NATS * cost)
    if cost < condition_S4[some, 0]:
        condition_S4[some, 0], condition_S4[some, 1] = cost, kind
        condition_S4[some, 2], condition_S4[some, 3] = x, y
