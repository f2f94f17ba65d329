from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from itertools import chain, repeat

import numpy as np
import pytest
from karel_worlds import random_world
from toy_language import TOY, toy_problem

from lasynth import domains
from lasynth.domains.base import Array, Status, Tokens
from lasynth.domains.c.bank import bank
from lasynth.domains.kit.rows import ended
from lasynth.domains.unlearned import End
from lasynth.equipment import prepare
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import Budget, Problem, SearchConfig, search
from lasynth.search.composition import Composition
from lasynth.task import Task

C = domains.get("c")
Map = Callable[[list[int]], list[int]]


def problem_of(function: Map, num_examples: int = 7, num_cells: int = 5, held_out: int = 20) -> Problem:
    inputs = np.random.default_rng(3).integers(-4, 5, (num_examples + held_out, num_cells)).tolist()
    pairs = [{"input": x, "output": function(list(x))} for x in inputs]
    (task,) = Task.parse(json.dumps({"examples": pairs[:num_examples], "held_out": pairs[num_examples:]}))
    return Problem.of(task)


def zeros_below(x: list[int]) -> list[int]:
    return [0 if v < 0 else v for v in x]


@pytest.mark.parametrize("function", [zeros_below, lambda x: [v + 1 for v in x][::-1]])
def test_a_function_is_found_and_generalises(function: Map) -> None:
    problem = problem_of(function)
    (result,) = search([Composition()], [problem], SearchConfig(enough=None, time_limit_s=20.0))
    best = result.candidates[0]
    assert (best.consistent, best.engine) == (True, "composition")
    assert problem.right([best.tokens]).all()


def test_two_beginnings_are_chained() -> None:
    language, common = C, bank((5,)).tokens_PT
    loops = [row for row in common[:1500] if "if" in (text := C.text.of_tokens(row)) and "for" in text]
    assert len(loops) > 20
    num_right = 0
    for first, second in zip(loops[:4], loops[4:8], strict=True):
        assert language.cutting is not None
        whole = language.cutting.chain(ended(first, 0), ended(second, 0))
        assert whole is not None

        def function(x: list[int], program: Tokens = whole) -> list[int]:
            return C.machine.run_batch(program[None], np.array([x], dtype=np.int32))[0][0, 0].tolist()  # type: ignore[no-any-return]

        problem = problem_of(function)
        (result,) = search([Composition()], [problem], SearchConfig(enough=None, time_limit_s=20.0))
        num_right += bool(problem.right([result.candidates[0].tokens])[0])
    assert num_right >= 2


def test_two_computed_ends_are_chained() -> None:
    def function(x: list[int]) -> list[int]:
        if x[0] < x[3]:
            x[1] = 2 - x[4]
        if x[2] > 1:
            x[4] += x[0]
        return x

    problem = problem_of(function, num_examples=16)
    few = dataclasses.replace(
        bank((5,)), tokens_PT=bank((5,)).tokens_PT[:40], costs_P=bank((5,)).costs_P[:40]
    )
    of_few = dataclasses.replace(problem, language=dataclasses.replace(C, bank=lambda _: few))
    (result,) = search([Composition()], [of_few], SearchConfig(enough=None, time_limit_s=20.0))
    assert problem.right([result.candidates[0].tokens]).all()


@pytest.mark.parametrize("num_cells", [2, 8])
def test_other_lengths(num_cells: int) -> None:
    problem = problem_of(lambda x: [v - 1 for v in x], num_cells=num_cells)
    (result,) = search([Composition()], [problem], SearchConfig(enough=None, time_limit_s=20.0))
    assert problem.right([result.candidates[0].tokens]).all()


KAREL = domains.get("karel")
WALK = "WHILE c( frontIsClear c) w( move w)"


def karel_problem(text: str, num_examples: int = 5, held_out: int = 20) -> Problem:
    rng, worlds = np.random.default_rng(4), []
    tokens = KAREL.text.tokens_of(f"DEF run m( {text} m)")
    while len(worlds) < num_examples + held_out:
        world = random_world(rng, min_side=6)
        _, statuses = KAREL.machine.run_batch(tokens[None], world.to_array()[None])
        worlds += [world] * bool(statuses[0, 0] == Status.OK)
    inputs = KAREL.values.encode(worlds)
    outputs = KAREL.machine.run_batch(tokens[None], inputs)[0][0]
    shown, hidden = slice(num_examples), slice(num_examples, None)
    return Problem(KAREL, inputs[shown], outputs[shown], (inputs[hidden], outputs[hidden]))


@pytest.mark.parametrize(
    "text",
    [
        f"{WALK} turnLeft putMarker turnLeft putMarker",
        f"putMarker {WALK} IFELSE c( leftIsClear c) i( turnLeft i) ELSE e( putMarker e)",
        f"{WALK} turnLeft WHILE c( frontIsClear c) w( putMarker move w) putMarker",
    ],
    ids=["loop and line", "loop and branch", "two loops"],
)
def test_karel_programs_are_found(text: str) -> None:
    problem = karel_problem(text)
    (result,) = search([Composition.of(KAREL)], [problem], SearchConfig(enough=None, time_limit_s=20.0))
    assert problem.right([result.candidates[0].tokens]).all()


def test_one_world_keeps_to_the_clock() -> None:
    """Everything fits a single world, so most states have ends to be computed."""
    rng = np.random.default_rng(6)
    first, second = (random_world(rng, min_side=16) for _ in range(2))
    inputs, outputs = KAREL.values.encode([first]), KAREL.values.encode([first])
    outputs[0, -4:-2] = KAREL.values.encode([second])[0, -4:-2]
    seen: list[float] = []

    def expired() -> bool:
        seen.append(time.perf_counter())
        return len(seen) > 20

    ends = KAREL.ends
    assert ends is not None
    ends.prepare()
    list(
        Composition().propose(
            [Problem(KAREL, inputs, outputs)], dataclasses.replace(Budget.of(1), expired=expired)
        )
    )
    assert len(seen) < 2 or float(np.median(np.diff(seen))) < 0.5


def test_scores_fall_and_programs_fit_the_budget() -> None:
    problem = problem_of(zeros_below, num_examples=4)
    proposals = list(Composition().propose([problem], Budget.of(1, max_tokens=40)))
    assert proposals
    for found in proposals:
        assert (np.diff(found.score_P) <= 0).all()
        assert found.tokens_PT.shape[1] <= 40


def test_the_clock_stops_it() -> None:
    noise = np.random.default_rng(5).integers(-4, 5, (6, 5)).tolist()
    problem = problem_of(lambda x: noise[sum(x) % 6], num_examples=6)
    asked = chain([False, False], repeat(True))
    budget = dataclasses.replace(Budget.of(1), expired=lambda: next(asked))
    list(Composition(slack=30.0).propose([problem], budget))
    assert budget.reasons == [StopReason.TIME_LIMIT]


class Slow:
    """Ends of which each state takes long, as those of long lists do."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def prepare(self) -> None:
        pass

    def costs(self, states_SKN: Array, *_: object) -> Array:
        self.numbers.append(len(states_SKN))
        time.sleep(0.002 * len(states_SKN))
        return np.full(len(states_SKN), np.inf)

    def programs(self, *_: object) -> list[End]:
        raise AssertionError("no state has an end")

    def halfway(self, state_KN: Array, _: object) -> Array:
        return state_KN[None, :0]


def test_the_clock_is_looked_at_between_a_few_slow_states() -> None:
    problem = problem_of(zeros_below)
    slow = Slow()
    of_slow = dataclasses.replace(problem, language=dataclasses.replace(C, ends=slow))
    asked = chain([False] * 4, repeat(True))
    budget = dataclasses.replace(Budget.of(1), expired=lambda: next(asked))
    assert list(Composition().propose([of_slow], budget)) == []
    assert budget.reasons == [StopReason.TIME_LIMIT]
    root, *others = slow.numbers
    assert root == 1
    assert others
    assert max(others) <= 40


def test_the_bank_is_ready_for_lists_of_any_length() -> None:
    problem_task = Task.of([([1] * 13, [2] * 13), ([3] * 13, [4] * 13)])
    prepare(problem_task, ["composition"])
    misses = bank.cache_info().misses
    bank((13,))
    assert bank.cache_info().misses == misses


def test_many_examples_are_all_checked() -> None:
    problem = problem_of(zeros_below, num_examples=300, held_out=0)
    (result,) = search([Composition()], [problem], SearchConfig(enough=1, time_limit_s=30.0))
    assert result.candidates[0].consistent


def test_held_out_examples_make_no_difference() -> None:
    problem = problem_of(zeros_below, num_examples=3)
    other = dataclasses.replace(problem_of(lambda x: x, num_examples=3), outputs_KN=problem.outputs_KN)
    first, second = (
        [found.tokens_PT.tobytes() for found in Composition().propose([one], Budget.of(1))]
        for one in (problem, other)
    )
    assert first == second


def test_a_language_without_a_bank_is_said() -> None:
    with pytest.raises(InputError, match="programs of toy cannot be composed"):
        list(Composition().propose([toy_problem("inc")], Budget.of(1)))
    with pytest.raises(InputError, match="cannot be composed"):
        Composition.of(TOY)
