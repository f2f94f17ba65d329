"""What all models of Karel have: they take every world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lasynth.domains.karel.world import Facing, Hero, World
from lasynth.examples import Example
from lasynth.models.model import Model, ModelConfig

__all__ = ["WorldConfig", "WorldModel"]


@dataclass(frozen=True, slots=True)
class WorldConfig(ModelConfig):
    """What a model of Karel is built from."""

    domain: ClassVar[str] = "karel"


class WorldModel(Model):
    """A model of Karel."""

    def smallest_example(self) -> Example:
        """See `Model`; a robot alone in a small grid."""
        world = World(rows=2, cols=2, hero=Hero(0, 0, Facing.NORTH))
        return Example(world, world)
