"""Statistics of Karel programs that are also known for the public benchmark.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.constructs import CONSTRUCTS
from lasynth.domains.karel.grammar import ACTION_NAMES, EOS, FIRST_TIMES, LEXEMES, token_of
from lasynth.domains.karel.kinds import Kind, kinds_of
from lasynth.domains.karel.world import NUM_CELLS, WALL, WorldArray
from lasynth.grammar import IntArray

_OPEN = np.array([token_of(text) for text in ("m(", "r(", "w(", "i(", "e(")])
_CLOSE = np.array([token_of(text) for text in ("m)", "r)", "w)", "i)", "e)")])
# The tokens that begin a statement: each action, and the first token of statements with blocks.
_STATEMENTS = np.array([token_of(text) for text in (*ACTION_NAMES, "REPEAT", "WHILE", "IF", "IFELSE")])


@dataclass(frozen=True, slots=True)
class ProgramStatistics:
    """Statistics of a set of programs.

    Attributes:
        num_programs: the number of programs.
        num_distinct: the number of different texts.
        lengths: number of tokens of each, without EOS.
        kinds: share of each kind, by its label.
        depths: share of each nesting depth, from 0.
        uses: mean number of uses per program of each action, keyword, condition and `not`.
        times: share of each count of the `REPEAT`s.
        top_sizes, inner_sizes: share of 0, 1, 2... statements among the top blocks, the inner blocks.
    """

    num_programs: int
    num_distinct: int
    lengths: IntArray
    kinds: dict[str, float]
    depths: npt.NDArray[np.float64]
    uses: dict[str, float]
    times: dict[int, float]
    top_sizes: npt.NDArray[np.float64]
    inner_sizes: npt.NDArray[np.float64]


def program_statistics(tokens_PT: IntArray) -> ProgramStatistics:
    """The statistics of programs, one per row, ended and padded by EOS."""
    tokens_PT = np.asarray(tokens_PT)
    num = len(tokens_PT)
    lengths = (tokens_PT != EOS).sum(axis=1).astype(np.int32)
    kinds_P = kinds_of(tokens_PT)
    depth_PT = np.cumsum(np.isin(tokens_PT, _OPEN).astype(int) - np.isin(tokens_PT, _CLOSE), axis=1)
    depths = np.bincount(depth_PT.max(axis=1) - 1) / num
    counts = np.bincount(tokens_PT.ravel(), minlength=len(LEXEMES))
    times = counts[FIRST_TIMES:]
    sizes: tuple[list[int], list[int]] = ([], [])  # of the top blocks, of the inner ones
    for tokens, is_open, is_close, is_statement in zip(
        tokens_PT,
        np.isin(tokens_PT, _OPEN),
        np.isin(tokens_PT, _CLOSE),
        np.isin(tokens_PT, _STATEMENTS),
        strict=True,
    ):
        stack: list[int] = []
        for place in range(len(tokens)):
            if is_open[place]:
                stack.append(0)
            elif is_close[place]:
                size = stack.pop()
                sizes[len(stack) > 0].append(size)
            elif is_statement[place]:
                stack[-1] += 1
    return ProgramStatistics(
        num_programs=num,
        num_distinct=len({row.tobytes() for row in np.ascontiguousarray(tokens_PT)}),
        lengths=lengths,
        kinds={kind.label: float((kinds_P == kind).mean()) for kind in Kind},
        depths=depths,
        uses={word: float(counts[token_of(word)] / num) for word in CONSTRUCTS},
        times={n: float(times[n] / max(times.sum(), 1)) for n in np.flatnonzero(times).tolist()},
        top_sizes=shares(sizes[0]),
        inner_sizes=shares(sizes[1]),
    )


def marker_counts(worlds_W: WorldArray) -> npt.NDArray[np.float64]:
    """The share of 0, 1, 2... markers among the cells with markers, for worlds `[..., W]`."""
    cells = worlds_W[..., :NUM_CELLS]
    return shares(cells[(cells > 0) & (cells < WALL)].tolist())


def shares(values: list[int]) -> npt.NDArray[np.float64]:
    """The share of each value, from 0."""
    counts = np.bincount(np.array(values, dtype=np.int64), minlength=1)
    shares: npt.NDArray[np.float64] = counts / max(counts.sum(), 1)
    return shares
