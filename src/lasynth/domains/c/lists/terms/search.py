"""The search: terms level by level of cost, and the programs of those that reproduce the examples.

At first every new value is kept. When many candidates have been tried, only the last step is: operations on
the terms kept, whose results are compared with the goals and forgotten.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from lasynth.domains.c.lists.syntax import Program
from lasynth.domains.c.lists.terms.branches import Branches
from lasynth.domains.c.lists.terms.choices import choices
from lasynth.domains.c.lists.terms.derived import first_goals, later_goals
from lasynth.domains.c.lists.terms.goals import Goals
from lasynth.domains.c.lists.terms.grow import MORE, grow
from lasynth.domains.c.lists.terms.known import Known
from lasynth.domains.c.lists.terms.leaves import leaves
from lasynth.domains.c.lists.terms.of_one import MAX_CELLS
from lasynth.domains.c.lists.terms.operations import NATS, OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constant, input_term
from lasynth.domains.c.lists.terms.values import MAX_COST
from lasynth.domains.c.lists.terms.writing import UnwritableError, result_of, written

__all__ = ["prepare", "programs", "terms"]

_KEPT_TRIES: Final = 8_000_000  # candidates until nothing new is kept
_PATIENCE: Final = 1_500_000  # candidates that a result waits for cheaper ones
_PAUSE: Final = 200_000  # candidates between two looks at the clock
_CHEAP: Final = 10  # units: two lists of this cost together may be of different lengths
_CHOICES_BY_TRIAL: Final = 18  # units: choices between lists that cost more are found otherwise
_LOOKS: Final = frozenset(
    {12, 15, 18, 20, 22, 24, 26, 28}
)  # levels behind which choices and branches are sought

_ODD_CELLS: Final = next(
    number
    for number, operation in enumerate(OPERATIONS)
    if operation.function is Function.ODD and operation.result is Type.MASK
)
_ROWS: Final = np.array(
    [
        [
            operation.function,
            operation.result,
            *[*operation.arguments, -1, -1][:3],
            operation.price,
            operation.symmetric,
        ]
        for operation in OPERATIONS
    ],
    np.int32,
)


def terms(
    inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value], *, expired: Callable[[], bool]
) -> Iterator[tuple[Term, float]]:
    """Terms whose values are the outputs, about the cheapest first, and what each costs in nats.

    Args:
        inputs: of each of K examples, K at least 1.
        outputs: of each; all lists, or all numbers.
        expired: whether the time is over.
    """
    return _Search(inputs, outputs, expired).results()


def programs(
    inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value], *, expired: Callable[[], bool]
) -> Iterator[tuple[Program, float]]:
    """Programs that reproduce the examples, about the cheapest first, and what each costs in nats.

    Args:
        inputs: of each of K examples, K at least 1.
        outputs: of each; all lists, or all numbers.
        expired: whether the time is over.
    """
    types = [Type.LIST if isinstance(value, tuple) else Type.NUMBER for value in inputs[0]]
    result = result_of(inputs, outputs)
    for term, cost in terms(inputs, outputs, expired=expired):
        try:
            yield written(term, types, result), cost
        except UnwritableError:
            continue


def prepare() -> None:
    """Compile what there is to compile, before any clock runs."""
    for outputs in ([(1, 2), (3, 4)], [1, 3]):
        next(terms([((2, 1),), ((4, 3),)], outputs, expired=bool))
    search = _Search([((0, 1),), ((0, 2),)], [(0, 7), (2, 0)], bool)
    search.prepare()


class _Search:
    """The search for one task."""

    def __init__(
        self,
        inputs: Sequence[tuple[Value, ...]],
        outputs: Sequence[Value],
        expired: Callable[[], bool],
    ) -> None:
        self._inputs, self._outputs, self._expired = list(inputs), list(outputs), expired
        self._known = Known(len(outputs))
        self._goals = Goals(self._known)
        self._branches = Branches(self._goals, self._outputs)
        self._values = np.empty((len(outputs) + 1) + (len(outputs) + 2) * MAX_CELLS, np.int32)
        self._over = False
        # Results that may not be the cheapest ones: cost, order, candidates tried when it was found, term.
        self._waiting: list[tuple[int, int, int, Term]] = []
        self._met: set[Term] = set()

    def results(self) -> Iterator[tuple[Term, float]]:
        """See `terms`."""
        bank = self._known.bank
        of_leaves = leaves(self._inputs, self._outputs)
        first_goals(self._goals, self._outputs)
        keep = True
        for level in range(1, MAX_COST):
            self._known.complete(level)
            for price, term, values in of_leaves:
                if price == level:
                    self._goals.look_up(values, price, term)
                    self._known.add_leaf(term, values, price)
            for number in range(len(OPERATIONS)):
                self._grow(number, level, keep)
                yield from self._given(level - 1)
            if keep and not self._over:
                self._known.complete(level + 1)
                later_goals(self._goals, self._outputs, level)
                ends = bank.counts[6] >= _KEPT_TRIES
                if level in _LOOKS or ends:
                    choices(self._goals, self._outputs)
                    self._branches.look()
                keep = not ends
            self._take(level)
            if self._over:
                break
            yield from self._given(level)
        self._take(MAX_COST)
        yield from self._given(MAX_COST * MAX_COST)

    def prepare(self) -> None:
        """Compile what a search comes to later."""
        self._known.add_leaf(input_term(0, Type.LIST), [cells for (cells,) in self._inputs], 1)
        self._known.add_leaf(constant(7), [7, 7], 1)
        self._known.complete(2)
        self._grow(_ODD_CELLS, OPERATIONS[_ODD_CELLS].price + 1, keep=True)
        choices(self._goals, self._outputs)
        self._branches.look()

    def _grow(self, number: int, level: int, keep: bool) -> None:
        """Try an operation, in pieces between which the clock is looked at."""
        operation = OPERATIONS[number]
        if self._over or operation.price >= level or not (keep or self._goals.wants(operation.result)):
            return
        if operation.function is Function.CHOOSE and level > _CHOICES_BY_TRIAL:
            return
        progress = np.zeros(3, np.int64)
        more = True
        while more and not self._over:
            more = grow(
                self._known.bank, number, _ROWS[number], len(self._outputs), level, keep, _CHEAP, progress,
                self._values, _PAUSE,
            ) == MORE  # fmt: skip
            self._take(level)
            self._over = self._expired()

    def _take(self, level: int) -> None:
        """Note what has been found."""
        for cost, term in self._goals.reached(level):
            if term not in self._met:
                self._met.add(term)
                heapq.heappush(self._waiting, (cost, len(self._met), int(self._known.bank.counts[6]), term))

    def _given(self, level: int) -> Iterator[tuple[Term, float]]:
        """Results than which no cheaper ones will come, or that have waited long enough."""
        now = int(self._known.bank.counts[6])
        while self._waiting and (self._waiting[0][0] <= level or self._waiting[0][2] + _PATIENCE <= now):
            cost, _, _, term = heapq.heappop(self._waiting)
            yield term, cost * NATS
