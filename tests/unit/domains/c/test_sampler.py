from __future__ import annotations

import numpy as np
import pytest
from programs import text_of

from lasynth.config import read
from lasynth.domains.base import Status
from lasynth.domains.c.constructs import constructs_of, depths_of
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.mask import MASKING
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.printer import format_program
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.errors import InputError

ZEROS_KN = np.zeros((1, 5), dtype=np.int32)


@pytest.fixture(scope="module", params=["small", "paper"])
def programs_PT(request: pytest.FixtureRequest) -> np.ndarray:
    return sample_programs(CSamplerSettings.named(request.param), 7, 0, 2000)


def test_a_program_is_a_function_of_seed_and_number() -> None:
    config = CSamplerSettings()
    whole_PT = sample_programs(config, 3, 0, 60)
    assert (sample_programs(config, 3, 20, 40) == whole_PT[20:]).all()
    assert (sample_programs(config, 3, 0, 60) == whole_PT).all()
    assert (sample_programs(config, 4, 0, 60) != whole_PT).any(axis=1).mean() > 0.9
    far_PT = sample_programs(config, 3, (1 << 45) + 1, 5)
    assert (far_PT == sample_programs(config, 3, 1 << 45, 6)[1:]).all()


def test_the_machine_takes_every_program(programs_PT: np.ndarray) -> None:
    _, statuses_PK = run_batch(programs_PT, ZEROS_KN)
    assert (statuses_PK != Status.INVALID).all()
    assert (statuses_PK == Status.OK).mean() > 0.8


def test_the_mask_allows_every_token(programs_PT: np.ndarray) -> None:
    tokens_PT = programs_PT[:300]
    allowed_PTV = MASKING.allowed_along(tokens_PT, FIRST_INT + 6)
    rows, columns = np.indices(tokens_PT.shape)
    refused = ~allowed_PTV[rows, columns, tokens_PT]
    # The sampler declares names in order; so does the mask.
    assert not refused.any(), text_of(tokens_PT[refused.any(axis=1)][0])


def test_the_parser_reads_what_the_printer_writes(programs_PT: np.ndarray) -> None:
    for tokens in programs_PT[:200]:
        program = from_tokens(tokens)
        assert text_of(to_tokens(parse(format_program(program)))) == text_of(to_tokens(program))


def test_programs_end_within_the_limit() -> None:
    config = CSamplerSettings.named("paper", max_tokens=40)
    programs_PT = sample_programs(config, 0, 0, 500)
    assert programs_PT.shape == (500, 40)
    lengths = (programs_PT != 0).sum(axis=1)
    assert lengths.min() > 0
    assert lengths.max() < 40  # EOS has room too


def test_every_construct_comes_up() -> None:
    shares = {k: v.mean() for k, v in constructs_of(sample_programs(CSamplerSettings(), 1, 0, 5000)).items()}
    assert min(shares.values()) > 0.005, shares


def test_settings_are_kept_to() -> None:
    flat = CSamplerSettings(max_depth=1, in_loop=(0, 1, 0, 0, 0))
    assert depths_of(sample_programs(flat, 0, 0, 500))[1].max() == 1
    no_loops = CSamplerSettings(top=(1, 0, 1, 0, 0), in_branch=(1, 0, 1, 0, 0))
    found = constructs_of(sample_programs(no_loops, 0, 0, 500))
    assert not found["for"].any()
    assert found["if"].any()
    small = CSamplerSettings(num_cells=3, max_constant=1)
    literals = sample_programs(small, 0, 0, 500) - FIRST_INT
    assert literals.max() == 3  # as the bound of `p_0 < 3`


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"num_cell": 4}, "sampler settings: unknown entry 'num_cell'. Did you mean 'num_cells'?"),
        ({"num_cells": 1}, "num_cells: 1 does not fit. Give a whole number, at least 2 and at most 16."),
        ({"num_cells": "many"}, "num_cells: 'many' does not fit."),
        ({"p_else": 1.5}, "p_else: 1.5 does not fit. Give a number, at least 0 and at most 1."),
        ({"top": [1, 2]}, "top: [1, 2] does not fit. Give a list of 5, each a number, at least 0."),
        ({"num_locals": [0, 0]}, "all weights of num_locals are 0. Give one above 0."),
        ({"operands": [1, -1, 1]}, "operands: [1, -1, 1] does not fit."),
    ],
)
def test_bad_settings_are_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(CSamplerSettings, values)
    assert message in str(raised.value)


def test_an_unknown_name_is_said() -> None:
    with pytest.raises(InputError, match=r"unknown name 'huge'\. Known: idioms, mixed, paper, small"):
        CSamplerSettings.named("huge")


def test_settings_travel_as_json() -> None:
    config = CSamplerSettings.named("paper", p_else=0.5, num_cells=7)
    assert read(CSamplerSettings, config.to_dict()) == config
    assert read(CSamplerSettings, {"name": "paper", "p_else": 0.5, "num_cells": 7}) == config


def test_a_weight_of_zero_is_never_drawn() -> None:
    config = CSamplerSettings(assignments=(0, 0, 0, 1, 0), top=(1, 0, 0, 0, 0), p_reset_index=0)
    found = constructs_of(sample_programs(config, 0, 0, 300))
    assert found["++"].all()
    assert not any(found[text].any() for text in ("+=", "-=", "--"))
