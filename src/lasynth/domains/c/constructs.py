"""Statistics of programs: the constructs they use, and how deep their blocks and loops are nested.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.c.grammar import EOS, FIRST_NAME, FIRST_OTHER_NAME, NUM_NAMES, token_of
from lasynth.grammar import IntArray

__all__ = ["CONSTRUCTS", "constructs_of", "depths_of", "nesting_of"]

_FOR, _OPEN, _CLOSE, _INT, _LEFT = (token_of(text) for text in ("for", "{", "}", "int", "("))
_BEFORE_OTHER: Final = (_FOR, *(token_of(text) for text in ("if", "!")))
_BY_LEXEME: Final = ("for", "if", "else", "break", "continue", "&&", "||", "!", "+=", "-=", "++", "--")
# Constructs in the order in which statistics show them.
CONSTRUCTS: Final = (*_BY_LEXEME, "nested for", "for down", "local", "( )")


def constructs_of(tokens_PT: IntArray) -> dict[str, npt.NDArray[np.bool_]]:
    """Which programs use each of `CONSTRUCTS`.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by EOS.

    Returns:
        `[P]` for each construct. `++` and `--` are those of statements, not of loop heads; `local` is
        a declared variable other than a loop's, `( )` parentheses in an expression, `for down` a
        loop that counts down.
    """
    tokens_PT = np.asarray(tokens_PT, dtype=np.int32)
    in_head = _in_heads(tokens_PT)
    found = {}
    for text in _BY_LEXEME:
        hits = tokens_PT == token_of(text)
        found[text] = (hits & ~in_head).any(axis=1) if text in ("++", "--") else hits.any(axis=1)
    found["nested for"] = depths_of(tokens_PT)[1] > 1
    found["for down"] = ((tokens_PT == token_of("--")) & in_head).any(axis=1)
    is_other = (tokens_PT >= FIRST_OTHER_NAME) & (tokens_PT < FIRST_NAME + NUM_NAMES)
    found["local"] = ((tokens_PT[:, :-1] == _INT) & is_other[:, 1:]).any(axis=1)
    before = np.pad(tokens_PT, ((0, 0), (1, 0)))[:, :-1]
    found["( )"] = ((tokens_PT == _LEFT) & ~np.isin(before, _BEFORE_OTHER)).any(axis=1)
    return {text: found[text] for text in CONSTRUCTS}


def depths_of(tokens_PT: IntArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The nesting depth of blocks, and of loops, in each program: `([P], [P])`, 0 where there is none."""
    return nesting_of(tokens_PT, EOS, (_FOR,), _OPEN, _CLOSE)


def nesting_of(
    tokens_PT: IntArray, eos: int, loops: Sequence[int], opening: int, closing: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The nesting depth of blocks, and of loops, of any dialect.

    Args:
        tokens_PT: `[P, T]` programs, every row ended and padded by `eos`.
        eos: the token that ends a program.
        loops: the tokens that begin a loop; the next block is its body.
        opening, closing: the tokens around a block.

    Returns:
        `([P], [P])`, 0 where there is none.
    """
    tokens_PT = np.ascontiguousarray(tokens_PT, dtype=np.int32)
    blocks_P = np.zeros(len(tokens_PT), dtype=np.uint8)
    loops_P = np.zeros(len(tokens_PT), dtype=np.uint8)
    begins_loop = np.array(loops, dtype=np.int32)
    _measure(tokens_PT, eos, begins_loop, opening, closing, blocks_P, loops_P)
    return blocks_P, loops_P


@njit(cache=True, nogil=True)
def _measure(
    tokens_PT: IntArray,
    eos: int,
    begins_loop: IntArray,
    opening: int,
    closing: int,
    blocks_P: npt.NDArray[np.uint8],
    loops_P: npt.NDArray[np.uint8],
) -> None:
    is_loop = np.zeros(tokens_PT.shape[1] + 1, dtype=np.bool_)
    for program in range(len(tokens_PT)):
        depth, loops = 0, 0
        opens_loop = False
        for token in tokens_PT[program]:
            if token == eos:
                break
            if (begins_loop == token).any():
                opens_loop = True
            elif token == opening:
                is_loop[depth] = opens_loop
                loops += opens_loop
                depth += 1
                opens_loop = False
                blocks_P[program] = max(blocks_P[program], depth)
                loops_P[program] = max(loops_P[program], loops)
            elif token == closing:
                depth -= 1
                loops -= is_loop[depth]


def _in_heads(tokens_PT: IntArray) -> npt.NDArray[np.bool_]:
    """Which tokens are between a `for` and the `{` after it."""
    position = np.arange(tokens_PT.shape[1])
    last_for = np.maximum.accumulate(np.where(tokens_PT == _FOR, position, -1), axis=1)
    last_open = np.maximum.accumulate(np.where(tokens_PT == _OPEN, position, -1), axis=1)
    return last_for > last_open
