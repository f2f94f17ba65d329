"""What the systems for Karel that LaSynth is compared with have in common.

Sizes default to those of the study on CPUs; the paper's stand in the presets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lasynth.config import Count, Size
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder
from lasynth.models.karel.model import WorldConfig

__all__ = ["PeerConfig"]


@dataclass(frozen=True, slots=True)
class PeerConfig(WorldConfig):
    """Sizes that all of them have.

    Attributes:
        encoder: of examples (`lasynth.models.karel.encoder`): `"frame"` or `"conv"`, the paper's.
        hidden: first layer of a `"frame"` encoder.
        channels, blocks: of a `"conv"` encoder: channels of one grid, residual blocks.
        example: size of an encoded example, E.
        embedding: size of token embeddings.
        decoder: size of a decoder's state, D.
        decoder_layers: layers of a decoder.
    """

    encoder: Literal["frame", "conv"] = "frame"
    hidden: Size = 192
    channels: Size = 32
    blocks: Count = 2
    example: Size = 192
    embedding: Size = 32
    decoder: Size = 256
    decoder_layers: Size = 2

    def example_encoder(self) -> ConvEncoder | FrameEncoder:
        """The encoder of pairs of worlds, freshly initialised."""
        if self.encoder == "conv":
            return ConvEncoder(self.channels, self.blocks, self.example)
        return FrameEncoder(self.hidden, self.example)
