"""Which of the functions that fit is meant, and how sure that is.

Programs that behave the same are one function. Each program speaks for its function with a weight that falls
with its length; the share of a function in the sum of all weights is the confidence in it. A weight for what
was not found is part of the sum, so that the only program found is not sure where it is long.

A model's log-probabilities, a small model of programs and the engine's own costs were tried as weights beside
length; none of them was right more often (experiments/LOG.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lasynth.domains.base import Ranking
from lasynth.search.engine import Proposal

__all__ = ["Function", "functions"]


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """What some of the programs compute.

    Attributes:
        programs: its programs, the shortest first.
        confidence: how likely it is the function that was meant, 0 to 1.
    """

    programs: tuple[Proposal, ...]
    confidence: float


def functions(proposals: Sequence[Proposal], ranking: Ranking) -> list[Function]:
    """The functions of programs that reproduce the shown examples, the likeliest first.

    Args:
        proposals: programs, simplified; equal ones stay in this order.
        ranking: the weights of the language.
    """
    members: dict[int, list[Proposal]] = {}
    for proposal in sorted(proposals, key=lambda each: len(each.tokens)):
        members.setdefault(proposal.behaviour, []).append(proposal)
    weights = {
        key: float(np.logaddexp.reduce([-ranking.per_token * len(each.tokens) for each in programs]))
        for key, programs in members.items()
    }
    total = float(np.logaddexp.reduce([*weights.values(), -ranking.unseen]))
    return [
        Function(tuple(members[key]), float(np.exp(weights[key] - total)))
        for key in sorted(members, key=lambda key: -weights[key])
    ]
