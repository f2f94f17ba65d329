from __future__ import annotations

import numpy as np
import pytest

from lasynth import domains
from lasynth.data.filters import Split, splits_of
from lasynth.domains.karel.bank import bank
from lasynth.domains.karel.behaviour import behaviours
from lasynth.domains.karel.world import WORLD_SIZE

KAREL = domains.get("karel")


def test_it_holds_programs_the_common_ones_first() -> None:
    found = bank((WORLD_SIZE,))
    assert (np.diff(found.costs_P) >= 0).all()
    assert found.costs_P[0] > 0
    assert (found.tokens_PT[:, -1] == KAREL.grammar.eos).all()
    assert len(KAREL.text.of_tokens(found.tokens_PT[0]).split()) == 3  # a single action


def test_it_holds_each_behaviour_once_and_few_of_other_splits() -> None:
    hashes = behaviours(bank((WORLD_SIZE,)).tokens_PT)
    assert (hashes >= 0).all()
    assert len(np.unique(hashes)) == len(hashes)
    # Seven eighths of all behaviours are of the split train; of the others only near and short ones are here.
    assert 0.875 < (splits_of(hashes) == Split.TRAIN).mean() < 0.95


@pytest.mark.parametrize(
    "text",
    [
        "REPEAT R=7 r( move pickMarker turnLeft move turnLeft r)",
        "REPEAT R=4 r( WHILE c( frontIsClear c) w( putMarker move w) turnLeft r)",
        "WHILE c( not c( rightIsClear c) c) w( REPEAT R=9 r( turnRight move r) putMarker w)",
    ],
)
def test_short_loops_are_in_it_however_rare_and_whatever_their_split(text: str) -> None:
    loop = KAREL.text.tokens_of(f"DEF run m( {text} m)")
    assert np.isin(behaviours(loop[None]), behaviours(bank((WORLD_SIZE,)).tokens_PT)).all()
