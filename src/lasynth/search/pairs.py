"""Pairs of beginnings, one behind the other, that lead from the inputs to the outputs.

Many states after one beginning are alike on the first example. So a second beginning is run on the different
ones of those only, and on the other examples where it is right on the first one. All pairs of some thousand
beginnings cost a second or two that way.

Shapes: P beginnings, S states, K examples; an input's own axes come after K.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lasynth.domains.base import Array, Machine, Tokens, right_examples
from lasynth.domains.unlearned import Bank

__all__ = ["Begun", "Pair", "pairs"]

_BLOCK: Final = 1000  # beginnings, and states, of one block
_RUNS: Final = 2_000_000  # of a beginning on a state, together


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """Different states, each after one beginning.

    Attributes:
        costs_S: of the beginnings, rising.
        tokens: the beginnings.
        outputs_SKN: the results on the shown inputs.
    """

    costs_S: Array
    tokens: Sequence[Tokens]
    outputs_SKN: Array


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair that is right on all examples: the number of its state, of its second beginning, its cost."""

    state: int
    beginning: int
    cost: float


def pairs(
    machine: Machine, begun: Begun, bank: Bank, outputs_KN: Array, most: int
) -> Iterator[tuple[float, list[Pair]]]:
    """The pairs that are right, a block at a time, blocks of likely pairs first.

    Args:
        machine: of the language.
        begun: the states.
        bank: the beginnings that are tried behind them.
        outputs_KN: the outputs wanted.
        most: how many states, and beginnings, are tried.

    Yields:
        What the next block costs at least, and the pairs of this one.
    """
    num_states, num_second = min(len(begun.costs_S), most), min(len(bank.costs_P), most)
    blocks = sorted(
        (float(begun.costs_S[state] + bank.costs_P[second]), state, second)
        for state in range(0, num_states, _BLOCK)
        for second in range(0, num_second, _BLOCK)
    )
    firsts: dict[int, tuple[Array, Array]] = {}
    for number, (_, state, second) in enumerate(blocks):
        outputs_SKN = begun.outputs_SKN[state : min(state + _BLOCK, num_states)]
        if state not in firsts:
            shape = outputs_SKN.shape[2:]
            different, place_S = np.unique(
                outputs_SKN[:, 0].reshape(len(outputs_SKN), -1), axis=0, return_inverse=True
            )
            firsts[state] = different.reshape(-1, *shape), place_S.reshape(-1)
        tokens_PT = bank.tokens_PT[second : min(second + _BLOCK, num_second)]
        found = [
            Pair(
                state + row, second + place, float(begun.costs_S[state + row] + bank.costs_P[second + place])
            )
            for row, place in _block(machine, outputs_SKN, *firsts[state], tokens_PT, outputs_KN)
        ]
        yield (blocks[number + 1][0] if number + 1 < len(blocks) else np.inf), found


def _block(
    machine: Machine,
    outputs_SKN: Array,
    first_UN: Array,
    place_S: Array,
    tokens_PT: Tokens,
    wanted_KN: Array,
) -> Iterator[tuple[int, int]]:
    """The pairs of a state and a beginning that are right; `place_S` is each state's first example."""
    size = max(1, _RUNS // len(first_UN))
    for begin in range(0, len(tokens_PT), size):
        some = tokens_PT[begin : begin + size]
        results, statuses = machine.run_batch(some, first_UN)
        right_PU = right_examples(results, statuses, wanted_KN[0])
        for row in np.flatnonzero(right_PU.any(axis=1)).tolist():
            states = np.flatnonzero(right_PU[row][place_S])
            for example in range(1, len(wanted_KN)):
                results, statuses = machine.run_batch(some[row : row + 1], outputs_SKN[states, example])
                states = states[right_examples(results, statuses, wanted_KN[example])[0]]
                if not len(states):
                    break
            for state in states.tolist():
                yield state, begin + row
