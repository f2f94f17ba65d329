"""Generated Karel tasks resemble the public benchmark's: 2,000 accepted ones against 2,500 real ones.

The real figures are those of the test programs of Bunel et al. 2018. Each tolerance is next to its figure; a
share of 2,000 programs can be off by up to 0.02 by chance.
"""

from __future__ import annotations

import numpy as np
import pytest
from karel_statistics import ProgramStatistics, marker_counts, program_statistics

from lasynth.domains.base import Status
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.statistics import WorldStatistics, world_statistics
from lasynth.domains.karel.tasks import DrawnTasks, Verdict, draw_tasks
from lasynth.domains.karel.trace import Traces, run_traced

NUM_TASKS = 2000


@pytest.fixture(scope="module")
def drawn() -> DrawnTasks:
    drawn = draw_tasks(KarelSamplerSettings.named("real"), 77, 0, 3 * NUM_TASKS)
    rows = np.flatnonzero(drawn.verdicts_P == Verdict.ACCEPTED)[:NUM_TASKS]
    assert len(rows) == NUM_TASKS
    return drawn.rows(rows)


@pytest.fixture(scope="module")
def programs(drawn: DrawnTasks) -> ProgramStatistics:
    return program_statistics(drawn.tokens_PT)


@pytest.fixture(scope="module")
def worlds(drawn: DrawnTasks) -> WorldStatistics:
    return world_statistics(drawn.inputs_PKN)


@pytest.fixture(scope="module")
def traces(drawn: DrawnTasks) -> Traces:
    return run_traced(drawn.tokens_PT, drawn.inputs_PKN)


def shares(counts: list[int]) -> np.ndarray:
    return np.array(counts) / sum(counts)


def assert_near(found: np.ndarray, real: np.ndarray, within: float) -> None:
    size = max(len(found), len(real))
    found, real = (np.pad(array, (0, size - len(array))) for array in (found, real))
    assert np.abs(found - real).max() <= within, (found.round(3), real.round(3))


def assert_percentiles(values: np.ndarray, wanted: dict[int, tuple[float, float]]) -> None:
    """Check percentiles, each with its tolerance."""
    for percentile, (real, within) in wanted.items():
        found = np.percentile(values, percentile)
        assert abs(found - real) <= within, (percentile, found, real)


def test_tokens_a_program(programs: ProgramStatistics) -> None:
    wanted = {5: (6, 1), 25: (10, 1), 50: (16, 1.5), 75: (24, 2), 90: (33, 3), 95: (40, 4), 99: (52, 7)}
    assert_percentiles(programs.lengths, wanted)
    assert abs(programs.lengths.mean() - 18.4) <= 1.0
    assert 50 <= programs.lengths.max() <= 71  # real 65


def test_kinds(programs: ProgramStatistics) -> None:
    assert_near(np.array(list(programs.kinds.values())), shares([659, 389, 619, 833]), 0.03)


def test_depths(programs: ProgramStatistics) -> None:
    assert_near(programs.depths, shares([659, 978, 601, 214, 40, 8]), 0.03)


@pytest.mark.parametrize(
    ("word", "real", "within"),
    [
        ("move", 1.82, 0.10),
        ("putMarker", 1.14, 0.08),
        ("turnLeft", 0.75, 0.06),
        ("pickMarker", 0.75, 0.06),
        ("turnRight", 0.63, 0.06),
        ("REPEAT", 0.44, 0.04),
        ("WHILE", 0.38, 0.04),
        ("IFELSE", 0.34, 0.04),
        ("IF", 0.29, 0.04),
        ("rightIsClear", 0.26, 0.04),
        ("leftIsClear", 0.25, 0.04),
        ("frontIsClear", 0.20, 0.04),
        ("markersPresent", 0.16, 0.03),
        ("noMarkersPresent", 0.15, 0.03),
        ("not", 0.15, 0.03),
    ],
)
def test_mean_uses(programs: ProgramStatistics, word: str, real: float, within: float) -> None:
    assert abs(programs.uses[word] - real) <= within, programs.uses[word]


def test_rounds_of_repeats(programs: ProgramStatistics) -> None:
    found = np.array([programs.times.get(times, 0.0) for times in range(20)])
    assert_near(found, shares([0, 0, 200, 172, 194, 232, 94, 93, 54, 47, 20]), 0.04)


def test_statements_in_blocks(programs: ProgramStatistics) -> None:
    assert_near(programs.top_sizes, shares([0, 135, 482, 645, 550, 366, 189, 61, 38, 22, 9, 2, 1]), 0.03)
    assert_near(programs.inner_sizes, shares([0, 2849, 1006, 419, 155, 46, 14, 4]), 0.03)


def test_actions_a_run(drawn: DrawnTasks) -> None:
    """The long runs are somewhat shorter than the real ones."""
    wanted = {5: (2, 1), 25: (3, 0), 50: (5, 1), 75: (10, 3), 90: (17, 4), 99: (43, 12)}
    assert_percentiles(drawn.num_actions_PK, wanted)
    assert 50 <= drawn.num_actions_PK.max() <= 98  # real 73


def test_distinct_programs_and_equal_runs(drawn: DrawnTasks, programs: ProgramStatistics) -> None:
    # The real share is 0.816 (of 2,500); here there are fewer repeats, which are short programs.
    assert abs(programs.num_distinct / programs.num_programs - 0.816) <= 0.09
    assert abs(drawn.plain_P.mean() - 1262 / 2500) <= 0.03


def test_sides(worlds: WorldStatistics) -> None:
    for sides in (worlds.rows, worlds.cols):
        assert (sides.min(), sides.max()) == (2, 16)
        assert_near(np.bincount(sides)[2:] / len(sides), np.full(15, 1 / 15), 0.012)


def test_shares_of_markers_and_walls(worlds: WorldStatistics, drawn: DrawnTasks) -> None:
    wanted = {5: (0, 0.02), 25: (0.07, 0.015), 50: (0.10, 0.015), 75: (0.14, 0.02), 95: (0.46, 0.05)}
    assert_percentiles(worlds.marker_shares, wanted)
    wanted = {5: (0, 0), 25: (0, 0), 50: (0.07, 0.015), 75: (0.11, 0.02), 95: (0.21, 0.05)}
    assert_percentiles(worlds.wall_shares, wanted)
    assert abs((worlds.wall_shares == 0).mean() - 1 / 3) <= 0.04
    counts = marker_counts(drawn.inputs_PKN)
    assert len(counts) == 10  # at most nine in a cell
    assert abs(counts[1] - 0.63) <= 0.02


def test_no_run_crashes_and_all_end_in_98_ticks(traces: Traces) -> None:
    assert (traces.statuses_PK == Status.OK).all()
    assert (traces.num_actions_PK + traces.num_events_PK).max() <= 98
