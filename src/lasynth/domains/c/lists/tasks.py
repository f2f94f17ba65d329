"""Draws tasks of `lists`: a random program, ten inputs on which it runs well, and a verdict.

More inputs are drawn than a task has. The examples are those of them that tell the program from its
neighbours: programs with a condition that always or never holds, or with another bound. So conditions are
seen to come out both ways. Of the others each shows another output, where there is one.

Item i is a function of (seed, settings, i) alone. Shapes: P programs, T tokens, C candidates for examples,
K examples, Q neighbours, L numbers of an input, M of an output, R of a recipe.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.instructions import CodeArray
from lasynth.domains.c.lists.behaviour import NUM_PROBES, behaviour_of, probe_inputs
from lasynth.domains.c.lists.compile import compile_tokens, new_code, new_work
from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, token_of
from lasynth.domains.c.lists.instructions import new_memory
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    NUMBER,
    NUMBERS_AT,
    OUTPUT_WIDTH,
)
from lasynth.domains.c.lists.machine import new_cells, run_code
from lasynth.domains.c.lists.sampling.inputs import INPUT_WIDTH, draw_input, draw_longest
from lasynth.domains.c.lists.sampling.recipe import NUM_LISTS, NUM_NUMBERS
from lasynth.domains.c.lists.sampling.sampler import sample_programs
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.generator import Drawn
from lasynth.domains.random import Stream, chance, mix, program_keys
from lasynth.grammar import IntArray

__all__ = ["Verdict", "draw_tasks"]

_PATIENCE: Final = 16  # failed inputs in a row after which a program counts as failing
_PER_EXAMPLE: Final = 3  # candidates
_MAX_NEIGHBOURS: Final = 24
_MAX_STEPS: Final = 3000  # of a run on an example: lists have some 20 cells at most
_MIN_BOOLEANS: Final = 2  # of either kind, among all examples
_MIN_OUTPUTS: Final = 3  # that differ, among the shown examples
_SALT: Final = np.uint64(0x1A57)  # the stream of inputs is not that of the program


class Verdict(IntEnum):
    """The result of drawing a task for a program."""

    ACCEPTED = 0
    FAILS = 1  # almost all runs end with an error
    FEW_INPUTS = 2  # too few inputs found on which it runs well
    CONSTANT = 3  # the same output for all examples
    IDENTITY = 4  # every output is one of the inputs
    IGNORES = 5  # no output changes with one of its inputs
    EMPTY = 6  # all shown outputs are empty
    FEW_OUTPUTS = 7  # too few different outputs are shown
    INVALID = 8  # not a program: our own bug


_ACCEPTED, _FAILS, _FEW_INPUTS, _CONSTANT = (
    0,
    int(Verdict.FAILS),
    int(Verdict.FEW_INPUTS),
    int(Verdict.CONSTANT),
)
_IDENTITY, _IGNORES, _EMPTY = int(Verdict.IDENTITY), int(Verdict.IGNORES), int(Verdict.EMPTY)
_FEW_OUTPUTS, _INVALID = int(Verdict.FEW_OUTPUTS), int(Verdict.INVALID)
_OK = int(Status.OK)
_IF, _ASK, _LEFT, _RIGHT = token_of("if"), token_of("?"), token_of("("), token_of(")")
_LESS, _LESS_EQ, _MORE, _MORE_EQ = (token_of(text) for text in ("<", "<=", ">", ">="))
_ZERO, _ONE = FIRST_INT, FIRST_INT + 1


@njit(cache=True, nogil=True)
def _same(first: IntArray, second: IntArray) -> bool:
    for place in range(len(first)):
        if first[place] != second[place]:
            return False
    return True


@njit(cache=True, nogil=True)
def _draw_candidates(
    stream: Stream,
    recipe_R: IntArray,
    code: CodeArray,
    longest: int,
    shapes: npt.NDArray[np.float64],
    max_tries: int,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    inputs_CL: IntArray,
    outputs_CM: IntArray,
) -> int:
    """Fill in distinct inputs on which the program runs well, and its outputs; returns how many."""
    found = 0
    for attempt in range(max_tries):
        draw_input(stream, recipe_R, longest, shapes, inputs_CL[found])
        new = True
        for other in range(found):
            if _same(inputs_CL[other], inputs_CL[found]):
                new = False
                break
        if new and run_code(code, inputs_CL[found], outputs_CM[found], memory, cells, _MAX_STEPS) == _OK:
            found += 1
            if found == len(inputs_CL):
                break
        if found == 0 and attempt == _PATIENCE:
            break
    return found


@njit(cache=True, nogil=True)
def _neighbour(tokens: IntArray, size: int, place: int, which: int, near: IntArray) -> bool:
    """Write a program that differs in one token or condition; False where there is none.

    Args:
        tokens: the program, of `size` tokens with EOS.
        place: where it differs.
        which: one of two ways to differ there.
        near: receives the neighbour.
    """
    token = tokens[place]
    near[:] = EOS
    if token == _IF:
        depth, end = 0, place + 1
        while True:
            depth += int(tokens[end] == _LEFT) - int(tokens[end] == _RIGHT)
            if depth == 0:
                break
            end += 1
        near[: place + 2] = tokens[: place + 2]
        near[place + 2] = _ZERO + which
        near[place + 3 : place + 3 + size - end] = tokens[end:size]
        return True
    near[:size] = tokens[:size]
    if token >= _ZERO:
        near[place] = token + 1 if which else token - 1
        return bool(near[place] >= _ZERO)
    if which:
        return False
    if token == _LESS:
        near[place] = _LESS_EQ
    elif token == _LESS_EQ:
        near[place] = _LESS
    elif token == _MORE:
        near[place] = _MORE_EQ
    elif token == _MORE_EQ:
        near[place] = _MORE
    return bool(near[place] != token)


@njit(cache=True, nogil=True)
def _compare_neighbours(
    tokens: IntArray,
    size: int,
    found: int,
    recipe_R: IntArray,
    code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    inputs_CL: IntArray,
    outputs_CM: IntArray,
    near: IntArray,
    differs_QC: npt.NDArray[np.bool_],
) -> int:
    """On which candidates neighbours give something else; returns how many neighbours there are."""
    output_M = np.empty(OUTPUT_WIDTH, dtype=np.int32)
    num = 0
    # Branches first: there is a limit.
    for only_branches in (True, False):
        for place in range(size):
            if (tokens[place] == _IF) != only_branches:
                continue
            for which in range(2):
                if num == len(differs_QC) or not _neighbour(tokens, size, place, which, near):
                    continue
                if compile_tokens(near, recipe_R[NUM_LISTS], recipe_R[NUM_NUMBERS], code_2C, work) < 0:
                    continue
                for candidate in range(found):
                    status = run_code(code_2C[0], inputs_CL[candidate], output_M, memory, cells, _MAX_STEPS)
                    differs_QC[num, candidate] = status != _OK or not _same(output_M, outputs_CM[candidate])
                num += 1
    return num


@njit(cache=True, nogil=True)
def _choose(
    found: int,
    num_chosen: int,
    differs_QC: npt.NDArray[np.bool_],
    outputs_CM: IntArray,
    taken_C: npt.NDArray[np.bool_],
    chosen_C: npt.NDArray[np.bool_],
) -> None:
    """Choose candidates that are not taken: those that tell most neighbours apart which no other does.

    Then those whose output no chosen one has, then any, each in the order in which they were drawn.
    """
    chosen_C[:] = False
    done_Q = np.zeros(len(differs_QC), dtype=np.bool_)
    for _ in range(num_chosen):
        best, best_score = -1, -1
        for candidate in range(found):
            if taken_C[candidate] or chosen_C[candidate]:
                continue
            score = 0
            for near in range(len(differs_QC)):
                score += 4 * int(differs_QC[near, candidate] and not done_Q[near])
            new = 1
            for other in range(found):
                if chosen_C[other] and _same(outputs_CM[other], outputs_CM[candidate]):
                    new = 0
                    break
            score += 2 * new
            # An empty output shows little.
            if outputs_CM[candidate, 0] == 0:
                score -= 1
            if score > best_score or best < 0:
                best, best_score = candidate, score
        if best < 0:
            return
        chosen_C[best] = True
        for near in range(len(differs_QC)):
            done_Q[near] = done_Q[near] or differs_QC[near, best]


@njit(cache=True, nogil=True)
def _is_identity(recipe_R: IntArray, inputs_KL: IntArray, outputs_KM: IntArray) -> bool:
    """Whether all outputs are one of the inputs."""
    for number in range(recipe_R[NUM_LISTS]):
        place = LISTS_AT + LIST_WIDTH * number
        same = True
        for example in range(len(inputs_KL)):
            same = same and _same(outputs_KM[example], inputs_KL[example, place : place + LIST_WIDTH])
        if same:
            return True
    for number in range(recipe_R[NUM_NUMBERS]):
        same = True
        for example in range(len(inputs_KL)):
            same = same and outputs_KM[example, 0] == NUMBER
            same = same and outputs_KM[example, 1] == inputs_KL[example, NUMBERS_AT + number]
        if same:
            return True
    return False


@njit(cache=True, nogil=True)
def _ignores(
    recipe_R: IntArray,
    code: CodeArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    inputs_CL: IntArray,
    outputs_CM: IntArray,
) -> bool:
    """Whether no output changes with one of the inputs, where that is as in another candidate."""
    num_candidates = len(inputs_CL)
    input_L = np.empty(inputs_CL.shape[1], dtype=np.int32)
    output_M = np.empty(OUTPUT_WIDTH, dtype=np.int32)
    for part in range(recipe_R[NUM_LISTS] + recipe_R[NUM_NUMBERS]):
        matters = False
        for candidate in range(num_candidates):
            other = inputs_CL[(candidate + 1) % num_candidates]
            input_L[:] = inputs_CL[candidate]
            if part < recipe_R[NUM_LISTS]:
                place = LISTS_AT + LIST_WIDTH * part
                input_L[place : place + LIST_WIDTH] = other[place : place + LIST_WIDTH]
            else:
                place = NUMBERS_AT + part - recipe_R[NUM_LISTS]
                input_L[place] = other[place]
            status = run_code(code, input_L, output_M, memory, cells, _MAX_STEPS)
            if status == _OK and not _same(output_M, outputs_CM[candidate]):
                matters = True
                break
        if not matters:
            return True
    return False


@njit(cache=True, nogil=True)
def _verdict_on_shown(outputs_KM: IntArray, num_shown: int) -> int:
    """Whether the shown outputs show something."""
    booleans, empty = True, True
    different = 0
    for example in range(len(outputs_KM)):
        output_M = outputs_KM[example]
        booleans = booleans and output_M[0] == NUMBER and (output_M[1] == 0 or output_M[1] == 1)
        if example < num_shown:
            empty = empty and output_M[0] == 0
            new = True
            for other in range(example):
                new = new and not _same(outputs_KM[other], output_M)
            different += new
    if empty:
        return _EMPTY
    if different == 1:
        return _CONSTANT
    if booleans:
        # One that is nearly always the same says little about what decides it.
        num_true = int(outputs_KM[:, 1].sum())
        least = min(_MIN_BOOLEANS, num_shown)
        return _ACCEPTED if least <= num_true <= len(outputs_KM) - least else _FEW_OUTPUTS
    return _FEW_OUTPUTS if different < min(_MIN_OUTPUTS, num_shown) else _ACCEPTED


@njit(cache=True, nogil=True)
def _judge_all(
    keys_P: Stream,
    tokens_PT: IntArray,
    recipes_PR: IntArray,
    probes_SKL: IntArray,
    longest: npt.NDArray[np.float64],
    shapes: npt.NDArray[np.float64],
    p_cover: float,
    max_tries: int,
    num_shown: int,
    code_2C: CodeArray,
    near_code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    inputs_PKL: IntArray,
    outputs_PKM: IntArray,
    hashes_P: npt.NDArray[np.int64],
    verdicts_P: npt.NDArray[np.uint8],
) -> None:
    num_examples = inputs_PKL.shape[1]
    num_candidates = _PER_EXAMPLE * num_examples
    inputs_CL = np.zeros((num_candidates, inputs_PKL.shape[2]), dtype=np.int32)
    outputs_CM = np.zeros((num_candidates, OUTPUT_WIDTH), dtype=np.int32)
    differs_QC = np.zeros((_MAX_NEIGHBOURS, num_candidates), dtype=np.bool_)
    shown_C = np.zeros(num_candidates, dtype=np.bool_)
    held_C = np.zeros(num_candidates, dtype=np.bool_)
    none_C = np.zeros(num_candidates, dtype=np.bool_)
    near = np.empty(tokens_PT.shape[1] + 1, dtype=np.int32)
    for program in range(len(tokens_PT)):
        tokens, recipe_R, stream = tokens_PT[program], recipes_PR[program], keys_P[program : program + 1]
        num_lists, num_numbers = recipe_R[NUM_LISTS], recipe_R[NUM_NUMBERS]
        size = compile_tokens(tokens, num_lists, num_numbers, code_2C, work)
        if size < 0:
            verdicts_P[program] = _INVALID
            continue
        code = code_2C[0]
        found = _draw_candidates(
            stream,
            recipe_R,
            code,
            draw_longest(stream, recipe_R, longest),
            shapes,
            max_tries,
            memory,
            cells,
            inputs_CL,
            outputs_CM,
        )
        if found < num_examples:
            verdicts_P[program] = _FAILS if found == 0 else _FEW_INPUTS
            continue
        num_near = 0
        if chance(stream, p_cover):
            size = 1
            while tokens[size - 1] != EOS:
                size += 1
            num_near = _compare_neighbours(
                tokens,
                size,
                found,
                recipe_R,
                near_code_2C,
                work,
                memory,
                cells,
                inputs_CL,
                outputs_CM,
                near,
                differs_QC,
            )
        _choose(found, num_shown, differs_QC[:num_near], outputs_CM, none_C, shown_C)
        _choose(found, num_examples - num_shown, differs_QC[:num_near], outputs_CM, shown_C, held_C)
        example = 0
        for held in (False, True):
            for candidate in range(found):
                if (held_C if held else shown_C)[candidate]:
                    inputs_PKL[program, example] = inputs_CL[candidate]
                    outputs_PKM[program, example] = outputs_CM[candidate]
                    example += 1
        verdict = _verdict_on_shown(outputs_PKM[program], num_shown)
        if verdict == _ACCEPTED and _is_identity(recipe_R, inputs_PKL[program], outputs_PKM[program]):
            verdict = _IDENTITY
        if verdict == _ACCEPTED and _ignores(
            recipe_R, code, memory, cells, inputs_CL[:found], outputs_CM[:found]
        ):
            verdict = _IGNORES
        verdicts_P[program] = verdict
        if verdict == _ACCEPTED:
            hashes_P[program] = behaviour_of(code, probes_SKL[num_lists * 3 + num_numbers], memory, cells)


def draw_tasks(
    settings: ListsSamplerSettings,
    seed: int,
    first: int,
    count: int,
    *,
    num_examples: int = 10,
    num_shown: int = 5,
    max_tries: int = 120,
) -> Drawn:
    """Items `first` to `first + count - 1` of a seed, rejected ones included, with their verdicts.

    Args:
        settings: the distribution of programs and inputs.
        seed: any integer from 0.
        first: the number of the first item.
        count: the number of items, P.
        num_examples: K, distinct inputs per program.
        num_shown: how many of them are shown, the first ones.
        max_tries: inputs drawn for one program before it is given up.
    """
    sampled = sample_programs(settings, seed, first, count)
    keys_P = mix(program_keys(seed, first, count) ^ _SALT)
    keys_P = np.where(keys_P == 0, np.uint64(1), keys_P)
    inputs_PKL = np.zeros((count, num_examples, INPUT_WIDTH), dtype=np.int32)
    outputs_PKM = np.zeros((count, num_examples, OUTPUT_WIDTH), dtype=np.int32)
    hashes_P = np.zeros(count, dtype=np.int64)
    verdicts_P = np.zeros(count, dtype=np.uint8)
    probes_SKL = np.stack([probe_inputs(lists, numbers) for lists in range(3) for numbers in range(3)])
    compiled: dict[str, Any] = dict(zip(settings.keys(), settings.compiled(), strict=True))
    room = sampled.tokens_PT.shape[1] + 1
    assert probes_SKL.shape[1:] == (NUM_PROBES, INPUT_WIDTH)
    _judge_all(
        keys_P,
        sampled.tokens_PT,
        sampled.recipes_PR,
        probes_SKL,
        compiled["longest"],
        compiled["shapes"],
        float(settings.p_cover),
        max_tries,
        num_shown,
        new_code(room),
        new_code(room),
        new_work(),
        new_memory(),
        new_cells(),
        inputs_PKL,
        outputs_PKM,
        hashes_P,
        verdicts_P,
    )
    plain_P = np.zeros(count, dtype=np.bool_)
    return Drawn(sampled.tokens_PT, inputs_PKL, outputs_PKM, hashes_P, plain_P, verdicts_P)
