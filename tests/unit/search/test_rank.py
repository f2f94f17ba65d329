from __future__ import annotations

import numpy as np

from lasynth.search.rank import by_score, distinct_behaviours, rank
from lasynth.search.verify import Proposal


def proposal(
    score: float, length: int, *, consistent: bool = False, behaviour: int = 0, order: int = 0
) -> Proposal:
    return Proposal(np.zeros(length, dtype=np.int32), score, consistent, behaviour, order)


def test_consistent_ones_come_first_then_the_likely_and_short() -> None:
    likely = proposal(-1.0, 30, order=0)
    right = proposal(-9.0, 30, consistent=True, order=1)
    right_and_short = proposal(-9.5, 20, consistent=True, order=2)
    found = [likely, right, right_and_short]
    assert rank(found, length_bias=0.1) == [right_and_short, right, likely]
    assert rank(found, length_bias=0.01) == [right, right_and_short, likely]
    assert by_score(found) == [likely, right, right_and_short]


def test_equals_stay_in_the_order_proposed() -> None:
    found = [proposal(-1.0, 5, order=order) for order in range(6)]
    assert rank(found[::-1], length_bias=0.1) == found
    assert by_score(found[::-1]) == found


def test_the_best_of_each_behaviour_stays() -> None:
    found = [proposal(-score, 5, behaviour=score % 3, order=score) for score in range(7)]
    assert distinct_behaviours(found) == found[:3]
