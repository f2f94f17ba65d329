"""Tests whether one system is better than another on the same tasks: McNemar's test and Holm's correction.

McNemar (1947) uses only the tasks on which exactly one of the two is right. If neither system were better,
each of these tasks would go either way with probability 1/2. Holm (1979) corrects for several such tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist

__all__ = ["Pair", "holm", "mcnemar"]


def mcnemar(b: int, c: int) -> float:
    """The exact two-sided p-value.

    Args:
        b: tasks that only the first system has right.
        c: tasks that only the second system has right.

    Returns:
        The probability of a split of `b + c` at least as uneven as this one, if neither system is better.
    """
    if b < 0 or c < 0:
        raise ValueError(f"{b} and {c} are not counts")
    num = b + c
    # With integers, because 2**num exceeds the range of a float at a thousand tasks.
    tail = sum(comb(num, k) for k in range(min(b, c) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**num)))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for their number, in the given order: below 0.05 is significant among all."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, number in enumerate(sorted(range(len(p_values)), key=lambda number: p_values[number])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[number]))
        adjusted[number] = highest
    return adjusted


@dataclass(frozen=True, slots=True)
class Pair:
    """The results of two systems on the same tasks.

    Attributes:
        b: tasks that only the first system has right.
        c: tasks that only the second system has right.
        num_tasks: the number of tasks.
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
        """The share of the first minus that of the second, between -1 and 1; 0 without tasks."""
        return (self.b - self.c) / self.num_tasks if self.num_tasks else 0.0

    @property
    def standard_error(self) -> float:
        """Of the difference, paired (Wald)."""
        if not self.num_tasks:
            return 0.0
        return sqrt(self.b + self.c - (self.b - self.c) ** 2 / self.num_tasks) / self.num_tasks

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference (Wald, paired), between -1 and 1."""
        half = NormalDist().inv_cdf(0.975) * self.standard_error
        return max(-1.0, self.difference - half), min(1.0, self.difference + half)

    @property
    def p(self) -> float:
        """McNemar's exact p-value."""
        return mcnemar(self.b, self.c)
