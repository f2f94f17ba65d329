"""Terms: what a language computes of a task's inputs by its own algebra, smallest first, written as programs.

The search itself is a part of the language (`lasynth.domains.unlearned.Terms`): values of one domain are
enumerated in compiled code that knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from lasynth.domains.base import Language
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.problem import Problem

__all__ = ["TermSearch"]


@dataclass(frozen=True, slots=True)
class TermSearch:
    """Proposes the programs of terms that reproduce the examples, the cheapest first.

    Attributes:
        width: number of programs proposed per problem.
        slack: nats that a program may cost more than the cheapest: what costs more has little weight in the
            ranking.
    """

    name: ClassVar[str] = "terms"

    width: int = 64
    slack: float = 5.0

    @classmethod
    def of(cls, language: Language) -> Self:
        """The engine of a language.

        Raises:
            InputError: the language has no terms.
        """
        if language.terms is None:
            raise InputError(f"{language.name} has no terms", "search", "Name another engine.")
        language.terms.prepare()
        return cls()

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; the score is minus the cost."""
        for number, live in enumerate(budget.live()):
            if not live:
                continue
            problem = problems[number]
            assert problem.language.terms is not None
            longest = problem.longest(budget.max_tokens)
            reason, num_proposed, limit = StopReason.EXHAUSTED, 0, np.inf
            found = problem.language.terms.programs(
                problem.inputs_KN, problem.outputs_KN, expired=budget.expired, slack=self.slack
            )
            for end in found:
                if end.cost > limit or num_proposed == self.width:
                    break
                if len(end.tokens) <= longest:
                    limit = min(limit, end.cost + self.slack)
                    num_proposed += 1
                    yield Proposals(np.array([number]), end.tokens[None], np.array([-end.cost]))
                    if not budget.live()[number]:
                        break
            if budget.expired():
                reason = StopReason.TIME_LIMIT
            budget.end(number, reason)
