"""How likely a list is to take a branch that no shown one takes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lasynth.domains.c.hidden import hidden_branch

LISTS = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=1, max_size=6)


@given(shown=LISTS, further=LISTS)
def test_it_is_the_share_of_conditions_that_are_new(shown: list[list[int]], further: list[list[int]]) -> None:
    def holds(x: list[int], left: int, right: int | None, number: int, relation: str) -> bool:
        value = x[left] - (number if right is None else x[right])
        return {"<": value < 0, ">": value > 0, "==": value == 0}[relation]

    sides = [(i, None, n) for i in range(3) for n in range(-4, 5)]
    pairs = [(i, j, 0) for i in range(3) for j in range(i)]
    total, new = 0.0, np.zeros(len(further))
    for (left, right, number), relation in product([*sides, *pairs], ["<", ">", "=="]):
        known = {holds(x, left, right, number, relation) for x in shown}
        if len(known) == 1:
            common = np.exp(-0.15 * abs(number) - (1.2 if relation == "==" else 0.0))
            total += common
            other = [holds(x, left, right, number, relation) not in known for x in further]
            new += common * np.array(other)
    share = hidden_branch(np.array(shown), np.array(further))
    assert share == pytest.approx(new / total)


def test_what_was_shown_hides_nothing() -> None:
    shown = np.random.default_rng(0).integers(-4, 5, (4, 5))
    assert hidden_branch(shown, shown).tolist() == [0.0] * 4


def test_a_list_unlike_all_others_is_the_likeliest() -> None:
    shown = np.array([[1, 2, 3], [2, 3, 4], [1, 3, 4]])
    like, unlike = hidden_branch(shown, np.array([[1, 2, 4], [-4, 0, -4]]))
    assert unlike > like
