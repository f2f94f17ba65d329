"""Enumeration without learning: short statements chained, by observational equivalence on states.

The state behind a beginning of a program is what its run leaves of every shown input. Two beginnings with
the same state go on alike, so only the shortest of each state is kept. On each state, that of the shortest
program first, all short statements of the language are run, until a state is the wanted outputs.

Shapes: P statements, K examples; an input's own axes stand behind K.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import numpy as np

from lasynth.domains.base import Array, Cutting, Status, Tokens, right_programs
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.problem import Problem

__all__ = ["Enumeration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumeration:
    """Enumerates chains of short statements, the shortest first.

    Attributes:
        width: programs a problem are proposed.
        max_states: states a problem are kept before the engine gives up.
    """

    name: ClassVar[str] = "enumeration"

    width: int = 8
    max_states: int = 20_000

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; the score is less the number of tokens.

        Raises:
            InputError: the language lists no short statements.
        """
        language = problems[0].language
        cutting = language.cutting
        if cutting is None or cutting.pieces is None:
            raise InputError(f"{language.name} cannot be enumerated", "search", "Name another engine.")
        for number, live in enumerate(budget.live()):
            if not live:
                continue
            found = self._programs(problems[number], cutting, cutting.pieces(), budget, number)
            for tokens in islice(found, self.width):
                yield Proposals(np.array([number]), tokens[None], np.array([-float(len(tokens))]))
                if not budget.live()[number]:
                    break

    def _programs(
        self, problem: Problem, cutting: Cutting, pieces_PT: Tokens, budget: Budget, number: int
    ) -> Iterator[Tokens]:
        """The programs that reproduce the examples."""
        eos = problem.language.grammar.eos
        lengths_P = (pieces_PT != eos).sum(axis=1)
        known = {problem.inputs_KN.tobytes()}
        # Of each open state: the length of its program without EOS, a tie-breaker, the program, the state.
        heap: list[tuple[int, int, Tokens | None, Array]] = [(0, 0, None, problem.inputs_KN)]
        while heap:
            if budget.expired():
                budget.end(number, StopReason.TIME_LIMIT)
                return
            length, _, first, state = heapq.heappop(heap)
            outputs, statuses = problem.language.machine.run_batch(pieces_PT, state)
            ran_P = (statuses == Status.OK).all(axis=1) & (length + lengths_P < budget.max_tokens)
            right_P = right_programs(outputs, statuses, problem.outputs_KN)
            for piece in np.flatnonzero(ran_P):
                key = outputs[piece].tobytes()
                if key in known:
                    continue
                if not right_P[piece]:  # of a state that is wanted, every program is of interest
                    known.add(key)
                tokens = pieces_PT[piece, : lengths_P[piece] + 1]
                program = tokens if first is None else cutting.chain(first, tokens)
                if program is None:
                    continue
                if right_P[piece]:
                    yield program
                elif len(known) < self.max_states:
                    heapq.heappush(heap, (len(program) - 1, len(known), program, outputs[piece]))
        budget.end(number, StopReason.EXHAUSTED)
