from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from lasynth.domains.karel.draw import run_svg, world_svg
from lasynth.domains.karel.machine import Semantics
from lasynth.domains.karel.parser import parse
from lasynth.domains.karel.terminal import world_text, worlds_side_by_side
from lasynth.domains.karel.world import World

SVG = "{http://www.w3.org/2000/svg}"
WORLD = World.from_text(["..#", ".9.", "+>.  +:40 >:2"])


def test_a_world_is_drawn() -> None:
    root = ET.fromstring(world_svg(WORLD))
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f".//{SVG}circle")) == 3
    assert sorted(text.text or "" for text in root.iter(f"{SVG}text")) == ["2", "40", "9"]
    assert sum(rect.get("rx") == "3" for rect in root.iter(f"{SVG}rect")) == 1  # the wall
    assert "rotate(90)" in world_svg(WORLD)


def test_a_crashed_robot_is_drawn_in_another_colour() -> None:
    fine, crashed = World.from_text([">"]), World.from_text([">  !"])
    colours = [re.findall(r"<path d='M0[^>]*fill='(#\w+)'", world_svg(world)) for world in (fine, crashed)]
    assert len(colours[0]) == len(colours[1]) == 1
    assert colours[0] != colours[1]


def animations(svg: str) -> list[ET.Element]:
    root = ET.fromstring(svg)
    return [*root.iter(f"{SVG}animate"), *root.iter(f"{SVG}animateTransform")]


@pytest.mark.parametrize(
    "text",
    [
        "move",
        "turnLeft\nputMarker\nputMarker\npickMarker",
        "while not markersPresent:\n  move",
        "repeat 4:\n  turnRight\nif leftIsClear:\n  turnLeft\nelse:\n  putMarker",
        "move\nmove\nmove",
        "while markersPresent:\n  turnLeft",
        "repeat 0:\n  move",
    ],
)
def test_every_animation_has_a_moment_for_every_value(text: str) -> None:
    svg = run_svg(parse(text), WORLD)
    found = animations(svg)
    durations = {element.get("dur") for element in found}
    assert len(durations) <= 1
    for element in found:
        values = (element.get("values") or "").split(";")
        moments = [float(moment) for moment in (element.get("keyTimes") or "").split(";")]
        assert len(values) == len(moments) >= 2
        assert moments[0] == 0
        assert moments == sorted(moments)
        assert moments[-1] <= 1
        # In SMIL the last key time of an interpolated animation must be 1; that of a discrete one need not.
        assert element.get("calcMode") == "discrete" or moments[-1] == 1
    if "repeat 0" not in text:
        assert found


def test_a_run_shows_the_program_and_what_happens() -> None:
    svg = run_svg(parse("if not frontIsClear:\n  move\nmove\nrepeat 2:\n  putMarker"), WORLD)
    texts = ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]
    program = ["def run():", "if not frontIsClear:", "move", "move", "repeat 2:", "putMarker"]
    assert texts[: len(program)] == program
    captions = ["start", "not frontIsClear? no", "1. move", "rounds left: 2", "2. putMarker"]
    captions += ["rounds left: 1", "3. putMarker"]
    assert texts[-len(captions) :] == captions


def test_the_way_a_run_fails_is_said() -> None:
    assert "2. move: not possible here, crash<" in run_svg(parse("move\nmove"), WORLD)
    endless = parse("while frontIsClear:\n  turnLeft\n  turnRight")
    assert "no ticks left<" in run_svg(endless, WORLD, semantics=Semantics(max_ticks=20))
    assert run_svg(parse("move"), WORLD, seconds_per_action=2).count("dur='8.00s'") > 0


def test_a_turn_goes_the_short_way_round() -> None:
    svg = run_svg(parse("turnLeft\nturnLeft\nturnLeft"), World.from_text(["^"]))
    (turning,) = [one for one in animations(svg) if one.get("type") == "rotate"]
    assert (turning.get("values") or "").split(";") == [
        "0",
        "0",
        "-90",
        "-90",
        "-180",
        "-180",
        "-270",
        "-270",
    ]


def test_a_world_on_a_terminal() -> None:
    assert world_text(WORLD).plain == " · ·##\n · 9 ·\n40▶2 ·"
    world = World.from_text(["^+  ^:12 +:101"])
    assert world_text(world).plain == "▲+++"
    console = Console(file=io.StringIO(), width=60, color_system=None)
    console.print(worlds_side_by_side([WORLD, world], ["before", "after"]))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "before" in printed.splitlines()[0]
    assert "after" in printed.splitlines()[0]
    assert "40▶2" in printed
