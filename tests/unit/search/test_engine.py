from __future__ import annotations

from lasynth.outcome import StopReason
from lasynth.search import Budget


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
