"""Recorded runs: the actions, the evaluated conditions, and the worlds in between.

Shapes: P programs, K examples, W `WORLD_SIZE`, A actions, E events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.compile import new_code, new_work
from lasynth.domains.karel.machine import (
    BENCHMARK,
    Semantics,
    check_batch,
    new_counters,
    new_recorder,
    run_all,
)
from lasynth.domains.karel.world import WorldArray
from lasynth.grammar import IntArray

__all__ = ["Traces", "run_traced"]

ByteArray = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Traces:
    """The result of `run_traced`. After the end of a row the arrays hold -1 (`snapshots` zeros).

    Every tick of a run is an action or an event, so the two together describe the whole run.

    Attributes:
        worlds_PKW, statuses_PK: as from `run_batch`.
        actions_PKA: int8, the number of each action (`machine.MOVE`, ...); the last one of a run that ends
            with CRASH is the impossible one.
        action_tokens_PKA: int32, the position of the token of each action.
        num_actions_PK: int32.
        event_tokens_PKE: int32, the position of the first token (`IF`, `IFELSE`, `WHILE`, `REPEAT`) of
            the statement of the event.
        event_values_PKE: int8. For a condition, 1 where it held, `not` included, so that its block was
            entered. For a `REPEAT`, the rounds left, including the one that begins (the end of the last
            round is not an event).
        event_times_PKE: int32, the number of actions before the event.
        num_events_PK: int32.
        snapshots_PKAW: `[P, K, A + 1, W]`, the world before each action and after the last; None unless
            requested.
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


def run_traced(
    tokens_PT: IntArray,
    worlds_PKW: WorldArray,
    *,
    fuel: int | None = None,
    semantics: Semantics = BENCHMARK,
    snapshots: bool = False,
) -> Traces:
    """Run programs in worlds and record every action and every event.

    Args:
        tokens_PT, worlds_PKW, fuel, semantics: as in `run_batch`.
        snapshots: whether to keep the worlds in between. This needs room for `max_ticks + 1` worlds per run:
            66 KB for 200 ticks.

    Raises:
        ValueError: as for `run_batch`.
    """
    tokens, after_PKW = check_batch(tokens_PT, worlds_PKW)
    max_ticks = semantics.max_ticks if fuel is None else fuel
    statuses_PK = np.empty(after_PKW.shape[:2], dtype=np.uint8)
    num_programs, num_examples = after_PKW.shape[0], after_PKW.shape[1]
    recorder = new_recorder(num_programs, num_examples, max_ticks, snapshots=snapshots)
    limits = max_ticks, semantics.max_markers, semantics.crash
    work = new_code(tokens.shape[1]), new_work(), new_counters()
    run_all(tokens, after_PKW, *limits, *work, statuses_PK, recorder)
    num_actions, num_events = (int(count) for count in recorder.counts_PK2.max(axis=(0, 1), initial=0))
    return Traces(
        worlds_PKW=after_PKW,
        statuses_PK=statuses_PK,
        actions_PKA=recorder.actions_PKA[..., :num_actions].copy(),
        action_tokens_PKA=recorder.action_tokens_PKA[..., :num_actions].copy(),
        num_actions_PK=recorder.counts_PK2[..., 0].copy(),
        event_tokens_PKE=recorder.event_tokens_PKE[..., :num_events].copy(),
        event_values_PKE=recorder.event_values_PKE[..., :num_events].copy(),
        event_times_PKE=recorder.event_times_PKE[..., :num_events].copy(),
        num_events_PK=recorder.counts_PK2[..., 1].copy(),
        snapshots_PKAW=recorder.snapshots_PKAW[..., : num_actions + 1, :].copy() if snapshots else None,
    )
