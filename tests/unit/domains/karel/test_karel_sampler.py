from __future__ import annotations

import itertools

import numpy as np
import pytest
from karel_statistics import marker_counts, program_statistics

from lasynth.config import read
from lasynth.domains.karel.grammar import LEXEMES
from lasynth.domains.karel.kinds import Kind, kinds_of
from lasynth.domains.karel.parser import from_tokens, to_tokens
from lasynth.domains.karel.sampler import sample_programs
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.statistics import world_statistics
from lasynth.domains.karel.world import World
from lasynth.errors import InputError


def words(row: np.ndarray) -> list[str]:
    return [LEXEMES[token] for token in row if token]


def test_every_row_is_a_program_that_moves() -> None:
    for row in sample_programs(KarelSamplerSettings(), 3, 0, 500):
        again = to_tokens(from_tokens(row))
        assert (again == row[: len(again)]).all()
        assert "move" in words(row)


def test_a_program_is_a_function_of_seed_and_number() -> None:
    config = KarelSamplerSettings()
    assert (sample_programs(config, 5, 0, 60)[40:] == sample_programs(config, 5, 40, 20)).all()
    assert (sample_programs(config, 5, 0, 60) != sample_programs(config, 6, 0, 60)).any()


def test_no_spurious_actions_stand_side_by_side() -> None:
    spurious = {
        ("turnLeft", "turnRight"),
        ("turnRight", "turnLeft"),
        ("putMarker", "pickMarker"),
        ("pickMarker", "putMarker"),
    }
    for row in sample_programs(KarelSamplerSettings(), 7, 0, 1000):
        text = words(row)
        assert not spurious & set(itertools.pairwise(text))
        triples = set(zip(text, text[1:], text[2:], strict=False))
        assert not {(turn,) * 3 for turn in ("turnLeft", "turnRight")} & triples


def test_not_stands_before_what_can_be_clear_only() -> None:
    config = KarelSamplerSettings.named("real", p_not=1.0)
    for row in sample_programs(config, 1, 0, 300):
        text = words(row)
        for place, word in enumerate(text):
            if word == "not":
                assert text[place + 2].endswith("IsClear")
            if word.endswith("IsClear"):
                assert text[place - 2] == "not"


@pytest.mark.parametrize("kind", list(Kind))
def test_kinds_and_depths_are_as_asked_for(kind: Kind) -> None:
    weights = tuple(float(other == kind) for other in Kind)
    depths = (0.0, 1.0, 0.0, 0.0, 0.0)
    config = KarelSamplerSettings(
        kinds=weights, branch_depths=depths, loop_depths=depths, mixed_depths=depths
    )
    tokens_PT = sample_programs(config, 2, 0, 200)
    assert (kinds_of(tokens_PT) == kind).all()
    assert program_statistics(tokens_PT).depths.tolist() == ([1] if kind == Kind.SEQ_ONLY else [0, 0, 1])


def test_settings_round_trip_and_what_does_not_fit_is_named() -> None:
    config = KarelSamplerSettings.named("real", p_extra=0.2)
    assert read(KarelSamplerSettings, config.to_dict()) == config
    with pytest.raises(InputError, match=r"unknown name 'unreal'\. Did you mean 'real'"):
        KarelSamplerSettings.named("unreal")
    with pytest.raises(InputError, match="p_extr") as caught:
        KarelSamplerSettings.named("real", p_extr=0.2)
    assert "p_extra" in str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kinds": (1.0,)}, "kinds: (1.0,) does not fit. Give a list of 4, each a number, at least 0."),
        ({"p_not": 2.0}, "p_not: 2.0 does not fit."),
        ({"actions": (0, 1, 1, 1, 1)}, "`move` has no weight in actions."),
        ({"wall_shares": (0.5,)}, "wall_shares does not fit. Give 7 rising shares."),
        ({"marker_shares": (0, 0.5, 0.4), "marker_bands": (1, 1)}, "Give 3 rising shares."),
        ({"loops": (0, 0)}, "all weights of loops are 0."),
    ],
)
def test_bad_settings_are_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(KarelSamplerSettings, values)
    assert message in str(raised.value)


def test_statistics_count_what_is_there() -> None:
    text = "DEF run m( move REPEAT R=3 r( putMarker IF c( not c( leftIsClear c) c) i( move i) r) m)"
    tokens = np.array([*(LEXEMES.index(word) for word in text.split()), 0], dtype=np.int32)
    found = program_statistics(tokens[None])
    assert found.lengths.tolist() == [len(text.split())]
    assert found.depths.tolist() == [0, 0, 1]
    assert (found.uses["move"], found.uses["not"], found.uses["WHILE"]) == (2, 1, 0)
    assert found.times == {3: 1.0}
    assert found.top_sizes.tolist() == [0, 0, 1]
    assert found.inner_sizes.tolist() == [0, 0.5, 0.5]
    world_W = World.from_text(["#.2", ">.1"]).to_array()
    worlds = world_statistics(world_W[None])
    assert (worlds.rows[0], worlds.cols[0]) == (2, 3)
    assert worlds.wall_shares[0] == pytest.approx(1 / 6)
    assert worlds.marker_shares[0] == pytest.approx(1 / 3)
    assert marker_counts(world_W).tolist() == [0, 0.5, 0.5]
