"""Worlds on a terminal, in colour: two columns a cell, north up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.columns import Columns
from rich.panel import Panel
from rich.text import Text

from lasynth.domains.karel.world import World

__all__ = ["world_text", "worlds_side_by_side"]

_ROBOTS: Final = "▲▶▼◀"
_WALL, _EMPTY, _ROBOT, _CRASHED, _MARKER = (
    "bright_black on bright_black",
    "bright_black",
    "bold bright_white on blue",
    "bold bright_white on red",
    "bold black on yellow",
)


def world_text(world: World) -> Text:
    """A world as a coloured text, a line a row.

    The robot is an arrow, and beside it the number of the markers it stands on; a cell with more than 99
    shows `++`. Without colours it can still be read.
    """
    walls = set(world.walls)
    counts = {(row, col): count for row, col, count in world.markers}
    text = Text(no_wrap=True)
    for row in reversed(range(world.rows)):
        for col in range(world.cols):
            text.append(*_cell(world, (row, col), walls, counts.get((row, col), 0)))
        if row:
            text.append("\n")
    return text


def worlds_side_by_side(worlds: Sequence[World], titles: Sequence[str]) -> Columns:
    """Several worlds with their titles, side by side as far as the terminal is wide enough."""
    panels = [Panel.fit(world_text(world), title=title) for world, title in zip(worlds, titles, strict=True)]
    return Columns(panels)


def _cell(world: World, place: tuple[int, int], walls: set[tuple[int, int]], count: int) -> tuple[str, str]:
    if place == (world.hero.row, world.hero.col):
        mark = "" if not count else str(count) if count < 10 else "+"
        return f"{_ROBOTS[world.hero.facing]}{mark:<1}", _CRASHED if world.crashed else _ROBOT
    if place in walls:
        return "##", _WALL
    if count:
        return f"{count:>2}" if count < 100 else "++", _MARKER
    return " ·", _EMPTY
