"""Draws tasks: a random or given program, ten lists on which it runs without an error, and a verdict.

Inputs are drawn by rejection: lists with values in `[-max_value, max_value]`, all equally likely, are
kept if the run ends with OK and the output is in the same range. So a program that sums many values has
smaller inputs than one that copies.

Item i is a function of (seed, settings, i) alone. Shapes: P programs, T tokens, K examples, N cells.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.behaviour import hash_behaviour, is_affine, probe_inputs, run_probes
from lasynth.domains.c.canonical import NAMES_SIZE, normalise
from lasynth.domains.c.machine import MAX_STEPS, compile_tokens, new_code, new_memory, new_work, run_code
from lasynth.domains.c.sampler import CSamplerSettings, new_sampler_work, sample_into
from lasynth.domains.c.sampler_config import Weights
from lasynth.domains.generator import Drawn
from lasynth.domains.random import Stream, draw_below, program_keys
from lasynth.grammar import IntArray

__all__ = ["Verdict", "draw_examples", "draw_tasks"]

_PATIENCE: Final = 24  # failed lists in a row after which a program counts as failing


class Verdict(IntEnum):
    """The result of drawing a task for a program."""

    ACCEPTED = 0
    FAILS = 1  # almost all runs end with an error or leave the range
    FEW_INPUTS = 2  # too few lists found on which it stays in range
    CONSTANT = 3  # the same output for all examples
    IDENTITY = 4  # every output is the input
    INVALID = 5  # not a program: our own bug


_FAILS, _FEW_INPUTS = int(Verdict.FAILS), int(Verdict.FEW_INPUTS)
_CONSTANT, _IDENTITY, _INVALID = int(Verdict.CONSTANT), int(Verdict.IDENTITY), int(Verdict.INVALID)
_OK = int(Status.OK)


@njit(cache=True, nogil=True)
def _draw_examples(
    stream: Stream,
    code: npt.NDArray[np.int64],
    memory: npt.NDArray[np.int64],
    max_value: int,
    max_tries: int,
    inputs_KN: IntArray,
    outputs_KN: IntArray,
) -> int:
    """Fill in distinct inputs and their outputs by rejection; returns the verdict."""
    num_examples, num_cells = inputs_KN.shape
    found = 0
    for attempt in range(max_tries):
        cells, output = inputs_KN[found], outputs_KN[found]
        for cell in range(num_cells):
            cells[cell] = draw_below(stream, 2 * max_value + 1) - max_value
        output[:] = cells
        fits = run_code(code, output, memory, MAX_STEPS) == _OK
        for cell in range(num_cells):
            fits = fits and -max_value <= output[cell] <= max_value
        for other in range(found):
            if not fits:
                break
            same = True
            for cell in range(num_cells):
                same = same and inputs_KN[other, cell] == cells[cell]
            fits = not same
        if fits:
            found += 1
            if found == num_examples:
                break
        elif found == 0 and attempt == _PATIENCE:
            return _FAILS
    if found < num_examples:
        return _FEW_INPUTS
    identity, constant = True, True
    for example in range(num_examples):
        for cell in range(num_cells):
            identity = identity and outputs_KN[example, cell] == inputs_KN[example, cell]
            constant = constant and outputs_KN[example, cell] == outputs_KN[0, cell]
    return _IDENTITY if identity else (_CONSTANT if constant else 0)


@njit(cache=True, nogil=True)
def _sample_all(
    keys_P: Stream,
    weights: Weights,
    sampler_work: IntArray,
    tokens_PT: IntArray,
    verdicts_P: npt.NDArray[np.uint8],
) -> None:
    """Write one random program into each row; the verdict is INVALID where there is none."""
    draft = np.empty(tokens_PT.shape[1], dtype=np.int32)
    names = np.empty(NAMES_SIZE, dtype=np.int32)
    for program in range(len(keys_P)):
        size = sample_into(keys_P[program : program + 1], weights, draft, sampler_work)
        if size == 0 or not normalise(draft, size - 1, tokens_PT[program], names):
            verdicts_P[program] = _INVALID


@njit(cache=True, nogil=True)
def _name_all(
    given_PT: IntArray,
    num_cells: int,
    code: npt.NDArray[np.int64],
    work: IntArray,
    tokens_PT: IntArray,
    verdicts_P: npt.NDArray[np.uint8],
) -> None:
    """Write each program with canonical names; the verdict is INVALID where it is not a program."""
    names = np.empty(NAMES_SIZE, dtype=np.int32)
    for program in range(len(given_PT)):
        given = given_PT[program]
        size = 0
        while size < len(given) and given[size] != 0:
            size += 1
        # Checked before it is renamed, because `normalise` accepts only valid programs.
        valid = 0 < size < len(given) and compile_tokens(given, num_cells, code, work) >= 0
        if not valid or not normalise(given, size, tokens_PT[program], names):
            verdicts_P[program] = _INVALID


@njit(cache=True, nogil=True)
def _judge_all(
    keys_P: Stream,
    tokens_PT: IntArray,
    probes_KN: IntArray,
    max_value: int,
    max_tries: int,
    code: npt.NDArray[np.int64],
    work: IntArray,
    memory: npt.NDArray[np.int64],
    inputs_PKN: IntArray,
    outputs_PKN: IntArray,
    hashes_P: npt.NDArray[np.int64],
    affine_P: npt.NDArray[np.bool_],
    verdicts_P: npt.NDArray[np.uint8],
) -> None:
    probe_outputs_KN = np.empty_like(probes_KN)
    statuses_K = np.empty(len(probes_KN), dtype=np.uint8)
    for program in range(len(tokens_PT)):
        if verdicts_P[program] == _INVALID:
            continue
        if compile_tokens(tokens_PT[program], probes_KN.shape[1], code, work) < 0:
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


def _judged(
    keys_P: Stream,
    tokens_PT: IntArray,
    verdicts_P: npt.NDArray[np.uint8],
    num_cells: int,
    num_examples: int,
    max_value: int,
    max_tries: int,
) -> Drawn:
    """The tasks of the written programs; their streams continue where they are."""
    count = len(tokens_PT)
    inputs_PKN = np.zeros((count, num_examples, num_cells), dtype=np.int32)
    outputs_PKN = np.zeros_like(inputs_PKN)
    hashes_P = np.zeros(count, dtype=np.int64)
    affine_P = np.zeros(count, dtype=np.bool_)
    probes_KN = probe_inputs(num_cells, max_value)
    work = new_code(tokens_PT.shape[1]), new_work(), new_memory()
    found: tuple[Any, ...] = inputs_PKN, outputs_PKN, hashes_P, affine_P, verdicts_P
    _judge_all(keys_P, tokens_PT, probes_KN, max_value, max_tries, *work, *found)
    return Drawn(tokens_PT, inputs_PKN, outputs_PKN, hashes_P, affine_P, verdicts_P)


def draw_tasks(
    sampler: CSamplerSettings,
    seed: int,
    first: int,
    count: int,
    *,
    num_examples: int = 10,
    max_value: int = 4,
    max_tries: int = 400,
) -> Drawn:
    """Items `first` to `first + count - 1` of a seed, rejected ones included, with their verdicts.

    Args:
        sampler: the distribution of programs; its `num_cells` is N.
        seed: any integer from 0.
        first: the number of the first item.
        count: the number of items, P.
        num_examples: K, distinct inputs per program.
        max_value: inputs and outputs are in `[-max_value, max_value]`.
        max_tries: lists drawn for one program before it is given up.
    """
    tokens_PT = np.zeros((count, sampler.max_tokens), dtype=np.int32)
    verdicts_P = np.zeros(count, dtype=np.uint8)
    keys_P = program_keys(seed, first, count)
    _sample_all(keys_P, sampler.weights(), new_sampler_work(), tokens_PT, verdicts_P)
    return _judged(keys_P, tokens_PT, verdicts_P, sampler.num_cells, num_examples, max_value, max_tries)


def draw_examples(
    tokens_PT: IntArray,
    keys_P: Stream,
    *,
    num_cells: int,
    num_examples: int = 10,
    max_value: int = 4,
    max_tries: int = 400,
) -> Drawn:
    """Tasks of given programs: the programs with canonical names, their examples, and the verdicts.

    A row is a function of its program and key alone.

    Args:
        tokens_PT: programs, every row ended and padded by EOS.
        keys_P: the start of each program's random stream, uint64, none 0; not changed.
        num_cells: N.
        num_examples: K, distinct inputs per program.
        max_value: inputs and outputs are in `[-max_value, max_value]`.
        max_tries: lists drawn for one program before it is given up.

    Raises:
        ValueError: there is not one key for each program.
    """
    given_PT = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    if len(keys_P) != len(given_PT):
        raise ValueError(f"{len(keys_P)} keys for {len(given_PT)} programs")
    named_PT = np.zeros_like(given_PT)
    verdicts_P = np.zeros(len(given_PT), dtype=np.uint8)
    _name_all(given_PT, num_cells, new_code(given_PT.shape[1]), new_work(), named_PT, verdicts_P)
    return _judged(keys_P.copy(), named_PT, verdicts_P, num_cells, num_examples, max_value, max_tries)
