"""Runs that are written down: the actions, the questions asked on the way, and the worlds in between.

Shapes: P programs, K examples, W `WORLD_SIZE`, A actions, E events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from lasynth.domains.base import Status
from lasynth.domains.karel import compile as ins
from lasynth.domains.karel.compile import compile_tokens, new_code, new_work
from lasynth.domains.karel.machine import BENCHMARK, Semantics, check_batch, holds, new_counters, perform
from lasynth.domains.karel.world import CRASHED, WORLD_SIZE, WorldArray
from lasynth.grammar import IntArray

__all__ = ["Traces", "run_traced", "trace_code"]

ByteArray = npt.NDArray[np.int8]

_OK, _OUT_OF_FUEL, _CRASH, _INVALID = (
    int(status) for status in (Status.OK, Status.OUT_OF_FUEL, Status.CRASH, Status.INVALID)
)


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """What `run_traced` returns. Behind the end of a row its arrays hold -1 (`snapshots` zeros).

    Every tick of a run is an action or an event, so the two together are the whole course of it.

    Attributes:
        worlds_PKW, statuses_PK: as `run_batch` returns them.
        actions_PKA: int8, the number of each action (`machine.MOVE`, ...); the last one of a run that ends
            with CRASH is the one that was not possible.
        action_tokens_PKA: int32, the position of the token of each action.
        num_actions_PK: int32.
        event_tokens_PKE: int32, the position of the first token (`IF`, `IFELSE`, `WHILE`, `REPEAT`) of
            the statement that asked.
        event_values_PKE: int8. Of a condition, 1 where it held, `not` included, so that the block behind it
            was entered; of a `REPEAT`, the rounds left, the one that begins included (the end of the
            last one is no event).
        event_times_PKE: int32, how many actions came before.
        num_events_PK: int32.
        snapshots_PKAW: `[P, K, A + 1, W]`, the world before each action and behind the last; None unless
            asked for.
    """

    worlds_PKW: WorldArray
    statuses_PK: npt.NDArray[np.uint8]
    actions_PKA: ByteArray
    action_tokens_PKA: IntArray
    num_actions_PK: IntArray
    event_tokens_PKE: IntArray
    event_values_PKE: ByteArray
    event_times_PKE: IntArray
    num_events_PK: IntArray
    snapshots_PKAW: WorldArray | None = None


@njit(cache=True, nogil=True)
def trace_code(
    code: IntArray,
    world: WorldArray,
    counters: IntArray,
    max_ticks: int,
    max_markers: int,
    crash: bool,
    actions_A: ByteArray,
    action_tokens_A: IntArray,
    event_tokens_E: IntArray,
    event_values_E: ByteArray,
    event_times_E: IntArray,
    snapshots_AW: WorldArray,
) -> tuple[int, int, int]:
    """Run compiled code in one world as `run_code` does, and write down what happens.

    Args:
        code, world, counters, max_ticks, max_markers, crash: as in `run_code`.
        actions_A, action_tokens_A, event_tokens_E, event_values_E, event_times_E: receive what `Traces` says,
            with room for `max_ticks` each.
        snapshots_AW: `[max_ticks + 1, W]`, or of no rows where no worlds are wanted.

    Returns:
        `(status, num_actions, num_events)`.
    """
    num_actions, num_events = 0, 0
    draws = len(snapshots_AW) > 0
    if draws:
        snapshots_AW[0] = world
    if world[CRASHED]:
        return _CRASH, 0, 0
    pc = 0
    while True:
        word, token = int(code[0, pc]), code[1, pc]
        pc += 1
        op = word & 15
        if op == ins.HALT:
            return _OK, num_actions, num_events
        elif op == ins.JUMP:
            pc = word >> ins.TARGET_SHIFT
            continue
        elif op == ins.COUNT:
            counters[(word >> ins.COUNTER_SHIFT) & 63] = (word >> 4) & 31
            pc = word >> ins.TARGET_SHIFT
            continue
        counter = (word >> ins.COUNTER_SHIFT) & 63
        if op == ins.NEXT and counters[counter] == 0:
            continue
        if num_actions + num_events == max_ticks:
            world[CRASHED] = 1
            if draws:
                snapshots_AW[num_actions] = world
            return _OUT_OF_FUEL, num_actions, num_events
        if op == ins.ACT:
            action = (word >> 4) & 31
            possible = perform(world, action, max_markers)
            actions_A[num_actions] = action
            action_tokens_A[num_actions] = token
            num_actions += 1
            failed = crash and not possible
            if failed:
                world[CRASHED] = 1
            if draws:
                snapshots_AW[num_actions] = world
            if failed:
                return _CRASH, num_actions, num_events
        else:
            event_tokens_E[num_events] = token
            event_times_E[num_events] = num_actions
            if op == ins.NEXT:
                event_values_E[num_events] = counters[counter]
                counters[counter] -= 1
                pc = word >> ins.TARGET_SHIFT
            else:
                value = holds(world, (word >> 4) & 7) != ((word >> 4) & ins.NEGATED != 0)
                event_values_E[num_events] = value
                if value == (op == ins.LOOP):
                    pc = word >> ins.TARGET_SHIFT
            num_events += 1


@njit(cache=True, nogil=True)
def _trace_all(
    tokens_PT: IntArray,
    worlds_PKW: WorldArray,
    max_ticks: int,
    max_markers: int,
    crash: bool,
    code: IntArray,
    work: IntArray,
    counters: IntArray,
    statuses_PK: npt.NDArray[np.uint8],
    actions_PKA: ByteArray,
    action_tokens_PKA: IntArray,
    num_actions_PK: IntArray,
    event_tokens_PKE: IntArray,
    event_values_PKE: ByteArray,
    event_times_PKE: IntArray,
    num_events_PK: IntArray,
    snapshots_PKAW: WorldArray,
) -> None:
    for program in range(len(tokens_PT)):
        valid = compile_tokens(tokens_PT[program], code, work) > 0
        for example in range(worlds_PKW.shape[1]):
            world = worlds_PKW[program, example]
            if not valid:
                world[CRASHED] = 1
                statuses_PK[program, example] = _INVALID
                continue
            status, num_actions, num_events = trace_code(
                code,
                world,
                counters,
                max_ticks,
                max_markers,
                crash,
                actions_PKA[program, example],
                action_tokens_PKA[program, example],
                event_tokens_PKE[program, example],
                event_values_PKE[program, example],
                event_times_PKE[program, example],
                snapshots_PKAW[program, example],
            )
            statuses_PK[program, example] = status
            num_actions_PK[program, example] = num_actions
            num_events_PK[program, example] = num_events


def run_traced(
    tokens_PT: IntArray,
    worlds_PKW: WorldArray,
    *,
    fuel: int | None = None,
    semantics: Semantics = BENCHMARK,
    snapshots: bool = False,
) -> Traces:
    """Run programs in worlds and write down every action and every event.

    Args:
        tokens_PT, worlds_PKW, fuel, semantics: as in `run_batch`.
        snapshots: whether to keep the worlds in between, `max_ticks + 1` of them a run while it works:
            66 KB a run of 200 ticks.

    Raises:
        ValueError: as `run_batch`.
    """
    tokens, after_PKW = check_batch(tokens_PT, worlds_PKW)
    max_ticks = semantics.max_ticks if fuel is None else fuel
    shape = after_PKW.shape[:2]
    statuses_PK = np.empty(shape, dtype=np.uint8)
    actions_PKA = np.full((*shape, max_ticks), -1, dtype=np.int8)
    num_actions_PK, num_events_PK = (np.zeros(shape, dtype=np.int32) for _ in range(2))
    action_tokens_PKA, event_tokens_PKE, event_times_PKE = (
        np.full((*shape, max_ticks), -1, dtype=np.int32) for _ in range(3)
    )
    event_values_PKE = np.full((*shape, max_ticks), -1, dtype=np.int8)
    num_worlds = max_ticks + 1 if snapshots else 0
    snapshots_PKAW = np.zeros((*shape, num_worlds, WORLD_SIZE), dtype=np.uint8)
    _trace_all(
        tokens,
        after_PKW,
        max_ticks,
        semantics.max_markers,
        semantics.crash,
        new_code(tokens.shape[1]),
        new_work(),
        new_counters(),
        statuses_PK,
        actions_PKA,
        action_tokens_PKA,
        num_actions_PK,
        event_tokens_PKE,
        event_values_PKE,
        event_times_PKE,
        num_events_PK,
        snapshots_PKAW,
    )
    num_actions = int(num_actions_PK.max(initial=0))
    num_events = int(num_events_PK.max(initial=0))
    return Traces(
        worlds_PKW=after_PKW,
        statuses_PK=statuses_PK,
        actions_PKA=actions_PKA[..., :num_actions].copy(),
        action_tokens_PKA=action_tokens_PKA[..., :num_actions].copy(),
        num_actions_PK=num_actions_PK,
        event_tokens_PKE=event_tokens_PKE[..., :num_events].copy(),
        event_values_PKE=event_values_PKE[..., :num_events].copy(),
        event_times_PKE=event_times_PKE[..., :num_events].copy(),
        num_events_PK=num_events_PK,
        snapshots_PKAW=snapshots_PKAW[..., : num_actions + 1, :].copy() if snapshots else None,
    )
