"""Worlds on a terminal: in colour, two columns per cell, or as text pictures. North is up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lasynth.domains.karel.world import World

__all__ = [
    "pairs_side_by_side",
    "pairs_text",
    "show_pairs",
    "show_worlds",
    "world_text",
    "worlds_side_by_side",
]

_ROBOTS: Final = "▲▶▼◀"
_GAP: Final = " " * 6  # between pairs
_WALL, _EMPTY, _ROBOT, _CRASHED, _MARKER = (
    "bright_black on bright_black",
    "bright_black",
    "bold bright_white on blue",
    "bold bright_white on red",
    "bold black on yellow",
)


def world_text(world: World) -> Text:
    """A world as a coloured text, one line per row.

    The robot is an arrow; beside it is the number of markers in its cell. A cell with more than 99 markers
    shows `++`. The text is readable without colours too.
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
    """Several worlds with their titles, as many side by side as fit on the terminal."""
    panels = [Panel.fit(world_text(world), title=title) for world, title in zip(worlds, titles, strict=True)]
    return Columns(panels)


def pairs_side_by_side(pairs: Sequence[tuple[World, World]], titles: Sequence[str]) -> Columns:
    """Worlds before and after, one panel per pair, as many side by side as fit on the terminal."""
    panels = []
    for (before, after), title in zip(pairs, titles, strict=True):
        row = Table.grid(padding=(0, 1))
        row.add_row(world_text(before), Text("\n" * (before.rows // 2) + "→"), world_text(after))
        panels.append(Panel.fit(row, title=title))
    return Columns(panels)


def pairs_text(pairs: Sequence[tuple[World, World]], titles: Sequence[str], *, width: int = 100) -> str:
    """Worlds before and after as text pictures, as many pairs side by side as fit in `width` columns.

    `World.from_text` can read each picture.
    """
    blocks = [_pair(pair, title) for pair, title in zip(pairs, titles, strict=True)]
    rows: list[list[list[str]]] = []
    used = 0
    for block in blocks:
        size = len(block[0]) + len(_GAP)
        if not rows or used + size > width + len(_GAP):
            rows.append([])
            used = 0
        rows[-1].append(block)
        used += size
    texts = []
    for row in rows:
        height = max(map(len, row))
        filled = [block + [" " * len(block[0])] * (height - len(block)) for block in row]
        texts.append("".join(f"{_GAP.join(parts).rstrip()}\n" for parts in zip(*filled, strict=True)))
    return "\n".join(texts)


def show_pairs(pairs: Sequence[tuple[World, World]], titles: Sequence[str]) -> None:
    """Print worlds before and after: in colour on a terminal, else as text pictures."""
    if sys.stdout.isatty():
        Console().print(pairs_side_by_side(pairs, titles))
    else:
        sys.stdout.write(pairs_text(pairs, titles))


def show_worlds(worlds: Sequence[World], titles: Sequence[str]) -> None:
    """Print worlds side by side on a terminal; elsewhere print the second, the output, as a text picture."""
    if sys.stdout.isatty():
        Console().print(worlds_side_by_side(worlds, titles))
    else:
        sys.stdout.write(worlds[min(1, len(worlds) - 1)].to_text())


def _pair(pair: tuple[World, World], title: str) -> list[str]:
    """The lines of a pair, all of equal length: a title; below it the world before, an arrow, and after."""
    before, after = (world.to_text().splitlines() for world in pair)
    left, right = (max(map(len, lines)) for lines in (before, after))
    middle = (len(before) - 1) // 2
    lines = [title]
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        arrow = "->" if number == middle else "  "
        lines.append(f"{one:<{left}}  {arrow}  {other:<{right}}")
    width = max(map(len, lines))
    return [f"{line:<{width}}" for line in lines]


def _cell(world: World, place: tuple[int, int], walls: set[tuple[int, int]], count: int) -> tuple[str, str]:
    if place == (world.hero.row, world.hero.col):
        mark = "" if not count else str(count) if count < 10 else "+"
        return f"{_ROBOTS[world.hero.facing]}{mark:<1}", _CRASHED if world.crashed else _ROBOT
    if place in walls:
        return "##", _WALL
    if count:
        return f"{count:>2}" if count < 100 else "++", _MARKER
    return " ·", _EMPTY
