from __future__ import annotations

import itertools

import numpy as np
import pytest
from karel_worlds import sample_or_skip

from lasynth.domains.base import Status
from lasynth.domains.karel.action_search import action_program, action_sequence, straight_program
from lasynth.domains.karel.grammar import ACTION_NAMES
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.machine import MOVE, PICK_MARKER, PUT_MARKER, perform, run_batch
from lasynth.domains.karel.msr import read_msr
from lasynth.domains.karel.world import MAX_MARKERS, World, WorldArray, same_worlds

MAX_BRUTE = 5


def small_world(rng: np.random.Generator) -> WorldArray:
    num_rows, num_cols = rng.integers(1, 4, 2)
    cells = rng.choice([".", ".", ".", "#", "1", "2"], (num_rows, num_cols))
    cells[rng.integers(num_rows), rng.integers(num_cols)] = rng.choice(list("^>v<"))
    rows = ["".join(row) for row in cells]
    # The robots are on markers, so that there is something to pick.
    for number, row in enumerate(rows):
        for sign in "^>v<":
            if sign in row:
                rows[number] = f"{row}  {sign}:{rng.integers(1, 4)}"
    return World.from_text(rows).to_array()


def after(start_W: WorldArray, actions: tuple[int, ...]) -> WorldArray | None:
    world_W = start_W.copy()
    return world_W if all(perform(world_W, action) for action in actions) else None


def shortest_by_force(inputs_KW: WorldArray, outputs_KW: WorldArray) -> int | None:
    """Search all reachable joint states by brute force, action by action."""
    goal = outputs_KW.tobytes()
    layer, seen = {inputs_KW.tobytes()}, {inputs_KW.tobytes()}
    for length in range(MAX_BRUTE + 1):
        if goal in layer:
            return length
        following = set()
        for state in layer:
            worlds_KW = np.frombuffer(state, dtype=np.uint8).reshape(inputs_KW.shape)
            for action in range(5):
                moved_KW = worlds_KW.copy()
                if all(perform(world_W, action) for world_W in moved_KW):
                    following.add(moved_KW.tobytes())
        layer = following - seen
        seen |= layer
    return None


def test_it_is_as_short_as_brute_force_finds() -> None:
    rng = np.random.default_rng(3)
    found, missed, shorter, picked = 0, 0, 0, 0
    for _ in range(300):
        inputs_KW = np.array([small_world(rng) for _ in range(rng.integers(1, 4))])
        actions = tuple(rng.choice([0, 0, 1, 2, 3, 3, 4], rng.integers(1, MAX_BRUTE + 1)).tolist())
        outputs = [after(world_W, actions) for world_W in inputs_KW]
        if any(world_W is None for world_W in outputs):
            continue
        outputs_KW = np.array(outputs)
        if rng.random() < 0.2:  # one output that does not fit the others
            outputs_KW[0] = inputs_KW[0]
        wanted = shortest_by_force(inputs_KW, outputs_KW)
        got = action_sequence(inputs_KW, outputs_KW, max_length=MAX_BRUTE)
        assert (None if got is None else len(got)) == wanted
        if got is None:
            missed += 1
            continue
        found += 1
        picked += len(inputs_KW) > 1 and PICK_MARKER in got
        shorter += len(got) < len(actions)
        for start_W, goal_W in zip(inputs_KW, outputs_KW, strict=True):
            assert np.array_equal(after(start_W, tuple(got.tolist())), goal_W)
    assert found > 30
    assert missed > 2
    assert shorter > 5
    assert picked > 10


def pair(before: list[str], then: list[str]) -> tuple[WorldArray, WorldArray]:
    return World.from_text(before).to_array(), World.from_text(then).to_array()


def names(examples: list[tuple[WorldArray, WorldArray]], **bounds: int) -> list[str] | None:
    inputs, outputs = (np.array(side) for side in zip(*examples, strict=True))
    actions = action_sequence(inputs, outputs, **bounds)
    return None if actions is None else [ACTION_NAMES[action] for action in actions]


def test_a_wall_in_one_world_is_one_in_all() -> None:
    open_ = pair([".....", ">...."], [".....", "...>."])
    assert names([open_]) == ["move"] * 3
    closed = pair([".....", ">.#.."], [".....", "..#>."])
    around = names([closed, open_])
    assert around is not None
    assert len(around) == 9
    # If the second robot cannot leave its row, there is no sequence.
    assert names([closed, pair([">...."], ["...>."])]) is None


def test_markers_cost_one_action_each() -> None:
    assert names([pair([">3."], [".1>"])]) == ["move", "pickMarker", "pickMarker", "move"]
    assert names([pair([">"], [">  >:2"])]) == ["putMarker"] * 2


@pytest.mark.parametrize(("max_length", "found"), [(0, False), (2, False), (3, True), (20, True)])
def test_the_bound_on_the_length_holds(max_length: int, found: bool) -> None:
    assert (names([pair([">..."], ["...>"])], max_length=max_length) is not None) == found


def test_the_bound_on_the_states_holds() -> None:
    task = pair([">...", "....", "...."], ["...>", "....", "...."])
    assert names([task], max_states=3) is None
    assert names([task], max_states=300) is not None


def test_no_change_takes_no_action_and_a_program_of_two() -> None:
    same = pair([">."], [">."])
    assert names([same]) == []
    inputs, outputs = same[0][None], same[1][None]
    tokens = straight_program(inputs, outputs, max_length=20, max_states=100)
    assert tokens is not None
    worlds_PKW, statuses_PK = run_batch(tokens[None], inputs)
    assert statuses_PK[0, 0] == Status.OK
    assert same_worlds(worlds_PKW[0], outputs).all()
    assert straight_program(inputs, outputs, max_length=1, max_states=100) is None
    with pytest.raises(ValueError, match="one action"):
        action_program(np.zeros(0, dtype=np.int8))


def test_many_cells_are_visited_by_a_shortest_way() -> None:
    """Against all orders of the cells; the tolerance is there because the search counts turns too."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        size = 5
        start = World.from_text(["." * size] * (size - 1) + [">" + "." * (size - 1)]).to_array()
        places = rng.choice(np.arange(1, size * size), 4, replace=False)
        goal = start.copy()
        for place in places:
            goal[(place // size + 1) * 18 + place % size + 1] = 1
        got = action_sequence(start[None], goal[None], max_length=60)
        assert got is not None
        assert np.array_equal(after(start, tuple(got.tolist())), goal)
        tours = []
        for order in itertools.permutations(places.tolist()):
            stops = [0, *order, 0]
            tours.append(
                sum(
                    abs(a // size - b // size) + abs(a % size - b % size)
                    for a, b in itertools.pairwise(stops)
                )
            )
        moves = int((got == MOVE).sum())
        assert min(tours) <= moves <= min(tours) + 4  # a longer path can save a few turns
        assert (got == PUT_MARKER).sum() == 4
        assert not (got == PICK_MARKER).any()


def test_a_full_cell_takes_what_there_is_room_for() -> None:
    before = World.from_text([">  >:100"]).to_array()
    full = World.from_text([f">  >:{MAX_MARKERS}"]).to_array()
    assert names([(before, full)]) == ["putMarker"]


def test_bad_arguments_are_named() -> None:
    world_W = World.from_text([">."]).to_array()
    with pytest.raises(ValueError, match="two arrays"):
        action_sequence(world_W, world_W)
    with pytest.raises(ValueError, match="max_length"):
        action_sequence(world_W[None], world_W[None], max_length=-1)


def test_the_floor_of_the_language_finds_programs() -> None:
    floor = LANGUAGE.floor
    assert floor is not None
    rows = [pair(["..", "^."], ["^.", ".."]), pair([">.", ".."], [".>", ".."])]
    inputs_KW, outputs_KW = (np.array(side) for side in zip(*rows, strict=True))
    found, nothing = floor.fit(np.array([inputs_KW, inputs_KW]), np.array([outputs_KW, outputs_KW[::-1]]))
    assert nothing is None
    assert found is not None
    assert LANGUAGE.text.of_tokens(found).split()[-1] == "move"
    # The end of a program, from two states after its beginnings.
    ends = floor.ends(np.array([inputs_KW, outputs_KW]), outputs_KW)
    assert [None if end is None else LANGUAGE.text.of_tokens(end).split()[2:] for end in ends] == [
        ["move"],
        ["turnLeft", "turnRight"],
    ]


def test_it_solves_about_half_of_the_real_tasks() -> None:
    records = list(read_msr(sample_or_skip()))
    floor = LANGUAGE.floor
    assert floor is not None
    right, straight = 0, 0
    for record in records:
        straight += all(np.array_equal(actions, record.actions[0]) for actions in record.actions)
        (tokens,) = floor.fit(record.inputs_KW[None, :5], record.outputs_KW[None, :5])
        if tokens is None:
            continue
        worlds_PKW, statuses_PK = run_batch(tokens[None], record.inputs_KW)
        assert (statuses_PK[0, :5] == Status.OK).all()
        assert same_worlds(worlds_PKW[0, :5], record.outputs_KW[:5]).all()
        right += statuses_PK[0, 5] == Status.OK and bool(same_worlds(worlds_PKW[0, 5], record.outputs_KW[5]))
    print(f"straight {straight}, right {right} of {len(records)}")
    assert right >= straight - 3
