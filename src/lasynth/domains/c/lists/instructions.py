"""The code that programs of `lists` are compiled to, and its memory.

The code is for a register machine, as that of `lasynth.domains.c.instructions`: one 64-bit word an
instruction, ``imm << 32 | z << 24 | y << 16 | x << 8 | op``. `x`, `y` and `z` are addresses in a memory of
variables, parameters, intermediate results and small constants; cells of lists are a memory of their own,
reached by an address that holds the index and the number of the list.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.c.lists.grammar import LENGTHS, NUM_NAMES, NUMBERS

# The operations are not exported: write `instructions.ADD`.
__all__ = ["MAX_SMALL", "MAX_VALUES", "MEMORY_SIZE", "new_memory"]

MAX_VALUES: Final = 128  # operands and intermediate results of one expression
PARAMETERS: Final = NUM_NAMES  # lengths, then numbers
TEMPS: Final = PARAMETERS + len(LENGTHS) + len(NUMBERS)
MAX_SMALL: Final = 16
ZERO: Final = TEMPS + MAX_VALUES + MAX_SMALL  # the constants around it, from -MAX_SMALL to MAX_SMALL
MEMORY_SIZE: Final = ZERO + MAX_SMALL + 1
assert MEMORY_SIZE <= 256  # an address is a byte
UNSET: Final = 1 << 40  # the content of a variable or cell that is not set: outside the 32-bit range

# Operations; `[x]` is the memory at x.
(
    COPY,  # [x] = [y]
    LOAD,  # [x] = list z, cell [y]
    STORE,  # list z, cell [y] = [x]
    ADD,  # [x] = [y] + [z]
    SUB,
    MUL,
    DIV,
    MOD,
    LESS,  # [x] = [y] < [z]
    LESS_EQ,
    EQUAL,
    UNEQUAL,
    JUMP,  # go to imm
    LOOP,  # go to imm, one step less left
    JUMP_LT,  # go to imm if [y] < [z]; the four in the order of the comparisons
    JUMP_LE,
    JUMP_EQ,
    JUMP_NE,
    JUMP_GT,  # the opposites: of JUMP_LE
    JUMP_GE,  # of JUMP_LT
    SET,  # [x] = imm
    CHECK,  # fail if [x] is not set
    CLEAR,  # [x] is not set from here
    FAIL,  # fail with status imm
    END,  # the run ends: with no value, in place
    RETURN,  # with [x]
) = range(26)


def new_memory() -> npt.NDArray[np.int64]:
    """Memory for running code, with the constants filled in; successive runs may share it."""
    memory = np.zeros(MEMORY_SIZE, dtype=np.int64)
    memory[ZERO - MAX_SMALL :] = np.arange(-MAX_SMALL, MAX_SMALL + 1)
    return memory
