"""Composition without learning: common beginnings, one behind another, and an end that is computed.

The state after a beginning is its results on the shown inputs. From the inputs themselves, all beginnings of
the language's bank are run, the common ones first. Each new state gets the cheapest end that leads from it to
the outputs. States are then taken in the order of what their cheapest program costs in all, and the bank is
run from there again: where a beginning makes some outputs right, the rest is cheaper. The cost of a program
is about minus the logarithm of its share among random programs, so cheap ones are also the likely ones.

Where a model has proposed programs before, their beginnings are tried first, each at minus the logarithm of
the sum of the probabilities of the programs that begin so. A model is often right about the loop or the
branch and wrong about what follows.

Shapes: P beginnings, K examples; an input's own axes come after K.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from typing import ClassVar, Final, Self

import numpy as np

from lasynth.domains.base import Array, Cutting, Language, Status, Tokens
from lasynth.domains.kit.rows import ended, padded
from lasynth.domains.unlearned import Bank, Ends
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.pairs import Begun, pairs
from lasynth.search.problem import Problem

__all__ = ["Composition"]

_CHUNK: Final = 2000  # beginnings run between two looks at the clock, for a few examples
_USUAL_EXAMPLES: Final = 8
_LOOK_S: Final = 0.02  # between two looks at the clock while ends are computed
_FEWEST: Final = 20  # states of which ends are computed together
_TURN: Final = 5  # blocks of pairs between two chunks of other beginnings; they take about as long


@dataclass(frozen=True, slots=True)
class _State:
    cost: float  # of the program that leads here
    tokens: Tokens | None  # this program; None for the empty one
    outputs_KN: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """Composes programs of common beginnings and computed ends.

    Attributes:
        width: number of programs proposed per problem.
        slack: nats that a program may cost more than the cheapest one.
        further: how many of the beginnings are tried behind others.
        max_states: states behind which further beginnings are tried, per problem.
    """

    name: ClassVar[str] = "composition"

    width: int = 128
    slack: float = 5.0
    further: int = 6000
    max_states: int = 64

    @classmethod
    def of(cls, language: Language) -> Self:
        """The engine of a language, with compilation done before any clock runs.

        Raises:
            InputError: the language has no bank, or computes no ends.
        """
        _, _, ends = _parts(language)
        ends.prepare()
        return cls()

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; the score is minus the cost.

        Raises:
            InputError: the language has no bank, or computes no ends.
        """
        _parts(problems[0].language)
        for number, live in enumerate(budget.live()):
            if live:
                for found in _Search(self, problems[number], budget, number).proposals():
                    yield found
                    if not budget.live()[number]:
                        break


class _Search:
    """The search for one problem."""

    def __init__(self, engine: Composition, problem: Problem, budget: Budget, number: int) -> None:
        self._engine, self._problem, self._budget, self._number = engine, problem, budget, number
        bank, self._cutting, self._ends = _parts(problem.language)
        self._bank: Bank = bank(problem.inputs_KN.shape[1:])
        self._eos = problem.language.grammar.eos
        self._longest = problem.longest(budget.max_tokens)
        self._best = np.inf  # the cost of the cheapest program
        self._written = 0
        self._chunk = max(1, _CHUNK * _USUAL_EXAMPLES // max(len(problem.inputs_KN), _USUAL_EXAMPLES))
        self._at_once = min(_FEWEST, self._chunk)  # states of which the ends are computed together
        self._known = {_key(problem.inputs_KN)}  # states met
        # States to go on from: what a state's cheapest program costs, a tie-breaker, the state.
        self._heap: list[tuple[float, int, _State]] = []
        # The first states after one beginning: its cost, the beginning, the results.
        self._first: list[tuple[float, Tokens, Array]] = []

    def proposals(self) -> Iterator[Proposals]:
        """Programs, as they are found."""
        inputs_KN, outputs_KN = self._problem.inputs_KN, self._problem.outputs_KN
        root = _State(0.0, None, inputs_KN)
        end = float(self._ends.costs(inputs_KN[None], outputs_KN, np.zeros(1), np.inf, self._engine.slack)[0])
        self._best = end
        yield from self._programs([(end, root)])
        yield from self._behind(root, *self._begun())
        yield from self._two_ends(root)
        for found in self._bank_behind(root, 0, self._engine.further):
            yield from found
        rest = self._bank_behind(root, self._engine.further, len(self._bank.tokens_PT))
        # In turns, as each of the three finds programs of its own.
        for several in zip_longest(rest, self._pairs(), self._further()):
            yield from (each for found in several if found is not None for each in found)
        self._budget.end(self._number, StopReason.EXHAUSTED)

    def _bank_behind(self, state: _State, first: int, last: int) -> Iterator[list[Proposals]]:
        """The programs that go on from a state with some of the bank; a list for each chunk."""
        last = min(last, len(self._bank.tokens_PT))
        for begin in range(first, last, self._chunk):
            if self._over():
                return
            rows = slice(begin, min(begin + self._chunk, last))
            if state.cost + self._bank.costs_P[begin] > self._best + self._engine.slack:
                return
            yield list(self._behind(state, self._bank.tokens_PT[rows], self._bank.costs_P[rows]))

    def _further(self) -> Iterator[list[Proposals]]:
        """The programs that go on from the states with the cheapest ends; a list for each chunk."""
        for _ in range(self._engine.max_states):
            if not self._heap or self._over():
                return
            total, _, state = heapq.heappop(self._heap)
            if total > self._best + self._engine.slack:
                return  # so are all others
            yield from self._bank_behind(state, 0, self._engine.further)

    def _two_ends(self, state: _State) -> Iterator[Proposals]:
        """The programs of two ends behind a state, one for a part of what is wrong and one for the rest."""
        for half_KN in self._ends.halfway(state.outputs_KN, self._problem.outputs_KN):
            key = _key(half_KN)
            if key in self._known or self._over():
                continue
            costs = self._ends.costs(
                state.outputs_KN[None], half_KN, np.array([state.cost]), self._best, self._engine.slack
            )
            least = state.cost + float(costs[0])
            if not least < np.inf:
                continue
            self._known.add(key)
            total = float(self._totals(half_KN[None], np.array([least]))[0])
            limit = self._best + self._engine.slack
            if not total < np.inf or total > limit:
                continue
            # How much more the first end may cost.
            most = limit - total + float(costs[0])
            states = []
            few = max(1, self._engine.width // 16)
            for end in self._ends.programs(state.outputs_KN, half_KN, most, few):
                whole = self._chained(state.tokens, end.tokens)
                if whole is not None and len(whole) <= self._longest:
                    cost = state.cost + end.cost
                    states.append((total + cost - least, _State(cost, whole, half_KN)))
            yield from self._programs(states)
            if states:
                heapq.heappush(self._heap, (states[0][0], len(self._known), states[0][1]))

    def _pairs(self) -> Iterator[list[Proposals]]:
        """The programs of two beginnings without an end; a list for some blocks of them."""
        order = np.argsort([cost for cost, _, _ in self._first], kind="stable")
        first = [self._first[place] for place in order[: self._bank.num_paired].tolist()]
        if not first or self._over():
            return
        begun = Begun(
            np.array([cost for cost, _, _ in first]),
            [tokens for _, tokens, _ in first],
            np.stack([outputs_KN for _, _, outputs_KN in first]),
        )
        machine = self._problem.language.machine
        some = pairs(machine, begun, self._bank, self._problem.outputs_KN)
        for number, (least, found) in enumerate(some):
            limit = self._best + self._engine.slack
            if least > limit or self._over():
                return
            programs = []
            for pair in sorted(found, key=lambda pair: pair.cost)[: self._engine.width // 8]:
                second = ended(self._bank.tokens_PT[pair.beginning], self._eos)
                whole = self._chained(begun.tokens[pair.state], second)
                if pair.cost <= limit and whole is not None and len(whole) <= self._longest:
                    programs.append((pair.cost, whole))
            self._best = min([self._best, *(cost for cost, _ in programs)])
            if programs or number % _TURN == 0:
                yield list(self._proposals(programs))

    def _over(self) -> bool:
        """Whether the time is up; that ends the search."""
        if self._budget.expired():
            self._budget.end(self._number, StopReason.TIME_LIMIT)
            return True
        return False

    def _begun(self) -> tuple[Tokens, Array]:
        """The beginnings of programs of earlier engines, the likely ones first, and their costs."""
        weights: dict[bytes, tuple[Tokens, list[float]]] = {}
        for proposal in self._budget.found(self._number):
            for part in self._cutting.beginnings(proposal.tokens):
                weights.setdefault(part.tobytes(), (part, []))[1].append(proposal.score)
        parts = [part for part, _ in weights.values()]
        costs = -np.array([np.logaddexp.reduce(scores) for _, scores in weights.values()])
        order = np.argsort(costs, kind="stable")[: self._chunk]
        return padded([parts[place] for place in order], self._eos), np.maximum(costs[order], 0.0)

    def _behind(self, state: _State, tokens_PT: Tokens, costs_P: Array) -> Iterator[Proposals]:
        """The programs that go on from a state with some beginnings; their states are taken up."""
        fresh = self._fresh(state, tokens_PT, costs_P)
        yield from self._programs(fresh)
        for cost, new in fresh:
            heapq.heappush(self._heap, (cost, len(self._known), new))
            self._known.add(_key(new.outputs_KN))
        # Further ones are never taken.
        if len(self._heap) > 2 * self._engine.max_states:
            self._heap = heapq.nsmallest(self._engine.max_states + 1, self._heap)

    def _fresh(self, state: _State, tokens_PT: Tokens, costs_P: Array) -> list[tuple[float, _State]]:
        """New states behind a state, each with the cost of its cheapest program, within the slack."""
        outputs_PKN, statuses_PK = self._problem.language.machine.run_batch(tokens_PT, state.outputs_KN)
        here: dict[bytes, int] = {}
        for row in np.flatnonzero((statuses_PK == Status.OK).all(axis=1)).tolist():
            key = _key(outputs_PKN[row])
            if key not in self._known:
                here.setdefault(key, row)
        chosen = list(here.values())
        if not chosen:
            return []
        start = state.cost + costs_P[chosen]
        if state.tokens is None and len(self._first) < self._bank.num_paired:
            self._first += [
                (float(cost), ended(tokens_PT[row], self._eos), outputs_PKN[row].copy())
                for cost, row in zip(start, chosen, strict=True)
            ]
        totals = self._totals(outputs_PKN[chosen], start)
        near = np.flatnonzero(totals <= self._best + self._engine.slack)
        # As long as nothing fits, all states are of interest, but further ones than these are never taken.
        open_ended = near[np.isinf(totals[near])][self._engine.max_states :]
        found = []
        for place in np.setdiff1d(near, open_ended).tolist():
            tokens = ended(tokens_PT[chosen[place]], self._eos)
            whole = self._chained(state.tokens, tokens)
            if whole is not None and len(whole) <= self._longest:
                outputs_KN = outputs_PKN[chosen[place]].copy()
                found.append((float(totals[place]), _State(float(start[place]), whole, outputs_KN)))
        return found

    def _totals(self, states_SKN: Array, start_S: Array) -> Array:
        """What the cheapest program of each state costs, with an end; infinite where the time is over.

        A state of long lists takes a hundred times as long as one of short ones, so how many are worked on
        between two looks at the clock is measured.
        """
        totals_S = np.full(len(states_SKN), np.inf)
        begin = 0
        while begin < len(states_SKN) and not self._budget.expired():
            rows = slice(begin, begin + self._at_once)
            before_s = time.perf_counter()
            ends = self._ends.costs(
                states_SKN[rows], self._problem.outputs_KN, start_S[rows], self._best, self._engine.slack
            )
            taken_s = time.perf_counter() - before_s
            totals_S[rows] = start_S[rows] + ends
            self._best = min(self._best, float(totals_S[rows].min()))
            begin += self._at_once
            faster = min(max(_LOOK_S / max(taken_s, 1e-6), 0.25), 4.0)
            self._at_once = min(max(_FEWEST, int(self._at_once * faster)), self._chunk)
        return totals_S

    def _programs(self, states: Sequence[tuple[float, _State]]) -> Iterator[Proposals]:
        """The programs of new states that end within the slack."""
        programs: list[tuple[float, Tokens]] = []
        limit = self._best + self._engine.slack
        for total, state in sorted(states, key=lambda each: each[0]):
            if not total < np.inf or total > limit or self._written + len(programs) >= 4 * self._engine.width:
                break
            if programs and self._budget.expired():
                break
            outputs = self._problem.outputs_KN
            most = max(1, self._engine.width // 8)
            for end in self._ends.programs(state.outputs_KN, outputs, limit - state.cost, most):
                whole = self._chained(state.tokens, end.tokens)
                if whole is not None and len(whole) <= self._longest:
                    programs.append((state.cost + end.cost, whole))
        yield from self._proposals(programs)

    def _proposals(self, programs: Sequence[tuple[float, Tokens]]) -> Iterator[Proposals]:
        """Programs with their costs, the cheapest first; nothing where there are none."""
        if programs:
            self._written += len(programs)
            ordered = sorted(programs, key=lambda each: each[0])
            yield Proposals(
                np.full(len(ordered), self._number),
                padded([tokens for _, tokens in ordered], self._eos),
                -np.array([cost for cost, _ in ordered]),
            )

    def _chained(self, first: Tokens | None, second: Tokens) -> Tokens | None:
        """One program behind another, where the first may be the empty one, and the second an empty end."""
        if not len(second):
            return first
        return second if first is None else self._cutting.chain(first, second)


def _key(outputs_KN: Array) -> bytes:
    """What tells states apart; a state itself may be large."""
    return blake2b(outputs_KN.tobytes(), digest_size=16).digest()


def _parts(language: Language) -> tuple[Callable[[tuple[int, ...]], Bank], Cutting, Ends]:
    if language.bank is None or language.ends is None or language.cutting is None:
        raise InputError(f"programs of {language.name} cannot be composed", "search", "Name another engine.")
    return language.bank, language.cutting, language.ends
