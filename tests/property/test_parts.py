"""Programs that are cut at their outermost statements and joined again do the same as before."""

from __future__ import annotations

import numpy as np
import programs
from hypothesis import given
from hypothesis import strategies as st
from karel_worlds import random_programs, random_worlds

from lasynth import domains
from lasynth.domains.base import Status
from lasynth.domains.c.grammar import EOS, FIRST_INT, FIRST_NAME

C, KAREL = domains.get("c"), domains.get("karel")
seeds = st.integers(0, 2**32 - 1)
TICKS = 100_000  # for both halves together, so that the limit has no effect


@given(seeds)
def test_beginnings_of_c_are_the_first_statements(seed: int) -> None:
    for tokens in programs.random_programs(seed, 5):
        program = C.text.from_tokens(tokens)
        parts = C.cutting.beginnings(tokens)
        trees = [C.text.from_tokens(part) for part in parts]
        assert [tree.statements for tree in trees] == [
            program.statements[:count] for count in range(1, len(program.statements) + 1)
        ]
        assert all(tree.declarations == program.declarations for tree in trees)


@given(seeds)
def test_beginnings_of_karel_are_the_first_statements(seed: int) -> None:
    for tokens in random_programs(seed, 5):
        body = KAREL.text.from_tokens(tokens).body
        trees = [KAREL.text.from_tokens(part).body for part in KAREL.cutting.beginnings(tokens)]
        assert trees == [body[:count] for count in range(1, len(body) + 1)]


@given(seeds)
def test_a_chain_of_c_does_one_and_then_the_other(seed: int) -> None:
    lists_KN = np.random.default_rng(seed).integers(-4, 5, (4, 5)).astype(np.int32)
    tokens_PT = programs.random_programs(seed, 6, huge=False)
    for first, second in zip(tokens_PT[::2], tokens_PT[1::2], strict=True):
        both = C.cutting.chain(first, second)
        if both is None:
            names = {
                name
                for tokens in (first, second)
                for name in tokens.tolist()
                if FIRST_NAME <= name < FIRST_INT
            }
            assert len(names) > 4
            continue
        between, fine = C.machine.run_batch(first[None], lists_KN)
        wanted, then = C.machine.run_batch(second[None], between[0])
        got, ran = C.machine.run_batch(both[None], lists_KN)
        well = (fine[0] == Status.OK) & (then[0] == Status.OK)
        assert np.array_equal(got[0][well], wanted[0][well])
        assert (ran[0][well] == Status.OK).all()


@given(seeds)
def test_a_chain_of_karel_does_one_and_then_the_other(seed: int) -> None:
    worlds_KW = random_worlds(seed, 4)
    tokens_PT = random_programs(seed, 6)
    for first, second in zip(tokens_PT[::2], tokens_PT[1::2], strict=True):
        between, fine = KAREL.machine.run_batch(first[None], worlds_KW)
        wanted, then = KAREL.machine.run_batch(second[None], between[0])
        got, ran = KAREL.machine.run_batch(KAREL.cutting.chain(first, second)[None], worlds_KW, fuel=TICKS)
        well = (fine[0] == Status.OK) & (then[0] == Status.OK)
        assert np.array_equal(got[0][well], wanted[0][well])
        assert (ran[0][well] == Status.OK).all()


def test_names_of_c_run_out() -> None:
    many = "".join(f"int l_{number} ; " for number in range(5)) + "l_0 = 1 ; a [ 0 ] = l_0 ;"
    assert C.cutting.chain(programs.tokens_of(many), programs.tokens_of(many)) is None
    few = programs.tokens_of("int l_0 = 2 ; a [ 1 ] = l_0 ;")
    both = C.cutting.chain(few, programs.tokens_of(many))
    assert both is not None
    assert both[-1] == EOS
    names = sorted(each.name for each in C.text.from_tokens(both).declarations)
    assert names == [f"l_{number}" for number in range(6)]
