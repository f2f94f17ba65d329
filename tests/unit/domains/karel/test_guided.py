"""Programs executed while they are written: both interfaces agree with each other and with the machine."""

from __future__ import annotations

import numpy as np
import pytest
from karel_worlds import random_programs, random_worlds

from lasynth.domains.base import Status
from lasynth.domains.karel.grammar import EOS, token_of
from lasynth.domains.karel.guided import GuidedWorlds, along
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.sampler import KarelSamplerSettings, sample_programs
from lasynth.domains.karel.tasks import Verdict, draw_tasks
from lasynth.domains.karel.world import CRASHED

OPENING = {token_of(text) for text in ("w(", "r(", "i(", "e(")}
CLOSING = {token_of(text) for text in ("w)", "r)", "i)", "e)")}
ACTIONS = {token_of(text) for text in ("move", "turnRight", "turnLeft", "pickMarker", "putMarker")}


def program(text: str) -> np.ndarray:
    tokens = [token_of(word) for word in f"DEF run m( {text} m)".split()]
    return np.array([[*tokens, EOS]], dtype=np.int32)


def cases() -> tuple[np.ndarray, np.ndarray]:
    """Programs with worlds made for them, and random programs in random worlds, most of which crash."""
    drawn = draw_tasks(KarelSamplerSettings(), 5, 0, 120)
    fine = np.flatnonzero(drawn.verdicts_P == Verdict.ACCEPTED)
    made_PT, made_PKW = drawn.tokens_PT[fine], drawn.inputs_PKN[fine, :4]
    wild_PT = random_programs(11, 80, max_depth=4, times=(0, 12))
    rng = np.random.default_rng(11)
    wild_PKW = random_worlds(12, 40)[rng.integers(0, 40, (80, 4))]
    width = max(made_PT.shape[1], wild_PT.shape[1])
    tokens = [np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in (made_PT, wild_PT)]
    return np.concatenate(tokens), np.concatenate([made_PKW, wild_PKW])


def statement_ends(tokens: np.ndarray) -> list[int]:
    """The number of tokens up to the end of each statement of the outermost block."""
    ends, depth = [], 0
    for position, token in enumerate(tokens.tolist()):
        depth += (token in OPENING) - (token in CLOSING)
        is_end = token in ACTIONS or token in CLOSING
        follows_else = position + 1 < len(tokens) and tokens[position + 1] == token_of("ELSE")
        if depth == 0 and is_end and not follows_else:
            ends.append(position + 1)
    return ends


def test_worlds_at_statement_ends_are_those_of_the_machine() -> None:
    tokens_PT, worlds_PKW = cases()
    states = along(tokens_PT, worlds_PKW)
    num_ends = num_crashed = 0
    for row, tokens in enumerate(tokens_PT):
        for end in statement_ends(tokens):
            prefix = np.array([[*tokens[:end], token_of("m)"), EOS]], dtype=np.int32)
            after, statuses = run_batch(prefix, worlds_PKW[row][None])
            state = states.state_BT[row, end]
            assert np.array_equal(states.worlds_QW[states.world_SK[state]], after[0])
            crashed = statuses[0] != Status.OK
            if not crashed.all():
                assert np.array_equal(states.seen_SK[state], ~crashed)
            num_ends += 1
            num_crashed += int(crashed.sum())
    assert num_ends > 300
    assert num_crashed > 100


def test_search_and_training_see_the_same_states() -> None:
    tokens_PT, worlds_PKW = cases()
    states = along(tokens_PT, worlds_PKW)
    rows = GuidedWorlds(worlds_PKW)
    before = worlds_PKW.copy()
    for position in range(tokens_PT.shape[1]):
        now = states.state_BT[:, position]
        assert np.array_equal(states.worlds_QW[states.world_SK[now]], rows.worlds)
        assert np.array_equal(states.seen_SK[now], rows.seen())
        assert np.array_equal(rows.crashed, rows.worlds[:, :, CRASHED] == 1)
        differs = (rows.worlds != before).any(axis=2)
        assert not (differs & ~rows.changed).any()
        before = rows.worlds.copy()
        rows.advance(tokens_PT[:, position])


def test_states_are_kept_once() -> None:
    tokens_PT, worlds_PKW = cases()
    states = along(tokens_PT, worlds_PKW)
    assert np.array_equal(np.unique(states.state_BT[:, :-1]), np.arange(len(states.seen_SK)))
    assert np.array_equal(np.unique(states.world_SK), np.arange(len(states.worlds_QW)))
    num_examples = worlds_PKW.shape[1]
    program, example = np.divmod(states.example_Q, num_examples)
    assert np.array_equal(states.worlds_QW[: worlds_PKW[..., 0].size], worlds_PKW.reshape(-1, 328))
    for state in range(0, len(states.world_SK), 7):
        assert (example[states.world_SK[state]] == np.arange(num_examples)).all()
        assert len(set(program[states.world_SK[state]])) == 1


def test_rows_can_be_copied() -> None:
    tokens_PT, worlds_PKW = cases()
    tokens_PT, worlds_PKW = tokens_PT[:40], worlds_PKW[:40]
    rng = np.random.default_rng(0)
    rows = GuidedWorlds(worlds_PKW)
    source = np.arange(40)
    states = along(tokens_PT, worlds_PKW)
    for position in range(tokens_PT.shape[1] - 1):
        parents = rng.integers(0, 40, 40) if position % 3 == 0 else np.arange(40)
        rows, source = rows.reorder(parents), source[parents]
        rows.advance(tokens_PT[source, position])
        now = states.state_BT[source, position + 1]
        assert np.array_equal(states.worlds_QW[states.world_SK[now]], rows.worlds)


def test_branches_split_the_examples_and_merge_them() -> None:
    worlds_KW = random_worlds(3, 30, min_side=3)
    text = "IFELSE c( markersPresent c) i( pickMarker i) ELSE e( putMarker e) turnLeft"
    states = along(program(text), worlds_KW[None])
    words = text.split()
    holds = worlds_KW[:, :324][np.arange(30), hero_cells(worlds_KW)] > 0
    assert 0 < holds.sum() < 30

    def seen(word: str) -> np.ndarray:
        return states.seen_SK[states.state_BT[0, 3 + words.index(word)]]

    assert np.array_equal(seen("pickMarker"), holds)
    assert np.array_equal(seen("putMarker"), ~holds)
    assert seen("turnLeft").all()


def test_a_loop_shows_its_first_round_and_then_its_last() -> None:
    world = random_worlds(3, 1, min_side=12)
    states = along(program("REPEAT R=3 r( putMarker r) turnLeft"), world[None])
    here = hero_cells(world)[0]
    counts = states.worlds_QW[states.world_SK[states.state_BT[0], 0], here].astype(int) - int(world[0, here])
    #             DEF run m( REP R=3 r( put r) left m) EOS
    assert counts.tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 3]


def test_a_block_that_nobody_enters_is_not_executed() -> None:
    worlds_KW = random_worlds(3, 4, min_side=3)
    states = along(program("REPEAT R=0 r( putMarker putMarker r) turnLeft"), worlds_KW[None])
    assert len(np.unique(states.state_BT[0, :9])) == 1
    assert states.seen_SK.all()


def hero_cells(worlds_KW: np.ndarray) -> np.ndarray:
    return (worlds_KW[:, 324].astype(int) + 1) * 18 + worlds_KW[:, 325] + 1


def test_a_token_that_does_not_fit_is_an_error() -> None:
    worlds_KW = random_worlds(3, 2)
    rows = GuidedWorlds(worlds_KW[None])
    with pytest.raises(ValueError, match="cannot come next"):
        rows.advance([token_of("move")])
    with pytest.raises(ValueError, match="not a program"):
        along(program("move w)"), worlds_KW[None])
    with pytest.raises(ValueError, match="shape"):
        rows.advance([token_of("DEF")] * 2)
    sampled = sample_programs(KarelSamplerSettings(), 0, 0, 3)
    assert along(sampled, np.repeat(worlds_KW[None], 3, axis=0)).state_BT.shape == sampled.shape
