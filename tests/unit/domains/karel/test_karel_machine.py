from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.karel.grammar import EOS, token_of
from lasynth.domains.karel.machine import (
    MOVE,
    PICK_MARKER,
    PUT_MARKER,
    TURN_LEFT,
    TURN_RIGHT,
    Semantics,
    holds,
    perform,
    run_batch,
)
from lasynth.domains.karel.parser import parse, to_tokens
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import MAX_MARKERS, World


def run(text: str, rows: list[str], **options: object) -> tuple[str, Status]:
    """The picture after a run, and its status."""
    world_W = World.from_text(rows).to_array()
    after_PKW, statuses_PK = run_batch(to_tokens(parse(text))[None], world_W[None], **options)  # type: ignore[arg-type]
    return World.from_array(after_PKW[0, 0]).to_text(), Status(int(statuses_PK[0, 0]))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("move", [".>."], "..>\n"),
        ("move", ["..", "^."], "^.\n..\n"),
        ("move", ["v.", ".."], "..\nv.\n"),
        ("move", [".<."], "<..\n"),
        ("turnLeft", ["^"], "<\n"),
        ("turnRight", ["^"], ">\n"),
        ("turnRight\nturnRight", ["^"], "v\n"),
        ("turnLeft\nturnLeft\nturnLeft", ["<"], "^\n"),
        ("putMarker", [">"], ">  >:1\n"),
        ("move\npickMarker", [">1"], ".>\n"),
        ("repeat 3:\n  putMarker", [">"], ">  >:3\n"),
        ("repeat 0:\n  pickMarker", [">"], ">\n"),
        ("while frontIsClear:\n  move", [">...#."], "...>#.\n"),
        ("while frontIsClear:\n  move", [">#"], ">#\n"),
        ("repeat 2:\n  repeat 3:\n    putMarker\n  move", [">.."], "33>\n"),
        ("if markersPresent:\n  move\nelse:\n  turnLeft", [">."], "^.\n"),
        ("if not markersPresent:\n  move\nelse:\n  turnLeft", [">."], ".>\n"),
        ("if noMarkersPresent:\n  move", [">."], ".>\n"),
        ("if leftIsClear:\n  turnLeft", ["#", ">"], "#\n>\n"),
        ("if leftIsClear:\n  turnLeft", [".", ">"], ".\n^\n"),
        ("if rightIsClear:\n  turnRight", [".", ">"], ".\n>\n"),
        ("if not rightIsClear:\n  turnRight\nmove", ["..", ".<"], "..\n<.\n"),
    ],
)
def test_what_programs_do(text: str, before: list[str], after: str) -> None:
    assert run(text, before) == (after, Status.OK)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("putMarker\nmove\nmove\nmove", [">.#"], "1>#  !\n"),
        ("move", ["^"], "^  !\n"),
        ("turnLeft\npickMarker\nmove", ["^."], "<.  !\n"),
        ("putMarker", [">  >:101"], ">  >:101 !\n"),
        ("turnLeft", ["^  !"], "^  !\n"),
    ],
)
def test_what_is_not_possible_crashes(text: str, before: list[str], after: str) -> None:
    assert run(text, before) == (after, Status.CRASH)


def test_the_peers_let_it_pass() -> None:
    lenient = Semantics(crash=False, max_markers=9)
    assert run("move\nputMarker", [">#"], semantics=lenient) == (">#  >:1\n", Status.OK)
    assert run("repeat 12:\n  putMarker", [">"], semantics=lenient) == (">  >:9\n", Status.OK)
    assert run("repeat 12:\n  putMarker", [">"], semantics=Semantics(max_markers=9)) == (
        ">  >:9 !\n",
        Status.CRASH,
    )


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("turnLeft", 1),
        ("repeat 5:\n  turnLeft", 10),
        ("repeat 0:\n  turnLeft", 0),
        ("if frontIsClear:\n  turnLeft", 2),
        ("if not frontIsClear:\n  turnLeft\nelse:\n  turnLeft\n  turnLeft", 3),
        ("while frontIsClear:\n  move", 5),
        ("repeat 2:\n  repeat 2:\n    turnLeft", 2 + 2 * 4),
    ],
)
def test_ticks_are_actions_questions_and_rounds(text: str, ticks: int) -> None:
    assert run(text, [">.."], fuel=ticks)[1] == Status.OK
    if ticks:
        found, status = run(text, [">.."], fuel=ticks - 1)
        assert status == Status.OUT_OF_FUEL
        assert found.endswith("!\n")


def test_a_run_has_200_ticks() -> None:
    just = "repeat 19:\n  repeat 4:\n    turnLeft\n" + "turnLeft\n" * 29
    assert run(just, ["^"])[1] == Status.OK  # 19 + 19 * 4 * 2 + 29 = 200
    assert run(just + "turnLeft", ["^"])[1] == Status.OUT_OF_FUEL
    assert run("while frontIsClear:\n  turnLeft", ["..", ".^"])[1] == Status.OK
    assert run("while noMarkersPresent:\n  turnLeft", ["^"])[1] == Status.OUT_OF_FUEL


def test_what_is_no_program_is_invalid() -> None:
    world_W = World.from_text([">."]).to_array()
    good = to_tokens(parse("move"))
    rows = np.full((4, len(good) + 1), EOS, dtype=np.int32)
    rows[0, : len(good)] = good
    rows[1, : len(good) - 2] = good[: len(good) - 2]
    rows[2, : len(good)] = good
    rows[2, 3] = 77
    rows[3] = 6
    after_PKW, statuses_PK = run_batch(rows, world_W[None])
    assert statuses_PK[:, 0].tolist() == [Status.OK] + [Status.INVALID] * 3
    assert [World.from_array(after[0]).crashed for after in after_PKW] == [False, True, True, True]


def test_inputs_are_left_alone_and_shared_or_given_for_each_program() -> None:
    tokens = np.stack([to_tokens(parse("move")), to_tokens(parse("turnLeft"))])
    worlds_KW = np.array([World.from_text(rows).to_array() for rows in ([">.."], [".>."], ["..>"])])
    kept = worlds_KW.copy()
    shared, statuses = run_batch(tokens, worlds_KW)
    assert np.array_equal(worlds_KW, kept)
    assert shared.shape == (2, 3, worlds_KW.shape[-1])
    own, own_statuses = run_batch(tokens, np.array([worlds_KW, worlds_KW]))
    assert np.array_equal(shared, own)
    assert np.array_equal(statuses, own_statuses)
    assert statuses.tolist() == [[0, 0, Status.CRASH], [0, 0, 0]]


def test_arguments_that_do_not_fit() -> None:
    tokens = to_tokens(parse("move"))[None]
    worlds_KW = World.from_text([">."]).to_array()[None]
    with pytest.raises(ValueError, match=r"must be \[P, T\]"):
        run_batch(tokens[0], worlds_KW)
    with pytest.raises(ValueError, match=r"must be \[P, T\]"):
        run_batch(tokens, worlds_KW[:, :-1])
    with pytest.raises(ValueError, match="worlds for 2"):
        run_batch(tokens, np.array([worlds_KW] * 2))
    with pytest.raises(ValueError, match="tokens must be integers"):
        run_batch(tokens.astype(float), worlds_KW)
    with pytest.raises(ValueError, match="uint8"):
        run_batch(tokens, worlds_KW.astype(np.int32))
    for broken in ((0, 0), (324, 17), (325, 16), (326, 4), (325, 5)):
        wrong = worlds_KW.copy()
        wrong[0, broken[0]] = broken[1]
        with pytest.raises(ValueError, match="no world"):
            run_batch(tokens, wrong)
    with pytest.raises(ValueError, match="max_markers"):
        Semantics(max_markers=254)


def test_single_steps() -> None:
    world_W = World.from_text([".#", ">1"]).to_array()
    assert [holds(world_W, condition) for condition in range(5)] == [True, True, False, False, True]
    assert perform(world_W, MOVE)
    assert [holds(world_W, condition) for condition in range(5)] == [False, False, False, True, False]
    before = world_W.copy()
    assert not perform(world_W, MOVE)
    assert np.array_equal(world_W, before)
    assert perform(world_W, PICK_MARKER)
    assert not perform(world_W, PICK_MARKER)
    assert all(perform(world_W, PUT_MARKER) for _ in range(MAX_MARKERS))
    assert not perform(world_W, PUT_MARKER)
    assert perform(world_W, TURN_LEFT)
    assert perform(world_W, TURN_RIGHT)
    assert World.from_array(world_W).to_text() == ".#\n.>  >:101\n"


def test_the_trace_of_a_run() -> None:
    program = parse(
        "move\nwhile frontIsClear:\n  move\nrepeat 2:\n  turnLeft\nif not leftIsClear:\n  putMarker"
    )
    tokens = to_tokens(program)
    worlds_KW = np.array([World.from_text(rows).to_array() for rows in ([">..."], [">#"])])
    traces = run_traced(tokens[None], worlds_KW, snapshots=True)
    assert traces.statuses_PK.tolist() == [[Status.OK, Status.CRASH]]
    assert traces.num_actions_PK.tolist() == [[6, 1]]
    assert traces.actions_PKA[0, 0].tolist() == [MOVE, MOVE, MOVE, TURN_LEFT, TURN_LEFT, PUT_MARKER]
    assert traces.actions_PKA[0, 1].tolist() == [MOVE, -1, -1, -1, -1, -1]
    assert traces.action_tokens_PKA[0, 0].tolist() == [3, 9, 9, 14, 14, 24]
    assert traces.num_events_PK.tolist() == [[6, 0]]
    assert traces.event_tokens_PKE[0, 0].tolist() == [4, 4, 4, 11, 11, 16]
    assert traces.event_values_PKE[0, 0].tolist() == [1, 1, 0, 2, 1, 1]
    assert traces.event_times_PKE[0, 0].tolist() == [1, 2, 3, 3, 4, 5]
    assert traces.snapshots_PKAW is not None
    pictures = [World.from_array(one).to_text() for one in traces.snapshots_PKAW[0, 0]]
    assert pictures == [">...\n", ".>..\n", "..>.\n", "...>\n", "...^\n", "...<\n", "...<  <:1\n"]
    assert World.from_array(traces.snapshots_PKAW[0, 1, 1]).to_text() == ">#  !\n"
    assert not traces.snapshots_PKAW[0, 1, 2:].any()
    assert run_traced(tokens[None], worlds_KW).snapshots_PKAW is None


def test_the_deepest_program_runs() -> None:
    text = (
        "DEF run m( " + "IFELSE c( frontIsClear c) i( " * 32 + "move" + " i) ELSE e( turnLeft e)" * 32 + " m)"
    )
    assert run(text, [">."]) == (".>\n", Status.OK)
    words = ["DEF run m(", "REPEAT R=1 r( " * 33, "move", " r)" * 33, "m)"]
    tokens = np.array([*map(token_of, " ".join(words).split()), EOS], dtype=np.int32)
    _, statuses_PK = run_batch(tokens[None], World.from_text([">."]).to_array()[None])
    assert statuses_PK.tolist() == [[Status.INVALID]]
