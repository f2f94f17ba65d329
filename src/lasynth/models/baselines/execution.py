"""The worlds that a decoder reads while a program is written: always the inputs, or the executed worlds.

Shapes: B programs, R rows of a search, K examples, W numbers of a world, T tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel.guided import GuidedWorlds, States, along
from lasynth.domains.karel.world import WorldArray

__all__ = ["EXECUTIONS", "Execution", "Inputs", "Worlds", "joined"]


class Inputs:
    """The worlds of a search without execution: every example is seen; see `GuidedWorlds`."""

    def __init__(self, inputs_RKW: WorldArray) -> None:
        self.worlds = inputs_RKW
        self.changed = np.zeros(inputs_RKW.shape[:2], dtype=np.bool_)
        self.crashed = self.changed

    def seen(self) -> npt.NDArray[np.bool_]:
        """`[R, K]`: all examples."""
        return ~self.changed

    def advance(self, tokens: npt.ArrayLike) -> None:
        """Nothing changes."""

    def reorder(self, parents: npt.ArrayLike) -> Self:
        """New rows that continue rows `parents`."""
        return type(self)(self.worlds[np.asarray(parents)])

    def join(self, other: Self) -> Self:
        """These rows, then others."""
        return type(self)(np.concatenate([self.worlds, other.worlds]))


Worlds = Inputs | GuidedWorlds


def joined(first: Worlds, second: Worlds) -> Worlds:
    """The rows of a search, then those of another with the same execution."""
    if isinstance(first, Inputs):
        assert isinstance(second, Inputs)
        return first.join(second)
    assert isinstance(second, GuidedWorlds)
    return first.join(second)


@dataclass(frozen=True, slots=True)
class Execution:
    """The functions that give the worlds to read.

    Attributes:
        along: from tokens `[B, T]` and inputs `[B, K, W]` to the worlds at all positions of whole programs.
        start: from inputs `[R, K, W]` to the worlds of search rows before the first token.
    """

    along: Callable[[npt.NDArray[np.int32], WorldArray], States]
    start: Callable[[WorldArray], Worlds]


def _inputs_along(tokens_BT: npt.NDArray[np.int32], inputs_BKW: WorldArray) -> States:
    batch, num_examples = inputs_BKW.shape[:2]
    examples = np.arange(batch * num_examples)
    return States(
        np.repeat(np.arange(batch)[:, None], tokens_BT.shape[1], axis=1),
        np.ones((batch, num_examples), dtype=np.bool_),
        examples.reshape(batch, num_examples),
        inputs_BKW.reshape(len(examples), -1),
        examples,
    )


# When programs are executed, by name in configurations.
EXECUTIONS: Final = {
    "never": Execution(_inputs_along, Inputs),
    "statements": Execution(along, GuidedWorlds),
}
