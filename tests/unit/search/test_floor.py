from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth import domains
from lasynth.domains.base import Array, Tokens
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import Budget, FloorSearch, Problem, SearchConfig, SolverSearch, search

C = domains.get("c")
LISTS = np.random.default_rng(0).integers(-4, 5, (5, 5)).astype(np.int32)
REVERSED = Problem(C, LISTS, np.ascontiguousarray(LISTS[:, ::-1]))
ABSOLUTE = Problem(C, LISTS, np.abs(LISTS))


def test_the_floor_is_an_engine() -> None:
    known, unknown = search([FloorSearch()], [REVERSED, ABSOLUTE])
    (proposal,) = known.proposals
    assert (proposal.engine, proposal.consistent) == ("floor", True)
    assert proposal.score == -len(proposal.tokens)
    assert unknown.proposals == ()
    assert {known.stop_reason, unknown.stop_reason} == {StopReason.EXHAUSTED}
    (short,) = search([FloorSearch()], [REVERSED], SearchConfig(max_tokens=5))
    assert short.proposals == ()


def test_a_language_without_a_floor_is_said() -> None:
    with pytest.raises(InputError, match="toy has no floor"):
        search([FloorSearch()], [toy_problem("inc")])


class Solver:
    """A solver that knows one program."""

    def fit(self, inputs_KN: Array, outputs_KN: Array) -> Tokens | None:
        tokens = TOY.text.tokens_of("inc")
        return tokens if np.array_equal(inputs_KN + 1, outputs_KN) else None

    def close(self) -> None:
        raise AssertionError("it is not the engine's to close")


def test_a_solver_is_an_engine() -> None:
    problems = [toy_problem("dec"), toy_problem("inc", seed=1)]
    nothing, found = search([SolverSearch(Solver(), "one")], problems)
    assert nothing.proposals == ()
    assert [proposal.engine for proposal in found.candidates] == ["one"]
    assert found.candidates[0].consistent


def test_a_solver_is_not_asked_when_the_time_is_over() -> None:
    budget = dataclasses.replace(Budget.of(1), expired=lambda: True)
    assert list(SolverSearch(Solver(), "one").propose([toy_problem("inc")], budget)) == []
    assert budget.reasons == [StopReason.TIME_LIMIT]
