from __future__ import annotations

from rich.console import Console

from lasynth.domains.karel.terminal import pairs_side_by_side, pairs_text
from lasynth.domains.karel.world import World

SMALL = (World.from_text([">.", ".."]), World.from_text(["1>", ".."]))
TALL = (World.from_text(["#.>", "...", "..3"]), World.from_text(["#.<", "...", "..3"]))


def test_pairs_stand_side_by_side_as_text() -> None:
    text = pairs_text([SMALL, TALL], ["example 1: right", "example 2: right"])
    assert text == (
        "example 1: right      example 2: right\n"
        ">.  ->  1>            #.>      #.<\n"
        "..      ..            ...  ->  ...\n"
        "                      ..3      ..3\n"
    )


def test_what_does_not_fit_goes_below() -> None:
    text = pairs_text([SMALL, TALL, SMALL], ["one", "two", "three"], width=30)
    rows = text.split("\n\n")
    assert [row.splitlines()[0].split() for row in rows] == [["one", "two"], ["three"]]
    assert all(len(line) <= 30 for line in text.splitlines())
    assert len(pairs_text([SMALL] * 3, ["a", "b", "c"], width=1).split("\n\n")) == 3


def test_notes_of_a_world_stay_with_it() -> None:
    many = World.from_text([">.  >:12"])
    assert ">.  >:12  ->  >.  >:12" in pairs_text([(many, many)], ["one"])


def test_pairs_are_drawn_in_colour() -> None:
    console = Console(width=80, force_terminal=True, color_system="truecolor")
    with console.capture() as capture:
        console.print(pairs_side_by_side([SMALL, TALL], ["example 1: right", "example 2: wrong"]))
    drawn = capture.get()
    for sign in ("▶", "→", "example 2: wrong", "\x1b["):
        assert sign in drawn
