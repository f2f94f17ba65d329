"""From a scorer to checked and ranked candidates: `search` puts the parts of this folder together."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from lasynth.domains.base import Domain
from lasynth.errors import InputError
from lasynth.search.beam import beam_search
from lasynth.search.completion import complete
from lasynth.search.frontier import Endings, Finished
from lasynth.search.rank import by_score, distinct_behaviours, rank
from lasynth.search.sampling import sample_without_replacement
from lasynth.search.scorer import Scorer
from lasynth.search.verify import Proposal, Verifier
from lasynth.task import StopReason, Task

__all__ = ["Method", "SearchConfig", "SearchResult", "search"]

Clock = Callable[[], float]


class Method(StrEnum):
    """How programs are proposed."""

    BEAM = "beam"
    SAMPLE = "sample"  # without replacement
    GREEDY = "greedy"  # a beam of 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """How to search.

    Attributes:
        method: a `Method` or its name.
        beam: W, programs to propose a task. Greedy proposes one.
        max_tokens: the longest program, its EOS included.
        time_limit_s: seconds a task may take; n tasks searched together share n times as much.
            None: no limit.
        enough: a task is done when so many of its proposals are consistent. None: never stop early,
            as an evaluation wants it.
        length_bias: nats that a token costs in the ranking, beside what it costs in the score.
        seed: of sampling and of probe inputs.
        renormalise: see `lasynth.search.frontier.Frontier`.
        patience: see `lasynth.search.beam`; of all it lets through, the W best are kept.
        complete: where no proposal satisfies the examples, complete beginnings of proposals by the
            language's search without learning (`lasynth.search.completion`).
        num_probes: inputs beside the shown ones on which behaviours are told apart.
        max_rows: hypotheses in one batch; it sets how many tasks are searched together. On a CPU a few
            hundred are fastest, as their states stay in its caches.
    """

    method: Method | str = Method.BEAM
    beam: int = 64
    max_tokens: int = 256
    time_limit_s: float | None = None
    enough: int | None = 8
    length_bias: float = 0.1
    seed: int = 0
    renormalise: bool = True
    patience: float = 1.0
    complete: bool = False
    num_probes: int = 32
    max_rows: int = 256

    def __post_init__(self) -> None:
        names = [str(method) for method in Method]
        if self.method not in names:
            raise InputError(f"unknown method {self.method!r}", "search", f"Known: {', '.join(names)}.")
        object.__setattr__(self, "method", Method(self.method))
        for name, least in (("beam", 1), ("max_tokens", 1), ("max_rows", 1), ("num_probes", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}", "search", f"Give {least} or more.")
        if self.enough is not None and self.enough < 1:
            raise InputError(f"enough is {self.enough}", "search", "Give 1 or more, or None.")
        if self.time_limit_s is not None and not self.time_limit_s > 0:
            raise InputError(f"the time limit is {self.time_limit_s} s", "search", "Give more than 0.")
        if not self.patience > 0:
            raise InputError(f"patience is {self.patience}", "search", "Give more than 0, 1 is usual.")

    @property
    def width(self) -> int:
        """Hypotheses a task: `beam`, but 1 for greedy decoding."""
        return 1 if self.method == Method.GREEDY else self.beam

    @property
    def tasks_together(self) -> int:
        """How many tasks are searched side by side."""
        return max(1, self.max_rows // self.width)


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """What a search found for one task.

    Attributes:
        candidates: one of each behaviour, ranked: consistent ones first, short ones preferred.
        proposals: every distinct program, by score: the W candidates of an evaluation, and behind them
            those that were completed.
        num_proposed: programs the scorer proposed.
        stop_reason: why the task ended.
        seconds: wall-clock time from the start of its batch to its end, checks included.
    """

    candidates: tuple[Proposal, ...]
    proposals: tuple[Proposal, ...]
    num_proposed: int
    stop_reason: StopReason
    seconds: float

    @property
    def num_distinct(self) -> int:
        """Programs of the scorer that differ in text."""
        return sum(not proposal.num_added for proposal in self.proposals)

    @property
    def num_consistent(self) -> int:
        """Those of them that reproduce every shown example."""
        return sum(proposal.consistent and not proposal.num_added for proposal in self.proposals)


def search(
    scorer: Scorer,
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    clock: Clock = time.perf_counter,
) -> list[SearchResult]:
    """Search programs for tasks.

    A task's result depends on that task alone, but for time limits: not on its place in the list nor on
    the tasks beside it (as far as the scorer's own arithmetic keeps rows apart).

    Args:
        scorer: the model.
        domain: the language of the tasks.
        tasks: any number.
        config: how to search.
        clock: seconds; tests put their own.

    Returns:
        One result a task, in order.
    """
    config = config or SearchConfig()
    # A scorer's batch is rectangular: only tasks with as many examples and cells are searched together.
    by_shape: dict[object, list[int]] = {}
    for number, task in enumerate(tasks):
        shape = tuple(array.shape for array in domain.encode(task))
        by_shape.setdefault(shape, []).append(number)
    results: dict[int, SearchResult] = {}
    for numbers in by_shape.values():
        for first in range(0, len(numbers), config.tasks_together):
            some = numbers[first : first + config.tasks_together]
            found = _search_together(scorer, domain, [tasks[number] for number in some], config, clock)
            results.update(zip(some, found, strict=True))
    return [results[number] for number in range(len(tasks))]


def _search_together(
    scorer: Scorer, domain: Domain, tasks: Sequence[Task], config: SearchConfig, clock: Clock
) -> list[SearchResult]:
    start_s = clock()
    seconds = [0.0] * len(tasks)
    running = set(range(len(tasks)))
    endings = Endings.of(len(tasks))
    verifier = Verifier(domain, tasks, num_probes=config.num_probes, seed=config.seed)
    num_consistent = [0] * len(tasks)

    def expired() -> bool:
        limit_s = config.time_limit_s
        return limit_s is not None and clock() - start_s >= limit_s * len(tasks)

    for finished in _stream(scorer, domain, tasks, config, endings, expired):
        for task, proposal in verifier.check(finished):
            num_consistent[task] += proposal.consistent
            if config.enough is not None and num_consistent[task] >= config.enough:
                endings.end(task, StopReason.ENOUGH_FOUND)
        for task in [task for task in running if endings.reasons[task] is not None]:
            seconds[task] = clock() - start_s
            running.remove(task)
    for task in running:  # the time was over before the first step
        seconds[task] = clock() - start_s

    results = []
    num_proposed = list(verifier.num_proposed)
    for task in range(len(tasks)):
        kept = by_score(verifier.proposals[task])[: config.width]
        if config.complete and not any(proposal.consistent for proposal in kept):
            kept += _completed(domain, task, tasks[task], kept, verifier)
        reason = endings.reasons[task]
        assert reason is not None, "a search must end every task"
        results.append(
            SearchResult(
                candidates=tuple(distinct_behaviours(rank(kept, length_bias=config.length_bias))),
                proposals=tuple(kept),
                num_proposed=num_proposed[task],
                stop_reason=reason,
                seconds=seconds[task],
            )
        )
    return results


def _completed(
    domain: Domain, number: int, task: Task, proposals: Sequence[Proposal], verifier: Verifier
) -> list[Proposal]:
    """Proposals completed without the scorer, the likeliest first; they satisfy the examples."""
    found = complete(domain, [proposal.tokens for proposal in proposals], *domain.encode(task))
    checked = []
    for completion in found:
        one = Finished(np.array([number]), completion.tokens[None], np.array([completion.score]))
        checked += [
            replace(proposal, num_added=max(1, completion.num_added))
            for _, proposal in verifier.check(one)
            if proposal.consistent
        ]
    return checked


def _stream(
    scorer: Scorer,
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig,
    endings: Endings,
    expired: Callable[[], bool],
) -> Iterator[Finished]:
    common: dict[str, Any] = {
        "beam": config.width,
        "max_tokens": config.max_tokens,
        "renormalise": config.renormalise,
        "expired": expired,
    }
    if config.method == Method.SAMPLE:
        seeds = [_seed(domain, task, config.seed) for task in tasks]
        return sample_without_replacement(scorer, domain.mask, tasks, endings, seeds=seeds, **common)
    return beam_search(scorer, domain.mask, tasks, endings, patience=config.patience, **common)


def _seed(domain: Domain, task: Task, seed: int) -> int:
    """A seed from what a task shows, so that its sample does not depend on its place in a list."""
    digest = 0
    for array in domain.encode(task):
        digest = zlib.crc32(array.tobytes(), digest)
    return (seed << 32) + digest
