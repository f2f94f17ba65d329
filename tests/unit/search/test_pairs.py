"""Pairs of beginnings: all that are right, and only these, whatever the blocks are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lasynth import domains
from lasynth.domains.base import Status
from lasynth.domains.c.bank import bank
from lasynth.domains.kit.rows import ended
from lasynth.domains.unlearned import Bank
from lasynth.search import pairs as module
from lasynth.search.pairs import Begun, Pair, pairs

C = domains.get("c")
INPUTS = np.random.default_rng(5).integers(-4, 5, (4, 5)).astype(np.int32)
SOME = 60


def begun_of(some: Bank) -> Begun:
    outputs, statuses = C.machine.run_batch(some.tokens_PT, INPUTS)
    rows = np.flatnonzero((statuses == Status.OK).all(axis=1))
    return Begun(some.costs_P[rows], [ended(some.tokens_PT[row], 0) for row in rows], outputs[rows])


def all_pairs(begun: Begun, some: Bank, outputs: NDArray[np.int32]) -> set[tuple[int, int]]:
    """One at a time."""
    found = set()
    for state in range(len(begun.costs_S)):
        results, statuses = C.machine.run_batch(some.tokens_PT, begun.outputs_SKN[state])
        right = (statuses == Status.OK).all(axis=1) & (results == outputs).all(axis=(1, 2))
        found |= {(state, int(place)) for place in np.flatnonzero(right)}
    return found


@pytest.mark.parametrize("block", [7, 1000])
def test_all_pairs_that_are_right_are_found(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    monkeypatch.setattr(module, "_RUNS", 500)
    whole = bank((5,))
    some = Bank(whole.tokens_PT[:SOME], whole.costs_P[:SOME], SOME)
    begun = begun_of(some)
    for first, second in ((3, 10), (20, 3), (31, 32)):
        outputs, statuses = C.machine.run_batch(some.tokens_PT[second : second + 1], begun.outputs_SKN[first])
        assert (statuses == Status.OK).all(), (first, second)
        least, found = 0.0, list[Pair]()
        for at_least, of_block in pairs(C.machine, begun, some, outputs[0]):
            assert all(pair.cost >= at_least - 1e-9 for pair in of_block)
            assert at_least >= least
            least = at_least
            found += of_block
        assert {(pair.state, pair.beginning) for pair in found} == all_pairs(begun, some, outputs[0])
        assert (first, second) in {(pair.state, pair.beginning) for pair in found}
        for pair in found:
            assert pair.cost == begun.costs_S[pair.state] + some.costs_P[pair.beginning]


def test_no_more_beginnings_are_tried_than_the_bank_says() -> None:
    whole = bank((5,))
    some = Bank(whole.tokens_PT[:SOME], whole.costs_P[:SOME], 20)
    begun = begun_of(some)
    outputs, _ = C.machine.run_batch(some.tokens_PT[30:31], begun.outputs_SKN[30])
    few = [pair for _, found in pairs(C.machine, begun, some, outputs[0]) for pair in found]
    every = all_pairs(begun, some, outputs[0])
    assert {(pair.state, pair.beginning) for pair in few} == {one for one in every if one[1] < 20}
