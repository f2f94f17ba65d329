"""Common parts of the systems for Karel that LaSynth is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from lasynth.config import Layers, Width
from lasynth.models.karel.model import WorldConfig

__all__ = ["PeerConfig"]


@dataclass(frozen=True, slots=True)
class PeerConfig(WorldConfig):
    """Sizes that all peers have.

    Attributes:
        example: size of an encoded example, E.
    """

    example: Width = 192
    decoder: Width = 256
    decoder_layers: Layers = 2
