"""Which of the functions that fit is meant, and how sure that is.

Programs that behave the same are one function. Each program speaks for its function with a weight: short ones
have more, and so have those that the model holds to be likely, whoever proposed them. A function's share of
the sum of all weights, with one for what was not found and one for what fits by chance, is turned into a
confidence. The numbers are in `lasynth.domains.unlearned.Ranking`, fitted on validation tasks.

Some program always fits by chance where the outputs hold little: one example, or cells that are nearly always
the same. What they hold is the sum of the entropies of the cells that some example changes.

Shapes: P programs, K examples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Array
from lasynth.domains.unlearned import Ranking
from lasynth.search.engine import Proposal
from lasynth.search.floor import FloorSearch
from lasynth.search.terms import TermSearch

__all__ = ["Function", "functions", "information"]

_LEAST_SHARE: Final = 1e-9


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
    explained: float,
    log_prob_P: npt.NDArray[np.float64] | None = None,
) -> list[Function]:
    """The functions of programs that reproduce the shown examples, the likeliest first.

    Args:
        proposals: P programs, simplified; equals stay in this order.
        ranking: the weights of the language.
        explained: what the outputs hold, in nats (`information`).
        log_prob_P: of each program under a model, in nats; None where there is no model.
    """
    if not proposals:
        return []
    weight_P = np.array([_size_weight(proposal, ranking) for proposal in proposals])
    if log_prob_P is not None:
        weight_P += ranking.per_nat * np.maximum(log_prob_P, ranking.least)
    weight_P += [ranking.floor * (proposal.engine == FloorSearch.name) for proposal in proposals]
    members: dict[int, list[int]] = {}
    for place in np.argsort(-weight_P, kind="stable").tolist():
        members.setdefault(proposals[place].behaviour, []).append(place)
    weights = {key: float(np.logaddexp.reduce(weight_P[places])) for key, places in members.items()}
    chance = -ranking.per_output * explained
    total = float(np.logaddexp.reduce([*weights.values(), -ranking.unseen, chance]))
    found = []
    for key in sorted(members, key=lambda key: -weights[key]):
        share = float(np.exp(weights[key] - total))
        programs = tuple(proposals[place] for place in members[key])
        found.append(Function(programs, share, _confidence(share, ranking)))
    return found


def information(inputs_KN: Array, outputs_KN: Array) -> float:
    """What the outputs of shown examples hold, in nats: K times the entropy of each cell that is changed.

    Cells that no example changes need no explanation. A single example holds nothing.
    """
    num_examples = len(outputs_KN)
    outputs_KC = outputs_KN.reshape(num_examples, -1)
    if inputs_KN.shape == outputs_KN.shape:
        outputs_KC = outputs_KC[:, (outputs_KC != inputs_KN.reshape(num_examples, -1)).any(axis=0)]
    total = 0.0
    for cells_K in outputs_KC.T:
        _, counts = np.unique(cells_K, return_counts=True)
        total += float((counts * np.log(num_examples / counts)).sum())
    return total


def _size_weight(proposal: Proposal, ranking: Ranking) -> float:
    """What speaks for a program by its size: its tokens, or what its term costs."""
    if ranking.per_cost and proposal.engine == TermSearch.name:
        return ranking.per_cost * proposal.score
    return -ranking.per_token * len(proposal.tokens)


def _confidence(share: float, ranking: Ranking) -> float:
    share = min(max(share, _LEAST_SHARE), 1.0 - _LEAST_SHARE)
    log_odds = ranking.shift + ranking.scale * math.log(share / (1.0 - share))
    return 1.0 / (1.0 + math.exp(-log_odds))
