from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.karel.codec import from_tensor, from_tensor_text, to_tensor, to_tensor_text
from lasynth.domains.karel.values import VALUES
from lasynth.domains.karel.world import (
    CRASHED,
    FACING,
    FRAME,
    HERO_COL,
    HERO_ROW,
    OUTSIDE,
    WALL,
    Facing,
    Hero,
    World,
    read_world,
    same_worlds,
)
from lasynth.errors import InputError

PICTURE = """\
.....#
.2.>+.  >:3 +:12
......
"""
WORLD = World(3, 6, Hero(1, 3, Facing.EAST), ((2, 5),), ((1, 1, 2), (1, 3, 3), (1, 4, 12)))
JSON = {
    "rows": 3,
    "cols": 6,
    "crashed": False,
    "hero": "1:3:east",
    "blocked": "2:5",
    "markers": "1:1:2 1:3:3 1:4:12",
}


def test_the_forms_of_a_world() -> None:
    assert World.from_text(PICTURE) == WORLD
    assert WORLD.to_text() == PICTURE
    assert WORLD.to_json() == JSON
    for value in (WORLD, JSON, PICTURE, PICTURE.splitlines(), tuple(PICTURE.splitlines())):
        assert read_world(value) == WORLD


def test_the_places_of_the_array() -> None:
    world_W = WORLD.to_array()
    assert world_W[[HERO_ROW, HERO_COL, FACING, CRASHED]].tolist() == [1, 3, 1, 0]
    assert world_W[(2 + 1) * FRAME + 5 + 1] == WALL
    assert world_W[(1 + 1) * FRAME + 4 + 1] == 12
    assert world_W[FRAME + 1] == 0
    assert world_W[0] == world_W[FRAME] == world_W[FRAME + 7] == world_W[4 * FRAME + 1] == OUTSIDE


def test_order_does_not_matter() -> None:
    places = ((0, 0), (2, 5), (2, 1))
    hero = Hero(1, 3, Facing.EAST)
    assert World(3, 6, hero, places) == World(3, 6, hero, places[::-1])
    assert hash(World(3, 6, hero, places)) == hash(World(3, 6, hero, places[::-1]))


def test_a_crashed_robot_is_drawn_with_a_mark() -> None:
    world = World(1, 3, Hero(0, 1, Facing.WEST), (), ((0, 1, 40), (0, 2, 10)), crashed=True)
    assert world.to_text() == ".<+  <:40 +:10 !\n"
    assert World.from_text(world.to_text()) == world


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "the world has no rows"),
        ([""], "the world has no rows"),
        (["..", "..."], "row 2: this row has 3 cells, most rows have 2"),
        (["..", ".x"], "row 2: 'x' in column 2 is unknown"),
        (["..", ".."], "the world has no robot"),
        ([">.", ".<"], "the world has 2 robots"),
        (["+>"], "row 1: the '+' in column 1 has no number"),
        ([".>  +:3"], "row 1: '+:3' belongs to no '+' of this row"),
        ([".>  >:0x"], "row 1: '>:0x' behind the row is unknown"),
        ([".>  >:102"], "102 markers at 0:1. A cell holds 1 to 101"),
        ([".>", "..  !"], "'!' stands behind a row without the robot"),
        ([">" + 16 * "."], "a grid of 1 rows and 17 columns. Grids have 1 to 16"),
        ([">", *["."] * 16], "a grid of 17 rows and 1 columns"),
    ],
)
def test_a_picture_that_is_wrong(rows: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        World.from_text(rows, where="task.json, example 1, input")
    assert words in str(caught.value)
    assert str(caught.value).startswith("task.json, example 1, input")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hero": "2:5:east"}, "the robot is on a wall, at 2:5"),
        ({"hero": "3:0:east"}, "the robot is outside the grid, at 3:0. Rows are 0 to 2"),
        ({"hero": "1:3:up"}, '"hero" has "1:3:up". Write it as "row:column:east"'),
        ({"hero": ""}, '"hero" names no robot'),
        ({"hero": None}, '"hero" is missing or not a text'),
        ({"blocked": "2:5 9:9"}, "a wall is outside the grid, at 9:9"),
        ({"blocked": "2:5 2:5"}, "the wall at 2:5 is given twice"),
        ({"blocked": "-1:5"}, '"blocked" has "-1:5"'),
        ({"markers": "2:5:1"}, "the markers at 2:5 are on a wall or given twice"),
        ({"markers": "0:0:1 0:0:2"}, "the markers at 0:0 are on a wall or given twice"),
        ({"markers": "0:0:102"}, "102 markers at 0:0"),
        ({"markers": "0:0:0"}, "0 markers at 0:0"),
        ({"markers": "0:0"}, '"markers" has "0:0"'),
        ({"rows": 17}, "a grid of 17 rows and 6 columns"),
        ({"cols": 0}, "a grid of 3 rows and 0 columns"),
        ({"rows": "3"}, '"rows" and "cols" are not both numbers'),
        ({"crashed": 0}, '"crashed" is neither true nor false'),
    ],
)
def test_a_grid_object_that_is_wrong(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        World.from_json(JSON | change, where="grid.json")
    assert str(caught.value).startswith(f"grid.json: {words}")


@pytest.mark.parametrize("value", [5, None, [], [[1, 2]], [".>", 3], True])
def test_what_is_no_world_at_all(value: object) -> None:
    with pytest.raises(InputError, match="here: not a world"):
        read_world(value, "here")


def test_an_array_of_another_shape() -> None:
    with pytest.raises(ValueError, match="a world is"):
        World.from_array(np.zeros(10, dtype=np.uint8))


def test_equality_of_the_benchmark_leaves_the_walls_out() -> None:
    world_W = WORLD.to_array()
    others = np.array([world_W] * 5)
    others[1, FACING] = 2
    others[2, CRASHED] = 1
    others[3, FRAME + 1] = 1
    others[4, FRAME + 1] = WALL
    assert same_worlds(np.array([world_W] * 5), others).tolist() == [True, False, False, False, True]
    assert bool(same_worlds(world_W, world_W))


def test_the_tensor_of_a_small_world() -> None:
    world = World.from_text(["#1", "^."])
    assert to_tensor_text(world) == (
        "19:1.0 1982:1.0 1333:1.0 1620:1.0 1621:1.0 1622:1.0 1623:1.0 1674:1.0 1675:1.0 1676:1.0 1677:1.0 "
        "1638:1.0 1656:1.0 1641:1.0 1659:1.0"
    )
    tensor = to_tensor(world.to_array())
    assert tensor.shape == (16, 18, 18)
    assert tensor.dtype == np.bool_
    assert tensor.sum() == 3 + 12
    assert tensor[0, 1, 1]
    assert tensor[4, 2, 1]
    assert tensor[6, 2, 2]


def test_tensors_of_batches() -> None:
    worlds = np.array([[WORLD.to_array()] * 2] * 3)
    tensors = to_tensor(worlds, dtype=np.float32)
    assert tensors.shape == (3, 2, 16, 18, 18)
    assert tensors.dtype == np.float32
    assert (tensors == to_tensor(WORLD.to_array())).all()


def test_more_than_ten_markers_do_not_fit_in_a_tensor() -> None:
    assert to_tensor(WORLD.to_array())[15, 2, 5]
    with pytest.raises(InputError, match="12 markers at 1:4 do not fit"):
        to_tensor_text(WORLD)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no frame, or not one robot"),
        ("5184:1.0", "'5184:1.0' is no entry"),
        ("19:0.5", "'19:0.5' is no entry"),
        ("nonsense", "'nonsense' is no entry"),
        ("19:1.0 20:1.0", "holds no frame"),
    ],
)
def test_a_tensor_text_that_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InputError, match="line 3: ") as caught:
        from_tensor_text(text, where="line 3")
    assert words in str(caught.value)


def test_a_tensor_that_contradicts_itself() -> None:
    tensor = to_tensor(World.from_text(["#1", "^."]).to_array())
    for place in ((0, 5, 5), (1, 1, 1), (7, 2, 2), (4, 1, 1), (6, 10, 10)):
        wrong = tensor.copy()
        wrong[place] = True
        with pytest.raises(InputError):
            from_tensor(wrong)


def test_a_world_with_a_key_twice_is_refused() -> None:
    text = '{"rows": 2, "cols": 2, "hero": "0:0:east", "blocked": "", "markers": "", "rows": 3}'
    with pytest.raises(InputError, match='w: "rows" is given twice in one object'):
        VALUES.read_text(text, "w")
