"""Terms as an engine: programs of a language's algebra, the cheapest first."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.domains.unlearned import End
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import SearchConfig, search
from lasynth.search.engine import Budget
from lasynth.search.terms import TermSearch

INC, DEC = (TOY.text.tokens_of(text) for text in ("inc", "dec"))


@dataclasses.dataclass
class Listed:
    """Terms that are given."""

    ends: list[End]

    def prepare(self) -> None:
        pass

    def programs(self, inputs_KN: Any, outputs_KN: Any, *, expired: Callable[[], bool]) -> Iterator[End]:
        for end in self.ends:
            if expired():
                return
            yield end


def problem_with(*ends: End) -> Any:
    language = dataclasses.replace(TOY, terms=Listed(list(ends)))
    return dataclasses.replace(toy_problem("inc"), language=language)


def test_programs_come_in_their_order_and_cost_is_the_score() -> None:
    problem = problem_with(End(INC, 2.0), End(DEC, 3.0))
    found = list(TermSearch().propose([problem], Budget.of(1)))
    assert [proposals.score_P.tolist() for proposals in found] == [[-2.0], [-3.0]]
    assert [proposals.tokens_PT[0].tolist() for proposals in found] == [INC.tolist(), DEC.tolist()]


def test_what_costs_far_more_than_the_cheapest_is_not_proposed() -> None:
    problem = problem_with(End(INC, 2.0), End(DEC, 11.0))
    assert len(list(TermSearch(slack=8.0).propose([problem], Budget.of(1)))) == 1
    assert len(list(TermSearch(slack=9.0).propose([problem], Budget.of(1)))) == 2


def test_width_and_length_are_kept_to() -> None:
    problem = problem_with(*(End(INC, float(cost)) for cost in range(5)))
    assert len(list(TermSearch(width=3).propose([problem], Budget.of(1)))) == 3
    assert not list(TermSearch().propose([problem], Budget.of(1, max_tokens=1)))


def test_the_reason_is_the_time_only_where_it_is_over() -> None:
    budget = Budget.of(1)
    list(TermSearch().propose([problem_with(End(INC, 1.0))], budget))
    assert budget.reasons == [StopReason.EXHAUSTED]
    budget = dataclasses.replace(Budget.of(1), expired=lambda: True)
    assert not list(TermSearch().propose([problem_with(End(INC, 1.0))], budget))
    assert budget.reasons == [StopReason.TIME_LIMIT]


def test_in_a_search_the_programs_are_checked() -> None:
    problem = problem_with(End(DEC, 1.0), End(INC, 2.0))
    (result,) = search([TermSearch()], [problem], SearchConfig())
    assert [(one.consistent, one.engine) for one in result.proposals] == [(False, "terms"), (True, "terms")]
    assert np.array_equal(result.candidates[0].tokens, INC)


def test_a_language_without_terms_says_so() -> None:
    with pytest.raises(InputError, match="has no terms"):
        TermSearch.of(TOY)
