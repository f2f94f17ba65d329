"""What is kept where there is room for a few only."""

import numpy as np
import pytest

from lasynth.domains.c.kept import place_of


@pytest.mark.parametrize("room", [1, 3, 10, 40])
def test_the_cheapest_are_kept(room):
    costs = np.random.default_rng(room).permutation(40).astype(float)
    kept = np.empty(room)
    num = 0
    for cost in costs:
        place = place_of(cost, num, kept)
        if place >= 0:
            kept[place] = cost
            num = max(num, place + 1)
    assert sorted(kept[:num]) == sorted(costs)[:room]


def test_equal_costs_change_nothing():
    assert place_of(2.0, 2, np.array([1.0, 2.0])) == -1
