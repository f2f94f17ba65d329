"""The split of a task, and repeated tasks.

The hash of the behaviour decides both, so a function is in only one split, whatever its shard or seed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.random import mix_words

__all__ = ["Split", "hash_fraction", "new_rows", "splits_of"]

_HELD_SHARE: Final = 1 / 16  # share of the functions for each of test and valid


class Split(StrEnum):
    """The purpose of a task."""

    TRAIN = "train"
    VALID = "valid"
    TEST = "test"


def hash_fraction(hashes_P: npt.NDArray[np.int64], salt: int = 0) -> npt.NDArray[np.float64]:
    """Numbers in [0, 1), evenly spread, each a function of a hash and the salt."""
    words = mix_words(hashes_P.astype(np.uint64) ^ mix_words(np.array([salt + 1], dtype=np.uint64)))
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def splits_of(hashes_P: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """The `Split` of each behaviour: one in sixteen for testing, one in sixteen for validation."""
    fractions = hash_fraction(hashes_P)
    splits = np.full(len(hashes_P), Split.TRAIN, dtype=object)
    splits[fractions < 2 * _HELD_SHARE] = Split.VALID
    splits[fractions < _HELD_SHARE] = Split.TEST
    return splits


def new_rows(hashes_P: npt.NDArray[np.int64], seen: set[int]) -> npt.NDArray[np.bool_]:
    """Whether each row has a behaviour not in `seen` and not in an earlier row; adds these to `seen`."""
    is_new = np.zeros(len(hashes_P), dtype=np.bool_)
    for row, value in enumerate(hashes_P.tolist()):
        if value not in seen:
            seen.add(value)
            is_new[row] = True
    return is_new
