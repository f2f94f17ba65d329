"""The floor of C: the affine fit, as programs.

Shapes: B problems, K examples, N cells, S states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Tokens
from lasynth.domains.c.affine import AffineFit, AffineProgram, is_affine
from lasynth.domains.c.parser import parse, to_tokens
from lasynth.domains.unlearned import FloorWords

__all__ = ["AffineFloor"]

# The limit for the end of a program: the sum of |w| for a cell.
_END_NORM: Final = 3


class AffineFloor:
    """The smallest integer affine map that fits the examples; see `lasynth.domains.unlearned.Floor`."""

    words: Final = FloorWords(
        key="affine_fit",
        name="affine fit",
        meaning="the smallest integer affine map of the shown examples is right; no learning",
        plain="affine",
        plain_from="the examples",
    )

    def fit(self, inputs_BKN: npt.NDArray[Any], outputs_BKN: npt.NDArray[Any]) -> list[Tokens | None]:
        """See `Floor`."""
        return _programs(AffineFit().fit(inputs_BKN, outputs_BKN))

    def ends(self, states_SKN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]) -> list[Tokens | None]:
        """See `Floor`."""
        wanted = np.broadcast_to(outputs_KN, states_SKN.shape)
        return _programs(AffineFit(max_norm=_END_NORM).fit(states_SKN, wanted))

    def is_plain(
        self, inputs_KN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any], reference: Tokens | None
    ) -> bool | None:
        """See `Floor`: whether one affine map agrees with all examples."""
        return is_affine(inputs_KN, outputs_KN)


def _programs(maps: Sequence[AffineProgram | None]) -> list[Tokens | None]:
    texts = [None if each is None else each.to_c() for each in maps]
    return [None if text is None else to_tokens(parse(text)) for text in texts]
