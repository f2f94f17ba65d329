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
_RUNS: Final = 200_000  # of a beginning on a state, together


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
    machine: Machine, begun: Begun, bank: Bank, outputs_KN: Array
) -> Iterator[tuple[float, list[Pair]]]:
    """The pairs that are right, a block at a time, blocks of likely pairs first.

    Args:
        machine: of the language.
        begun: the states.
        bank: the beginnings, of which `num_paired` are tried behind each state.
        outputs_KN: the outputs wanted.

    Yields:
        After some hundred thousand runs: what further pairs cost at least, and those of the pairs tried that
        are right.
    """
    num_states, num_second = len(begun.costs_S), min(len(bank.costs_P), bank.num_paired)
    blocks = sorted(
        (float(begun.costs_S[state] + bank.costs_P[second]), state, second)
        for state in range(0, num_states, _BLOCK)
        for second in range(0, num_second, _BLOCK)
    )
    firsts: dict[int, tuple[Array, Array]] = {}
    for least, state, second in blocks:
        states = slice(state, min(state + _BLOCK, num_states))
        if state not in firsts:
            firsts[state] = _different(begun.outputs_SKN[states, 0])
        first_UN, place_S = firsts[state]
        size = max(1, _RUNS // len(first_UN))
        for begin in range(second, min(second + _BLOCK, num_second), size):
            tokens_PT = bank.tokens_PT[begin : min(begin + size, second + _BLOCK, num_second)]
            right = _right(machine, begun.outputs_SKN[states], first_UN, place_S, tokens_PT, outputs_KN)
            yield (
                least,
                [
                    Pair(
                        state + row,
                        begin + place,
                        float(begun.costs_S[state + row] + bank.costs_P[begin + place]),
                    )
                    for row, place in right
                ],
            )


def _different(outputs_SN: Array) -> tuple[Array, Array]:
    """The different ones, `[U, ...]`, and the place of each among them."""
    rows = outputs_SN.reshape(len(outputs_SN), -1)
    different, place_S = np.unique(rows, axis=0, return_inverse=True)
    return different.reshape(-1, *outputs_SN.shape[1:]), place_S.reshape(-1)


def _right(
    machine: Machine,
    outputs_SKN: Array,
    first_UN: Array,
    place_S: Array,
    tokens_PT: Tokens,
    wanted_KN: Array,
) -> Iterator[tuple[int, int]]:
    """The pairs of a state and a beginning that are right; `first_UN[place_S]` are the first examples."""
    results, statuses = machine.run_batch(tokens_PT, first_UN)
    right_PU = right_examples(results, statuses, wanted_KN[0])
    for row in np.flatnonzero(right_PU.any(axis=1)).tolist():
        states = np.flatnonzero(right_PU[row][place_S])
        for example in range(1, len(wanted_KN)):
            results, statuses = machine.run_batch(tokens_PT[row : row + 1], outputs_SKN[states, example])
            states = states[right_examples(results, statuses, wanted_KN[example])[0]]
            if not len(states):
                break
        for state in states.tolist():
            yield state, row
