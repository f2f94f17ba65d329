"""A term as a tree, and its value on given inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from lasynth.domains.c.lists.terms.evaluate import evaluate
from lasynth.domains.c.lists.terms.of_one import MAX_CELLS, UNDEFINED
from lasynth.domains.c.lists.terms.operations import Function, Type

__all__ = ["Term", "Value", "constant", "constants", "input_term", "value_of"]

Value: TypeAlias = tuple[int, ...] | int  # a list or a number


@dataclass(frozen=True, slots=True)
class Term:
    """An operation and what it is applied to.

    Attributes:
        function: what is computed.
        type: of the value.
        arguments: other terms.
        cells: of an input, its place among the inputs; of a constant, its value or its cells.
        shortest: whether lists of different lengths are taken as far as both go.
    """

    function: Function
    type: Type
    arguments: tuple[Term, ...] = ()
    cells: tuple[int, ...] = ()
    shortest: bool = False

    def __str__(self) -> str:
        if self.function is Function.INPUT:
            return f"input{self.cells[0]}"
        if self.function is Function.CONSTANT:
            return str(self.cells[0])
        if self.function is Function.CONSTANTS:
            return str(list(self.cells))
        return f"{self.function.name.lower()}({', '.join(map(str, self.arguments))})"


def input_term(place: int, type_: Type) -> Term:
    """The input at a place."""
    return Term(Function.INPUT, type_, cells=(place,))


def constant(value: int) -> Term:
    """A number that is the same for all inputs."""
    return Term(Function.CONSTANT, Type.NUMBER, cells=(value,))


def constants(cells: Sequence[int]) -> Term:
    """A list that is the same for all inputs."""
    return Term(Function.CONSTANTS, Type.LIST, cells=tuple(cells))


def value_of(term: Term, inputs: Sequence[Value]) -> Value | None:
    """The value of a term on the inputs of one example; None where it has none."""
    if term.function is Function.INPUT:
        return inputs[term.cells[0]]
    if term.function is Function.CONSTANT:
        return term.cells[0]
    if term.function is Function.CONSTANTS:
        return term.cells
    if term.function is Function.IF:
        holds = value_of(term.arguments[0], inputs)
        return None if holds is None else value_of(term.arguments[1 if holds else 2], inputs)
    pool: list[int] = []
    starts, kinds = [0, 0, 0], [-1, -1, -1]
    for place, argument in enumerate(term.arguments):
        value = value_of(argument, inputs)
        if value is None:
            return None
        starts[place], kinds[place] = len(pool), int(isinstance(value, tuple))
        pool += [2, 2 + len(value), *value] if isinstance(value, tuple) else [value]
    out = np.empty(MAX_CELLS + 1, np.int32)
    num = evaluate(
        int(term.function), term.shortest, np.array(pool, np.int32), starts[0], kinds[0], starts[1], kinds[1],
        starts[2], kinds[2], 0, out, 0,
    )  # fmt: skip
    if num == UNDEFINED:
        return None
    return int(out[0]) if term.type is Type.NUMBER else tuple(out[:num].tolist())
