"""The order of proposals: those that reproduce the examples first, short ones preferred."""

from __future__ import annotations

from collections.abc import Iterable

from lasynth.search.engine import Proposal

__all__ = ["by_score", "distinct_behaviours", "rank"]


def rank(proposals: Iterable[Proposal], *, length_bias: float) -> list[Proposal]:
    """Proposals best first: consistent ones before all others, then by score minus a cost for length.

    Args:
        proposals: the proposals of one task.
        length_bias: nats that a token costs, in addition to its cost in the score.

    Returns:
        All of them. Equal ones stay in the order in which they were proposed; completed ones come after those
        that the scorer proposed itself.
    """

    def key(proposal: Proposal) -> tuple[bool, bool, float, int]:
        cost = length_bias * len(proposal.tokens) - proposal.score
        return not proposal.consistent, proposal.num_added > 0, cost, proposal.order

    return sorted(proposals, key=key)


def by_score(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Proposals as the model ranks them, whatever their results; evaluations use this order."""
    return sorted(proposals, key=lambda proposal: (-proposal.score, proposal.order))


def distinct_behaviours(ranked: Iterable[Proposal]) -> list[Proposal]:
    """The first of each behaviour, in the given order."""
    first: dict[int, Proposal] = {}
    for proposal in ranked:
        first.setdefault(proposal.behaviour, proposal)
    return list(first.values())
