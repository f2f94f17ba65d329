"""Which of the functions that fit is meant, and how sure that is.

Programs that behave the same are one function. Each program speaks for its function with a weight: short ones
have more, and so have those that the model holds to be likely, whoever proposed them. A function's share of
the sum of all weights, with one for what was not found, is turned into a confidence. The numbers are in
`lasynth.domains.base.Ranking`, fitted on validation tasks.

Shapes: P programs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Ranking
from lasynth.search.engine import Proposal

__all__ = ["Function", "functions"]

_LEAST_SHARE: Final = 1e-9
_USUAL_EXAMPLES: Final = 5  # of the tasks that the numbers are fitted on


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """What some of the programs compute.

    Attributes:
        programs: its programs, the likeliest first.
        share: of the sum of all weights, 0 to 1.
        confidence: how likely it is the function that was meant, 0 to 1.
    """

    programs: tuple[Proposal, ...]
    share: float
    confidence: float


def functions(
    proposals: Sequence[Proposal],
    ranking: Ranking,
    num_examples: int,
    log_prob_P: npt.NDArray[np.float64] | None = None,
) -> list[Function]:
    """The functions of programs that reproduce the shown examples, the likeliest first.

    Args:
        proposals: P programs, simplified; equals stay in this order.
        ranking: the weights of the language.
        num_examples: the number of shown examples.
        log_prob_P: of each program under a model, in nats; None where there is no model.
    """
    weight_P = np.array([-ranking.per_token * len(proposal.tokens) for proposal in proposals])
    if log_prob_P is not None:
        weight_P += ranking.per_nat * np.maximum(log_prob_P, ranking.least)
    members: dict[int, list[int]] = {}
    for place in np.argsort(-weight_P, kind="stable").tolist():
        members.setdefault(proposals[place].behaviour, []).append(place)
    weights = {key: float(np.logaddexp.reduce(weight_P[places])) for key, places in members.items()}
    total = float(np.logaddexp.reduce([*weights.values(), -ranking.unseen]))
    found = []
    for key in sorted(members, key=lambda key: -weights[key]):
        share = float(np.exp(weights[key] - total))
        programs = tuple(proposals[place] for place in members[key])
        found.append(Function(programs, share, _confidence(share, ranking, num_examples)))
    return found


def _confidence(share: float, ranking: Ranking, num_examples: int) -> float:
    share = min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
    log_odds = ranking.shift + ranking.scale * math.log(share / (1.0 - share))
    log_odds -= ranking.few * (1.0 / num_examples - 1.0 / _USUAL_EXAMPLES)
    return 1.0 / (1.0 + math.exp(-log_odds))
