"""The machine: runs compiled programs in worlds, one at a time or in batches of programs and worlds.

A run costs ticks: one for each action, each evaluation of a condition and each round of a `repeat`. A run
without ticks left ends with OUT_OF_FUEL. An impossible action (a move into a wall, picking a marker where
there is none, putting one where there are `max_markers`) ends it with CRASH. The public benchmark scores this
way (Bunel et al. 2018); `Semantics` holds the variants of its peers.

Compiled callers use `perform` and `holds` on single worlds, or run whole programs with their own arrays::

    code, work, counters = new_code(num_tokens), new_work(), new_counters()
    if compile_tokens(tokens, code, work) > 0:
        status = run_code(code, world, counters, 200, MAX_MARKERS, True, None)

Shapes: P programs, T tokens, K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.karel import compile as ins
from lasynth.domains.karel.compile import compile_tokens, new_code, new_work
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, MAX_DEPTH
from lasynth.domains.karel.world import (
    CRASHED,
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    MAX_MARKERS,
    WALL,
    WORLD_SIZE,
    WorldArray,
)
from lasynth.grammar import IntArray

__all__ = [
    *("BENCHMARK", "MAX_TICKS", "MOVE", "PICK_MARKER", "PUT_MARKER", "TURN_LEFT", "TURN_RIGHT", "Recorder"),
    *("Semantics", "ahead", "check_batch", "hero_cell", "holds", "new_counters", "new_recorder", "perform"),
    *("recorder_of", "run_all", "run_batch", "run_code", "turn_of"),
]

MAX_TICKS: Final = 200
# The numbers of actions, in the order of `ACTION_NAMES`, and of conditions, in that of `CONDITION_NAMES`.
MOVE, TURN_RIGHT, TURN_LEFT, PICK_MARKER, PUT_MARKER = range(len(ACTION_NAMES))
_, _LEFT, _RIGHT, _MARKERS, _ = range(len(CONDITION_NAMES))

_OK, _OUT_OF_FUEL, _CRASH, _INVALID = (
    int(status) for status in (Status.OK, Status.OUT_OF_FUEL, Status.CRASH, Status.INVALID)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Semantics:
    """How runs are scored.

    Attributes:
        max_ticks: the ticks that a run may use; one more ends it.
        max_markers: the largest number of markers in a cell, 1 to 253.
        crash: whether an impossible action ends the run; else it only costs its tick.
    """

    max_ticks: int = MAX_TICKS
    max_markers: int = MAX_MARKERS
    crash: bool = True

    def __post_init__(self) -> None:
        if self.max_ticks < 0 or not 1 <= self.max_markers < WALL:
            raise ValueError(f"max_ticks is 0 or more, max_markers 1 to {WALL - 1}: {self}")


BENCHMARK: Final = Semantics()


@njit(cache=True, nogil=True)
def hero_cell(world: WorldArray) -> int:
    """The number of the robot's cell."""
    return (int(world[HERO_ROW]) + 1) * FRAME + int(world[HERO_COL]) + 1


@njit(cache=True, nogil=True)
def turn_of(condition: int) -> int:
    """The number of right turns after which the robot would face the cell that a condition asks about."""
    return 3 if condition == _LEFT else 1 if condition == _RIGHT else 0


@njit(cache=True, nogil=True)
def ahead(world: WorldArray, turn: int) -> int:
    """The number of the cell that would be in front of the robot after `turn` right turns."""
    facing = (int(world[FACING]) + turn) & 3
    cell = hero_cell(world)
    step = 1 if facing & 1 else FRAME
    return cell - step if facing & 2 else cell + step


@njit(cache=True, nogil=True)
def perform(world: WorldArray, action: int, max_markers: int = MAX_MARKERS) -> bool:
    """Perform one action.

    Args:
        world: `[W]`, changed in place.
        action: its number, such as `MOVE`.
        max_markers: the largest number of markers in a cell.

    Returns:
        False where the action is not possible; the world is then unchanged.
    """
    if action == MOVE:
        if world[ahead(world, 0)] >= WALL:
            return False
        facing = int(world[FACING])
        if facing & 1:
            world[HERO_COL] = int(world[HERO_COL]) + 2 - facing
        else:
            world[HERO_ROW] = int(world[HERO_ROW]) + 1 - facing
    elif action == TURN_RIGHT:
        world[FACING] = (int(world[FACING]) + 1) & 3
    elif action == TURN_LEFT:
        world[FACING] = (int(world[FACING]) + 3) & 3
    else:
        cell = hero_cell(world)
        count = int(world[cell])
        if action == PICK_MARKER:
            if count == 0:
                return False
            world[cell] = count - 1
        else:
            if count >= max_markers:
                return False
            world[cell] = count + 1
    return True


@njit(cache=True, nogil=True)
def holds(world: WorldArray, condition: int) -> bool:
    """Whether a condition holds, by its number in the order of `CONDITION_NAMES`."""
    if condition >= _MARKERS:
        cell = hero_cell(world)
        return (world[cell] > 0) == (condition == _MARKERS)
    return bool(world[ahead(world, turn_of(condition))] < WALL)


class Recorder(NamedTuple):
    """The arrays that record runs; `lasynth.domains.karel.trace.Traces` says what they hold.

    The arrays of one run have no axes P and K. There is room for `max_ticks` actions and events, and for
    `max_ticks + 1` snapshots or none.
    """

    actions_PKA: npt.NDArray[np.int8]
    action_tokens_PKA: IntArray
    event_tokens_PKE: IntArray
    event_values_PKE: npt.NDArray[np.int8]
    event_times_PKE: IntArray
    counts_PK2: IntArray  # the number of actions, and of events
    snapshots_PKAW: WorldArray


def new_recorder(
    num_programs: int, num_examples: int, max_ticks: int, *, snapshots: bool = False
) -> Recorder:
    """Room for runs of up to `max_ticks` ticks; snapshots and counts begin with 0, other arrays with -1."""
    shape = num_programs, num_examples
    room = (*shape, max_ticks)
    return Recorder(
        actions_PKA=np.full(room, -1, dtype=np.int8),
        action_tokens_PKA=np.full(room, -1, dtype=np.int32),
        event_tokens_PKE=np.full(room, -1, dtype=np.int32),
        event_values_PKE=np.full(room, -1, dtype=np.int8),
        event_times_PKE=np.full(room, -1, dtype=np.int32),
        counts_PK2=np.zeros((*shape, 2), dtype=np.int32),
        snapshots_PKAW=np.zeros((*shape, max_ticks + 1 if snapshots else 0, WORLD_SIZE), dtype=np.uint8),
    )


@njit(cache=True, nogil=True)
def recorder_of(r: Recorder, program: int, example: int) -> Recorder:
    """The arrays of one run."""
    return Recorder(
        r.actions_PKA[program, example],
        r.action_tokens_PKA[program, example],
        r.event_tokens_PKE[program, example],
        r.event_values_PKE[program, example],
        r.event_times_PKE[program, example],
        r.counts_PK2[program, example],
        r.snapshots_PKAW[program, example],
    )


def new_counters() -> IntArray:
    """The counters of `repeat` for a run; their content between runs does not matter.

    A run writes the number of unused ticks into the last entry.
    """
    return np.zeros(MAX_DEPTH + 1, dtype=np.int32)


@njit(cache=True, nogil=True)
def run_code(
    code: IntArray,
    world: WorldArray,
    counters: IntArray,
    max_ticks: int,
    max_markers: int,
    crash: bool,
    recorder: Recorder | None,
) -> int:
    """Run compiled code in one world.

    Args:
        code: from `compile_tokens`.
        world: `[W]`, changed in place to the state at the end of the run. The crash flag is set unless the
            run ends with OK.
        counters: from `new_counters`.
        max_ticks, max_markers, crash: as in `Semantics`.
        recorder: the arrays of one run, which receive its course. If it is None, Numba compiles no recording.

    Returns:
        A `Status`.
    """
    num_actions, num_events = 0, 0
    ticks = max_ticks
    pc = 0
    status = _CRASH if world[CRASHED] else _OK
    if recorder is not None and len(recorder.snapshots_PKAW):
        recorder.snapshots_PKAW[0] = world
    while status == _OK:
        word = int(code[0, pc])
        pc += 1
        op = word & 15
        if op == ins.HALT:
            break
        if op == ins.JUMP:
            pc = word >> ins.TARGET_SHIFT
            continue
        counter = (word >> ins.COUNTER_SHIFT) & 63
        if op == ins.COUNT:
            counters[counter] = (word >> 4) & 31
            pc = word >> ins.TARGET_SHIFT
            continue
        if op == ins.NEXT and counters[counter] == 0:
            continue
        if ticks <= 0:
            status = _OUT_OF_FUEL
            break
        ticks -= 1
        if op == ins.ACT:
            action = (word >> 4) & 31
            if recorder is not None:
                recorder.actions_PKA[num_actions] = action
                recorder.action_tokens_PKA[num_actions] = code[1, pc - 1]
                num_actions += 1
            if not perform(world, action, max_markers) and crash:
                status = _CRASH
            if recorder is not None and len(recorder.snapshots_PKAW):
                recorder.snapshots_PKAW[num_actions] = world
            continue
        if recorder is not None:
            recorder.event_tokens_PKE[num_events] = code[1, pc - 1]
            recorder.event_times_PKE[num_events] = num_actions
        if op == ins.NEXT:
            if recorder is not None:
                recorder.event_values_PKE[num_events] = counters[counter]
            counters[counter] -= 1
            pc = word >> ins.TARGET_SHIFT
        else:  # SKIP, LOOP
            value = holds(world, (word >> 4) & 7) != ((word >> 4) & ins.NEGATED != 0)
            if recorder is not None:
                recorder.event_values_PKE[num_events] = value
            if value == (op == ins.LOOP):
                pc = word >> ins.TARGET_SHIFT
        num_events += 1
    if status != _OK:
        world[CRASHED] = 1
    counters[MAX_DEPTH] = ticks
    if recorder is not None:
        recorder.counts_PK2[0], recorder.counts_PK2[1] = num_actions, num_events
        if len(recorder.snapshots_PKAW):
            recorder.snapshots_PKAW[num_actions] = world
    return status


@njit(cache=True, nogil=True)
def run_all(
    tokens_PT: IntArray,
    worlds_PKW: WorldArray,
    max_ticks: int,
    max_markers: int,
    crash: bool,
    code: IntArray,
    work: IntArray,
    counters: IntArray,
    statuses_PK: npt.NDArray[np.uint8],
    recorder: Recorder | None,
) -> None:
    """Run each program in its worlds, which are changed in place; see `run_batch` and `run_code`."""
    for program in range(len(tokens_PT)):
        valid = compile_tokens(tokens_PT[program], code, work) > 0
        for example in range(worlds_PKW.shape[1]):
            world = worlds_PKW[program, example]
            status = _INVALID
            if not valid:
                world[CRASHED] = 1
            elif recorder is None:
                status = run_code(code, world, counters, max_ticks, max_markers, crash, None)
            else:
                run = recorder_of(recorder, program, example)
                status = run_code(code, world, counters, max_ticks, max_markers, crash, run)
            statuses_PK[program, example] = status


def run_batch(
    tokens_PT: IntArray,
    worlds_PKW: WorldArray,
    *,
    fuel: int | None = None,
    semantics: Semantics = BENCHMARK,
) -> tuple[WorldArray, npt.NDArray[np.uint8]]:
    """Run programs in worlds.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        worlds_PKW: `[P, K, W]` K worlds for each program, or `[K, W]` the same worlds for all.
        fuel: ticks of a run, instead of `semantics.max_ticks`.
        semantics: how runs are scored.

    Returns:
        `(worlds_PKW, statuses_PK)`, the worlds after the runs and uint8 `Status`. If a run does not end with
        OK, its world is the one at that moment with the crash flag set, so it equals no expected output. A
        row that is not a program is INVALID in every world; a world whose crash flag is already set gives
        CRASH.

    Raises:
        ValueError: the shapes do not fit, or the arrays are not worlds.
    """
    tokens, after_PKW = check_batch(tokens_PT, worlds_PKW)
    max_ticks = semantics.max_ticks if fuel is None else fuel
    statuses_PK = np.empty(after_PKW.shape[:2], dtype=np.uint8)
    limits = max_ticks, semantics.max_markers, semantics.crash
    work = new_code(tokens.shape[1]), new_work(), new_counters()
    run_all(tokens, after_PKW, *limits, *work, statuses_PK, None)
    return after_PKW, statuses_PK


@njit(cache=True, nogil=True)
def _are_worlds(worlds_NW: WorldArray) -> bool:
    """Whether no robot can leave its array: every robot is inside a frame and has a valid facing."""
    for number in range(len(worlds_NW)):
        world = worlds_NW[number]
        row, col = int(world[HERO_ROW]), int(world[HERO_COL])
        if row >= FRAME - 2 or col >= FRAME - 2 or world[FACING] > 3:
            return False
        if world[(row + 1) * FRAME + col + 1] >= WALL:
            return False
        for place in range(FRAME):
            if world[place] < WALL or world[(FRAME - 1) * FRAME + place] < WALL:
                return False
            if world[place * FRAME] < WALL or world[place * FRAME + FRAME - 1] < WALL:
                return False
    return True


def check_batch(tokens_PT: IntArray, worlds_PKW: WorldArray) -> tuple[IntArray, WorldArray]:
    """Check the arguments of `run_batch`; returns `[P, T]` int32 and a copy of the worlds as `[P, K, W]`.

    Raises:
        ValueError: the shapes do not fit, or the arrays are not worlds.
    """
    if not np.issubdtype(np.asarray(tokens_PT).dtype, np.integer):
        raise ValueError(f"tokens must be integers, not {np.asarray(tokens_PT).dtype}")
    # Copy a read-only array, or Numba would compile everything once more for it.
    tokens = np.require(tokens_PT, np.int32, ["C", "W"])
    worlds = np.asarray(worlds_PKW)
    if tokens.ndim != 2 or worlds.ndim not in (2, 3) or worlds.shape[-1] != WORLD_SIZE:
        raise ValueError(f"tokens must be [P, T], worlds [P, K, {WORLD_SIZE}] or [K, {WORLD_SIZE}]")
    if worlds.ndim == 3 and len(worlds) != len(tokens):
        raise ValueError(f"{len(tokens)} programs, but worlds for {len(worlds)}")
    if worlds.dtype != np.uint8:
        raise ValueError(f"worlds must be uint8, not {worlds.dtype}")
    after_PKW = np.empty((len(tokens), *worlds.shape[-2:]), dtype=np.uint8)
    after_PKW[:] = worlds
    given_PKW = after_PKW if worlds.ndim == 3 else after_PKW[:1]
    if not _are_worlds(given_PKW.reshape(-1, WORLD_SIZE)):
        raise ValueError("an array is no world: the robot is on a wall, or the frame is open")
    return tokens, after_PKW
