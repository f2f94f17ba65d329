"""Programs that are known already, as an engine: a search that goes on keeps what was found before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from lasynth.domains.kit.rows import padded
from lasynth.search.engine import Budget, Proposal, Proposals
from lasynth.search.problem import Problem

__all__ = ["Given"]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Proposes given programs for each problem.

    Attributes:
        name: the engine that found them.
        proposals: at least one, best first.
    """

    name: str
    proposals: tuple[Proposal, ...]

    @property
    def width(self) -> int:
        """See `Engine`."""
        return len(self.proposals)

    @classmethod
    def of(cls, proposals: Sequence[Proposal]) -> list[Self]:
        """One engine for each that found some of these."""
        by_name: dict[str, list[Proposal]] = {}
        for proposal in proposals:
            by_name.setdefault(proposal.engine, []).append(proposal)
        return [cls(name, tuple(some)) for name, some in by_name.items()]

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`."""
        added = [proposal.num_added for proposal in self.proposals]
        scores = [proposal.score for proposal in self.proposals]
        for number in np.flatnonzero(budget.live()).tolist():
            tokens_PT = padded(
                [proposal.tokens for proposal in self.proposals], problems[number].language.grammar.eos
            )
            yield Proposals(
                np.full(len(tokens_PT), number),
                tokens_PT,
                np.array(scores),
                np.array(added) if any(added) else None,
            )
