from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.domains.base import Array, States
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import Budget, Problem, SearchConfig, search
from lasynth.search.enumeration import Enumeration


def texts_of(engine: Enumeration, problem: Problem, budget: Budget | None = None) -> list[str]:
    found = engine.propose([problem], budget or Budget.of(1))
    return [TOY.text.of_tokens(each.tokens_PT[0]) for each in found]


@pytest.mark.parametrize("text", ["inc", "rot", "rot rot dec", "neg inc rot", "inc inc inc rot inc"])
def test_the_shortest_program_is_found_first(text: str) -> None:
    problem = toy_problem(text, seed=3, num_cells=4)
    budget = Budget.of(1)
    found = texts_of(Enumeration(max_states=300), problem, budget)
    tokens = [TOY.text.tokens_of(each) for each in found]
    assert len(tokens[0]) == len(TOY.text.tokens_of(text))
    assert problem.right(tokens).all()  # on held-out ones too: the shown ones determine the function
    assert [len(each) for each in tokens] == sorted(len(each) for each in tokens)
    assert len(set(found)) == len(found) <= 8


def test_a_state_is_reached_once() -> None:
    # inc and dec cancel out, and so do full rotations: only shifts and rotations remain.
    problem = dataclasses.replace(toy_problem("inc"), outputs_KN=np.full((3, 3), 77, dtype=np.int32))
    calls = 0

    def counted(*arrays):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        return TOY.machine.run_batch(*arrays)

    language = dataclasses.replace(TOY, machine=dataclasses.replace(TOY.machine, run_batch=counted))
    budget = Budget.of(1)
    assert texts_of(Enumeration(), dataclasses.replace(problem, language=language), budget) == []
    assert budget.reasons == [StopReason.EXHAUSTED]
    assert calls <= 2 * 3 * 19  # neg or not, three rotations, sums of -9 to 9


def test_a_program_is_no_longer_than_the_budget_allows() -> None:
    problem = toy_problem("inc inc rot", seed=3)
    assert texts_of(Enumeration(), problem, Budget.of(1, max_tokens=4))[0].split().count("inc") == 2
    assert texts_of(Enumeration(), problem, Budget.of(1, max_tokens=3)) == []


def test_the_clock_stops_it() -> None:
    asked = 0

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    budget = dataclasses.replace(Budget.of(1), expired=expired)
    assert texts_of(Enumeration(), toy_problem("rot rot dec", seed=3), budget) == []
    assert budget.reasons == [StopReason.TIME_LIMIT]
    assert asked == 3


def test_the_driver_checks_what_it_finds() -> None:
    problems = [toy_problem("inc rot", seed=3), toy_problem("dec dec", seed=4)]
    results = search([Enumeration(width=2)], problems, SearchConfig(enough=1))
    for problem, result in zip(problems, results, strict=True):
        assert result.stop_reason == StopReason.ENOUGH_FOUND
        (proposal,) = result.proposals
        assert (proposal.engine, proposal.consistent) == ("enumeration", True)
        assert problem.right([proposal.tokens]).all()


def test_a_language_without_pieces_is_said() -> None:
    assert TOY.cutting is not None
    for cutting in (None, dataclasses.replace(TOY.cutting, pieces=None)):
        problem = dataclasses.replace(toy_problem("inc"), language=dataclasses.replace(TOY, cutting=cutting))
        with pytest.raises(InputError, match="toy cannot be enumerated"):
            texts_of(Enumeration(), problem)


def test_it_goes_on_from_states_where_outputs_do_not_tell_all() -> None:
    """States here are doubled outputs; only states with the expected first cell are continued."""
    assert TOY.cutting is not None
    problem = toy_problem("rot rot", seed=3)
    gone_on_from = []

    def run(tokens_PT: Array, states: Array, *, fuel: int = 0) -> tuple[Array, Array]:
        gone_on_from.append(states // 2)
        outputs, statuses = TOY.machine.run_batch(tokens_PT, states // 2)
        return 2 * outputs, statuses

    states = States(
        start=lambda inputs: 2 * inputs,
        run=run,
        output=lambda states: states // 2,
        near=lambda states, wanted: (states[..., 0] // 2 == wanted[..., 0]).all(axis=1),
    )
    cutting = dataclasses.replace(TOY.cutting, states=states)
    problem = dataclasses.replace(problem, language=dataclasses.replace(TOY, cutting=cutting))
    assert texts_of(Enumeration(), problem) == []  # a single rotation does not lead there
    assert len(gone_on_from) == 1
    near = dataclasses.replace(states, near=lambda states, _: np.ones(len(states), dtype=np.bool_))
    cutting = dataclasses.replace(TOY.cutting, states=near)
    problem = dataclasses.replace(problem, language=dataclasses.replace(TOY, cutting=cutting))
    assert texts_of(Enumeration(), problem)[0].split() == ["rot", "rot"]
