"""Several models on the same problems: chooses one of all programs that satisfy the examples.

The ensembles of Exec (Chen, Liu and Song 2019): each model searches alone. Of the programs that reproduce
every shown example, the shortest or the one with the most votes is chosen. A model votes for the behaviour,
on the shown inputs and on further inputs, of its likeliest program that satisfies the examples. Among
programs with equal votes, the shorter wins. Held-out examples are never used.

An ensemble is one engine per model and a rule: `search(engines, problems, choose=Votes("majority"))`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lasynth.errors import InputError
from lasynth.search.engine import Proposal

__all__ = ["Choice", "Votes"]


class Choice(StrEnum):
    """The rule for choosing a program."""

    SHORTEST = "shortest"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class Votes:
    """A rule that chooses among the proposals of several engines (`lasynth.search.search.Choose`).

    Attributes:
        choice: a `Choice` or its name.

    Raises:
        InputError: the choice is unknown.
    """

    choice: Choice | str = Choice.MAJORITY

    def __post_init__(self) -> None:
        if self.choice not in [str(known) for known in Choice]:
            raise InputError(f"unknown choice {self.choice!r}", "search", f"Known: {', '.join(Choice)}.")

    def __call__(self, by_engine: Sequence[Sequence[Proposal]]) -> list[Proposal]:
        """The proposals of all engines, each text once: consistent ones by the rule, then others by score."""
        best: dict[bytes, Proposal] = {}
        votes: Counter[int] = Counter()
        for proposals in by_engine:
            for proposal in proposals:
                known = best.setdefault(proposal.tokens.tobytes(), proposal)
                if _standing(proposal) < _standing(known):
                    best[proposal.tokens.tobytes()] = replace(proposal, order=known.order)
            votes.update([proposal.behaviour for proposal in proposals if proposal.consistent][:1])

        def key_of(proposal: Proposal) -> tuple[bool, int, int, tuple[bool, float], int]:
            if not proposal.consistent:
                return True, 0, 0, _standing(proposal), proposal.order
            for_it = votes[proposal.behaviour] if self.choice == Choice.MAJORITY else 0
            return False, -for_it, len(proposal.tokens), _standing(proposal), proposal.order

        return sorted(best.values(), key=key_of)


def _standing(proposal: Proposal) -> tuple[bool, float]:
    """A sort key: a model's own proposals come before completed ones, then likelier ones come first."""
    return proposal.num_added > 0, -proposal.score
