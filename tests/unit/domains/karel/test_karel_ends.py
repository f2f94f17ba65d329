from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from karel_worlds import random_world

from lasynth import domains
from lasynth.domains.base import Status, right_programs
from lasynth.domains.karel.action_search import action_program
from lasynth.domains.karel.ends import ComputedEnds
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.world import WorldArray
from lasynth.domains.kit.rows import padded
from lasynth.domains.unlearned import End
from lasynth.grammar import IntArray

KAREL = domains.get("karel")
ENDS = ComputedEnds()
LINES = st.lists(st.integers(0, 4), min_size=1, max_size=6)


def worlds(seed: int, num: int) -> WorldArray:
    """Large worlds, in which short lines seldom crash."""
    rng = np.random.default_rng(seed)
    return np.array([random_world(rng, min_side=9).to_array() for _ in range(num)])


def ran(tokens: IntArray, states: WorldArray) -> tuple[WorldArray, WorldArray]:
    """The states in which a program ends well, and what it makes of them."""
    outputs, statuses = run_batch(tokens[None], states)
    fine = np.flatnonzero(statuses[0] == Status.OK)
    return states[fine], outputs[0][fine]


def checked(state: WorldArray, outputs: WorldArray, limit: float = np.inf) -> list[End]:
    """The ends, each of which leads to the outputs; what they cost rises, and is what `costs` says."""
    found = ENDS.programs(state, outputs, limit, 16)
    costs = [end.cost for end in found]
    assert costs == sorted(costs)
    for end in found:
        if len(end.tokens):
            assert right_programs(*run_batch(end.tokens[None], state), outputs).all()
    least = ENDS.costs(state[None], outputs, np.zeros(1), limit, 0.0)[0]
    assert least == pytest.approx(costs[0] if costs else np.inf)
    return found


@given(line=LINES, seed=st.integers(0, 10_000))
def test_a_line_is_found_within_its_own_cost(line: list[int], seed: int) -> None:
    """A bound that were ever above the cost of the shortest line would reject it here."""
    state, outputs = ran(action_program(np.array(line, dtype=np.int8)), worlds(seed, 6))
    if not len(state) or np.array_equal(state, outputs):
        return
    (end, *_) = checked(state, outputs)
    assert len(end.tokens) <= len(line) + 5 or "IF" in KAREL.text.of_tokens(end.tokens).upper()
    (again, *_) = checked(state, outputs, limit=end.cost + 1e-6)
    assert np.array_equal(again.tokens, end.tokens)
    assert checked(state, outputs, limit=end.cost - 0.1) == []


@pytest.mark.parametrize("test", ["frontIsClear", "leftIsClear", "rightIsClear", "markersPresent"])
@pytest.mark.parametrize(
    "text",
    [
        "IFELSE c( {} c) i( turnLeft putMarker i) ELSE e( turnRight turnRight e)",
        "IF c( {} c) i( putMarker turnLeft i)",
        "IFELSE c( {} c) i( putMarker i) ELSE e( turnLeft putMarker e)",
    ],
)
def test_a_branch_is_found(test: str, text: str) -> None:
    tokens = KAREL.text.tokens_of(f"DEF run m( {text.format(test)} m)")
    state, outputs = ran(tokens, worlds(7, 60))
    found = checked(state, outputs, limit=40.0)
    others, wanted = worlds(8, 100), run_batch(tokens[None], worlds(8, 100))[0][0]
    programs = padded([end.tokens for end in found if len(end.tokens)], 0)
    right = (run_batch(programs, others)[0] == wanted).all(axis=2).mean(axis=1)
    assert right.max() == 1.0


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        ("frontIsClear", "putMarker move"),
        ("not c( rightIsClear c)", "move putMarker"),
        ("markersPresent", "pickMarker move putMarker turnRight turnRight move turnRight turnRight"),
        ("noMarkersPresent", "move turnRight move turnLeft"),
        ("leftIsClear", "turnLeft move putMarker"),
    ],
)
def test_a_loop_is_found(condition: str, line: str) -> None:
    """Its body is that of the examples that go round once, where there are such."""
    tokens = KAREL.text.tokens_of(f"DEF run m( WHILE c( {condition} c) w( {line} w) m)")
    branch = KAREL.text.tokens_of(f"DEF run m( IF c( {condition} c) i( {line} i) m)")
    states, outputs = ran(tokens, worlds(11, 6000))
    after_one, statuses = run_batch(branch[None], states)
    once = (
        (after_one[0] == outputs).all(axis=1) & (statuses[0] == Status.OK) & (states != outputs).any(axis=1)
    )
    often = ~once & (states != outputs).any(axis=1)
    shown = np.concatenate([np.flatnonzero(once)[:2], np.flatnonzero(often)[:3]])
    assert len(shown) == 5
    found = checked(states[shown], outputs[shown])
    loops = [end for end in found if "while" in KAREL.text.of_tokens(end.tokens)]
    results = run_batch(padded([end.tokens for end in loops], 0), states)[0]
    assert (results == outputs).all(axis=(1, 2)).any()
    # Without one that goes round twice, an `if` says the same.
    shown = np.flatnonzero(once)[:3]
    found = checked(states[shown], outputs[shown])
    assert not [end for end in found if "while" in KAREL.text.of_tokens(end.tokens)]


def test_nothing_is_missing() -> None:
    state = worlds(0, 3)
    empty, turns = checked(state, state)[:2]
    assert (empty.cost, len(empty.tokens)) == (0.0, 0)
    assert KAREL.text.of_tokens(turns.tokens).split() == ["def", "run():", "turnLeft", "turnRight"]


def test_states_of_no_interest_are_left_out() -> None:
    state = worlds(1, 3)
    _, outputs = ran(KAREL.text.tokens_of("DEF run m( putMarker putMarker m)"), state)
    states = np.stack([state, outputs, state])
    costs = ENDS.costs(states, outputs, np.array([0.0, 3.0, 9.0]), np.inf, 5.0)
    assert costs.tolist() == [pytest.approx(3.6), 0.0, np.inf]


def test_a_world_that_nothing_leads_to() -> None:
    first, second = worlds(2, 2)
    assert checked(np.array([first]), np.array([second])) == []
    crashed = first.copy()
    crashed[-1] = 1
    assert checked(np.array([first]), np.array([crashed])) == []
