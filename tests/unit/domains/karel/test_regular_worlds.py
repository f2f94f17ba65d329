from __future__ import annotations

import numpy as np

from lasynth.domains.base import Status
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.tasks import draw_tasks
from lasynth.domains.karel.world import FRAME, HERO_COL, HERO_ROW, NUM_CELLS, OUTSIDE, WALL, WORLD_SIZE
from lasynth.domains.karel.worlds import NUM_PLANS, draw_regular_world

REGULAR = KarelSamplerSettings.named("regular")


def drawn(plan: int, rows: int, cols: int, *, num: int = 50) -> np.ndarray:
    worlds = np.zeros((num, WORLD_SIZE), dtype=np.uint8)
    stream = np.array([plan + 100 * rows + cols], dtype=np.uint64)
    for world in worlds:
        draw_regular_world(stream, REGULAR.weights(), plan, rows, cols, world)
    cells = worlds[:, :NUM_CELLS].reshape(num, FRAME, FRAME)
    assert (cells[:, 0] == OUTSIDE).all()
    assert (cells[:, rows + 1 :] == OUTSIDE).all()
    at = np.arange(num), worlds[:, HERO_ROW] + 1, worlds[:, HERO_COL] + 1
    assert (cells[at] < WALL).all()  # the robot stands in no wall
    return cells[:, 1 : rows + 1, 1 : cols + 1]


def test_each_plan_is_regular() -> None:
    room, corridor, stairs, row, hurdles = (drawn(plan, 4, 7) for plan in range(NUM_PLANS))
    assert not (room == WALL).any()
    assert ((corridor != WALL).all(axis=2).sum(axis=1) == 1).all()
    heights = (stairs == WALL).sum(axis=1)
    assert (heights == np.minimum(np.arange(7), 3)).all()
    assert ((row > 0).any(axis=2).sum(axis=1) == 1).all()
    heights = (hurdles == WALL).sum(axis=1)
    assert all(len({*one[one > 0].tolist()}) == 1 for one in heights)
    assert (hurdles != WALL).any(axis=(1, 2)).all()


def test_a_plan_fits_the_smallest_world() -> None:
    for plan in range(NUM_PLANS):
        assert drawn(plan, 1, 1, num=5).shape == (5, 1, 1)


def test_programs_run_in_regular_worlds_as_they_are() -> None:
    tasks = draw_tasks(REGULAR, 3, 0, 1500)
    kept = tasks.verdicts_P == 0
    assert kept.sum() > 100
    tokens, inputs, outputs = tasks.tokens_PT[kept], tasks.inputs_PKN[kept], tasks.outputs_PKN[kept]
    found, statuses = run_batch(tokens, inputs)
    assert (statuses == Status.OK).all()
    np.testing.assert_array_equal(found, outputs)
    # Nothing is changed to fit a program: the walls of the lowest row are at one distance from one another.
    walls = inputs[..., :NUM_CELLS].reshape(-1, FRAME, FRAME)[:, 1:-1, 1:-1] == WALL
    assert 0.2 < walls.any(axis=(1, 2)).mean() < 0.95
    gaps = {tuple(np.diff(np.flatnonzero(world[0]))) for world in walls}
    assert all(len({*gap}) <= 1 for gap in gaps)


def test_the_usual_tasks_have_none() -> None:
    assert KarelSamplerSettings().p_regular == 0
    assert KarelSamplerSettings.named("taught").p_regular == 0.25
