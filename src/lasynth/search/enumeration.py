"""Enumeration without learning: chains of short statements, with observational equivalence on states.

The state after a beginning of a program is the result of running it on every shown input. Two beginnings with
the same state behave the same from there on, so only the shortest one per state is kept. All short statements
of the language are run on each state, starting with that of the shortest program, until a state equals the
expected outputs.

Shapes: P statements, K examples; an input's own axes come after K.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar, Self

import numpy as np

from lasynth.domains.base import Array, Cutting, Language, Machine, States, Status, Tokens, right_programs
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.problem import Problem

__all__ = ["Enumeration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumeration:
    """Enumerates chains of short statements, the shortest first.

    Attributes:
        width: number of programs proposed per problem.
        max_states: number of states kept per problem before the engine gives up.
    """

    name: ClassVar[str] = "enumeration"

    width: int = 8
    max_states: int = 20_000

    @classmethod
    def of(cls, language: Language) -> Self:
        """The engine of a language, with compilation and statement lists done before any clock runs.

        Raises:
            InputError: the language lists no short statements.
        """
        cutting, pieces_PT = _pieces(language)
        cutting.chain(pieces_PT[0], pieces_PT[0])
        language.text.of_tokens(pieces_PT[0])
        return cls()

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; the score is minus the number of tokens.

        Raises:
            InputError: the language lists no short statements.
        """
        cutting, pieces_PT = _pieces(problems[0].language)
        for number, live in enumerate(budget.live()):
            if not live:
                continue
            found = self._programs(problems[number], cutting, pieces_PT, budget, number)
            for tokens in islice(found, self.width):
                yield Proposals(np.array([number]), tokens[None], np.array([-float(len(tokens))]))
                if not budget.live()[number]:
                    break

    def _programs(
        self, problem: Problem, cutting: Cutting, pieces_PT: Tokens, budget: Budget, number: int
    ) -> Iterator[Tokens]:
        """The programs that reproduce the examples."""
        language, wanted_KN = problem.language, problem.outputs_KN
        lengths_P = (pieces_PT != language.grammar.eos).sum(axis=1)
        steps = cutting.states or _outputs_as_states(language.machine)
        start = steps.start(problem.inputs_KN)
        known = {start.tobytes()}
        # For each open state: the length of its program without EOS, a tie-breaker, the program, the state.
        heap: list[tuple[int, int, Tokens | None, Array]] = [(0, 0, None, start)]
        while heap:
            if budget.expired():
                budget.end(number, StopReason.TIME_LIMIT)
                return
            length, _, first, state = heapq.heappop(heap)
            states, statuses = steps.run(pieces_PT, state)
            ran_P = (statuses == Status.OK).all(axis=1) & (
                length + lengths_P < problem.longest(budget.max_tokens)
            )
            right_P = right_programs(steps.output(states), statuses, wanted_KN)
            for piece in np.flatnonzero(ran_P & steps.near(states, wanted_KN)):
                key = states[piece].tobytes()
                if key in known:
                    continue
                if not right_P[piece]:  # every program that reaches the outputs is of interest
                    known.add(key)
                tokens = pieces_PT[piece, : lengths_P[piece] + 1]
                program = tokens if first is None else cutting.chain(first, tokens)
                if program is None:
                    continue
                if right_P[piece]:
                    yield program
                elif len(known) < self.max_states:
                    heapq.heappush(heap, (len(program) - 1, len(known), program, states[piece]))
        budget.end(number, StopReason.EXHAUSTED)


def _pieces(language: Language) -> tuple[Cutting, Tokens]:
    cutting = language.cutting
    if cutting is None or cutting.pieces is None:
        raise InputError(f"{language.name} cannot be enumerated", "search", "Name another engine.")
    return cutting, cutting.pieces()


def _outputs_as_states(machine: Machine) -> States:
    """States that are outputs: each statement runs on the output of the one before; no state is pruned."""
    return States(
        start=lambda inputs: inputs,
        run=machine.run_batch,
        output=lambda states: states,
        near=lambda states, _: np.ones(len(states), dtype=np.bool_),
    )
