"""Common parts of all models of Karel: they accept every world, and read it with one of two encoders.

Default sizes are those of the study on CPUs; the presets have the paper's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from lasynth.config import Layers, Width
from lasynth.domains.karel.world import Facing, Hero, World
from lasynth.examples import Example
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder
from lasynth.models.model import Model, ModelConfig

__all__ = ["WorldConfig", "WorldModel"]


@dataclass(frozen=True, slots=True)
class WorldConfig(ModelConfig):
    """The configuration of a model of Karel.

    Attributes:
        embedding: size of token embeddings.
        encoder: the encoder of pairs of worlds (`lasynth.models.karel.encoder`): `"frame"`, from the robot's
            point of view, or `"conv"`, that of Bunel et al. as in the paper.
        channels, blocks: for a `"conv"` encoder, channels of one grid and number of residual blocks.
        hidden: for a `"frame"` encoder, size of the first layer.
        decoder: size of a decoder's state, D.
        decoder_layers: number of layers of a decoder.
    """

    domain: ClassVar[str] = "karel"

    embedding: Width = 32
    encoder: Literal["frame", "conv"] = "frame"
    channels: Width = 32
    blocks: Annotated[int, Meta(ge=0, le=32)] = 2
    hidden: Width = 192
    decoder: Width = 192
    decoder_layers: Layers = 1

    def pair_encoder(self, size: int) -> ConvEncoder | FrameEncoder:
        """The encoder of pairs of worlds, freshly initialised; `size` is the size of its result, E."""
        if self.encoder == "conv":
            return ConvEncoder(self.channels, self.blocks, size)
        return FrameEncoder(self.hidden, size)


class WorldModel(Model):
    """A model of Karel."""

    def smallest_example(self) -> Example:
        """See `Model`; a robot alone in a small grid."""
        world = World(rows=2, cols=2, hero=Hero(0, 0, Facing.NORTH))
        return Example(world, world)
