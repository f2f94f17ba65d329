from __future__ import annotations

import numpy as np

from lasynth.outcome import StopReason
from lasynth.search import Budget
from lasynth.search.engine import no_proposals


def test_the_first_reason_stands() -> None:
    budget = Budget.of(3, max_tokens=9, seed=4)
    assert budget.live().all()
    assert not budget.expired()
    assert budget.found(0) == ()
    budget.end(1, StopReason.ENOUGH_FOUND)
    assert budget.live().tolist() == [True, False, True]
    budget.end(1, StopReason.EXHAUSTED)
    budget.end_all(StopReason.TIME_LIMIT)
    assert budget.reasons == [StopReason.TIME_LIMIT, StopReason.ENOUGH_FOUND, StopReason.TIME_LIMIT]
    assert not budget.live().any()


def test_no_proposals_is_a_look_at_the_clock() -> None:
    nothing = no_proposals()
    assert len(nothing) == 0
    assert nothing.tokens_PT.dtype == np.int32
