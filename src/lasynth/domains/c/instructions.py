"""The code that C programs are compiled to, and its memory.

The code is for a register machine. An instruction is one 64-bit word, ``imm << 32 | z << 24 | y << 16 |
x << 8 | op``, with a signed 32-bit `imm`. `x`, `y` and `z` are addresses in a memory of `MEMORY_SIZE` values.
It holds the variables, the list, intermediate results and the small constants, so that `a[3] = l_0 + 2` is
one instruction.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.context import MAX_LOOPS
from lasynth.domains.c.grammar import NUM_NAMES

# The operations are not exported: write `instructions.ADD`.
__all__ = ["MAX_CELLS", "CodeArray", "emit", "new_memory", "opposite"]

CodeArray = npt.NDArray[np.int64]

MAX_CELLS: Final = 16
MAX_VALUES: Final = 8  # operands and intermediate results of one expression

# Memory: variables, list, temporaries, loop bounds too large for the constants, constants.
CELLS: Final = NUM_NAMES
TEMPS: Final = CELLS + MAX_CELLS
BOUNDS: Final = TEMPS + MAX_VALUES
MAX_SMALL: Final = 16
ZERO: Final = BOUNDS + MAX_LOOPS + MAX_SMALL
MEMORY_SIZE: Final = ZERO + MAX_SMALL + 1
UNSET: Final = 1 << 40  # the content of an unset variable: outside the 32-bit range

# Operations; `[x]` is the memory at x, `a` is the list.
(
    HALT,  # done
    COPY,  # [x] = [y]
    SET,  # [x] = imm
    ADD,  # [x] = [y] + [z]
    SUB,  # [x] = [y] - [z]
    LOAD,  # [x] = a[[y]]
    STORE,  # a[[y]] = [x]
    INC,  # [x] += 1
    DEC,  # [x] -= 1
    INC_CELL,  # a[[y]] += 1
    DEC_CELL,  # a[[y]] -= 1
    JUMP,  # go to imm
    JUMP_EQ,  # go to imm if [y] == [z]
    JUMP_NE,
    JUMP_LT,
    JUMP_GE,
    TEST_LT,  # a loop's first test: go to imm unless [y] < [z]
    TEST_LE,
    NEXT_LT,  # [x] += 1, go to imm if [x] < [z]
    NEXT_LE,
    NEXT_GT,  # [x] -= 1, go to imm if [x] > [z]
    NEXT_GE,
    CHECK,  # fail if [x] is not set
    CLEAR,  # [x] is not set from here
    FAIL,  # fail with status imm
) = range(25)


def new_memory() -> npt.NDArray[np.int64]:
    """Memory for running code, with the constants filled in; successive runs may share it."""
    memory = np.zeros(MEMORY_SIZE, dtype=np.int64)
    memory[ZERO - MAX_SMALL :] = np.arange(-MAX_SMALL, MAX_SMALL + 1)
    return memory


# With an explicit signature Numba compiles one form, not one for each mixture of integer types.
@njit("int64(int64[::1], int64, int64, int64, int64, int64, int64)", cache=True, nogil=True)
def emit(code: CodeArray, size: int, op: int, x: int, y: int, z: int, imm: int) -> int:
    """Append an instruction; returns the new size. `imm` is a 32-bit integer."""
    code[size] = int(op) | int(x) << 8 | int(y) << 16 | int(z) << 24 | int(imm) << 32
    return size + 1


@njit(cache=True, nogil=True)
def opposite(jump: int) -> int:
    """The conditional jump that is taken where `jump` is not."""
    return JUMP_EQ + ((jump - JUMP_EQ) ^ 1)
