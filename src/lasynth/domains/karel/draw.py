"""Worlds as pictures: a world as SVG, and a run as an animated SVG that any browser plays.

North is up. Walls are dark. Markers are amber, with their number if there are several. The robot is a blue
arrow, red after a crash. The animation (SMIL, no script) shows one tick after the other: the current line of
the program, the robot's step, the value of a condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

import numpy as np

from lasynth.domains.base import Status
from lasynth.domains.karel.grammar import ACTION_NAMES, lexeme, token_of
from lasynth.domains.karel.machine import BENCHMARK, Semantics
from lasynth.domains.karel.parser import to_tokens
from lasynth.domains.karel.printer import format_program
from lasynth.domains.karel.syntax import Program
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import World

__all__ = ["run_svg", "world_svg"]

_CELL: Final = 28
_MARGIN: Final = 14
_LINE: Final = 19  # height of a line of the program
_CHAR: Final = 7.9  # width of a character in it
_MOVES_S: Final = 0.4  # the part of a one-second step in which the robot moves from cell to cell
_QUESTION: Final = 0.7  # duration of a question's step, relative to that of an action
_FONT: Final = "font-family='ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace'"
_PAPER, _GROUND, _LINES, _STONE = "#ffffff", "#faf8f3", "#e2ddd1", "#475569"
_AMBER, _AMBER_EDGE, _INK, _FAINT = "#f5b83d", "#b27b12", "#1f2937", "#6b7280"
_BLUE, _RED, _GLOW = "#2f6fde", "#d93838", "#fdeebf"
_STARTS_LINE: Final = frozenset(
    token_of(text) for text in (*ACTION_NAMES, "WHILE", "REPEAT", "IF", "IFELSE", "ELSE")
)


def world_svg(world: World) -> str:
    """A world as an SVG document."""
    width, height = _size(world)
    markers = [_marker(world, row, col, count, "") for row, col, count in world.markers]
    return _document(width, height, "A Karel world", [*_ground(world), _robot_still(world), *markers])


def run_svg(
    program: Program,
    world: World,
    *,
    seconds_per_action: float = 0.6,
    semantics: Semantics = BENCHMARK,
) -> str:
    """The run of a program in a world as an animated SVG document, played in a loop.

    Args:
        program: shown beside the world, with the current line highlighted.
        world: the initial world.
        seconds_per_action: duration of an action; a question takes a little less.
        semantics: how the run is scored; the last caption says if it crashed or ran out of ticks.
    """
    tokens = to_tokens(program)
    run = _Run.of(tokens, world, semantics)
    grid_width, grid_height = _size(world)
    lines = format_program(program).splitlines()
    text_left = grid_width + 4
    width = text_left + int(max(map(len, lines)) * _CHAR) + 2 * _MARGIN
    height = max(grid_height, len(lines) * _LINE + 2 * _MARGIN) + _LINE
    clock = _Clock(run.lengths, seconds_per_action)
    line_of = np.cumsum([int(token) in _STARTS_LINE for token in tokens])
    at_line = [0, *(int(line_of[tick.token]) for tick in run.ticks)]
    glow = f"rx='3' fill='{_GLOW}'", clock.steps("y", [_MARGIN + line * _LINE for line in at_line])
    bottoms = range(_MARGIN + 14, height, _LINE)
    body = [
        _rect(text_left, _MARGIN, width - text_left - _MARGIN, _LINE, *glow),
        f"<g {_FONT} font-size='13' fill='{_INK}'>",
        *(_code_line(line, text_left + 5, bottom) for line, bottom in zip(lines, bottoms, strict=False)),
        "</g>",
        *_ground(world),
        *_robot_moving(run.worlds, clock),
        *_markers_changing(run.worlds, clock),
        *_captions(run, clock, height - 12),
    ]
    return _document(width, height, "A run of a Karel program", body)


@dataclass(frozen=True, slots=True)
class _Tick:
    """One step of a run: the position of the current token, and the caption."""

    token: int
    words: str
    is_action: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """A run tick by tick; `worlds` has one more entry, the initial world."""

    ticks: tuple[_Tick, ...]
    worlds: tuple[World, ...]
    status: Status

    @classmethod
    def of(cls, tokens: np.ndarray, world: World, semantics: Semantics) -> _Run:
        traces = run_traced(tokens[None], world.to_array()[None], semantics=semantics, snapshots=True)
        assert traces.snapshots_PKAW is not None
        num_actions, num_events = int(traces.num_actions_PK[0, 0]), int(traces.num_events_PK[0, 0])
        snapshots = [World.from_array(one) for one in traces.snapshots_PKAW[0, 0, : num_actions + 1]]
        times = traces.event_times_PKE[0, 0, :num_events]
        ticks, worlds = [], [snapshots[0]]
        event = 0
        for action in range(num_actions + 1):
            while event < num_events and times[event] == action:
                token = int(traces.event_tokens_PKE[0, 0, event])
                words = _answer(tokens, token, traces.event_values_PKE[0, 0, event])
                ticks.append(_Tick(token, words, False))
                worlds.append(snapshots[action])
                event += 1
            if action < num_actions:
                name = ACTION_NAMES[traces.actions_PKA[0, 0, action]]
                ticks.append(_Tick(int(traces.action_tokens_PKA[0, 0, action]), name, True))
                worlds.append(snapshots[action + 1])
        return cls(tuple(ticks), tuple(worlds), Status(int(traces.statuses_PK[0, 0])))

    @property
    def lengths(self) -> list[float]:
        return [1.0 if tick.is_action else _QUESTION for tick in self.ticks]


def _answer(tokens: np.ndarray, token: int, value: int) -> str:
    if int(tokens[token]) == token_of("REPEAT"):
        return f"rounds left: {value}"
    first = lexeme(int(tokens[token + 2]))
    question = f"not {lexeme(int(tokens[token + 4]))}" if first == "not" else first
    return f"{question}? {'yes' if value else 'no'}"


class _Clock:
    """The times of an animation: frame 0 is the start, frame i + 1 belongs to tick i."""

    def __init__(self, lengths: Sequence[float], unit_s: float) -> None:
        starts = np.cumsum([1.0, *lengths])  # the start is shown for one step, the end for two extra steps
        total = starts[-1] + 2.0
        self.starts = [0.0, *(starts[:-1] / total)]
        self.arrivals = [0.0, *((starts[:-1] + np.array(lengths) * _MOVES_S) / total)]
        self.duration = f"dur='{total * unit_s:.2f}s' repeatCount='indefinite'"

    def steps(self, attribute: str, values: Sequence[object], *, late: bool = False) -> str:
        """An attribute that changes at the start of each frame or, if `late`, when the robot arrives."""
        moments = self.arrivals if late else self.starts
        kept = [i for i in range(len(values)) if i == 0 or values[i] != values[i - 1]]
        if len(kept) == 1:
            return ""
        return (
            f"<animate attributeName='{attribute}' calcMode='discrete' {self.duration} "
            f"values='{';'.join(str(values[i]) for i in kept)}' "
            f"keyTimes='{';'.join(f'{moments[i]:.5f}' for i in kept)}'/>"
        )

    def glide(self, kind: str, values: Sequence[str]) -> str:
        """A transformation that is interpolated from one frame's value to the next."""
        moments, shown = [0.0], [values[0]]
        for i in range(1, len(values)):
            if values[i] != values[i - 1]:
                moments += [self.starts[i], self.arrivals[i]]
                shown += [values[i - 1], values[i]]
        if len(shown) == 1:
            return ""
        return (
            f"<animateTransform attributeName='transform' type='{kind}' {self.duration} "
            f"values='{';'.join([*shown, shown[-1]])}' "
            f"keyTimes='{';'.join(f'{moment:.5f}' for moment in [*moments, 1.0])}'/>"
        )


def _code_line(line: str, left: int, bottom: int) -> str:
    """A line of the program; its indentation is an x offset, since not every viewer keeps blanks."""
    text = line.lstrip()
    return f"<text x='{left + (len(line) - len(text)) * _CHAR:g}' y='{bottom}'>{escape(text)}</text>"


def _size(world: World) -> tuple[int, int]:
    return world.cols * _CELL + 2 * _MARGIN, world.rows * _CELL + 2 * _MARGIN


def _corner(world: World, row: int, col: int) -> tuple[int, int]:
    """The upper left corner of a cell."""
    return _MARGIN + col * _CELL, _MARGIN + (world.rows - 1 - row) * _CELL


def _document(width: int, height: int, title: str, body: Sequence[str]) -> str:
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
        f"width='{width}' height='{height}' role='img'>"
    )
    paper = f"<rect width='{width}' height='{height}' fill='{_PAPER}'/>"
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *filter(None, body), "</svg>"]) + "\n"


def _rect(x: int, y: int, width: int, height: int, style: str, animation: str = "") -> str:
    return f"<rect x='{x}' y='{y}' width='{width}' height='{height}' {style}>{animation}</rect>"


def _ground(world: World) -> list[str]:
    """The frame, the lines between cells, the walls."""
    left, top = _MARGIN, _MARGIN
    right, bottom = left + world.cols * _CELL, top + world.rows * _CELL
    lines = [f"M{left + col * _CELL} {top}V{bottom}" for col in range(1, world.cols)]
    lines += [f"M{left} {top + row * _CELL}H{right}" for row in range(1, world.rows)]
    walls = [_corner(world, *place) for place in world.walls]
    frame = f"rx='5' fill='{_GROUND}' stroke='{_STONE}' stroke-width='5'"
    return [
        _rect(left - 3, top - 3, right - left + 6, bottom - top + 6, frame),
        f"<path d='{''.join(lines)}' stroke='{_LINES}' fill='none'/>",
        *(_rect(x + 1, y + 1, _CELL - 2, _CELL - 2, f"rx='3' fill='{_STONE}'") for x, y in walls),
    ]


def _arrow(inner: str) -> str:
    """The robot, looking north, around the point 0 0."""
    reach = _CELL * 0.47
    side, low, notch = reach * 0.84, reach * 0.88, reach * 0.5
    shape = f"M0 {-reach:.1f}L{side:.1f} {low:.1f}L0 {notch:.1f}L{-side:.1f} {low:.1f}Z"
    return f"<path d='{shape}' stroke-linejoin='round' stroke-width='2'{inner}"


def _middle(world: World) -> str:
    x, y = _corner(world, world.hero.row, world.hero.col)
    return f"{x + _CELL / 2:g} {y + _CELL / 2:g}"


def _robot_still(world: World) -> str:
    colour = _RED if world.crashed else _BLUE
    arrow = _arrow(f" fill='{colour}' stroke='{colour}'/>")
    return f"<g transform='translate({_middle(world)}) rotate({90 * world.hero.facing})'>{arrow}</g>"


def _robot_moving(worlds: Sequence[World], clock: _Clock) -> list[str]:
    angles = [90 * worlds[0].hero.facing]
    for world in worlds[1:]:  # always turn the shorter way
        turn = (world.hero.facing * 90 - angles[-1] + 180) % 360 - 180
        angles.append(angles[-1] + turn)
    colours = [_RED if world.crashed else _BLUE for world in worlds]
    fade = clock.steps("fill", colours, late=True) + clock.steps("stroke", colours, late=True)
    arrow = _arrow(f" fill='{colours[0]}' stroke='{colours[0]}'>{fade}</path>")
    turns = clock.glide("rotate", [str(angle) for angle in angles])
    return [
        f"<g transform='translate({_middle(worlds[0])})'>",
        clock.glide("translate", [_middle(world) for world in worlds]),
        f"<g transform='rotate({angles[0]})'>{turns}{arrow}</g>",
        "</g>",
    ]


def _markers_changing(worlds: Sequence[World], clock: _Clock) -> list[str]:
    """For each cell, every number of markers that it ever has, each visible while it applies."""
    counts = [{(row, col): count for row, col, count in world.markers} for world in worlds]
    drawn = []
    for row, col in sorted({place for here in counts for place in here}):
        course = [here.get((row, col), 0) for here in counts]
        for count in sorted(set(course) - {0}):
            shown = ["visible" if now == count else "hidden" for now in course]
            drawn.append(
                _marker(worlds[0], row, col, count, clock.steps("visibility", shown, late=True), shown[0])
            )
    return drawn


def _marker(world: World, row: int, col: int, count: int, animation: str, visibility: str = "visible") -> str:
    x, y = _corner(world, row, col)
    x, y = x + _CELL // 2, y + _CELL // 2
    number = ""
    if count > 1:
        size = 10 if count < 10 else 8 if count < 100 else 6
        number = (
            f"<text x='{x}' y='{y + size * 0.36:.1f}' font-size='{size}' font-weight='bold' "
            f"text-anchor='middle' font-family='sans-serif' fill='{_INK}'>{count}</text>"
        )
    hidden = "" if visibility == "visible" else " visibility='hidden'"
    dot = f"<circle cx='{x}' cy='{y}' r='{_CELL * 0.24:.1f}' fill='{_AMBER}' stroke='{_AMBER_EDGE}'/>"
    return f"<g{hidden}>{animation}{dot}{number}</g>"


def _captions(run: _Run, clock: _Clock, bottom: int) -> list[str]:
    """One caption per tick below the picture, each visible during its tick."""
    words = ["start", *(tick.words for tick in run.ticks)]
    if run.status == Status.CRASH:
        words[-1] += ": not possible here, crash"
    elif run.status == Status.OUT_OF_FUEL:
        words[-1] += " - no ticks left"
    number = 0
    for tick, one in enumerate(run.ticks, 1):
        number += one.is_action
        words[tick] = f"{number}. {words[tick]}" if one.is_action else words[tick]
    texts = []
    for frame, text in enumerate(words):
        shown = ["visible" if other == frame else "hidden" for other in range(len(words))]
        hidden = "" if frame == 0 else " visibility='hidden'"
        timing = clock.steps("visibility", shown)
        texts.append(f"<text x='{_MARGIN}' y='{bottom}'{hidden}>{timing}{escape(text)}</text>")
    return [f"<g {_FONT} font-size='12' fill='{_FAINT}'>", *texts, "</g>"]
