from __future__ import annotations

import pytest

from lasynth.evaluation import Rate, wilson


# The bounds are those of Newcombe 1998, "Two-sided confidence intervals for the single proportion",
# table I, method 3 (score without continuity correction).
@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_published_intervals(right: int, total: int, low: float, high: float) -> None:
    assert wilson(right, total) == pytest.approx((low, high), abs=5e-5)


def test_ends_are_exact_and_sides_are_equal() -> None:
    assert wilson(0, 7)[0] == 0.0
    assert wilson(7, 7)[1] == 1.0
    low, high = wilson(3, 11)
    assert wilson(8, 11) == pytest.approx((1 - high, 1 - low))
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_a_higher_level_is_wider() -> None:
    assert wilson(5, 20, level=0.99)[0] < wilson(5, 20)[0] < wilson(5, 20, level=0.5)[0]


def test_a_rate_counts_only_what_is_known() -> None:
    rate = Rate.of([True, False, None, True])
    assert (rate.num_right, rate.num_tasks) == (2, 3)
    assert str(Rate(552, 1000)) == "55.2 [52.1, 58.3]"
    assert str(Rate(0, 0)) == "-"
    assert rate.to_json() == {"num_right": 2, "num_tasks": 3, "share": 0.6667, "low": 0.2077, "high": 0.9385}
