from __future__ import annotations

from itertools import product

import pytest

from lasynth.evaluation.significance import Pair, holm, mcnemar


def by_enumeration(b: int, c: int) -> float:
    """The share of all results of b + c coin tosses that are at least as uneven."""
    ways = [abs(2 * sum(coins) - len(coins)) for coins in product((0, 1), repeat=b + c)]
    return sum(way >= abs(b - c) for way in ways) / len(ways)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (5, 0), (1, 9), (9, 1), (4, 4), (3, 8), (2, 12)])
def test_mcnemar_is_what_counting_all_coins_gives(b: int, c: int) -> None:
    assert mcnemar(b, c) == pytest.approx(by_enumeration(b, c), abs=1e-15)


def test_mcnemar_by_hand() -> None:
    # 1 against 9: 2 (1 + 10) / 1024
    assert mcnemar(1, 9) == 22 / 1024
    assert mcnemar(5, 0) == 2 / 32
    assert mcnemar(7, 7) == 1.0


def test_mcnemar_of_thousands_stays_exact() -> None:
    assert mcnemar(0, 2000) == 0.0  # 2**-1999 is below any float
    assert 0 < mcnemar(0, 1000) < 1e-300
    assert mcnemar(3000, 3000) == 1.0


def test_mcnemar_refuses_negative_counts() -> None:
    with pytest.raises(ValueError, match="not counts"):
        mcnemar(-1, 3)


def test_holm_by_hand() -> None:
    # sorted: 0.01 * 4, 0.02 * 3, 0.03 * 2 (kept at 0.06), 0.5 * 1
    assert holm([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_pair_counts_who_alone_is_right() -> None:
    pair = Pair.of([True, True, False, False, True], [True, False, True, False, False])
    assert (pair.b, pair.c, pair.num_tasks) == (2, 1, 5)
    assert pair.difference == pytest.approx(0.2)
    assert pair.p == mcnemar(2, 1)
    with pytest.raises(ValueError, match="zip"):
        Pair.of([True], [True, False])
