"""Several scorers on the same tasks: one choice among all programs that satisfy the examples.

The ensembles of Exec (Chen, Liu and Song 2019): each model searches alone, and of the programs that reproduce
every shown example one is chosen, the shortest, or the one with most votes. A scorer votes with the likeliest
of its programs that satisfy the examples, for the behaviour of that program on the shown inputs and on probe
inputs; of equals the shorter wins. Held-out examples are never looked at.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from lasynth.domains.base import Domain
from lasynth.errors import InputError
from lasynth.search.frontier import Finished
from lasynth.search.rank import distinct_behaviours
from lasynth.search.scorer import Scorer
from lasynth.search.search import SearchConfig, SearchResult, search
from lasynth.search.verify import Proposal, Verifier
from lasynth.task import StopReason, Task

__all__ = ["Choice", "ensemble", "merge"]


class Choice(StrEnum):
    """How one program is chosen."""

    SHORTEST = "shortest"
    MAJORITY = "majority"


def ensemble(
    scorers: Sequence[Scorer],
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    choice: Choice | str = Choice.MAJORITY,
) -> list[SearchResult]:
    """Search with every scorer and choose.

    Args:
        scorers: at least one.
        domain: the language of the tasks.
        tasks: any number.
        config: how each searches.
        choice: a `Choice` or its name.

    Returns:
        One result a task, in order. Its proposals are those of all scorers, each text once, the chosen one
        first: the consistent ones by the rule, then the others by score. `seconds` are those of all searches.

    Raises:
        InputError: no scorers, or an unknown rule.
    """
    config = config or SearchConfig()
    if not scorers:
        raise InputError("an ensemble of no models", "search", "Give one at least.")
    if choice not in [str(known) for known in Choice]:
        raise InputError(f"unknown choice {choice!r}", "search", f"Known: {', '.join(Choice)}.")
    results = [search(scorer, domain, tasks, config) for scorer in scorers]
    return [
        merge([found[number] for found in results], domain, task, config, choice=Choice(choice))
        for number, task in enumerate(tasks)
    ]


def merge(
    results: Sequence[SearchResult],
    domain: Domain,
    task: Task,
    config: SearchConfig,
    *,
    choice: Choice,
) -> SearchResult:
    """The results of several searches for one task as one; see `ensemble`."""
    begun_s = time.perf_counter()
    verifier = Verifier(domain, [task], num_probes=config.num_probes, seed=config.seed)
    best: dict[bytes, Proposal] = {}
    votes: Counter[int] = Counter()
    for result in results:
        for proposal in result.proposals:
            key = proposal.tokens.tobytes()
            if key not in best:
                one = Finished(np.array([0]), proposal.tokens[None], np.array([proposal.score]))
                ((_, checked),) = verifier.check(one)
                best[key] = replace(checked, num_added=proposal.num_added)
            elif _standing(proposal) < _standing(best[key]):
                best[key] = replace(best[key], score=proposal.score, num_added=proposal.num_added)
        known = (best[proposal.tokens.tobytes()] for proposal in result.proposals)
        votes.update([proposal.behaviour for proposal in known if proposal.consistent][:1])

    def key_of(proposal: Proposal) -> tuple[bool, int, int, tuple[bool, float], int]:
        if not proposal.consistent:
            return True, 0, 0, _standing(proposal), proposal.order
        for_it = votes[proposal.behaviour] if choice == Choice.MAJORITY else 0
        return False, -for_it, len(proposal.tokens), _standing(proposal), proposal.order

    proposals = sorted(best.values(), key=key_of)
    reasons = {result.stop_reason for result in results}
    return SearchResult(
        candidates=tuple(distinct_behaviours(proposals)),
        proposals=tuple(proposals),
        num_proposed=sum(result.num_proposed for result in results),
        stop_reason=reasons.pop() if len(reasons) == 1 else StopReason.EXHAUSTED,
        seconds=sum(result.seconds for result in results) + time.perf_counter() - begun_s,
    )


def _standing(proposal: Proposal) -> tuple[bool, float]:
    """What a scorer proposed itself stands before what was completed, and then the likelier one."""
    return proposal.num_added > 0, -proposal.score
