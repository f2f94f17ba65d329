"""Programs of several lengths in one array."""

from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.kit.rows import ended, padded

EOS = 7


def test_padding_fills_up_with_the_end_token() -> None:
    tokens_PT = padded([[1, 2, EOS], np.array([3, EOS])], EOS)
    assert tokens_PT.dtype == np.int32
    assert tokens_PT.tolist() == [[1, 2, EOS], [3, EOS, EOS]]
    assert padded([[1]], EOS, width=3).tolist() == [[1, EOS, EOS]]
    assert padded([], EOS).shape == (0, 0)
    assert padded([], EOS, width=5).shape == (0, 5)
    with pytest.raises(ValueError, match="broadcast"):
        padded([[1, 2]], EOS, width=1)


def test_a_program_is_cut_behind_its_first_end() -> None:
    row = np.array([1, EOS, EOS, 2], dtype=np.int64)
    cut = ended(row, EOS)
    assert cut.tolist() == [1, EOS]
    assert cut.dtype == np.int32
    row[0] = 5
    assert cut[0] == 1
    assert ended([1, 2], EOS).tolist() == [1, 2]
