"""The floor of Karel: the shortest sequence of actions, as a program without blocks.

In half of the tasks of the public benchmark, all runs of the reference program take the same actions. So a
search without loops and branches solves almost half of the tasks.

Shapes: B problems, K examples, S states, W `WORLD_SIZE`.
"""

from __future__ import annotations

from typing import Final

from lasynth.domains.base import Tokens
from lasynth.domains.karel.action_search import straight_program
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import WorldArray
from lasynth.domains.unlearned import FloorWords

__all__ = ["StraightLineFloor"]

# Limits for whole programs and for ends of programs: actions, and states before a search gives up.
_WHOLE: Final = {"max_length": 20, "max_states": 200_000}
_END: Final = {"max_length": 8, "max_states": 2000}


class StraightLineFloor:
    """The shortest straight-line program that fits the examples; see `lasynth.domains.unlearned.Floor`."""

    words: Final = FloorWords(
        key="straight_line_floor",
        name="straight-line floor",
        meaning="the shortest sequence of actions that fits the shown examples is right; no learning",
        plain="straight",
        plain_from="the runs of the reference",
        top1=True,
    )

    def fit(self, inputs_BKW: WorldArray, outputs_BKW: WorldArray) -> list[Tokens | None]:
        """See `Floor`."""
        pairs = zip(inputs_BKW, outputs_BKW, strict=True)
        return [straight_program(inputs, outputs, **_WHOLE) for inputs, outputs in pairs]

    def ends(self, states_SKW: WorldArray, outputs_KW: WorldArray) -> list[Tokens | None]:
        """See `Floor`."""
        return [straight_program(state_KW, outputs_KW, **_END) for state_KW in states_SKW]

    def is_plain(
        self, inputs_KW: WorldArray, outputs_KW: WorldArray, reference: Tokens | None
    ) -> bool | None:
        """See `Floor`: whether all runs of the reference take the same actions."""
        if reference is None:
            return None
        actions_KA = run_traced(reference[None], inputs_KW).actions_PKA[0]
        return bool((actions_KA == actions_KA[:1]).all())
