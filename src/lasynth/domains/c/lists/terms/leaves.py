"""The terms that the others are made of: the inputs, and constants with their prices.

A small constant is common. One that is in all outputs and not in all inputs is likely, too: there are few of those.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

from lasynth.domains.c.lists.terms.operations import NATS, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constant, constants, input_term

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.goals import Goals

__all__ = ["cell_price", "leaves"]

_SMALL: Final = {0: 3, 1: 3, 2: 4, 3: 5, -1: 6, 4: 6, 5: 6, 10: 6, 6: 7, 7: 7, 8: 7, 9: 7}
_INPUT: Final = 2
_EMPTY: Final = 6
_SEEN: Final = 9  # any other number up to 99, or one in the examples


def cell_price(value: int) -> int:
    """What a cell of a list of constants costs, in units."""
    return _SMALL[value] if value in _SMALL else _SEEN + (4 if abs(value) > 99 else 0)


def leaves(goals: Goals) -> list[tuple[int, Term, list[Value]]]:
    """The inputs and the constants: price in units, term, its value on each example."""
    priced = [
        (_INPUT, input_term(place, Type.LIST if isinstance(value, tuple) else Type.NUMBER), list(values))
        for place, (value, values) in enumerate(
            zip(goals.inputs[0], zip(*goals.inputs, strict=True), strict=True)
        )
    ]
    num = len(goals.inputs)
    priced += [(price, constant(value), [value] * num) for value, price in _constants(goals).items()]
    priced.append((_EMPTY, constants(()), [()] * num))
    return priced


def _constants(goals: Goals) -> dict[int, int]:
    prices = dict.fromkeys(range(100), _SEEN) | _SMALL
    in_all = _common(goals.outputs) - _common([_flat(values) for values in goals.inputs])
    if len(goals.outputs) > 1:
        for value in in_all:
            prices[value] = min(prices.get(value, 99), round((1.5 + log(len(in_all))) / NATS))
    for value in _flat(goals.outputs):
        prices.setdefault(value, _SEEN + 4)
    return dict(sorted(prices.items(), key=lambda each: each[1])[:200])


def _flat(values: tuple[Value, ...] | list[Value]) -> tuple[int, ...]:
    return tuple(cell for value in values for cell in (value if isinstance(value, tuple) else (value,)))


def _common(values: list[Value] | list[tuple[int, ...]]) -> set[int]:
    """The numbers that are in all of several lists."""
    sets = [set(value if isinstance(value, tuple) else (value,)) for value in values]
    return set.intersection(*sets) if sets else set()
