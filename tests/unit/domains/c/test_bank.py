from __future__ import annotations

import numpy as np
import pytest

from lasynth import domains
from lasynth.data.filters import Split, splits_of
from lasynth.domains.base import Status
from lasynth.domains.c.bank import bank
from lasynth.domains.c.behaviour import behaviours

C = domains.get("c")


@pytest.mark.parametrize("num_cells", [1, 3, 5, 9, 16])
def test_it_holds_programs_the_common_ones_first(num_cells: int) -> None:
    found = bank((num_cells,))
    assert (np.diff(found.costs_P) >= 0).all()
    assert found.costs_P[0] > 0
    assert (found.tokens_PT[:, -1] == C.grammar.eos).all()
    inputs = np.zeros((1, num_cells), dtype=np.int32)
    _, statuses = C.machine.run_batch(found.tokens_PT, inputs)
    assert not (statuses == Status.INVALID).any()
    assert (statuses == Status.OK).mean() > 0.5


def test_loops_end_where_the_list_does() -> None:
    tokens = bank((8,)).tokens_PT
    texts = "".join(C.text.of_tokens(row) for row in tokens[:300])
    assert "p_0 < 8" in texts or "p_0 <= 7" in texts
    assert "p_0 < 5;" not in texts
    assert "p_0 <= 4;" not in texts


def test_each_behaviour_is_there_once_and_those_of_other_splits_are_estimates() -> None:
    """What was drawn of valid and test is not in it: a number that was counted is a whole one."""
    found = bank((5,))
    hashes, _ = behaviours(found.tokens_PT, num_cells=5, max_value=4)
    assert len(np.unique(hashes)) == len(hashes)
    held_out = splits_of(hashes) != Split.TRAIN
    assert 0.02 < held_out.mean() < 0.125  # one in eight is their share of all
    counts = 4_000_000 * np.exp(-found.costs_P)
    whole = np.abs(counts - np.rint(counts)) < 1e-3
    few = counts < 1000  # float32 tells halves from whole numbers there
    assert whole[~held_out & few].all()
    assert whole[held_out & few].mean() < 0.05
