"""The order in which proposals are shown: those that reproduce the examples first, short ones preferred."""

from __future__ import annotations

from collections.abc import Iterable

from lasynth.search.engine import Proposal

__all__ = ["by_score", "distinct_behaviours", "rank"]


def rank(proposals: Iterable[Proposal], *, length_bias: float) -> list[Proposal]:
    """Proposals best first: consistent ones before all others, then by score less a cost for length.

    Args:
        proposals: of one task.
        length_bias: nats a token costs, beside what it costs in the score.

    Returns:
        All of them; equals stay in the order in which they were proposed, and what was completed without
        the scorer stands behind what it proposed itself.
    """

    def key(proposal: Proposal) -> tuple[bool, bool, float, int]:
        cost = length_bias * len(proposal.tokens) - proposal.score
        return not proposal.consistent, proposal.num_added > 0, cost, proposal.order

    return sorted(proposals, key=key)


def by_score(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Proposals as the model ranks them, knowing nothing of what they do; the order of evaluation."""
    return sorted(proposals, key=lambda proposal: (-proposal.score, proposal.order))


def distinct_behaviours(ranked: Iterable[Proposal]) -> list[Proposal]:
    """The first of each behaviour, in the order given."""
    first: dict[int, Proposal] = {}
    for proposal in ranked:
        first.setdefault(proposal.behaviour, proposal)
    return list(first.values())
