"""Runs: traces agree with plain runs, and simplified programs do the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from karel_worlds import random_programs, random_worlds

from lasynth.domains.base import Status
from lasynth.domains.karel.grammar import EOS, token_of
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.machine import MAX_TICKS, Semantics, perform, run_batch
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import CRASHED, NUM_CELLS, WALL, World

seeds = st.integers(0, 2**32 - 1)
semantics = st.builds(
    Semantics, max_ticks=st.integers(0, 80), max_markers=st.sampled_from((1, 9, 101)), crash=st.booleans()
)


@given(seeds, semantics)
def test_traces_tell_what_runs_do(seed: int, chosen: Semantics) -> None:
    tokens_PT, worlds_KW = random_programs(seed, 5), random_worlds(seed, 4)
    after_PKW, statuses_PK = run_batch(tokens_PT, worlds_KW, semantics=chosen)
    traces = run_traced(tokens_PT, worlds_KW, semantics=chosen, snapshots=True)
    assert np.array_equal(traces.worlds_PKW, after_PKW)
    assert np.array_equal(traces.statuses_PK, statuses_PK)
    ticks_PK = traces.num_actions_PK + traces.num_events_PK
    assert (ticks_PK <= chosen.max_ticks).all()
    assert (ticks_PK[statuses_PK == Status.OUT_OF_FUEL] == chosen.max_ticks).all()
    assert traces.snapshots_PKAW is not None
    for program, example in np.ndindex(*statuses_PK.shape):
        num = traces.num_actions_PK[program, example]
        world = worlds_KW[example].copy()
        for step, action in enumerate(traces.actions_PKA[program, example, :num]):
            assert np.array_equal(traces.snapshots_PKAW[program, example, step], world)
            assert tokens_PT[program, traces.action_tokens_PKA[program, example, step]] == action + token_of(
                "move"
            )
            possible = perform(world, action, chosen.max_markers)
            assert possible or not chosen.crash or step == num - 1
        failed = statuses_PK[program, example] != Status.OK
        world[CRASHED] = failed
        assert np.array_equal(world, after_PKW[program, example])
        times = traces.event_times_PKE[program, example, : traces.num_events_PK[program, example]]
        assert (np.diff(times) >= 0).all()


@given(seeds)
def test_more_ticks_change_nothing_for_a_run_that_ends(seed: int) -> None:
    tokens_PT, worlds_KW = random_programs(seed, 10), random_worlds(seed, 4)
    after_PKW, statuses_PK = run_batch(tokens_PT, worlds_KW)
    longer_PKW, longer_PK = run_batch(tokens_PT, worlds_KW, fuel=2 * MAX_TICKS)
    ended = statuses_PK != Status.OUT_OF_FUEL
    assert np.array_equal(statuses_PK[ended], longer_PK[ended])
    assert np.array_equal(after_PKW[ended], longer_PKW[ended])


@given(seeds)
def test_simplified_programs_do_the_same_and_are_no_longer(seed: int) -> None:
    tokens_PT, worlds_KW = random_programs(seed, 10), random_worlds(seed, 6)
    simplified_PT = LANGUAGE.simplify(tokens_PT, worlds_KW)
    assert ((simplified_PT != EOS).sum(axis=1) <= (tokens_PT != EOS).sum(axis=1)).all()
    after_PKW, statuses_PK = run_batch(tokens_PT, worlds_KW)
    same_PKW, same_PK = run_batch(simplified_PT, worlds_KW)
    ended = statuses_PK != Status.OUT_OF_FUEL
    assert np.array_equal(same_PK[ended], statuses_PK[ended])
    assert np.array_equal(same_PKW[ended], after_PKW[ended])
    again_PT = LANGUAGE.simplify(simplified_PT, worlds_KW)
    assert np.array_equal(again_PT, simplified_PT)


@given(seeds, st.integers(1, 40))
def test_probes_are_worlds_with_the_walls_of_the_given_ones(seed: int, num: int) -> None:
    worlds_KW = random_worlds(seed, 3)
    probes = LANGUAGE.values.more(worlds_KW, num, seed)
    assert np.array_equal(probes, LANGUAGE.values.more(worlds_KW, num, seed))
    assert len(probes) == num
    for number, probe in enumerate(probes):
        given_W = worlds_KW[number % 3]
        world = World.from_array(probe)  # checks the robot's place
        assert world.walls == World.from_array(given_W).walls
        assert np.array_equal(probe[:NUM_CELLS] >= WALL, given_W[:NUM_CELLS] >= WALL)
        assert not world.crashed
