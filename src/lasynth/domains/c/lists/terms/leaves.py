"""The terms that the others are made of: the inputs, and constants with their prices.

A small constant is common. One that is in all outputs and not in all inputs is likely, too: there are few
of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Final

from lasynth.domains.c.lists.terms.operations import NATS, Type
from lasynth.domains.c.lists.terms.term import Term, Value, constant, constants, input_term

__all__ = ["cell_price", "leaves"]

_SMALL: Final = {0: 3, 1: 3, 2: 3, 3: 5, -1: 6, 4: 6, 5: 6, 10: 6, 6: 7, 7: 7, 8: 7, 9: 7}
_INPUT: Final = 2
_EMPTY: Final = 6
_MOST_CONSTANTS: Final = 200
_SEEN: Final = 9  # any other number up to 99, or one in the examples


def cell_price(value: int) -> int:
    """What a cell of a list of constants costs, in units."""
    return _SMALL[value] if value in _SMALL else _SEEN + (4 if abs(value) > 99 else 0)


def leaves(
    inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value]
) -> list[tuple[int, Term, list[Value]]]:
    """The inputs and the constants: price in units, term, its value on each example."""
    found: list[tuple[int, Term, list[Value]]] = []
    for place, values in enumerate(zip(*inputs, strict=True)):
        type_ = Type.LIST if isinstance(values[0], tuple) else Type.NUMBER
        found.append((_INPUT, input_term(place, type_), list(values)))
    for value, price in _constants(inputs, outputs).items():
        found.append((price, constant(value), [value] * len(outputs)))
    found.append((_EMPTY, constants(()), [()] * len(outputs)))
    return found


def _constants(inputs: Sequence[tuple[Value, ...]], outputs: Sequence[Value]) -> dict[int, int]:
    prices = dict.fromkeys(range(100), _SEEN) | _SMALL
    in_all = _common([_flat([value]) for value in outputs]) - _common([_flat(values) for values in inputs])
    if len(outputs) > 1:
        for value in in_all:
            prices[value] = min(prices.get(value, _SEEN), round((1.5 + log(len(in_all))) / NATS))
    for value in _flat(outputs):
        prices.setdefault(value, _SEEN + 4)
    return dict(sorted(prices.items(), key=lambda each: each[1])[:_MOST_CONSTANTS])


def _flat(values: Sequence[Value]) -> tuple[int, ...]:
    return tuple(cell for value in values for cell in (value if isinstance(value, tuple) else (value,)))


def _common(rows: Sequence[tuple[int, ...]]) -> set[int]:
    """The numbers that are in all rows."""
    return set.intersection(*map(set, rows))
