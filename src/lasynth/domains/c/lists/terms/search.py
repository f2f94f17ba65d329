"""The search: terms level by level of cost, and the programs of those that reproduce the examples.

At first every new value is kept; when that has become much, the last step only is tried: operations on the terms
kept, whose results are compared with the goals and forgotten.
"""

from __future__ import annotations

import heapq
import os
import time

DEBUG = os.environ.get("DEBUG")
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from lasynth.domains.c.lists.syntax import Program
from lasynth.domains.c.lists.terms.goals import Goals
from lasynth.domains.c.lists.terms.grow import MORE, grow
from lasynth.domains.c.lists.terms.leaves import leaves
from lasynth.domains.c.lists.terms.of_one import MAX_CELLS
from lasynth.domains.c.lists.terms.operations import NATS, OPERATIONS, Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.write import UnwritableError, result_of, written
from lasynth.domains.c.lists.terms.values import MAX_COST

__all__ = ["programs", "terms"]

_KEPT_TRIES: Final = 8_000_000  # candidates until nothing new is kept
_PAUSE: Final = 200_000  # candidates between two looks at the clock
_CHEAP: Final = 10  # units: two lists of this cost together may be of different lengths
_PATIENCE: Final = 6  # levels behind which a result is given, however much it costs

_ROWS: Final = np.array(
    [
        [operation.function, operation.result]
        + [*operation.arguments, -1, -1][:3]
        + [operation.price, operation.symmetric]
        for operation in OPERATIONS
    ],
    np.int32,
)


def terms(
    inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value], *, expired: Callable[[], bool]
) -> Iterator[tuple[Term, float]]:
    """Terms whose values are the outputs, about the cheapest first, and what each costs in nats.

    Args:
        inputs: of each of K examples.
        outputs: of each.
        expired: whether the time is over.
    """
    goals = Goals(inputs, outputs)
    bank = goals.bank
    given_terms = leaves(goals)
    K = len(inputs)
    values = np.empty((K + 1) + (K + 2) * MAX_CELLS, np.int32)
    wants_list = isinstance(outputs[0], tuple)
    waiting: list[tuple[int, int, int, Term]] = []  # cost, order, level, term
    known: set[Term] = set()

    def take(level: int) -> None:
        for cost, term in goals.reached(level):
            if term not in known:
                known.add(term)
                heapq.heappush(waiting, (cost, len(known), level, term))

    def given(level: int) -> Iterator[tuple[Term, float]]:
        while waiting and (waiting[0][0] <= level or waiting[0][2] + _PATIENCE <= level):
            cost, _, _, term = heapq.heappop(waiting)
            yield term, cost * NATS

    take(0)
    keep = True
    over = False
    for level in range(1, MAX_COST):
        goals.begin(level)
        for price, term, of_examples in given_terms:
            if price == level:
                goals.add_leaf(term, of_examples, price)
        for number, operation in enumerate(OPERATIONS):
            if over or operation.price >= level:
                continue
            if not keep and not goals.wanted(operation.result):
                continue
            progress = np.zeros(3, np.int64)
            while grow(bank, number, _ROWS[number], K, level, keep, _CHEAP, progress, values, _PAUSE) == MORE:
                if expired():
                    over = True
                    break
            over = over or expired()
        take(level)
        if keep:
            goals.end(level)
            take(level)
        if over:
            break
        yield from given(level)
        if DEBUG:
            print(level, keep, bank.counts, time.process_time())
        keep = keep and bank.counts[6] < _KEPT_TRIES
    yield from given(1 << 30)


def programs(
    inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value], *, expired: Callable[[], bool]
) -> Iterator[tuple[Program, float]]:
    """Programs that reproduce the examples, about the cheapest first, and what each costs in nats."""
    types = [Type.LIST if isinstance(value, tuple) else Type.NUMBER for value in inputs[0]]
    result = result_of(inputs, outputs)
    for term, cost in terms(inputs, outputs, expired=expired):
        try:
            yield written(term, types, result), cost
        except UnwritableError:
            continue
