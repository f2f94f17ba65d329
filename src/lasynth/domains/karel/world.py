"""A world: a walled grid with one robot and markers, as a value and as an array.

Row 0 is the bottom row and north is up, as in the benchmark. People's `World` knows the benchmark's JSON
and a text picture; the machine, the data and the models use flat arrays (`WORLD_SIZE` numbers each):
18 x 18 cells, the frame around the largest grid included, then the robot and the crash flag.

The text picture, top row first::

    .....#
    .2.>+.  >:3 +:12
    ......

`#` is a wall, `.` an empty cell, a digit so many markers, one of `^>v<` the robot. Where a digit does not
do, a note follows the row, one for each such cell from left to right: `>:3` for a robot that stands on
three markers, `+:12` for the twelve in a cell drawn as `+`. A `!` behind the robot's row says that it has
crashed.

Shapes: W `WORLD_SIZE`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from lasynth.errors import InputError
from lasynth.limits import MAX_VALUE_CHARS
from lasynth.reading import check_size

__all__ = [
    "CRASHED",
    "FACING",
    "FRAME",
    "HERO_COL",
    "HERO_ROW",
    "MAX_MARKERS",
    "MAX_SIDE",
    "NUM_CELLS",
    "OUTSIDE",
    "WALL",
    "WORLD_SIZE",
    "Facing",
    "Hero",
    "World",
    "WorldArray",
    "read_world",
    "same_worlds",
]

WorldArray: TypeAlias = npt.NDArray[np.uint8]

MAX_SIDE: Final = 16
_MOST_ROWS: Final = 1000  # of a picture, blank ones included
FRAME: Final = MAX_SIDE + 2  # world row r, column c is cell (r + 1) * FRAME + c + 1
MAX_MARKERS: Final = 101  # in one cell
# What a cell holds that is no number of markers: an inner wall; the frame around the grid and beyond.
WALL: Final = 254
OUTSIDE: Final = 255
# The places behind the cells.
NUM_CELLS: Final = FRAME * FRAME
HERO_ROW, HERO_COL, FACING, CRASHED = (NUM_CELLS + place for place in range(4))
WORLD_SIZE: Final = NUM_CELLS + 4


class Facing(IntEnum):
    """Where the robot looks; a turn to the right adds one."""

    NORTH = 0
    EAST = 1
    SOUTH = 2
    WEST = 3


_ROBOTS: Final = "^>v<"
_CELLS: Final = f"#.+0123456789{_ROBOTS}"
_FORMAT_HINT: Final = (
    "Write a world as rows of '#', '.', digits and one of '^>v<', or as the benchmark's JSON object."
)
_FACINGS: Final = {facing.name.lower(): facing for facing in Facing}
_FIELDS: Final = {
    "hero": (re.compile(r"(\d{1,6}):(\d{1,6}):(north|east|south|west)", re.ASCII), "row:column:east"),
    "blocked": (re.compile(r"(\d{1,6}):(\d{1,6})", re.ASCII), "row:column"),
    "markers": (re.compile(r"(\d{1,6}):(\d{1,6}):(\d{1,6})", re.ASCII), "row:column:count"),
}
_NOTE: Final = re.compile(r"(?P<cell>[\^>v<+]):(?P<count>\d{1,9})|(?P<crash>!)")


@dataclass(frozen=True, slots=True)
class Hero:
    """The robot: its cell, from 0, row 0 the bottom one, and where it looks."""

    row: int
    col: int
    facing: Facing


@dataclass(frozen=True, slots=True)
class World:
    """One world.

    Attributes:
        rows, cols: size of the grid within its frame, 1 to `MAX_SIDE`.
        hero: the robot.
        walls: `(row, column)` of the inner walls.
        markers: `(row, column, count)` of the cells with markers.
        crashed: whether the robot has tried what is not possible.

    Walls and markers are kept from the top row to the bottom one and from left to right, in whichever
    order they are given, so that equal worlds are equal values.

    Raises:
        InputError: something is outside the grid, on a wall, given twice, or too large.
    """

    rows: int
    cols: int
    hero: Hero
    walls: tuple[tuple[int, int], ...] = ()
    markers: tuple[tuple[int, int, int], ...] = ()
    crashed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "walls", _from_the_top(self.walls))
        object.__setattr__(self, "markers", _from_the_top(self.markers))
        if not (1 <= self.rows <= MAX_SIDE and 1 <= self.cols <= MAX_SIDE):
            what = f"a grid of {self.rows} rows and {self.cols} columns"
            raise InputError(
                what, hint=f"Grids have 1 to {MAX_SIDE} rows and columns, the frame not counted."
            )
        seen: set[tuple[int, int]] = set()
        for row, col in self.walls:
            self._check_place("a wall", row, col)
            if (row, col) in seen:
                raise InputError(f"the wall at {row}:{col} is given twice", hint="Remove one of the two.")
            seen.add((row, col))
        self._check_place("the robot", self.hero.row, self.hero.col)
        if (self.hero.row, self.hero.col) in seen:
            raise InputError(
                f"the robot is on a wall, at {self.hero.row}:{self.hero.col}",
                hint="Move the robot or remove the wall.",
            )
        for row, col, count in self.markers:
            self._check_place("a marker", row, col)
            if (row, col) in seen:
                what = f"the markers at {row}:{col} are on a wall or given twice"
                raise InputError(what, hint="A cell holds a wall or markers, and is named once.")
            seen.add((row, col))
            if not 1 <= count <= MAX_MARKERS:
                what = f"{count} markers at {row}:{col}"
                raise InputError(what, hint=f"A cell holds 1 to {MAX_MARKERS}, or is left out.")

    def _check_place(self, noun: str, row: int, col: int) -> None:
        if not (0 <= row < self.rows and 0 <= col < self.cols):
            raise InputError(
                f"{noun} is outside the grid, at {row}:{col}",
                hint=f"Rows are 0 to {self.rows - 1} from the bottom, columns 0 to {self.cols - 1}.",
            )

    @classmethod
    def from_array(cls, world_W: WorldArray) -> World:
        """The world of an array.

        Raises:
            ValueError: not the shape of a world.
        """
        if np.shape(world_W) != (WORLD_SIZE,):
            raise ValueError(f"a world is [{WORLD_SIZE}], not {np.shape(world_W)}")
        cells = np.asarray(world_W[:NUM_CELLS]).reshape(FRAME, FRAME)
        inside = cells != OUTSIDE
        places = [(int(row) - 1, int(col) - 1) for row, col in np.argwhere(inside & (cells != 0))]
        value = {place: int(cells[place[0] + 1, place[1] + 1]) for place in places}
        return cls(
            rows=int(inside[:, 1].sum()),
            cols=int(inside[1].sum()),
            hero=Hero(int(world_W[HERO_ROW]), int(world_W[HERO_COL]), Facing(int(world_W[FACING]))),
            walls=tuple(place for place in places if value[place] == WALL),
            markers=tuple((*place, value[place]) for place in places if value[place] != WALL),
            crashed=bool(world_W[CRASHED]),
        )

    def to_array(self) -> WorldArray:
        """`[W]` the world as an array."""
        world_W = np.full(WORLD_SIZE, OUTSIDE, dtype=np.uint8)
        cells = world_W[:NUM_CELLS].reshape(FRAME, FRAME)
        cells[1 : self.rows + 1, 1 : self.cols + 1] = 0
        for row, col in self.walls:
            cells[row + 1, col + 1] = WALL
        for row, col, count in self.markers:
            cells[row + 1, col + 1] = count
        world_W[NUM_CELLS:] = (self.hero.row, self.hero.col, self.hero.facing, self.crashed)
        return world_W

    @classmethod
    def from_json(cls, obj: object, *, where: str | None = None) -> World:
        """The world of a grid object of the benchmark.

        Args:
            obj: `{"rows": 2, "cols": 3, "hero": "0:1:east", "blocked": "1:0 1:2", "markers": "0:0:5",
                "crashed": false}`; the last three may be left out.
            where: what it is, for messages.

        Raises:
            InputError: anything wrong with it.
        """
        if not isinstance(obj, Mapping):
            raise InputError("a world in JSON is not an object", where, _FORMAT_HINT)
        heroes = _numbers(obj.get("hero"), "hero", where)
        if len(heroes) != 1:
            raise InputError('"hero" names no robot, or several', where, 'Write it as "row:column:east".')
        row, col, facing = heroes[0]
        sides = [obj.get(key) for key in ("rows", "cols")]
        crashed = obj.get("crashed", False)
        if not all(isinstance(side, int) and not isinstance(side, bool) for side in sides):
            raise InputError('"rows" and "cols" are not both numbers', where, 'Write "rows": 8, "cols": 8.')
        if not isinstance(crashed, bool):
            raise InputError('"crashed" is neither true nor false', where)
        return _checked(
            where,
            rows=sides[0],
            cols=sides[1],
            hero=Hero(row, col, Facing(facing)),
            walls=tuple(_numbers(obj.get("blocked", ""), "blocked", where)),
            markers=tuple(_numbers(obj.get("markers", ""), "markers", where)),
            crashed=crashed,
        )

    def to_json(self) -> dict[str, Any]:
        """The world as a grid object of the benchmark; `World.from_json` reads it back equal."""
        return {
            "blocked": " ".join(f"{row}:{col}" for row, col in self.walls),
            "cols": self.cols,
            "crashed": self.crashed,
            "hero": f"{self.hero.row}:{self.hero.col}:{self.hero.facing.name.lower()}",
            "markers": " ".join(f"{row}:{col}:{count}" for row, col, count in self.markers),
            "rows": self.rows,
        }

    def obstacle_to(self, output: World) -> str | None:
        """Why no program can make `output` of this world, in the words of a message; None if one may."""
        if (self.rows, self.cols) != (output.rows, output.cols):
            size, other = (f"{world.rows} x {world.cols}" for world in (self, output))
            return f"the input is a grid of {size}, the output one of {other}"
        if self.walls != output.walls:
            return "the walls of the output are not those of the input"
        if self.crashed or output.crashed:
            return f"the robot of the {'input' if self.crashed else 'output'} has crashed"
        return None

    @classmethod
    def from_text(cls, text: str | Iterable[str], *, where: str | None = None) -> World:
        """The world of a text picture, one text or its rows; the notation is that of this module.

        Raises:
            InputError: anything wrong with it; rows are counted from 1, the top one.
        """
        if isinstance(text, str):
            check_size(len(text), MAX_VALUE_CHARS, where)
            text = text.splitlines()
        lines = list(itertools.islice(text, _MOST_ROWS + 1))
        if len(lines) > _MOST_ROWS or sum(map(len, lines)) > MAX_VALUE_CHARS:
            raise InputError(
                "the world is too large", where, f"A world has 1 to {MAX_SIDE} rows and columns."
            )
        rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip()]
        if not rows:
            raise InputError("the world has no rows", where, _FORMAT_HINT)
        width = _common_width(rows, where)
        walls, markers, heroes = [], [], []
        crashed = False
        for row, (number, (cells, *notes)) in enumerate(reversed(rows)):
            place = _join(where, f"row {number}")
            counts, crash = _read_notes(cells, notes, place)
            for col, cell in enumerate(cells):
                if cell == "#":
                    walls.append((row, col))
                elif cell in _ROBOTS:
                    heroes.append(Hero(row, col, Facing(_ROBOTS.index(cell))))
                elif cell not in _CELLS:
                    raise InputError(f"'{cell}' in column {col + 1} is unknown", place, _FORMAT_HINT)
                count = counts.get(col, int(cell) if cell.isdecimal() else 0)
                if count:
                    markers.append((row, col, count))
            crashed |= crash
            if crash and not any(hero.row == row for hero in heroes):
                raise InputError("'!' stands behind a row without the robot", place)
        if len(heroes) != 1:
            what = f"the world has {len(heroes) or 'no'} robot{'s' if heroes else ''}"
            raise InputError(what, where, "Draw one of '^>v<' in one cell.")
        return _checked(
            where,
            rows=len(rows),
            cols=width,
            hero=heroes[0],
            walls=tuple(walls),
            markers=tuple(markers),
            crashed=crashed,
        )

    def to_text(self) -> str:
        """The text picture of the world, a line a row; `World.from_text` reads it back equal."""
        cells = [["."] * self.cols for _ in range(self.rows)]
        notes: list[dict[int, str]] = [{} for _ in range(self.rows)]
        robot = _ROBOTS[self.hero.facing]
        for row, col in self.walls:
            cells[row][col] = "#"
        cells[self.hero.row][self.hero.col] = robot
        for row, col, count in self.markers:
            if (row, col) == (self.hero.row, self.hero.col):
                notes[row][col] = f"{robot}:{count}"
            elif count > 9:
                cells[row][col] = "+"
                notes[row][col] = f"+:{count}"
            else:
                cells[row][col] = str(count)
        if self.crashed:
            notes[self.hero.row][self.cols] = "!"  # behind all others
        lines = []
        for row in reversed(range(self.rows)):
            words = " ".join(note for _, note in sorted(notes[row].items()))
            lines.append("".join(cells[row]) + (f"  {words}" if words else ""))
        return "\n".join(lines) + "\n"


def _common_width(rows: Sequence[tuple[int, list[str]]], where: str | None) -> int:
    """How many cells all rows have; of rows that differ, the first of the rarer sort is named."""
    widths = Counter(len(cells) for _, (cells, *_) in rows)
    (width, _), *others = widths.most_common()
    for number, (cells, *notes) in rows:
        if notes and all(set(note) <= set(_CELLS) for note in notes):
            hint = "Write the cells of a row without blanks between them."
            raise InputError("there are blanks between the cells", _join(where, f"row {number}"), hint)
        if others and len(cells) != width:
            what = f"this row has {len(cells)} cells, most rows have {width}"
            raise InputError(what, _join(where, f"row {number}"), "All rows of a world are equally long.")
    return width


def _read_notes(cells: str, notes: Sequence[str], place: str) -> tuple[dict[int, int], bool]:
    """The counts behind a row by column, and whether a `!` stands there."""
    counts: dict[int, int] = {}
    crashed = False
    for note in notes:
        found = _NOTE.fullmatch(note)
        if found is None:
            hint = "Behind a row stand notes such as '>:3', '+:12' and '!'."
            raise InputError(f"'{note}' behind the row is unknown", place, hint)
        if found["crash"]:
            crashed = True
            continue
        col = next((col for col, cell in enumerate(cells) if cell == found["cell"] and col not in counts), -1)
        if col < 0:
            raise InputError(f"'{note}' belongs to no '{found['cell']}' of this row", place)
        counts[col] = int(found["count"])
    for col, cell in enumerate(cells):
        if cell == "+" and col not in counts:
            hint = "Write how many markers it stands for behind the row, such as '+:12'."
            raise InputError(f"the '+' in column {col + 1} has no number", place, hint)
    return counts, crashed


def read_world(value: object, where: str | None = None) -> World:
    """A world as users give it: a `World`, a grid object of the benchmark, a text picture or its rows.

    Args:
        value: the world.
        where: what it is, for messages.

    Raises:
        InputError: anything wrong with it.
    """
    if isinstance(value, World):
        return value
    if isinstance(value, Mapping):
        return World.from_json(value, where=where)
    if isinstance(value, str):
        return World.from_text(value, where=where)
    if isinstance(value, list | tuple) and value and all(isinstance(row, str) for row in value):
        return World.from_text(value, where=where)
    raise InputError("not a world", where, _FORMAT_HINT)


def same_worlds(worlds: WorldArray, others: WorldArray) -> npt.NDArray[np.bool_]:
    """Which worlds are equal in the benchmark's sense: robot, crash flag and markers; walls do not count.

    Args:
        worlds, others: `[..., W]`.

    Returns:
        `[...]`.
    """
    # Seen from the markers, a wall is an empty cell.
    equal = np.asarray(worlds) == np.asarray(others)
    cells, other_cells = (np.asarray(array)[..., :NUM_CELLS] for array in (worlds, others))
    empty = (cells == 0) | (cells >= WALL)
    equal[..., :NUM_CELLS] |= empty & ((other_cells == 0) | (other_cells >= WALL))
    result: npt.NDArray[np.bool_] = equal.all(axis=-1)
    return result


def _from_the_top(places: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    return tuple(sorted((tuple(place) for place in places), key=lambda place: (-place[0], *place[1:])))


def _checked(where: str | None, **fields: Any) -> World:
    """A world of checked types; what else is wrong is reported with its place."""
    try:
        return World(**fields)
    except InputError as error:
        raise InputError(error.what, where, error.hint) from None


def _numbers(text: object, key: str, where: str | None) -> list[tuple[int, ...]]:
    """The words of a field as numbers; of the robot's, the facing is the last."""
    if not isinstance(text, str):
        raise InputError(f'"{key}" is missing or not a text', where, _FORMAT_HINT)
    check_size(len(text), MAX_VALUE_CHARS, where)
    pattern, form = _FIELDS[key]
    found = []
    for word in text.split():
        match = pattern.fullmatch(word)
        if match is None:
            raise InputError(f'"{key}" has "{word[:24]}"', where, f'Write it as "{form}".')
        found.append(tuple(int(part) if part.isdecimal() else _FACINGS[part] for part in match.groups()))
    return found


def _join(where: str | None, part: str) -> str:
    return part if where is None else f"{where}, {part}"
