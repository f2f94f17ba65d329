from __future__ import annotations

import numpy as np

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


def test_it_holds_behaviours_of_the_training_split_only_each_once() -> None:
    hashes = behaviours(bank((WORLD_SIZE,)).tokens_PT[::4])
    assert (hashes >= 0).all()
    assert (splits_of(hashes) == Split.TRAIN).all()
    assert len(np.unique(hashes)) == len(hashes)


def test_short_loops_are_in_it_however_rare() -> None:
    loop = KAREL.text.tokens_of("DEF run m( REPEAT R=7 r( move pickMarker turnLeft move turnLeft r) m)")
    hashes = behaviours(bank((WORLD_SIZE,)).tokens_PT)
    same = behaviours(loop[None])
    assert (hashes == same[0]).any() == (splits_of(same)[0] == Split.TRAIN)
