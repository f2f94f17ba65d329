"""The floor of `lists`: the smallest affine map, cell by cell, or of numbers.

A list as long as the first one is `p * a[i] + q * i + ... + r` in each cell, with the cells of the other
lists of that length, the index, the length and the numbers; a number is such a sum of numbers and lengths.
What fits all examples with the fewest terms is proposed. Nothing is learned, and nothing is searched but
the choice of terms.

Shapes: B problems, K examples, L numbers of an input, M of an output, R equations, U unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Array, Tokens
from lasynth.domains.c.lists.grammar import LENGTHS, LISTS, NUMBERS
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
)
from lasynth.domains.c.lists.parser import to_tokens
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Declaration,
    Expression,
    For,
    Increment,
    Name,
    Number,
    Program,
    Result,
    Return,
    Unary,
)
from lasynth.domains.c.lists.tokens import parameters_of
from lasynth.domains.unlearned import FloorWords

__all__ = ["AffineListFloor"]

_MOST_TERMS: Final = 3  # besides the constant
_MOST: Final = 10**6  # the largest |coefficient|
_INDEX: Final = Name("i")


@dataclass(frozen=True, slots=True)
class _Equations:
    """What an output is to be a sum of.

    Attributes:
        result: what a program of it gives back.
        terms: what may stand in the sum.
        values_RU: the terms in each equation.
        wanted_R: what the sum is to be.
    """

    result: Result
    terms: tuple[Expression, ...]
    values_RU: npt.NDArray[np.int64]
    wanted_R: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AffineListFloor:
    """The smallest affine map, as `Floor`."""

    @property
    def words(self) -> FloorWords:
        """See `Floor`."""
        return FloorWords(
            key="affine_fit",
            name="affine fit",
            meaning="the smallest affine map of cells and numbers is right; no learning",
            plain="affine",
            plain_from="shown and held-out examples",
        )

    def fit(self, inputs_BKN: Array, outputs_BKN: Array) -> list[Tokens | None]:
        """See `Floor`."""
        return [self._fit(*one) for one in zip(inputs_BKN, outputs_BKN, strict=True)]

    def ends(self, states_SKN: Array, outputs_KN: Array) -> list[Tokens | None]:
        """See `Floor`; programs of this dialect are not continued."""
        return [None] * len(states_SKN)

    def is_plain(self, inputs_KN: Array, outputs_KN: Array, reference: Tokens | None) -> bool | None:
        """See `Floor`."""
        return self._fit(inputs_KN, outputs_KN) is not None

    def _fit(self, inputs_KL: Array, outputs_KM: Array) -> Tokens | None:
        equations = _equations(inputs_KL.astype(np.int64), outputs_KM.astype(np.int64))
        if equations is None or not len(equations.wanted_R):
            return None
        found = next(_solutions(equations), None)
        if found is None:
            return None
        value = _sum(equations.terms, found)
        num_lists, num_numbers = int(inputs_KL[0, NUM_LISTS_AT]), int(inputs_KL[0, NUM_NUMBERS_AT])
        parameters = parameters_of(equations.result, num_lists, num_numbers)
        if equations.result == Result.NUMBER:
            return to_tokens(Program(equations.result, parameters, (Return(value),)))
        cell = Cell(LISTS[0], _INDEX)
        loop = For(
            (Declaration("i", Number(0)),),
            Binary("<", _INDEX, Name(LENGTHS[0])),
            (Increment(_INDEX, "++"),),
            (_assigned(cell, value),),
        )
        return to_tokens(Program(equations.result, parameters, () if value == cell else (loop,)))


def _equations(inputs_KL: Array, outputs_KM: Array) -> _Equations | None:
    """An equation for each cell of the outputs, or for each number; None where lengths do not fit."""
    num_lists, num_numbers = int(inputs_KL[0, NUM_LISTS_AT]), int(inputs_KL[0, NUM_NUMBERS_AT])
    starts = [LISTS_AT + LIST_WIDTH * number for number in range(num_lists)]
    lengths_K = [inputs_KL[:, start] for start in starts]
    shared: list[tuple[Expression, Any]] = [(Name(LENGTHS[n]), lengths_K[n]) for n in range(num_lists)]
    shared += [(Name(NUMBERS[n]), inputs_KL[:, NUMBERS_AT + n]) for n in range(num_numbers)]
    if (outputs_KM[:, 0] == NUMBER).all():
        columns = [values_K for _, values_K in shared]
        values_RU = np.stack(columns, axis=1) if columns else np.empty((len(inputs_KL), 0), dtype=np.int64)
        return _Equations(Result.NUMBER, tuple(term for term, _ in shared), values_RU, outputs_KM[:, 1])
    if not num_lists or (outputs_KM[:, 0] != lengths_K[0]).any():
        return None
    same = [number for number in range(num_lists) if (lengths_K[number] == lengths_K[0]).all()]
    rows: list[list[int]] = []
    wanted: list[int] = []
    for example, length in enumerate(lengths_K[0].tolist()):
        for cell in range(length):
            cells = [int(inputs_KL[example, starts[number] + 1 + cell]) for number in same]
            rows.append([*cells, cell, *(int(values_K[example]) for _, values_K in shared)])
            wanted.append(int(outputs_KM[example, 1 + cell]))
    terms = [*(Cell(LISTS[number], _INDEX) for number in same), _INDEX, *(term for term, _ in shared)]
    values_RU = np.array(rows, dtype=np.int64).reshape(len(rows), len(terms))
    return _Equations(Result.IN_PLACE, tuple(terms), values_RU, np.array(wanted, dtype=np.int64))


def _solutions(equations: _Equations) -> Iterator[dict[int, int]]:
    """Coefficients by term, the constant as -1, of all sums that fit; those of fewest terms first."""
    values_RU, wanted_R = equations.values_RU, equations.wanted_R
    ones_R1 = np.ones((len(wanted_R), 1), dtype=np.int64)
    for num_terms in range(_MOST_TERMS + 1):
        for chosen in combinations(range(len(equations.terms)), num_terms):
            for system_RU in (values_RU[:, chosen], np.hstack([values_RU[:, chosen], ones_R1])):
                if system_RU.shape[1] == 0:
                    continue
                found_U, _, rank, _ = np.linalg.lstsq(
                    system_RU.astype(np.float64), wanted_R.astype(np.float64), rcond=None
                )
                exact_U = np.rint(found_U)
                if rank < system_RU.shape[1] or (np.abs(exact_U) > _MOST).any():
                    continue  # the examples leave open how much of each term there is
                whole_U = exact_U.astype(np.int64)
                if (system_RU @ whole_U == wanted_R).all():
                    yield dict(zip((*chosen, -1), whole_U.tolist(), strict=False))


def _sum(terms: tuple[Expression, ...], coefficients: dict[int, int]) -> Expression:
    """The sum as a person writes it: what is added first, then what is taken away, the constant last."""
    parts: list[tuple[int, Expression]] = []
    for number, coefficient in coefficients.items():
        size = abs(coefficient)
        if coefficient == 0:
            continue
        if number < 0:
            parts.append((coefficient, Number(size)))
        else:
            product = terms[number] if size == 1 else Binary("*", Number(size), terms[number])
            parts.append((coefficient, product))
    parts.sort(key=lambda part: (isinstance(part[1], Number), part[0] < 0))
    if not parts:
        return Number(0)
    (sign, first), *rest = parts
    if sign < 0:
        positive = next((part for part in parts if part[0] > 0), None)
        if positive is not None:
            first, rest = positive[1], [part for part in parts if part is not positive]
        else:
            first = Number(-first.value) if isinstance(first, Number) else Unary("-", first)
    return reduce(lambda left, part: Binary("+" if part[0] > 0 else "-", left, part[1]), rest, first)


def _assigned(cell: Cell, value: Expression) -> Assign:
    """`a[i] = a[i] + x` as `a[i] += x`."""
    if isinstance(value, Binary) and value.left == cell and value.operator in ("+", "-"):
        return Assign(cell, "+=" if value.operator == "+" else "-=", value.right)
    return Assign(cell, "=", value)
