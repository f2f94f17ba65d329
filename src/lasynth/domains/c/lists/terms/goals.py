"""What is searched for: the outputs, and parts of them whose rest is known.

A goal is a value, what a term of this value still needs to be one of the outputs, and what that costs.
Several goals may be needed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from lasynth.domains.c.lists.terms.known import Known, digest_of, type_of
from lasynth.domains.c.lists.terms.operations import Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.values import find, place_of

__all__ = ["Finish", "Goal", "Goals", "Joint"]

_MOST_GOALS: Final = 3000

Finish = Callable[[Term], Term]


@dataclass(frozen=True, slots=True)
class Goal:
    """A value that is wanted.

    Attributes:
        values: of each example.
        extra: what the rest costs, in units.
        finish: makes the whole of a term of this value.
    """

    values: Sequence[Value]
    extra: int
    finish: Finish


@dataclass(slots=True)
class Joint:
    """Values that are wanted together.

    Attributes:
        values: of each part, of each example.
        extra: what joining them costs, in units.
        join: makes the whole of a term for each part.
        found: the first term of each part, and its cost.
    """

    values: Sequence[Sequence[Value]]
    extra: int
    join: Callable[[Sequence[Term]], Term]
    found: dict[int, tuple[int, Term]] = field(default_factory=dict)

    def take(self, part: int, cost: int, term: Term) -> tuple[int, Term] | None:
        """Take a term for a part, and for those that want the same; the whole, once all parts are there."""
        if len(self.found) == len(self.values):
            return None
        for place, values in enumerate(self.values):
            if values == self.values[part]:
                self.found.setdefault(place, (cost, term))
        if len(self.found) < len(self.values):
            return None
        parts = [self.found[place] for place in range(len(self.values))]
        return self.extra + sum(each for each, _ in parts), self.join([each for _, each in parts])


class Goals:
    """The goals of a task.

    Attributes:
        known: the terms among which they are looked for.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self._takers: list[list[Callable[[int, Term], tuple[int, Term] | None]]] = []
        self._reached: list[tuple[int, Term]] = []
        self._types: set[Type] = set()

    def wants(self, type_: Type) -> bool:
        """Whether a value of this type is wanted."""
        return type_ in self._types

    def add(self, goal: Goal) -> None:
        """One more goal."""
        self._want(goal.values, lambda cost, term: (cost + goal.extra, goal.finish(term)))

    def add_joint(self, joint: Joint) -> None:
        """Goals for the parts of a whole."""
        for part, values in enumerate(joint.values):
            self._want(values, lambda cost, term, part=part: joint.take(part, cost, term))  # type: ignore[misc]

    def found(self, cost: int, term: Term) -> None:
        """A term for the outputs that has been found otherwise."""
        self._reached.append((cost, term))

    def reached(self, level: int) -> list[tuple[int, Term]]:
        """The terms for the outputs found since the last call, of operations at a level, with their costs."""
        bank = self.known.bank
        found = bank.found_F5[: bank.counts[5]].tolist()
        bank.counts[5] = 0
        for number, operation, *ids in found:
            self._take(number, level, self.known.made(operation, ids))
        reached, self._reached = self._reached, []
        return reached

    def look_up(self, values: Sequence[Value], cost: int, term: Term) -> None:
        """See whether a term that is not made by an operation has a value that is wanted."""
        table, digest = self.known.bank.goals_S2, digest_of(values)
        slot = place_of(table[:, 0], digest)
        if table[slot, 0] == digest:
            self._take(int(table[slot, 1]), cost, term)

    def _want(self, values: Sequence[Value], taker: Callable[[int, Term], tuple[int, Term] | None]) -> None:
        bank, digest = self.known.bank, digest_of(values)
        slot = place_of(bank.goals_S2[:, 0], digest)
        if bank.goals_S2[slot, 0] == digest:
            self._takers[int(bank.goals_S2[slot, 1])].append(taker)
        elif len(self._takers) < _MOST_GOALS:
            bank.goals_S2[slot] = digest, len(self._takers)
            first = digest_of(values[:1])
            bank.first_goals[place_of(bank.first_goals, first)] = first
            self._takers.append([taker])
            self._types.add(type_of(values[0]))
        else:
            return
        number = find(bank, digest)
        if number >= 0:
            self._give(taker, int(bank.cost_T[number]), self.known.term(number))

    def _take(self, number: int, cost: int, term: Term) -> None:
        for taker in self._takers[number]:
            self._give(taker, cost, term)

    def _give(self, taker: Callable[[int, Term], tuple[int, Term] | None], cost: int, term: Term) -> None:
        whole = taker(cost, term)
        if whole is not None:
            self._reached.append(whole)
