"""Schedules of the executor: the rule for whole sequences equals the rule token by token."""

from __future__ import annotations

import pytest
import torch
from programs import random_programs

from lasynth.domains.c.grammar import EOS, FIRST_INT, token_of
from lasynth.models import LaSynthConfig, build
from lasynth.models.schedule import AtEnd, EveryPeriod, Never, Schedule

NUM_TOKENS = FIRST_INT + 17


def statement_ends() -> Schedule:
    return build(LaSynthConfig(NUM_TOKENS, embedding=8, hidden=8, decoder=8, heads=1)).schedule


SCHEDULES = {
    "statements": statement_ends,
    "period": lambda: EveryPeriod(5),
    "end": AtEnd,
    "never": Never,
}


@pytest.mark.parametrize("make", SCHEDULES.values(), ids=SCHEDULES.keys())
def test_along_equals_step(make: type[Schedule]) -> None:
    schedule = make()
    tokens = random_programs(3, 200)
    tokens = torch.from_numpy(tokens[(tokens < NUM_TOKENS).all(1)].astype("int64"))
    along = schedule.along(tokens)
    state = torch.zeros(len(tokens), schedule.state_size, dtype=torch.long)
    for position in range(tokens.shape[1]):
        inside = tokens[:, position] != EOS
        state, runs = schedule.step(state, tokens[:, position])
        assert (runs == along[:, position])[inside].all()


def test_statement_ends_are_those_of_the_outermost_statements() -> None:
    text = "int l_0 = 1 ; int p_0 ; for ( p_0 = 0 ; p_0 < 3 ; p_0 ++ ) { a [ p_0 ] ++ ; } a [ 0 ] = l_0 ;"
    words = text.split()
    runs = statement_ends().along(torch.tensor([[token_of(word) for word in words]]))[0]
    assert runs.nonzero()[:, 0].tolist() == [words.index("}"), len(words) - 1]
