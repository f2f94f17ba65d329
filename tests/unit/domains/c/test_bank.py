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


def test_it_holds_behaviours_of_the_training_split_only_each_once() -> None:
    hashes, _ = behaviours(bank((5,)).tokens_PT, num_cells=5, max_value=4)
    assert (splits_of(hashes) == Split.TRAIN).all()
    assert len(np.unique(hashes)) == len(hashes)
