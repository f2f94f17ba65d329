"""Random programs and what people mean are told apart by examples."""

from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains import get
from lasynth.domains.c.origin import CELLS, own_odds, properties

GIVEN = np.random.default_rng(3).integers(-4, 5, (5, CELLS)).astype(np.int32)


def after(text: str) -> np.ndarray:
    """What a program of `restricted` makes of the inputs."""
    language = get("c")
    tokens = language.text.to_tokens(language.text.parse(text))
    outputs, statuses = language.machine.run_batch(tokens[None], GIVEN)
    assert not statuses.any()
    return outputs[0]


PEOPLE = {
    "sorted": np.sort(GIVEN, axis=1),
    "running sums": np.cumsum(GIVEN, axis=1),
    "the largest last": np.concatenate([GIVEN[:, :-1], GIVEN.max(axis=1, keepdims=True)], axis=1),
    "without zeros": np.where(GIVEN > 0, GIVEN, 0),
}
RANDOM = (
    "if (a[1] < a[3]) { a[2] = 4; } else { a[0]--; }",
    "if (a[0] > 2) { a[4] = a[1] + 1; } a[2] = a[3] - 2;",
    "a[1] = 3; if (a[2] == a[0]) { a[3]++; } a[4] -= a[1];",
)


@pytest.mark.parametrize("name", PEOPLE)
def test_whole_lists_are_of_people(name: str) -> None:
    assert own_odds(GIVEN, PEOPLE[name]) < 0


@pytest.mark.parametrize("text", RANDOM)
def test_branches_on_single_cells_are_random(text: str) -> None:
    assert own_odds(GIVEN, after(text)) > 0


def test_odds_are_bounded_and_of_five_cells() -> None:
    assert all(abs(own_odds(GIVEN[:1], outputs[:1])) <= 4 for outputs in PEOPLE.values())
    assert own_odds(GIVEN[:, :4], GIVEN[:, :4]) == 0
    assert own_odds(GIVEN, GIVEN.sum(axis=1)) == 0
    assert np.isfinite(own_odds(GIVEN[:1], np.full((1, CELLS), 2**31 - 1)))


def test_examples_without_any_change_say_nothing() -> None:
    assert own_odds(GIVEN, GIVEN) == 0


def test_properties_do_not_depend_on_the_order_of_the_examples() -> None:
    outputs = PEOPLE["the largest last"]
    assert np.allclose(properties(GIVEN, outputs), properties(GIVEN[::-1], outputs[::-1]))
