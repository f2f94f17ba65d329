"""Draws tasks: a random program, six worlds in which it runs without an error, and a verdict.

The worlds are drawn for the program (`lasynth.domains.karel.worlds`): it never crashes and ends in time, no
two inputs are equal, most outputs differ from their inputs, every loop is entered in some world, and in a
share of the tasks (`p_cover`) the six runs together take both sides of every branch. Several worlds of one
grid size are tried before the size changes; otherwise large grids would be accepted more often.

Item i is a function of (seed, settings, i) alone. Shapes: P programs, T tokens, K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.generator import Drawn
from lasynth.domains.karel import compile as ins
from lasynth.domains.karel.behaviour import behaviour_probes, hash_behaviour
from lasynth.domains.karel.compile import compile_tokens, new_code, new_work
from lasynth.domains.karel.machine import Recorder, new_counters, new_recorder, recorder_of, run_code
from lasynth.domains.karel.sampler import KarelSamplerSettings, sample_into
from lasynth.domains.karel.sampler_config import Weights
from lasynth.domains.karel.world import MAX_MARKERS, WORLD_SIZE, WorldArray
from lasynth.domains.karel.worlds import NUM_PLANS, draw_regular_world, draw_world, new_locks, run_steered
from lasynth.domains.random import Stream, chance, draw_below, pick, program_keys
from lasynth.grammar import IntArray

__all__ = ["NUM_EXAMPLES", "DrawnTasks", "Verdict", "draw_tasks"]

NUM_EXAMPLES: Final = 6
_KEEP_SIDES: Final = 12  # worlds tried of one size before another size is drawn
_MAX_UNCHANGED: Final = 1 / 3  # the largest share of unchanged worlds

Bytes = npt.NDArray[np.uint8]


class Verdict(IntEnum):
    """The result of drawing a task for a program."""

    ACCEPTED = 0
    FAILS = 1  # no world found in which it ends with OK
    FEW_WORLDS = 2  # too few such worlds, or a required outcome is missing
    NO_EFFECT = 3  # it leaves too many worlds unchanged
    INVALID = 4  # not a program, or the final check of a world failed: our own bug


_FAILS, _FEW_WORLDS, _NO_EFFECT, _INVALID = (
    int(verdict) for verdict in (Verdict.FAILS, Verdict.FEW_WORLDS, Verdict.NO_EFFECT, Verdict.INVALID)
)
_OK = int(Status.OK)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTasks(Drawn):
    """Drawn programs with their worlds, `[P, K, W]` uint8.

    A task is plain if all runs take the same actions.

    Attributes:
        num_actions_PK: int32, the number of actions of each run.
    """

    num_actions_PK: IntArray


@njit(cache=True, nogil=True)
def _want_outcomes(code: IntArray, size: int, covers: bool, shown_T2: Bytes) -> int:
    """Mark the outcomes that need not be shown as shown; returns the number of required ones.

    Every loop must be entered; the outcome in which it is left occurs in every run that ends.
    """
    shown_T2[:] = 1
    wanted = 0
    for place in range(size):
        op = code[0, place] & 15
        if op == ins.LOOP or (op == ins.SKIP and covers):
            shown_T2[code[1, place], 1] = 0
            wanted += 1
        if op == ins.SKIP and covers:
            shown_T2[code[1, place], 0] = 0
            wanted += 1
    return wanted


@njit(cache=True, nogil=True)
def _is_among(world: WorldArray, others_KW: WorldArray, count: int) -> bool:
    for other in range(count):
        if np.array_equal(others_KW[other], world):
            return True
    return False


@njit(cache=True, nogil=True)
def _draw_worlds(
    stream: Stream,
    w: Weights,
    code: IntArray,
    size: int,
    max_tries: int,
    counters: IntArray,
    locks: Bytes,
    shown_T2: Bytes,
    outcomes_T2: Bytes,
    inputs_KW: WorldArray,
    outputs_KW: WorldArray,
) -> int:
    """Fill in distinct worlds and the worlds after the runs; returns the verdict."""
    num_examples = len(inputs_KW)
    # Where regular worlds have no share, nothing is drawn for them, and tasks are the same as before.
    regular = w.p_regular > 0 and chance(stream, w.p_regular)
    plan = draw_below(stream, NUM_PLANS) if regular else 0
    missing = _want_outcomes(code, size, chance(stream, w.p_cover), shown_T2)
    for example in range(num_examples):
        start, world = inputs_KW[example], outputs_KW[example]
        found = False
        num_rows, num_cols = 0, 0
        for attempt in range(max_tries):
            if attempt % _KEEP_SIDES == 0:
                num_rows, num_cols = 1 + pick(stream, w.sides), 1 + pick(stream, w.sides)
            if regular:
                draw_regular_world(stream, w, plan, num_rows, num_cols, start)
            else:
                draw_world(stream, w, num_rows, num_cols, start)
            status = run_steered(
                stream, w, code, start, world, counters, locks, shown_T2, outcomes_T2, regular
            )
            if status != _OK or _is_among(start, inputs_KW, example):
                continue
            new = 0
            if missing > 0:
                for token in range(len(shown_T2)):
                    for value in range(2):
                        if outcomes_T2[token, value] and not shown_T2[token, value]:
                            new += 1
                # In the second half, each world must show a missing outcome as long as there is one.
                if new == 0 and 2 * example >= num_examples:
                    continue
                if new < missing and example == num_examples - 1:
                    continue
                shown_T2[:] |= outcomes_T2
                missing -= new
            found = True
            break
        if not found:
            return _FAILS if example == 0 else _FEW_WORLDS
    unchanged = 0
    for example in range(num_examples):
        if np.array_equal(inputs_KW[example], outputs_KW[example]):
            unchanged += 1
    if unchanged > num_examples * _MAX_UNCHANGED:
        return _NO_EFFECT
    # Worlds with rare outcomes are first or last; shuffle, so that the held-out world is a random one.
    for example in range(num_examples - 1, 0, -1):
        other = draw_below(stream, example + 1)
        for place in range(inputs_KW.shape[1]):
            kept = inputs_KW[example, place]
            inputs_KW[example, place] = inputs_KW[other, place]
            inputs_KW[other, place] = kept
    return 0


@njit(cache=True, nogil=True)
def _draw_all(
    keys_P: Stream,
    w: Weights,
    probes_KW: WorldArray,
    max_tries: int,
    code: IntArray,
    work: IntArray,
    counters: IntArray,
    locks: Bytes,
    shown_T2: Bytes,
    outcomes_T2: Bytes,
    recorder: Recorder,
    tokens_PT: IntArray,
    inputs_PKW: WorldArray,
    outputs_PKW: WorldArray,
    hashes_P: npt.NDArray[np.int64],
    straight_P: npt.NDArray[np.bool_],
    num_actions_PK: IntArray,
    verdicts_P: Bytes,
) -> None:
    num_examples = inputs_PKW.shape[1]
    for program in range(len(keys_P)):
        tokens, stream = tokens_PT[program], keys_P[program : program + 1]
        size = -1
        if sample_into(stream, w, tokens) > 0:
            size = compile_tokens(tokens, code, work)
        if size <= 0:
            verdicts_P[program] = _INVALID
            continue
        inputs_KW, outputs_KW = inputs_PKW[program], outputs_PKW[program]
        given = stream, w, code, size, max_tries, counters, locks, shown_T2, outcomes_T2
        verdict = _draw_worlds(*given, inputs_KW, outputs_KW)
        verdicts_P[program] = verdict
        if verdict != 0:
            continue
        # Run the machine itself on the final inputs: its results are the outputs.
        straight = True
        for example in range(num_examples):
            outputs_KW[example] = inputs_KW[example]
            run = recorder_of(recorder, 0, example)
            world = outputs_KW[example]
            status = run_code(code, world, counters, w.max_ticks, MAX_MARKERS, True, run)
            if status != _OK:
                verdicts_P[program] = _INVALID
            num_actions = run.counts_PK2[0]
            num_actions_PK[program, example] = num_actions
            straight = straight and num_actions == num_actions_PK[program, 0]
            for number in range(num_actions):
                straight = straight and run.actions_PKA[number] == recorder.actions_PKA[0, 0, number]
        straight_P[program] = straight
        hashes_P[program] = hash_behaviour(code, counters, probes_KW)


def draw_tasks(
    config: KarelSamplerSettings,
    seed: int,
    first: int,
    count: int,
    *,
    num_examples: int = NUM_EXAMPLES,
    max_tries: int = 60,
) -> DrawnTasks:
    """Items `first` to `first + count - 1` of a seed, rejected ones included, with their verdicts.

    Args:
        config: the distribution of programs and worlds.
        seed: any integer from 0.
        first: the number of the first item.
        count: the number of items, P.
        num_examples: K, worlds per program.
        max_tries: worlds drawn for one example before the program is given up.
    """
    num_tokens = config.max_tokens
    tokens_PT = np.zeros((count, num_tokens), dtype=np.int32)
    inputs_PKW = np.zeros((count, num_examples, WORLD_SIZE), dtype=np.uint8)
    outputs_PKW = np.zeros_like(inputs_PKW)
    hashes_P = np.zeros(count, dtype=np.int64)
    straight_P = np.zeros(count, dtype=np.bool_)
    num_actions_PK = np.zeros((count, num_examples), dtype=np.int32)
    verdicts_P = np.zeros(count, dtype=np.uint8)
    work = new_code(num_tokens), new_work(), new_counters(), new_locks()
    outcomes = np.zeros((2, num_tokens, 2), dtype=np.uint8)
    recorder = new_recorder(1, num_examples, config.max_ticks)
    drawn: tuple[Any, ...] = (
        tokens_PT,
        inputs_PKW,
        outputs_PKW,
        hashes_P,
        straight_P,
        num_actions_PK,
        verdicts_P,
    )
    source = program_keys(seed, first, count), config.weights(), behaviour_probes(), max_tries
    _draw_all(*source, *work, outcomes[0], outcomes[1], recorder, *drawn)
    return DrawnTasks(tokens_PT, inputs_PKW, outputs_PKW, hashes_P, straight_P, verdicts_P, num_actions_PK)
