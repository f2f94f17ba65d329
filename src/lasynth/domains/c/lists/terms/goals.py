"""What is searched for: the outputs, and parts of them whose rest is known.

A goal is a value, what a term of this value still needs to be one of the outputs, and what that costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lasynth.domains.c.lists.terms.leaves import cell_price
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constants
from lasynth.domains.c.lists.terms.values import MAX_COST, add, bank, find, hashed, mixed, place_of

__all__ = ["Goals"]

_CONCATENATE: Final = 4
_SINGLE: Final = 3
_MOST_GOALS: Final = 400
_PART_COST: Final = 20  # units: parts that cost more are not split off
_LIST, _NUMBER = Type.LIST, Type.NUMBER

Finish = Callable[[Term], Term]


@dataclass(frozen=True, slots=True)
class _Goal:
    values: list[Value]
    extra: int
    finish: Finish
    component: int = -1  # of outputs of a fixed length


class Goals:
    """The goals of a task and the bank that they are looked for in.

    Attributes:
        inputs: of each example.
        outputs: of each example.
        bank: the terms.
    """

    def __init__(self, inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value]) -> None:
        self.inputs, self.outputs = list(inputs), list(outputs)
        self.bank = bank()
        self._leaves: list[Term] = []
        self._goals: list[_Goal] = []
        self._num_examples = len(outputs)
        self._reached: list[tuple[int, Term]] = []
        self._components: list[tuple[int, Term] | None] = []
        self._component_values: list[list[Value]] = []
        self._split = 0  # list terms that have been looked at as parts
        self._set_goals()

    def wanted(self, type_: Type) -> bool:
        """Whether a term of this type may be a goal."""
        return type_ is _type(self.outputs[0]) or (type_ is _NUMBER and bool(self._components))

    def begin(self, level: int) -> None:
        """Terms of lower costs are complete."""
        self.bank.first_3C[:, level:] = self.bank.counts[2:5, None]

    def end(self, level: int) -> None:
        """Terms of this cost are complete: those that are parts of a goal make new goals."""
        self.begin(level + 1)
        if isinstance(self.outputs[0], tuple) and level <= _PART_COST:
            self._split_goals(level)

    def reached(self, level: int) -> Iterator[tuple[int, Term]]:
        """The terms found since the last call, with their costs."""
        found = self.bank.found_F5[: self.bank.counts[5]].tolist()
        self.bank.counts[5] = 0
        for number, operation, *ids in found:
            self._reach(number, self._made(operation, ids), level)
        yield from self._reached
        self._reached = []

    def add_leaf(self, term: Term, values: Sequence[Value], cost: int) -> None:
        """Put a term into the bank that is not made of others."""
        digest, cells = _laid_out(values)
        self._leaves.append(term)
        slot = place_of(self.bank.goals_S3[:, 0], digest)
        if self.bank.goals_S3[slot, 0] == digest:
            self._reach(int(self.bank.goals_S3[slot, 2]), term, cost)
        if find(self.bank, digest) < 0:
            add(
                self.bank, digest, int(term.type), cells, len(cells), self._num_examples, cost, -1,
                len(self._leaves) - 1, -1, -1,
            )  # fmt: skip

    def term(self, number: int) -> Term:
        """A term of the bank as a tree."""
        operation, *ids = self.bank.made_T4[number].tolist()
        return self._leaves[ids[0]] if operation < 0 else self._made(operation, ids)

    def values(self, number: int) -> list[Value]:
        """The values of a list or a number of the bank."""
        pool, start, K = self.bank.pool, int(self.bank.start_T[number]), self._num_examples
        if self._is_number(number):
            return pool[start : start + K].tolist()
        ends = (start + pool[start : start + K + 1]).tolist()
        return [tuple(pool[a:b].tolist()) for a, b in zip(ends, ends[1:], strict=False)]

    def _is_number(self, number: int) -> bool:
        operation, leaf = self.bank.made_T4[number, :2].tolist()
        return (self._leaves[leaf].type if operation < 0 else OPERATIONS[operation].result) is _NUMBER

    def _made(self, number: int, ids: Sequence[int]) -> Term:
        operation = OPERATIONS[number]
        lists = [each for each, type_ in zip(ids, operation.arguments, strict=False) if type_ is _LIST]
        shortest = (
            operation.function < Function.CHOOSE
            and len(lists) == 2
            and self.bank.shape_T[lists[0]] != self.bank.shape_T[lists[1]]
        )
        arguments = tuple(self.term(each) for each in ids[: len(operation.arguments)])
        return Term(operation.function, operation.result, arguments, shortest=bool(shortest))

    def _reach(self, number: int, term: Term, cost: int) -> None:
        goal = self._goals[number]
        if goal.component < 0:
            self._reached.append((cost + goal.extra, goal.finish(term)))
            return
        if all(each is not None for each in self._components):
            return
        for place, column in enumerate(self._component_values):
            if column == goal.values and self._components[place] is None:
                self._components[place] = (cost, term)
        if all(each is not None for each in self._components):
            found = [each for each in self._components if each is not None]
            parts = [Term(Function.SINGLE, _LIST, (each,)) for _, each in found]
            whole = parts[0]
            for part in parts[1:]:
                whole = _concatenated(whole, part)
            price = sum(each for each, _ in found) + len(found) * (_SINGLE + _CONCATENATE) - _CONCATENATE
            self._reached.append((price, whole))

    def _set_goals(self) -> None:
        outputs = self.outputs
        self._add_goal(_Goal(outputs, 0, lambda term: term))
        if not all(isinstance(value, tuple) for value in outputs):
            return
        lists: list[tuple[int, ...]] = [value for value in outputs if isinstance(value, tuple)]
        first, last = _common_start(lists), _common_start([cells[::-1] for cells in lists])[::-1]
        if len(first) == len(lists[0]) and len(set(lists)) == 1:
            self._reached.append((_CONCATENATE + sum(map(cell_price, first)), constants(first)))
        elif len(lists) > 1:
            shortest = min(map(len, lists))
            for p in range(len(first) + 1):
                for s in range(min(len(last), shortest - p) + 1):
                    if p or s:
                        self._add_goal(_framed(lists, p, s))
        if len(set(map(len, lists))) == 1 and 0 < len(lists[0]) <= 8 and len(lists) > 1:
            self._component_values = [list(column) for column in zip(*lists, strict=True)]
            self._components = [None] * len(self._component_values)
            for place, column in enumerate(self._component_values):
                self._add_goal(_Goal(column, 0, lambda term: term, place))

    def _add_goal(self, goal: _Goal) -> None:
        digest, _ = _laid_out(goal.values)
        table = self.bank.goals_S3
        slot = place_of(table[:, 0], digest)
        if len(self._goals) >= _MOST_GOALS or table[slot, 0] == digest:
            return
        table[slot, 0], table[slot, 2] = digest, len(self._goals)
        first, _ = _laid_out(goal.values[:1])
        self.bank.first_goals[place_of(self.bank.first_goals, first)] = first
        self._goals.append(goal)
        term = find(self.bank, digest)
        if term >= 0:
            self._reach(len(self._goals) - 1, self.term(term), int(self.bank.cost_T[term]))

    def _split_goals(self, level: int) -> None:
        """Goals for what is left of the outputs where a list of this cost begins or ends them."""
        goal = self._goals[0]
        lists = [value for value in goal.values if isinstance(value, tuple)]
        new = self.bank.by_type_3T[_LIST, self._split : self.bank.counts[3]].tolist()
        self._split = int(self.bank.counts[3])
        for number in new:
            start = int(self.bank.start_T[number])
            lens = np.diff(self.bank.pool[start : start + self._num_examples + 1])
            if not lens.any() or any(
                len(cells) < num for cells, num in zip(lists, lens.tolist(), strict=True)
            ):
                continue
            parts = [value for value in self.values(number) if isinstance(value, tuple)]
            if all(cells[: len(part)] == part for cells, part in zip(lists, parts, strict=True)):
                rest: list[Value] = [cells[len(part) :] for cells, part in zip(lists, parts, strict=True)]
                self._add_goal(_Goal(rest, level + _CONCATENATE, _behind(self.term(number))))
            if all(cells[len(cells) - len(part) :] == part for cells, part in zip(lists, parts, strict=True)):
                rest = [cells[: len(cells) - len(part)] for cells, part in zip(lists, parts, strict=True)]
                self._add_goal(_Goal(rest, level + _CONCATENATE, _before(self.term(number))))


def _type(value: Value) -> Type:
    return _LIST if isinstance(value, tuple) else _NUMBER


def _concatenated(first: Term, second: Term) -> Term:
    return Term(Function.CONCATENATE, _LIST, (first, second))


def _behind(part: Term) -> Finish:
    return lambda term: _concatenated(part, term)


def _before(part: Term) -> Finish:
    return lambda term: _concatenated(term, part)


def _framed(lists: Sequence[tuple[int, ...]], p: int, s: int) -> _Goal:
    """What is left without the first p and the last s cells, which are the same in all."""
    first, last = lists[0][:p], lists[0][len(lists[0]) - s :]

    def finish(term: Term) -> Term:
        whole = _concatenated(constants(first), term) if first else term
        return _concatenated(whole, constants(last)) if last else whole

    price = sum(map(cell_price, first + last)) + _CONCATENATE * ((p > 0) + (s > 0))
    return _Goal([cells[p : len(cells) - s] for cells in lists], price, finish)


def _common_start(lists: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    num = 0
    while all(len(cells) > num for cells in lists) and len({cells[num] for cells in lists}) == 1:
        num += 1
    return lists[0][:num]


def _laid_out(values: Sequence[Value]) -> tuple[int, np.ndarray]:
    """The digest of the values of K examples, and their cells as in the pool."""
    lists = [value if isinstance(value, tuple) else (value,) for value in values]
    type_ = _type(values[0])
    digest = mixed(1, int(type_))
    for cells in lists:
        digest = hashed(digest, np.array(cells, np.int32), 0, len(cells))
    flat = [cell for cells in lists for cell in cells]
    if type_ is _LIST:
        ends = np.cumsum([len(lists) + 1, *map(len, lists)]).tolist()
        flat = ends + flat
    return digest, np.array(flat, np.int32)


assert MAX_COST > _PART_COST
