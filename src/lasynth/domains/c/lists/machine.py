"""The machine of `lists`: runs compiled programs, one at a time or in batches of programs and inputs.

Runs follow C with 32-bit integers. Behaviour that C leaves undefined ends a run with a status
(docs/c-lists.md). A run with too many iterations ends with OUT_OF_FUEL. A program never raises an
exception.

Compiled callers use `compile_tokens` and `run_code` with their own arrays, as `_run_all` does.

Shapes: P programs, T tokens, K examples, L numbers of an input, M of an output
(`lasynth.domains.c.lists.layout`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c.instructions import CodeArray
from lasynth.domains.c.lists import instructions as ins
from lasynth.domains.c.lists.compile import (
    IN_PLACE,
    NUMBER_RESULT,
    compile_tokens,
    new_code,
    new_work,
)
from lasynth.domains.c.lists.grammar import LENGTHS, LISTS, OUT
from lasynth.domains.c.lists.instructions import new_memory
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    MAX_LISTS,
    MAX_NUMBERS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
    OUTPUT_WIDTH,
)
from lasynth.domains.c.machine import as_int32
from lasynth.grammar import IntArray

__all__ = [
    "MAX_STEPS",
    "compile_tokens",
    "new_cells",
    "new_code",
    "new_memory",
    "new_work",
    "run_batch",
    "run_code",
]

MAX_STEPS: Final = 20_000  # iterations of one run: three nested loops over 27 cells, two over 64

_MAX_INT, _MIN_INT = 2**31 - 1, -(2**31)
_OK, _OUT_OF_RANGE, _OVERFLOW = int(Status.OK), int(Status.OUT_OF_RANGE), int(Status.OVERFLOW)
_IS_UNSET, _OUT_OF_FUEL, _INVALID = int(Status.UNSET), int(Status.OUT_OF_FUEL), int(Status.INVALID)
_DIVISION = int(Status.DIVISION)


def new_cells() -> npt.NDArray[np.int64]:
    """Room for the cells of all lists; successive runs may share it."""
    return np.zeros((len(LISTS), MAX_CELLS), dtype=np.int64)


@njit(cache=True, nogil=True)
def run_code(
    code: CodeArray,
    input_L: IntArray,
    output_M: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    fuel: int,
) -> int:
    """Run compiled code on one input.

    Args:
        code: the first row of what `compile_tokens` made for inputs of this kind.
        input_L: `[L]` the input.
        output_M: `[M]` receives the output, all zeros where the run does not end with OK.
        memory, cells: from `new_memory` and `new_cells`.
        fuel: the number of iterations allowed; one more ends the run.

    Returns:
        A `Status`.
    """
    output_M[:] = 0
    lengths = np.full(len(LISTS), MAX_CELLS, dtype=np.int64)
    lengths[:MAX_LISTS] = 0
    kind, written = code[0] & 3, code[0] >> 2
    num_lists = min(input_L[NUM_LISTS_AT], MAX_LISTS)
    for number in range(num_lists):
        place = LISTS_AT + LIST_WIDTH * number
        length = min(max(input_L[place], 0), MAX_CELLS)
        lengths[number] = length
        memory[ins.PARAMETERS + number] = length
        for cell in range(length):
            cells[number, cell] = input_L[place + 1 + cell]
    for number in range(MAX_NUMBERS):
        memory[ins.PARAMETERS + len(LENGTHS) + number] = input_L[NUMBERS_AT + number]
    for number in range(OUT, len(LISTS)):
        if (written >> number) & 1:
            cells[number] = ins.UNSET
        else:
            lengths[number] = 0  # nothing in it is ever set

    pc = 1
    while True:
        word = code[pc]
        pc += 1
        op = word & 0xFF
        x, y, z = (word >> 8) & 0xFF, (word >> 16) & 0xFF, (word >> 24) & 0xFF
        if op == ins.LOAD:
            index = memory[y]
            if index < 0 or index >= lengths[z]:
                return _OUT_OF_RANGE if z < OUT or (written >> z) & 1 else _IS_UNSET
            value = cells[z, index]
            if value == ins.UNSET:
                return _IS_UNSET
            memory[x] = value
        elif op == ins.ADD or op == ins.SUB or op == ins.MUL:
            if op == ins.ADD:
                value = memory[y] + memory[z]
            elif op == ins.SUB:
                value = memory[y] - memory[z]
            else:
                value = memory[y] * memory[z]
            if value > _MAX_INT or value < _MIN_INT:
                return _OVERFLOW
            memory[x] = value
        elif op == ins.JUMP_LT:
            if memory[y] < memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_GE:
            if memory[y] >= memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_EQ:
            if memory[y] == memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_NE:
            if memory[y] != memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_GT:
            if memory[y] > memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_LE:
            if memory[y] <= memory[z]:
                pc = word >> 32
        elif op == ins.LOOP:
            fuel -= 1
            if fuel < 0:
                return _OUT_OF_FUEL
            pc = word >> 32
        elif op == ins.STORE:
            index = memory[y]
            if index < 0 or index >= lengths[z]:
                return _OUT_OF_RANGE
            cells[z, index] = memory[x]
        elif op == ins.COPY:
            memory[x] = memory[y]
        elif op == ins.JUMP:
            pc = word >> 32
        elif op == ins.LESS:
            memory[x] = 1 if memory[y] < memory[z] else 0
        elif op == ins.LESS_EQ:
            memory[x] = 1 if memory[y] <= memory[z] else 0
        elif op == ins.EQUAL:
            memory[x] = 1 if memory[y] == memory[z] else 0
        elif op == ins.UNEQUAL:
            memory[x] = 1 if memory[y] != memory[z] else 0
        elif op == ins.SET:
            memory[x] = word >> 32
        elif op == ins.DIV or op == ins.MOD:
            left, right = memory[y], memory[z]
            if right == 0:
                return _DIVISION
            if left == _MIN_INT and right == -1:
                return _OVERFLOW
            # C truncates, Python rounds down.
            quotient = abs(left) // abs(right)
            if (left < 0) != (right < 0):
                quotient = -quotient
            memory[x] = quotient if op == ins.DIV else left - quotient * right
        elif op == ins.CHECK:
            if memory[x] == ins.UNSET:
                return _IS_UNSET
        elif op == ins.CLEAR:
            memory[x] = ins.UNSET
        elif op == ins.RETURN:
            value = memory[x]
            if kind == NUMBER_RESULT:
                output_M[0] = NUMBER
                output_M[1] = value
                return _OK
            if value < 0 or value > MAX_CELLS:
                return _OUT_OF_RANGE
            for cell in range(value):
                if not (written >> OUT) & 1 or cells[OUT, cell] == ins.UNSET:
                    output_M[:] = 0
                    return _IS_UNSET
                output_M[1 + cell] = cells[OUT, cell]
            output_M[0] = value
            return _OK
        elif op == ins.END:
            output_M[0] = lengths[0]
            for cell in range(lengths[0]):
                output_M[1 + cell] = cells[0, cell]
            return _OK
        else:  # FAIL
            return int(word >> 32)


@njit(cache=True, nogil=True)
def _run_all(
    tokens_PT: IntArray,
    inputs_PKL: IntArray,
    fuel: int,
    code_2C: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    cells: npt.NDArray[np.int64],
    outputs_PKM: IntArray,
    statuses_PK: npt.NDArray[np.uint8],
) -> None:
    same_inputs = len(inputs_PKL) == 1
    for program in range(len(tokens_PT)):
        of_program = inputs_PKL[0 if same_inputs else program]
        num_lists, num_numbers = of_program[0, NUM_LISTS_AT], of_program[0, NUM_NUMBERS_AT]
        valid = compile_tokens(tokens_PT[program], num_lists, num_numbers, code_2C, work) > 0
        # In place is a list changed, so there must be one.
        valid = valid and not (code_2C[0, 0] & 3 == IN_PLACE and num_lists == 0)
        for example in range(len(of_program)):
            output_M = outputs_PKM[program, example]
            status = _INVALID
            if valid:
                status = run_code(code_2C[0], of_program[example], output_M, memory, cells, fuel)
            statuses_PK[program, example] = status


def run_batch(
    tokens_PT: IntArray, inputs_PKL: IntArray, *, fuel: int = MAX_STEPS
) -> tuple[IntArray, npt.NDArray[np.uint8]]:
    """Run programs on inputs.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS. inputs_PKL: `[P, K, L]` K inputs
        for each program, or `[K, L]` the same for all; those of one program have
            as many lists and numbers each.
        fuel: the number of iterations allowed in a run.

    Returns:
        `(outputs_PKM, statuses_PK)`, int32 and uint8 (`Status`). The output of a run that did not
        end with OK is all zeros. A row that is not a program is INVALID on every input.

    Raises:
        ValueError: the shapes do not fit, or a value is not a 32-bit integer.
    """
    tokens_PT = as_int32(tokens_PT, "tokens")
    inputs = as_int32(inputs_PKL, "inputs")
    if tokens_PT.ndim != 2 or inputs.ndim not in (2, 3):
        raise ValueError("tokens must be [P, T], inputs [P, K, L] or [K, L]")
    num_programs = len(tokens_PT)
    if inputs.ndim == 3 and len(inputs) != num_programs:
        raise ValueError(f"{num_programs} programs, but inputs for {len(inputs)}")
    num_examples, width = inputs.shape[-2:]
    if width < LISTS_AT or (width - LISTS_AT) % LIST_WIDTH or width > LISTS_AT + MAX_LISTS * LIST_WIDTH:
        raise ValueError(f"no input has {width} numbers")
    if inputs.size and inputs[..., NUM_LISTS_AT].max() * LIST_WIDTH + LISTS_AT > width:
        raise ValueError("an input has more lists than there is room for")
    outputs_PKM = np.zeros((num_programs, num_examples, OUTPUT_WIDTH), dtype=np.int32)
    statuses_PK = np.zeros((num_programs, num_examples), dtype=np.uint8)
    if num_programs and num_examples:
        inputs_PKL = (
            inputs if inputs.ndim == 3 and num_programs > 1 else inputs.reshape(1, num_examples, width)
        )
        _run_all(
            tokens_PT,
            inputs_PKL,
            fuel,
            new_code(tokens_PT.shape[1]),
            new_work(),
            new_memory(),
            new_cells(),
            outputs_PKM,
            statuses_PK,
        )
    return outputs_PKM, statuses_PK
