"""The machine: runs compiled programs, one at a time or in batches of programs and inputs.

Runs follow C with 32-bit integers. Behaviour that C leaves undefined ends a run with a status: an index
outside the list, an overflow, a variable read before it is set. A run with too many loop tests ends with
OUT_OF_FUEL. A program never raises an exception.

Compiled callers use `compile_tokens` and `run_code` with their own arrays::

    code, work, memory = new_code(num_tokens), new_work(), new_memory()
    if compile_tokens(tokens, num_cells, code, work) > 0:
        status = run_code(code, cells, memory, MAX_STEPS)

Shapes: P programs, T tokens, K examples, N cells.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.c import instructions as ins
from lasynth.domains.c.compile import compile_tokens, new_code, new_work
from lasynth.domains.c.instructions import MAX_CELLS, CodeArray, new_memory
from lasynth.grammar import IntArray

__all__ = [
    "MAX_CELLS",
    "MAX_STEPS",
    "as_int32",
    "compile_tokens",
    "new_code",
    "new_memory",
    "new_work",
    "run_batch",
    "run_code",
]

MAX_STEPS: Final = 1000  # the default limit of loop tests in one run

_MAX_INT, _MIN_INT = 2**31 - 1, -(2**31)
_OK, _OUT_OF_RANGE, _OVERFLOW = int(Status.OK), int(Status.OUT_OF_RANGE), int(Status.OVERFLOW)
_IS_UNSET, _OUT_OF_FUEL, _INVALID = int(Status.UNSET), int(Status.OUT_OF_FUEL), int(Status.INVALID)


@njit(cache=True, nogil=True)
def run_code(code: CodeArray, cells: IntArray, memory: npt.NDArray[np.int64], fuel: int) -> int:
    """Run compiled code on one list.

    Args:
        code: from `compile_tokens`, for lists of `len(cells)`.
        cells: `[N]` the list; holds the result if the run ends with OK, else it is unchanged.
        memory: from `new_memory`.
        fuel: the number of loop tests allowed; one more ends the run.

    Returns:
        A `Status`.
    """
    num_cells = len(cells)
    for cell in range(num_cells):
        memory[ins.CELLS + cell] = cells[cell]
    pc = 0
    while True:
        word = code[pc]
        pc += 1
        op = word & 0xFF
        x, y, z = (word >> 8) & 0xFF, (word >> 16) & 0xFF, (word >> 24) & 0xFF
        if op == ins.COPY:
            memory[x] = memory[y]
        elif op == ins.ADD or op == ins.SUB:
            value = memory[y] + memory[z] if op == ins.ADD else memory[y] - memory[z]
            if value > _MAX_INT or value < _MIN_INT:
                return _OVERFLOW
            memory[x] = value
        elif op == ins.LOAD:
            index = memory[y]
            if index < 0 or index >= num_cells:
                return _OUT_OF_RANGE
            memory[x] = memory[ins.CELLS + index]
        elif op == ins.STORE:
            index = memory[y]
            if index < 0 or index >= num_cells:
                return _OUT_OF_RANGE
            memory[ins.CELLS + index] = memory[x]
        elif op == ins.INC:
            if memory[x] == _MAX_INT:
                return _OVERFLOW
            memory[x] += 1
        elif op == ins.DEC:
            if memory[x] == _MIN_INT:
                return _OVERFLOW
            memory[x] -= 1
        elif op == ins.INC_CELL or op == ins.DEC_CELL:
            index = memory[y]
            if index < 0 or index >= num_cells:
                return _OUT_OF_RANGE
            value = memory[ins.CELLS + index] + (1 if op == ins.INC_CELL else -1)
            if value > _MAX_INT or value < _MIN_INT:
                return _OVERFLOW
            memory[ins.CELLS + index] = value
        elif op == ins.JUMP_EQ:
            if memory[y] == memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_NE:
            if memory[y] != memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_LT:
            if memory[y] < memory[z]:
                pc = word >> 32
        elif op == ins.JUMP_GE:
            if memory[y] >= memory[z]:
                pc = word >> 32
        elif op == ins.TEST_LT or op == ins.TEST_LE:
            fuel -= 1
            if fuel < 0:
                return _OUT_OF_FUEL
            if memory[y] > memory[z] or (op == ins.TEST_LT and memory[y] == memory[z]):
                pc = word >> 32
        elif op == ins.NEXT_LT or op == ins.NEXT_LE:
            value = memory[x] + 1
            fuel -= 1
            if value > _MAX_INT:
                return _OVERFLOW
            if fuel < 0:
                return _OUT_OF_FUEL
            memory[x] = value
            if value < memory[z] or (op == ins.NEXT_LE and value == memory[z]):
                pc = word >> 32
        elif op == ins.NEXT_GT or op == ins.NEXT_GE:
            value = memory[x] - 1
            fuel -= 1
            if value < _MIN_INT:
                return _OVERFLOW
            if fuel < 0:
                return _OUT_OF_FUEL
            memory[x] = value
            if value > memory[z] or (op == ins.NEXT_GE and value == memory[z]):
                pc = word >> 32
        elif op == ins.HALT:
            for cell in range(num_cells):
                cells[cell] = memory[ins.CELLS + cell]
            return _OK
        elif op == ins.SET:
            memory[x] = word >> 32
        elif op == ins.JUMP:
            pc = word >> 32
        elif op == ins.CHECK:
            if memory[x] == ins.UNSET:
                return _IS_UNSET
        elif op == ins.CLEAR:
            memory[x] = ins.UNSET
        else:  # FAIL
            return int(word >> 32)


@njit(cache=True, nogil=True)
def _run_all(
    tokens_PT: IntArray,
    cells_PKN: IntArray,
    fuel: int,
    code: CodeArray,
    work: IntArray,
    memory: npt.NDArray[np.int64],
    statuses_PK: npt.NDArray[np.uint8],
) -> None:
    num_programs, num_examples, num_cells = cells_PKN.shape
    for program in range(num_programs):
        valid = compile_tokens(tokens_PT[program], num_cells, code, work) > 0
        for example in range(num_examples):
            cells = cells_PKN[program, example]
            status = run_code(code, cells, memory, fuel) if valid else _INVALID
            statuses_PK[program, example] = status
            if status != _OK:
                cells[:] = 0


def run_batch(
    tokens_PT: IntArray, inputs_PKN: IntArray, *, fuel: int = MAX_STEPS
) -> tuple[IntArray, npt.NDArray[np.uint8]]:
    """Run programs on lists of integers.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.
        inputs_PKN: `[P, K, N]` K lists for each program, or `[K, N]` the same lists for all; N is 1
            to `MAX_CELLS`.
        fuel: the number of loop tests allowed in a run.

    Returns:
        `(outputs_PKN, statuses_PK)`, int32 and uint8 (`Status`). The output of a run that did not
        end with OK is all zeros. A row that is not a program is INVALID on every input.

    Raises:
        ValueError: the shapes do not fit, or a value is not a 32-bit integer.
    """
    tokens_PT = as_int32(tokens_PT, "tokens")
    inputs = as_int32(inputs_PKN, "inputs")
    if tokens_PT.ndim != 2 or inputs.ndim not in (2, 3):
        raise ValueError("tokens must be [P, T], inputs [P, K, N] or [K, N]")
    num_programs = len(tokens_PT)
    if inputs.ndim == 3 and len(inputs) != num_programs:
        raise ValueError(f"{num_programs} programs, but inputs for {len(inputs)}")
    num_examples, num_cells = inputs.shape[-2:]
    if not 1 <= num_cells <= MAX_CELLS:
        raise ValueError(f"lists must have 1 to {MAX_CELLS} cells, not {num_cells}")
    outputs_PKN = np.empty((num_programs, num_examples, num_cells), dtype=np.int32)
    outputs_PKN[:] = inputs
    statuses_PK = np.empty((num_programs, num_examples), dtype=np.uint8)
    code = new_code(tokens_PT.shape[1])
    _run_all(tokens_PT, outputs_PKN, fuel, code, new_work(), new_memory(), statuses_PK)
    return outputs_PKN, statuses_PK


def as_int32(array: npt.ArrayLike, what: str) -> IntArray:
    """The same integers as a contiguous int32 array; an error where one does not fit."""
    given = np.asarray(array)
    if given.dtype != np.int32:
        if not np.issubdtype(given.dtype, np.integer):
            raise ValueError(f"{what} must be integers, not {given.dtype}")
        if given.size and (given.max() > _MAX_INT or given.min() < _MIN_INT):
            raise ValueError(f"{what} must fit in 32 bits")
    return np.ascontiguousarray(given, dtype=np.int32)
