"""The distribution of random programs and their worlds: the weights of the samplers.

`real` has the distribution of the public benchmark's programs and worlds (Bunel et al. 2018). Programs
without fitting worlds are dropped; the weights are tuned so that the remaining programs match. A weight is
relative to the others in its list; a `p_*` field is a probability. `regular` has the worlds of teaching
tasks, and a quarter of those of `taught` are such.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta

from lasynth.config import Share, Weight
from lasynth.domains.karel.grammar import MAX_TIMES
from lasynth.domains.karel.machine import MAX_TICKS
from lasynth.domains.karel.world import MAX_SIDE
from lasynth.domains.settings import Five, Four, SamplerSettings, Two

__all__ = ["KarelSamplerSettings", "Weights"]

_Sizes = Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=24)]
_Times = Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=MAX_TIMES + 1)]
_Sides = Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=MAX_SIDE)]
_Counts = Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=9)]


@dataclass(frozen=True, slots=True)
class KarelSamplerSettings(SamplerSettings):
    """The distribution of random programs and of the worlds drawn for them.

    Attributes:
        max_tokens: programs longer than this (EOS included) are drawn again.
        max_ticks: programs end within this many ticks in the worlds drawn for them.
        kinds: weights of the kinds, in the order of `Kind`.
        branch_depths, loop_depths, mixed_depths: weights of the depths 1 to 5 of the programs of the
            three kinds with blocks.
        loops: weights of `REPEAT` and `WHILE` in a program with one kind of loop.
        branches: weights of `IF` and `IFELSE` in a program of branches.
        keywords: weights of `REPEAT`, `WHILE`, `IF` and `IFELSE` in a mixture.
        straight_sizes: weights of 1, 2, 3... statements in a program without blocks.
        top_sizes: the same in one with blocks.
        inner_sizes: the same in an inner block.
        actions: weights of the actions, in the order of `ACTION_NAMES`.
        conditions: weights of the conditions of branches, in the order of `CONDITION_NAMES`.
        loop_conditions: the same of `WHILE`s.
        times: weights of 0, 1, 2... rounds of a `REPEAT`.
        p_not: that an `*IsClear` condition is negated; the other two never are.
        p_extra: that a statement has a block where an action would be enough, in a program with blocks.
        p_cover: share of the programs whose worlds must show both outcomes of every branch. The real
            worlds do not always show both; every loop is entered in some world.
        p_steer: that a condition gets the outcome that no world has shown yet, if the world can still be
            changed that way.
        p_enter: that a `WHILE` runs another round, if the world can still be changed that way.
        sides: weights of 1, 2, 3... rows or columns.
        marker_counts: weights of 1, 2, 3... markers in a cell with markers.
        marker_shares: limits of bands; the share of cells with markers is uniform in one of them, chosen by
            `marker_bands`.
        marker_bands: weights of the bands, one fewer than the limits.
        wall_shares, wall_bands: the same for walls.
        p_regular: share of the programs whose worlds are regular, as those of teaching tasks: all of one
            plan, in several sizes, and not changed to fit the program.
    """

    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "real": {},
        "regular": {"p_regular": 1.0},
        "taught": {"p_regular": 0.25},
    }

    max_tokens: Annotated[int, Meta(ge=16, le=4096)] = 72
    max_ticks: Annotated[int, Meta(ge=1, le=MAX_TICKS)] = 98
    kinds: Four = (0.146, 0.1136, 0.254, 0.4864)
    branch_depths: Five = (0.5228, 0.3377, 0.1158, 0.0236, 0.0)
    loop_depths: Five = (0.836, 0.1267, 0.0373, 0.0, 0.0)
    mixed_depths: Five = (0.1546, 0.4481, 0.2768, 0.0845, 0.036)
    loops: Two = (0.3372, 0.6628)
    branches: Two = (0.4957, 0.5043)
    keywords: Four = (0.2413, 0.4111, 0.1704, 0.1773)
    straight_sizes: _Sizes = (*(0.1078, 0.2183, 0.2485, 0.1918, 0.1279, 0.0634, 0.02, 0.0118, 0.0066, 0.004),)
    top_sizes: _Sizes = (
        *(0.1076, 0.218, 0.2481, 0.1916, 0.1284, 0.0632, 0.0197, 0.0118, 0.0065, 0.004, 0.0007, 0.0005),
    )
    inner_sizes: _Sizes = (0.6705, 0.2053, 0.0818, 0.0307, 0.0087, 0.0023, 0.0007)
    actions: Five = (0.271, 0.1341, 0.1575, 0.1775, 0.26)
    conditions: Five = (0.0845, 0.297, 0.3086, 0.1843, 0.1256)
    loop_conditions: Five = (0.42, 0.12, 0.12, 0.14, 0.2)
    times: _Times = (*(0.0, 0.0, 0.1622, 0.1436, 0.1817, 0.205, 0.0865, 0.0991, 0.0527, 0.0461, 0.023),)
    p_not: Share = 0.239
    p_extra: Share = 0.088
    p_cover: Share = 0.34
    p_steer: Share = 0.5
    p_enter: Share = 0.6
    sides: _Sides = (0.0, *(1.0,) * 15)
    marker_counts: _Counts = (0.63, 0.12, 0.06, 0.04, 0.04, 0.03, 0.03, 0.03, 0.02)
    marker_shares: tuple[Share, ...] = (0.0, 0.05, 0.085, 0.12, 0.16, 0.3, 0.7)
    marker_bands: _Sizes = (0.15, 0.20, 0.32, 0.16, 0.09, 0.08)
    wall_shares: tuple[Share, ...] = (0.0, 0.0001, 0.06, 0.09, 0.13, 0.17, 0.5)
    wall_bands: _Sizes = (0.30, 0.05, 0.22, 0.30, 0.09, 0.045)
    p_regular: Share = 0.0
    name: str = field(default="real", compare=False)

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        for what in ("marker", "wall"):
            ends, bands = getattr(self, f"{what}_shares"), getattr(self, f"{what}_bands")
            if len(ends) != len(bands) + 1 or list(ends) != sorted(ends):
                return f"{what}_shares does not fit", f"Give {len(bands) + 1} rising shares."
        if not self.actions[0]:
            return "`move` has no weight in actions", "Give it one above 0: every program moves."
        return SamplerSettings.misfit(self)

    def weights(self) -> Weights:
        """The settings for compiled code (`compiled`)."""
        return Weights(*self.compiled())


# `KarelSamplerSettings` for compiled code, which takes named tuples but not dataclasses.
if TYPE_CHECKING:
    Weights = Any
else:
    Weights = namedtuple("Weights", KarelSamplerSettings.keys())
