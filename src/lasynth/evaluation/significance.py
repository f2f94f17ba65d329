"""Whether one system is better than another on the same tasks: McNemar's exact test, and Holm's correction.

McNemar (1947) looks only at the tasks on which exactly one of the two is right; if neither were better, each
of these would go either way with probability 1/2. Holm (1979) corrects for asking several such questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

__all__ = ["Pair", "holm", "mcnemar"]


def mcnemar(b: int, c: int) -> float:
    """The exact two-sided p-value.

    Args:
        b: tasks that the first alone has right.
        c: tasks that the second alone has right.

    Returns:
        The probability, were neither better, of a split of `b + c` at least as uneven as this one.
    """
    if b < 0 or c < 0:
        raise ValueError(f"{b} and {c} are not counts")
    num = b + c
    # In whole numbers: 2**num leaves the range of a float at a thousand tasks.
    tail = sum(comb(num, k) for k in range(min(b, c) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**num)))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for their number, in the order given: one below 0.05 holds among all of them."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, number in enumerate(sorted(range(len(p_values)), key=lambda number: p_values[number])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[number]))
        adjusted[number] = highest
    return adjusted


@dataclass(frozen=True, slots=True)
class Pair:
    """How two systems fared on the same tasks.

    Attributes:
        b: tasks that the first alone has right.
        c: tasks that the second alone has right.
        num_tasks: tasks in all.
    """

    b: int
    c: int
    num_tasks: int

    @classmethod
    def of(cls, first: Sequence[bool], second: Sequence[bool]) -> Pair:
        """The pair of two lists of verdicts, task by task."""
        pairs = list(zip(first, second, strict=True))
        return cls(pairs.count((True, False)), pairs.count((False, True)), len(pairs))

    @property
    def difference(self) -> float:
        """By how much the first has the higher share, between -1 and 1; 0 without tasks."""
        return (self.b - self.c) / self.num_tasks if self.num_tasks else 0.0

    @property
    def p(self) -> float:
        """McNemar's exact p-value."""
        return mcnemar(self.b, self.c)
