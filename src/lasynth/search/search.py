"""The driver: engines propose; `search` limits, checks, ranks and streams, and says why it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Engine, Proposal
from lasynth.search.problem import Problem
from lasynth.search.rank import by_score, distinct_behaviours, rank
from lasynth.search.verify import Verifier

__all__ = ["Choose", "SearchConfig", "SearchResult", "search"]

Clock = Callable[[], float]
# From the proposals of each engine to a list of all, the chosen one first.
Choose = Callable[[Sequence[Sequence[Proposal]]], list[Proposal]]

# The share of the remaining time that an engine may use if others follow.
_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchConfig:
    """The limits of a search.

    Attributes:
        max_tokens: length of the longest program, its EOS included.
        time_limit_s: seconds per problem; n problems searched together share n times as much.
            None: no limit.
        enough: a problem is done when it has this many consistent proposals. None: never stop early,
            as in evaluations.
        length_bias: nats that a token costs in the ranking, in addition to its cost in the score.
        seed: seed of all random choices.
        num_probes: number of inputs besides the shown ones that distinguish behaviours.
        max_rows: hypotheses in one batch; this sets how many problems are searched at a time. On a CPU a few
            hundred are fastest, because their states stay in the caches.
        with_held_out: count for `enough` only programs that are right on the held-out examples too. For the
            tasks of a training set; in an evaluation it would tell the search the answer.
    """

    max_tokens: int = 256
    time_limit_s: float | None = None
    enough: int | None = 8
    length_bias: float = 0.1
    seed: int = 0
    num_probes: int = 32
    max_rows: int = 256
    with_held_out: bool = False

    def __post_init__(self) -> None:
        for name, least in (("max_tokens", 1), ("max_rows", 1), ("num_probes", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}", "search", f"Give {least} or more.")
        if self.enough is not None and self.enough < 1:
            raise InputError(f"enough is {self.enough}", "search", "Give 1 or more, or None.")
        if self.time_limit_s is not None and not self.time_limit_s > 0:
            raise InputError(f"the time limit is {self.time_limit_s} s", "search", "Give more than 0.")


@dataclass(frozen=True, slots=True, eq=False)
class SearchResult:
    """The result of a search for one problem.

    Attributes:
        candidates: one of each behaviour, ranked: consistent ones first, short ones preferred.
        proposals: every distinct program, engine after engine, by score: the W candidates of an evaluation,
            and behind them those that were completed.
        num_proposed: programs that engines proposed, repeats included.
        stop_reason: why the search ended.
        seconds: wall-clock time from the start of its batch to its end, checks included.
    """

    candidates: tuple[Proposal, ...]
    proposals: tuple[Proposal, ...]
    num_proposed: int
    stop_reason: StopReason
    seconds: float

    @property
    def num_distinct(self) -> int:
        """Those that differ in text."""
        return len(self.proposals)

    @property
    def num_consistent(self) -> int:
        """Those of them that reproduce every shown example."""
        return sum(proposal.consistent for proposal in self.proposals)


def search(
    engines: Sequence[Engine],
    problems: Sequence[Problem],
    config: SearchConfig | None = None,
    *,
    choose: Choose | None = None,
    on_proposal: Callable[[int, Proposal], None] | None = None,
    cancelled: Callable[[], bool] = bool,
    clock: Clock = time.perf_counter,
) -> list[SearchResult]:
    """Search programs for problems with one engine after the other.

    Apart from time limits, a problem's result depends on that problem alone, not on its position in the list
    or on other problems (as far as the scorer's arithmetic keeps rows independent).

    Args:
        engines: at least one. Each engine gets its share of the time in turn; later ones see what earlier
            ones have found.
        problems: any number of problems of any shapes, of one language.
        config: the limits.
        choose: orders the proposals; by default they are ordered by score and length.
        on_proposal: called with the number of the problem and each consistent proposal, as it is found.
        cancelled: called often; when it returns True, the search ends with the results so far.
        clock: returns seconds; tests replace it.

    Returns:
        One result per problem, in order.

    Raises:
        InputError: there are no engines.
    """
    config = config or SearchConfig()
    if not engines:
        raise InputError("there is nothing to search with", "search", "Give one engine at least.")
    # A scorer's batch is rectangular, so only problems of one shape are searched together.
    by_shape: dict[object, list[int]] = {}
    for number, problem in enumerate(problems):
        by_shape.setdefault(problem.shape, []).append(number)
    results: dict[int, SearchResult] = {}
    for some in by_shape.values():
        batch = _Batch(some, [problems[number] for number in some], config, clock, cancelled, on_proposal)
        for engine in engines:
            batch.run(engine, last=engine is engines[-1])
        results.update(zip(some, batch.results(engines, choose), strict=True))
    return [results[number] for number in range(len(problems))]


class _Batch:
    """Problems of one shape that are searched together."""

    def __init__(
        self,
        numbers: Sequence[int],
        problems: Sequence[Problem],
        config: SearchConfig,
        clock: Clock,
        cancelled: Callable[[], bool],
        on_proposal: Callable[[int, Proposal], None] | None,
    ) -> None:
        self._numbers, self._config, self._clock = numbers, config, clock
        self._whole = problems
        # Engines never see held-out examples.
        self._problems = [problem.without_held_out() for problem in problems]
        self._cancelled, self._on_proposal = cancelled, on_proposal
        self._start_s = clock()
        limit = config.time_limit_s
        self._end_s = None if limit is None else self._start_s + limit * len(problems)
        self._verifier = Verifier(self._problems, num_probes=config.num_probes, seed=config.seed)
        self._kept: list[list[list[Proposal]]] = []  # by engine, then by problem
        self._reasons: list[StopReason | None] = [None] * len(problems)  # limits of the whole search
        self._engine_reasons: list[list[StopReason]] = [[] for _ in problems]
        self._num_enough = [0] * len(problems)  # programs that count for `enough`
        self._seconds: list[float | None] = [None] * len(problems)

    def run(self, engine: Engine, *, last: bool) -> None:
        """Let an engine propose programs, and check them."""
        config, now_s = self._config, self._clock()
        end_s = self._end_s
        if end_s is not None and not last:
            end_s = now_s + _SHARE * (end_s - now_s)

        def expired() -> bool:
            return self._cancelled() or (end_s is not None and self._clock() >= end_s)

        budget = Budget(
            list(self._reasons), config.max_tokens, config.max_rows, config.seed, expired, self._found
        )
        first_of = [len(proposals) for proposals in self._verifier.proposals]
        self._verifier.begin(engine.name)
        if budget.live().any():
            for found in engine.propose(self._problems, budget):
                for problem, proposal in self._verifier.check(found):
                    self._take(problem, proposal, budget)
        for problem, reason in enumerate(budget.reasons):
            self._engine_reasons[problem].append(reason or StopReason.EXHAUSTED)
        if self._cancelled():
            for problem in range(len(self._problems)):
                self._end(problem, StopReason.CANCELLED)
        self._kept.append(
            [
                by_score(proposals[first:])[: engine.width]
                for proposals, first in zip(self._verifier.proposals, first_of, strict=True)
            ]
        )

    def _take(self, problem: int, proposal: Proposal, budget: Budget) -> None:
        if not proposal.consistent:
            return
        if self._on_proposal is not None:
            self._on_proposal(self._numbers[problem], proposal)
        if self._config.with_held_out and not self._whole[problem].right_on_held_out([proposal.tokens])[0]:
            return
        self._num_enough[problem] += 1
        enough = self._config.enough
        if enough is not None and self._num_enough[problem] >= enough:
            budget.end(problem, StopReason.ENOUGH_FOUND)
            self._end(problem, StopReason.ENOUGH_FOUND)

    def _end(self, problem: int, reason: StopReason) -> None:
        if self._reasons[problem] is None:
            self._reasons[problem] = reason
            self._seconds[problem] = self._clock() - self._start_s

    def _found(self, problem: int) -> Sequence[Proposal]:
        return [proposal for kept in self._kept for proposal in kept[problem]]

    def results(self, engines: Sequence[Engine], choose: Choose | None) -> list[SearchResult]:
        """One result per problem."""
        end_s = self._clock() - self._start_s
        found = []
        for problem, seconds in enumerate(self._seconds):
            by_engine = [kept[problem] for kept in self._kept]
            if choose is not None:
                proposals = choose(by_engine)
                ranked = proposals
            else:
                proposals = _distinct(proposal for kept in by_engine for proposal in kept)
                ranked = rank(proposals, length_bias=self._config.length_bias)
            found.append(
                SearchResult(
                    candidates=tuple(distinct_behaviours(ranked)),
                    proposals=tuple(proposals),
                    num_proposed=self._verifier.num_proposed[problem],
                    stop_reason=self._reasons[problem] or _reason(self._engine_reasons[problem]),
                    seconds=end_s if seconds is None else seconds,
                )
            )
        return found


def _reason(reasons: Sequence[StopReason]) -> StopReason:
    """The stop reason if no limit of the driver ended the search: the time, else that of the first engine."""
    return StopReason.TIME_LIMIT if StopReason.TIME_LIMIT in reasons else reasons[0]


def _distinct(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The first of each text."""
    first: dict[bytes, Proposal] = {}
    for proposal in proposals:
        first.setdefault(proposal.tokens.tobytes(), proposal)
    return list(first.values())
