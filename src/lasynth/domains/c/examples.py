"""Drawing examples for programs that are given, as `tasks` does for those that the sampler draws.

Shapes: P programs, T tokens, K examples, N cells.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from lasynth.domains.c.behaviour import hash_behaviour, is_affine, probe_inputs, run_probes
from lasynth.domains.c.canonical import NAMES_SIZE, normalise
from lasynth.domains.c.machine import compile_tokens, new_code, new_memory, new_work
from lasynth.domains.c.random import Stream
from lasynth.domains.c.tasks import DrawnTasks, Verdict, _draw_examples
from lasynth.grammar import IntArray

__all__ = ["draw_examples"]

_INVALID = int(Verdict.INVALID)


@njit(cache=True, nogil=True)
def _draw_for_all(
    given_PT: IntArray,
    keys_P: Stream,
    probes_KN: IntArray,
    max_value: int,
    max_tries: int,
    code: npt.NDArray[np.int64],
    work: IntArray,
    memory: npt.NDArray[np.int64],
    tokens_PT: IntArray,
    inputs_PKN: IntArray,
    outputs_PKN: IntArray,
    hashes_P: npt.NDArray[np.int64],
    affine_P: npt.NDArray[np.bool_],
    verdicts_P: npt.NDArray[np.uint8],
) -> None:
    probe_outputs_KN = np.empty_like(probes_KN)
    statuses_K = np.empty(len(probes_KN), dtype=np.uint8)
    names = np.empty(NAMES_SIZE, dtype=np.int32)
    for program in range(len(given_PT)):
        given, tokens = given_PT[program], tokens_PT[program]
        size = 0
        while size < len(given) and given[size] != 0:
            size += 1
        # Checked before it is renamed: `normalise` takes valid programs only.
        valid = 0 < size < len(given) and compile_tokens(given, probes_KN.shape[1], code, work) >= 0
        valid = valid and normalise(given, size, tokens, names)
        if not valid or compile_tokens(tokens, probes_KN.shape[1], code, work) < 0:
            verdicts_P[program] = _INVALID
            continue
        stream = keys_P[program : program + 1]
        verdict = _draw_examples(
            stream, code, memory, max_value, max_tries, inputs_PKN[program], outputs_PKN[program]
        )
        verdicts_P[program] = verdict
        if verdict == 0:
            run_probes(code, memory, probes_KN, probe_outputs_KN, statuses_K)
            hashes_P[program] = hash_behaviour(probe_outputs_KN, statuses_K)
            affine_P[program] = is_affine(probes_KN, probe_outputs_KN, statuses_K)


def draw_examples(
    tokens_PT: IntArray,
    keys_P: Stream,
    *,
    num_cells: int,
    num_examples: int = 10,
    max_value: int = 4,
    max_tries: int = 400,
) -> DrawnTasks:
    """Tasks of given programs: the programs with canonical names, their examples, and the verdicts.

    A row is a function of its program and key alone.

    Args:
        tokens_PT: programs, every row ended and padded by EOS.
        keys_P: where each program's stream begins, uint64 and none 0; left as they are.
        num_cells: N.
        num_examples: K, distinct inputs a program.
        max_value: inputs and outputs are in `[-max_value, max_value]`.
        max_tries: lists drawn for one program before it is given up.

    Raises:
        ValueError: not one key for each program.
    """
    given_PT = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    if len(keys_P) != len(given_PT):
        raise ValueError(f"{len(keys_P)} keys for {len(given_PT)} programs")
    count = len(given_PT)
    result = DrawnTasks(
        tokens_PT=np.zeros_like(given_PT),
        inputs_PKN=np.zeros((count, num_examples, num_cells), dtype=np.int32),
        outputs_PKN=np.zeros((count, num_examples, num_cells), dtype=np.int32),
        hashes_P=np.zeros(count, dtype=np.int64),
        affine_P=np.zeros(count, dtype=np.bool_),
        verdicts_P=np.zeros(count, dtype=np.uint8),
    )
    _draw_for_all(
        given_PT,
        keys_P.copy(),
        probe_inputs(num_cells, max_value),
        max_value,
        max_tries,
        new_code(given_PT.shape[1]),
        new_work(),
        new_memory(),
        result.tokens_PT,
        result.inputs_PKN,
        result.outputs_PKN,
        result.hashes_P,
        result.affine_P,
        result.verdicts_P,
    )
    return result
