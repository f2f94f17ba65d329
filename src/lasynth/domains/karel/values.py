"""Worlds: what programs of Karel read and return.

Shapes: K examples, W `WORLD_SIZE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lasynth.domains.base import Values
from lasynth.domains.karel.probes import probe_worlds
from lasynth.domains.karel.world import World, WorldArray, read_world
from lasynth.examples import Example
from lasynth.limits import MAX_VALUE_CHARS
from lasynth.reading import check_size, parse_json

__all__ = ["VALUES"]


def _obstacle(example: Example, first: Example) -> tuple[str, str] | None:
    what = example.input.obstacle_to(example.output)
    return None if what is None else (what, "No program can make this output of this input.")


def _encode(worlds: Sequence[World]) -> WorldArray:
    return np.array([world.to_array() for world in worlds])


def _read_text(text: str, where: str) -> World:
    """A world as JSON, or as a picture."""
    check_size(len(text), MAX_VALUE_CHARS, where)
    if not text.lstrip().startswith(("{", "[")):
        return read_world(text, where)
    return read_world(parse_json(text, where), where)


VALUES: Final = Values(
    read=read_world,
    obstacle=_obstacle,
    encode=_encode,
    decode=World.from_array,
    more=lambda worlds_KW, num, seed: probe_worlds(worlds_KW, num=num, seed=seed),
    dtype=np.uint8,  # the numbers of a world are small codes, and there are many
    noun="world",
    read_text=_read_text,
    to_text=lambda world: world.to_text().rstrip("\n"),
    to_json=World.to_json,
)
