"""Which worlds a decoder reads while a program is written: the inputs all along, or what becomes of them.

Shapes: B programs, R rows of a search, K examples, W numbers of a world, T tokens.
"""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.guided import States
from lasynth.domains.karel.world import WorldArray

__all__ = ["Execution", "Unexecuted", "Worlds"]


class Worlds(Protocol):
    """The worlds that the rows of a search read; `lasynth.domains.karel.guided.GuidedWorlds` is one."""

    @property
    def worlds(self) -> WorldArray:
        """`[R, K, W]`."""

    @property
    def changed(self) -> npt.NDArray[np.bool_]:
        """`[R, K]`: those that may differ from before the last token."""

    @property
    def crashed(self) -> npt.NDArray[np.bool_]:
        """`[R, K]`: those that no program that goes on so can be right on."""

    def seen(self) -> npt.NDArray[np.bool_]:
        """`[R, K]`: the examples that the next token is written for; at least one a row."""

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Append a token to every row."""

    def reorder(self, parents: npt.ArrayLike) -> Self:
        """New rows that continue rows `parents`."""


class Execution(Protocol):
    """Which worlds are read while a program is written."""

    def along(self, tokens_BT: npt.NDArray[np.int32], inputs_BKW: WorldArray) -> States:
        """Those at all positions of whole programs."""

    def start(self, inputs_RKW: WorldArray) -> Worlds:
        """Those of rows of a search that have not begun."""


class Unexecuted:
    """Nothing is executed: the inputs are read all along, and every example counts."""

    def along(self, tokens_BT: npt.NDArray[np.int32], inputs_BKW: WorldArray) -> States:
        """See `Execution`."""
        batch, num_examples = inputs_BKW.shape[:2]
        examples = np.arange(batch * num_examples)
        return States(
            np.repeat(np.arange(batch)[:, None], tokens_BT.shape[1], axis=1),
            np.ones((batch, num_examples), dtype=np.bool_),
            examples.reshape(batch, num_examples),
            inputs_BKW.reshape(len(examples), -1),
            examples,
        )

    def start(self, inputs_RKW: WorldArray) -> Worlds:
        """See `Execution`."""
        return _Inputs(inputs_RKW)


class _Inputs:
    """The inputs as the worlds of a search; see `Worlds`."""

    def __init__(self, inputs_RKW: WorldArray) -> None:
        self.worlds = inputs_RKW
        self.changed = np.zeros(inputs_RKW.shape[:2], dtype=np.bool_)
        self.crashed = self.changed

    def seen(self) -> npt.NDArray[np.bool_]:
        return ~self.changed

    def advance(self, tokens: npt.ArrayLike) -> None:
        pass

    def reorder(self, parents: npt.ArrayLike) -> Self:
        return type(self)(self.worlds[np.asarray(parents)])
