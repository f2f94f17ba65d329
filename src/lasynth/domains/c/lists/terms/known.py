"""The terms of a bank as trees and as values, and values laid out as the bank has them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from lasynth.domains.c.lists.terms.cells import Ints
from lasynth.domains.c.lists.terms.operations import OPERATIONS, Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.values import add, bank, find, hashed, mixed

__all__ = ["Known", "digest_of", "laid_out", "type_of"]


def type_of(value: Value) -> Type:
    """Whether a value is a list or a number."""
    return Type.LIST if isinstance(value, tuple) else Type.NUMBER


def digest_of(values: Sequence[Value]) -> int:
    """The digest of the values of K examples."""
    digest = mixed(1, int(type_of(values[0])))
    for value in values:
        cells = np.array(value if isinstance(value, tuple) else (value,), np.int32)
        digest = hashed(digest, cells, 0, len(cells))
    return digest


def laid_out(values: Sequence[Value]) -> Ints:
    """The values of K examples as in the pool of a bank."""
    lists = [value for value in values if isinstance(value, tuple)]
    if not lists:
        return np.array(values, np.int32)
    ends = np.cumsum([len(lists) + 1, *map(len, lists)]).tolist()
    return np.array([*ends, *(cell for cells in lists for cell in cells)], np.int32)


class Known:
    """A bank with the leaves of its terms.

    Attributes:
        bank: the terms.
        num_examples: K.
    """

    def __init__(self, num_examples: int) -> None:
        self.bank = bank()
        self.num_examples = num_examples
        self._leaves: list[Term] = []

    def add_leaf(self, term: Term, values: Sequence[Value], cost: int) -> None:
        """Put a term into the bank that is not made of others, unless its value is there."""
        digest, cells = digest_of(values), laid_out(values)
        if find(self.bank, digest) < 0:
            self._leaves.append(term)
            add(
                self.bank, digest, int(term.type), cells, len(cells), self.num_examples, cost, -1,
                len(self._leaves) - 1, -1, -1,
            )  # fmt: skip

    def complete(self, level: int) -> None:
        """No more terms that cost less than this will come."""
        self.bank.first_3C[:, level:] = self.bank.counts[2:5, None]

    def term(self, number: int) -> Term:
        """A term of the bank as a tree."""
        operation, *ids = self.bank.made_T4[number].tolist()
        return self._leaves[ids[0]] if operation < 0 else self.made(operation, ids)

    def made(self, number: int, ids: Sequence[int]) -> Term:
        """The term that an operation makes of terms of the bank."""
        operation = OPERATIONS[number]
        lists = [each for each, type_ in zip(ids, operation.arguments, strict=False) if type_ is Type.LIST]
        shortest = (
            operation.function < Function.CHOOSE
            and len(lists) == 2
            and self.bank.shape_T[lists[0]] != self.bank.shape_T[lists[1]]
        )
        arguments = tuple(self.term(each) for each in ids[: len(operation.arguments)])
        return Term(operation.function, operation.result, arguments, shortest=bool(shortest))

    def lists(self, number: int) -> list[tuple[int, ...]]:
        """The values of a list."""
        pool, start = self.bank.pool, int(self.bank.start_T[number])
        ends = (start + pool[start : start + self.num_examples + 1]).tolist()
        return [tuple(pool[first:last].tolist()) for first, last in pairwise(ends)]

    def numbers(self, number: int) -> list[int]:
        """The values of a number."""
        start = int(self.bank.start_T[number])
        return self.bank.pool[start : start + self.num_examples].tolist()

    def new(self, type_: Type, since: int) -> list[int]:
        """The terms of a type, without the first ones."""
        return self.bank.by_type_3T[type_, since : self.bank.counts[2 + type_]].tolist()
