"""The behaviour of a program on a fixed set of lists: a hash, and whether it is affine.

Programs with the same behaviour give the same statuses and outputs on all probes. The hash of these
distinguishes tasks and decides whether a task is for training or for tests. Outputs are hashed as they are,
inside or outside the range that examples must stay in.

Shapes: P programs, T tokens, K probes, N cells.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.machine import MAX_STEPS, compile_tokens, new_code, new_memory, new_work, run_code
from lasynth.domains.kit.hash import joined, mixed
from lasynth.domains.random import draw_below, program_keys
from lasynth.grammar import IntArray

__all__ = ["NUM_PROBES", "behaviours", "hash_behaviour", "is_affine", "probe_inputs", "run_probes"]

NUM_PROBES: Final = 64
_SEED: Final = 0x1A5
_OK = int(Status.OK)


def probe_inputs(num_cells: int, max_value: int, num_probes: int = NUM_PROBES) -> IntArray:
    """The probes, the same for every call: all zeros, the unit lists, steps, and random lists.

    Args:
        num_cells: N.
        max_value: values are in `[-max_value, max_value]`.
        num_probes: K.

    Returns:
        `[K, N]`.
    """
    steps = np.arange(num_cells) % (2 * max_value + 1) - max_value
    rows = [np.zeros(num_cells), *np.eye(num_cells), steps, steps[::-1]]
    stream = program_keys(_SEED, num_cells, 1)
    while len(rows) < num_probes:
        rows.append(np.array([draw_below(stream, 2 * max_value + 1) - max_value for _ in range(num_cells)]))
    return np.ascontiguousarray(rows[:num_probes], dtype=np.int32)


@njit(cache=True, nogil=True)
def run_probes(
    code: npt.NDArray[np.int64],
    memory: npt.NDArray[np.int64],
    probes_KN: IntArray,
    outputs_KN: IntArray,
    statuses_K: npt.NDArray[np.uint8],
) -> None:
    """Run compiled code on every probe; the output of a run that is not OK is all zeros."""
    for probe in range(len(probes_KN)):
        cells = outputs_KN[probe]
        cells[:] = probes_KN[probe]
        statuses_K[probe] = run_code(code, cells, memory, MAX_STEPS)
        if statuses_K[probe] != _OK:
            cells[:] = 0


@njit(cache=True, nogil=True)
def hash_behaviour(outputs_KN: IntArray, statuses_K: npt.NDArray[np.uint8]) -> int:
    """A number from 0 to 2**62 computed from every output and status."""
    first, second = 1, 1
    for probe in range(len(outputs_KN)):
        first, second = mixed(first, second, int(statuses_K[probe]) + 1)
        for value in outputs_KN[probe]:
            first, second = mixed(first, second, int(value) + 2147483648)
    return joined(first, second)


@njit(cache=True, nogil=True)
def is_affine(inputs_KN: IntArray, outputs_KN: IntArray, statuses_K: npt.NDArray[np.uint8]) -> bool:
    """Whether every cell of the output is one integer affine function of the input wherever a run is OK.

    The map is found by elimination on the probes that are OK, rounded to integers, and checked exactly on
    all of them. False where no run is OK.
    """
    num_cells = inputs_KN.shape[1]
    rows = np.empty((len(inputs_KN), 2 * num_cells + 1))
    size = 0
    for probe in range(len(inputs_KN)):
        if statuses_K[probe] == _OK:
            rows[size, :num_cells] = inputs_KN[probe]
            rows[size, num_cells] = 1.0
            rows[size, num_cells + 1 :] = outputs_KN[probe]
            size += 1
    if size == 0:
        return False
    weights = np.zeros((num_cells + 1, num_cells), dtype=np.int64)
    pivots = np.full(num_cells + 1, -1)
    done = 0
    for column in range(num_cells + 1):
        best = done
        for row in range(done + 1, size):
            if abs(rows[row, column]) > abs(rows[best, column]):
                best = row
        if done >= size or abs(rows[best, column]) < 1e-6:
            continue  # the probes do not determine this weight: 0
        for place in range(column, 2 * num_cells + 1):
            rows[done, place], rows[best, place] = rows[best, place], rows[done, place]
        for row in range(size):
            if row != done and rows[row, column] != 0.0:
                factor = rows[row, column] / rows[done, column]
                for place in range(column, 2 * num_cells + 1):
                    rows[row, place] -= factor * rows[done, place]
        pivots[column] = done
        done += 1
    for column in range(num_cells + 1):
        if pivots[column] >= 0:
            for cell in range(num_cells):
                weight = rows[pivots[column], num_cells + 1 + cell] / rows[pivots[column], column]
                weights[column, cell] = int(np.rint(weight))
    for probe in range(len(inputs_KN)):
        if statuses_K[probe] == _OK:
            for cell in range(num_cells):
                total = weights[num_cells, cell]
                for other in range(num_cells):
                    total += weights[other, cell] * inputs_KN[probe, other]
                if total != outputs_KN[probe, cell]:
                    return False
    return True


@njit(cache=True, nogil=True)
def _all_behaviours(
    tokens_PT: IntArray,
    probes_KN: IntArray,
    code: npt.NDArray[np.int64],
    work: IntArray,
    memory: npt.NDArray[np.int64],
    hashes_P: npt.NDArray[np.int64],
    affine_P: npt.NDArray[np.bool_],
) -> None:
    outputs_KN = np.empty_like(probes_KN)
    statuses_K = np.empty(len(probes_KN), dtype=np.uint8)
    for program in range(len(tokens_PT)):
        if compile_tokens(tokens_PT[program], probes_KN.shape[1], code, work) < 0:
            hashes_P[program] = -1
            continue
        run_probes(code, memory, probes_KN, outputs_KN, statuses_K)
        hashes_P[program] = hash_behaviour(outputs_KN, statuses_K)
        affine_P[program] = is_affine(probes_KN, outputs_KN, statuses_K)


def behaviours(
    tokens_PT: IntArray, *, num_cells: int = 5, max_value: int = 4
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The behaviour of many programs.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        num_cells: length of the probes, N.
        max_value: the probes hold values in `[-max_value, max_value]`.

    Returns:
        `(hashes_P, affine_P)`; a row that is not a program has hash -1 and is not affine.
    """
    tokens_PT = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    hashes_P = np.zeros(len(tokens_PT), dtype=np.int64)
    affine_P = np.zeros(len(tokens_PT), dtype=np.bool_)
    probes_KN = probe_inputs(num_cells, max_value)
    work = new_code(tokens_PT.shape[1]), new_work(), new_memory()
    _all_behaviours(tokens_PT, probes_KN, *work, hashes_P, affine_P)
    return hashes_P, affine_P
