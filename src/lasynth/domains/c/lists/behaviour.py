"""What a program of `lists` does on fixed inputs of its signature: a hash.

Programs with the same hash give the same statuses and outputs on all probes, whether they write a list or
change theirs in place. The hash distinguishes tasks and decides whether one is for training or for tests.

Shapes: P programs, T tokens, K probes, L numbers of an input, M of an output.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.instructions import CodeArray
from lasynth.domains.c.lists.compile import compile_tokens, new_code, new_work
from lasynth.domains.c.lists.instructions import new_memory
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBERS_AT,
    OUTPUT_WIDTH,
    input_width,
)
from lasynth.domains.c.lists.machine import new_cells, run_code
from lasynth.domains.kit.hash import joined, mixed
from lasynth.grammar import IntArray

__all__ = ["NUM_PROBES", "PROBE_STEPS", "behaviour_of", "behaviours", "probe_inputs"]

NUM_PROBES: Final = 64
PROBE_STEPS: Final = 5000  # a limit for their runs: lists are short
_SEED: Final = 0x115
_OK = int(Status.OK)
# The largest absolute value in a probe, and whether values may be negative; in turn.
_SCALES: Final = (
    (4, True),
    (9, False),
    (9, True),
    (30, False),
    (99, True),
    (1, False),
    (1000, True),
    (6, False),
)


@cache
def probe_inputs(num_lists: int, num_numbers: int, num_probes: int = NUM_PROBES) -> IntArray:
    """The probes of a signature, the same for every call: `[K, L]` for lists and numbers of all sizes."""
    rng = np.random.default_rng([_SEED, num_lists, num_numbers])
    probes_KL = np.zeros((num_probes, input_width(max(num_lists, 2))), dtype=np.int32)
    probes_KL[:, NUM_LISTS_AT], probes_KL[:, NUM_NUMBERS_AT] = num_lists, num_numbers
    for number, row_L in enumerate(probes_KL):
        scale, signed = _SCALES[number % len(_SCALES)]
        low = -scale if signed else 0
        length = int(rng.integers(0, 9)) if number > 1 else number
        pool = rng.integers(low, scale, size=12, endpoint=True)
        for which in range(num_lists):
            place = LISTS_AT + LIST_WIDTH * which
            if which and rng.random() < 0.5:
                length = int(rng.integers(0, 9))
            # Cells of a small pool are equal now and then, also in two lists.
            cells = rng.choice(pool[: 4 if number % 3 else 12], size=length)
            row_L[place] = length
            row_L[place + 1 : place + 1 + length] = np.sort(cells) if number % 5 == 4 else cells
        for which in range(num_numbers):
            kind = int(rng.integers(0, 5))
            limit = (4, max(length, 1), 12, scale + 1, 10 * scale + 1)[kind]
            row_L[NUMBERS_AT + which] = rng.choice(pool) if kind == 3 else rng.integers(0, limit)
    probes_KL.flags.writeable = False
    return probes_KL


@njit(cache=True, nogil=True)
def behaviour_of(
    code: CodeArray,
    probes_KL: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
) -> int:
    """A number from 0 to 2**62 computed from every output and status of compiled code on its probes."""
    output_M = np.empty(OUTPUT_WIDTH, dtype=np.int32)
    first, second = mixed(1, 1, probes_KL[0, NUM_LISTS_AT] * 8 + probes_KL[0, NUM_NUMBERS_AT] + 1)
    for probe in range(len(probes_KL)):
        status = run_code(code, probes_KL[probe], output_M, memory, cells, PROBE_STEPS)
        first, second = mixed(first, second, status + 1)
        if status == _OK:
            for place in range(max(int(output_M[0]), 1) + 1):
                first, second = mixed(first, second, int(output_M[place]) + 2147483648)
    return joined(first, second)


@njit(cache=True, nogil=True)
def _all_behaviours(
    tokens_PT: IntArray,
    signatures_P: npt.NDArray[np.int64],
    probes_SKL: IntArray,
    code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    hashes_P: npt.NDArray[np.int64],
) -> None:
    for program in range(len(tokens_PT)):
        probes_KL = probes_SKL[signatures_P[program]]
        num_lists, num_numbers = probes_KL[0, NUM_LISTS_AT], probes_KL[0, NUM_NUMBERS_AT]
        hashes_P[program] = -1
        if compile_tokens(tokens_PT[program], num_lists, num_numbers, code_2C, work) >= 0:
            hashes_P[program] = behaviour_of(code_2C[0], probes_KL, memory, cells)


def behaviours(tokens_PT: IntArray, inputs_PKL: IntArray) -> npt.NDArray[np.int64]:
    """The behaviour of many programs.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        inputs_PKL: `[P, K, L]` inputs of each, which say how many lists and numbers it takes.

    Returns:
        `[P]` hashes; -1 for a row that is not a program.
    """
    tokens_PT = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    hashes_P = np.zeros(len(tokens_PT), dtype=np.int64)
    kinds_P2 = inputs_PKL[:, 0, [NUM_LISTS_AT, NUM_NUMBERS_AT]]
    found_S2, signatures_P = np.unique(kinds_P2, axis=0, return_inverse=True)
    probes = [probe_inputs(lists, numbers) for lists, numbers in found_S2.tolist()]
    if not probes:
        return hashes_P
    width = max(one.shape[1] for one in probes)
    probes_SKL = np.stack([np.pad(one, ((0, 0), (0, width - one.shape[1]))) for one in probes])
    room = new_code(tokens_PT.shape[1]), new_work(), new_memory(), new_cells()
    _all_behaviours(tokens_PT, signatures_P.reshape(-1).astype(np.int64), probes_SKL, *room, hashes_P)
    return hashes_P
