from __future__ import annotations

import numpy as np

from lasynth.data.filters import Split, hash_fraction, new_rows, splits_of

HASHES = np.random.default_rng(0).integers(0, 1 << 62, 20_000)


def test_a_split_goes_by_the_behaviour_alone() -> None:
    splits = splits_of(HASHES)
    assert (splits_of(HASHES[::-1])[::-1] == splits).all()
    shares = {split: float((splits == split).mean()) for split in Split}
    assert abs(shares[Split.TEST] - 1 / 16) < 0.01
    assert abs(shares[Split.VALID] - 1 / 16) < 0.01
    assert sum(shares.values()) == 1


def test_fractions_are_even_and_salted() -> None:
    small = np.arange(20_000)  # similar hashes must not give similar fractions
    for hashes in (HASHES, small):
        counts, _ = np.histogram(hash_fraction(hashes), bins=10, range=(0, 1))
        assert abs(counts / len(hashes) - 0.1).max() < 0.01
    correlation = np.corrcoef(hash_fraction(HASHES), hash_fraction(HASHES, 1))[0, 1]
    assert abs(correlation) < 0.05


def test_only_the_first_of_a_behaviour_is_new() -> None:
    seen = {7}
    assert new_rows(np.array([5, 7, 5, 6]), seen).tolist() == [True, False, False, True]
    assert seen == {5, 6, 7}
    assert new_rows(np.array([6, 8]), seen).tolist() == [False, True]
