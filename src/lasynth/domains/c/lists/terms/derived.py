"""Goals made of the outputs: what is left where a part of them, or the last operation, is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lasynth.domains.c.lists.terms.goals import Finish, Goal, Goals, Joint
from lasynth.domains.c.lists.terms.leaves import cell_price
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constants

__all__ = ["first_goals", "later_goals"]

_PART_COST: Final = 20  # units: parts that cost more are not split off
_UNDONE_COST: Final = 11  # likewise, of numbers whose addition and the like is undone
_MOST_COMPONENTS: Final = 8
_LIMIT: Final = 1 << 31

_F = Function
_LIST, _NUMBER = Type.LIST, Type.NUMBER
_PRICES: Final = {(each.function, each.arguments): each.price for each in OPERATIONS}
_CONCATENATE: Final = _PRICES[_F.CONCATENATE, (_LIST, _LIST)]
_SINGLE: Final = _PRICES[_F.SINGLE, (_NUMBER,)]
_INTERLEAVE: Final = _PRICES[_F.INTERLEAVE, (_LIST, _LIST)]

Lists = Sequence[tuple[int, ...]]


def first_goals(goals: Goals, outputs: Sequence[Value]) -> None:
    """The outputs, and what is left of them without what is the same in all."""
    goals.add(Goal(outputs, 0, lambda term: term))
    lists = [value for value in outputs if isinstance(value, tuple)]
    if not lists:
        return
    if len(set(lists)) == 1:
        goals.found(_CONCATENATE + sum(map(cell_price, lists[0])), constants(lists[0]))
        return
    first, last = _common_start(lists), _common_start([cells[::-1] for cells in lists])[::-1]
    shortest = min(map(len, lists))
    for p in range(len(first) + 1):
        for s in range(min(len(last), shortest - p) + 1):
            if p or s:
                goals.add(_framed(lists, p, s))
    if len(set(map(len, lists))) == 1 and 0 < shortest <= _MOST_COMPONENTS:
        price = shortest * (_SINGLE + _CONCATENATE) - _CONCATENATE
        goals.add_joint(Joint([list(column) for column in zip(*lists, strict=True)], price, _row_of))
    if all(len(cells) % 2 == 0 for cells in lists) and max(map(len, lists)) > 2:
        parts = [[cells[place::2] for cells in lists] for place in (0, 1)]
        goals.add_joint(Joint(parts, _INTERLEAVE, lambda terms: Term(_F.INTERLEAVE, _LIST, tuple(terms))))


def later_goals(goals: Goals, outputs: Sequence[Value], level: int) -> None:
    """Further goals, once the terms of a cost are complete."""
    bank = goals.known.bank
    if level <= _PART_COST and isinstance(outputs[0], tuple):
        lists = [value for value in outputs if isinstance(value, tuple)]
        for number in goals.known.new(_LIST, int(bank.first_3C[_LIST, level])):
            _without(goals, lists, number, level)
    if level <= _UNDONE_COST:
        for number in goals.known.new(_NUMBER, int(bank.first_3C[_NUMBER, level])):
            _undone(goals, outputs, number, level)


def _row_of(terms: Sequence[Term]) -> Term:
    """A list of some numbers."""
    whole, *others = [Term(_F.SINGLE, _LIST, (each,)) for each in terms]
    for part in others:
        whole = _concatenated(whole, part)
    return whole


def _concatenated(first: Term, second: Term) -> Term:
    return Term(_F.CONCATENATE, _LIST, (first, second))


def _common_start(lists: Lists) -> tuple[int, ...]:
    num = 0
    while all(len(cells) > num for cells in lists) and len({cells[num] for cells in lists}) == 1:
        num += 1
    return lists[0][:num]


def _framed(lists: Lists, p: int, s: int) -> Goal:
    """What is left without the first p and the last s cells, which are the same in all."""
    first, last = lists[0][:p], lists[0][len(lists[0]) - s :]

    def finish(term: Term) -> Term:
        whole = _concatenated(constants(first), term) if first else term
        return _concatenated(whole, constants(last)) if last else whole

    price = sum(map(cell_price, first + last)) + _CONCATENATE * ((p > 0) + (s > 0))
    return Goal([cells[p : len(cells) - s] for cells in lists], price, finish)


def _without(goals: Goals, lists: Lists, number: int, level: int) -> None:
    """What is left of the outputs where a list begins or ends them."""
    known = goals.known
    start = int(known.bank.start_T[number])
    lens = np.diff(known.bank.pool[start : start + known.num_examples + 1]).tolist()
    if not any(lens) or any(len(cells) < num for cells, num in zip(lists, lens, strict=True)):
        return
    pairs = list(zip(lists, known.lists(number), strict=True))
    if all(cells[: len(part)] == part for cells, part in pairs):
        rest = [cells[len(part) :] for cells, part in pairs]
        goals.add(Goal(rest, level + _CONCATENATE, _behind(known.term(number))))
    if all(cells[len(cells) - len(part) :] == part for cells, part in pairs):
        rest = [cells[: len(cells) - len(part)] for cells, part in pairs]
        goals.add(Goal(rest, level + _CONCATENATE, _before(known.term(number))))


def _behind(part: Term) -> Finish:
    return lambda term: _concatenated(part, term)


def _before(part: Term) -> Finish:
    return lambda term: _concatenated(term, part)


def _undone(goals: Goals, outputs: Sequence[Value], number: int, level: int) -> None:
    """What the outputs were before a number was added, taken away, or multiplied by."""
    numbers, part = goals.known.numbers(number), goals.known.term(number)
    type_ = _LIST if isinstance(outputs[0], tuple) else _NUMBER
    rows = [value if isinstance(value, tuple) else (value,) for value in outputs]
    pairs = list(zip(rows, numbers, strict=True))
    undone: list[tuple[Function, bool, list[tuple[int, ...]]]] = []
    if any(numbers):
        undone.append((_F.ADD, False, [tuple(x - y for x in cells) for cells, y in pairs]))
        undone.append((_F.SUBTRACT, False, [tuple(x + y for x in cells) for cells, y in pairs]))
    undone.append((_F.SUBTRACT, True, [tuple(y - x for x in cells) for cells, y in pairs]))
    if all(y and all(x % y == 0 for x in cells) for cells, y in pairs) and set(numbers) != {1}:
        undone.append((_F.MULTIPLY, False, [tuple(x // y for x in cells) for cells, y in pairs]))
    for function, first, before in undone:
        if any(not -_LIMIT <= x < _LIMIT for cells in before for x in cells):
            continue
        arguments = (_NUMBER, type_) if first else (type_, _NUMBER)
        values: list[Value] = [cells if type_ is _LIST else cells[0] for cells in before]
        goals.add(Goal(values, level + _PRICES[function, arguments], _applied(function, type_, part, first)))


def _applied(function: Function, type_: Type, part: Term, first: bool) -> Finish:
    return lambda term: Term(function, type_, (part, term) if first else (term, part))
