from __future__ import annotations

import numpy as np
import pytest
from programs import tokens_of

from lasynth.domains.c.behaviour import NUM_PROBES, behaviours, is_affine, probe_inputs

LOOP = "for ( int p_0 = 0 ; p_0 < 5 ; p_0 ++ ) { "


def behaviour_of(text: str) -> tuple[int, bool]:
    hashes_P, affine_P = behaviours(tokens_of(text)[None])
    return int(hashes_P[0]), bool(affine_P[0])


def test_probes_are_fixed_and_in_range() -> None:
    probes_KN = probe_inputs(5, 4)
    assert probes_KN.shape == (NUM_PROBES, 5)
    assert abs(probes_KN).max() == 4
    assert len(np.unique(probes_KN, axis=0)) == NUM_PROBES
    assert (probes_KN == probe_inputs(5, 4)).all()
    assert probe_inputs(16, 100).shape == (NUM_PROBES, 16)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("a [ 0 ] ++ ;", "a [ 0 ] = a [ 0 ] + 1 ;"),
        ("a [ 0 ] = 1 ; a [ 1 ] = 2 ;", "a [ 1 ] = 2 ; a [ 0 ] = 1 ;"),
        (LOOP + "a [ p_0 ] = 0 ; }", LOOP + "a [ 4 ] = 0 ; a [ p_0 ] = 0 ; }"),
    ],
)
def test_equal_functions_have_equal_hashes(text: str, other: str) -> None:
    assert behaviour_of(text) == behaviour_of(other)


def test_other_functions_have_other_hashes() -> None:
    texts = [f"a [ {i} ] = a [ {j} ] + {c} ;" for i in range(5) for j in range(5) for c in range(1, 5)]
    assert len({behaviour_of(text)[0] for text in texts}) == len(texts)


def test_a_failure_is_a_behaviour() -> None:
    fails = "int l_0 = 5 ; if ( a [ 0 ] > 3 ) { a [ l_0 ] = 1 ; }"  # fails on a few lists
    assert behaviour_of(fails)[0] != behaviour_of("a [ 0 ] = a [ 0 ] ;")[0]


def test_what_is_no_program_has_no_behaviour() -> None:
    assert behaviour_of("a [ 0 ] = ;") == (-1, False)


@pytest.mark.parametrize(
    ("text", "affine"),
    [
        ("a [ 0 ] = 3 ;", True),
        ("a [ 0 ] = a [ 1 ] - a [ 2 ] + 4 ;", True),
        (LOOP + "a [ p_0 ] += a [ p_0 ] + p_0 ; }", True),
        ("int l_0 = 0 ; " + LOOP + "l_0 += a [ p_0 ] ; a [ p_0 ] = l_0 ; }", True),
        ("int l_0 = 5 ; a [ 1 ] ++ ; if ( a [ 0 ] > 0 ) { a [ l_0 ] = 1 ; }", True),  # affine where it runs
        ("if ( a [ 0 ] > 0 ) { a [ 0 ] -- ; }", False),
        (LOOP + "if ( a [ p_0 ] < 0 ) { a [ p_0 ] = 0 - a [ p_0 ] ; } }", False),
        ("if ( a [ 0 ] > 0 ) { a [ 1 ] ++ ; } else { a [ 1 ] -- ; }", False),
        ("int l_0 = 5 ; a [ l_0 ] = 1 ;", False),  # never runs
    ],
)
def test_affine(text: str, affine: bool) -> None:
    assert behaviour_of(text)[1] is affine


def test_any_integer_affine_map_is_found() -> None:
    rng = np.random.default_rng(0)
    for num_cells in (1, 3, 5, 9):
        inputs_KN = probe_inputs(num_cells, 4)
        statuses_K = (rng.random(NUM_PROBES) < 0.4).astype(np.uint8)  # unit lists may be among the failed
        weights = rng.integers(-30, 31, (num_cells, num_cells))
        outputs_KN = (inputs_KN @ weights + rng.integers(-9, 10, num_cells)).astype(np.int32)
        outputs_KN[statuses_K != 0] = 0
        assert is_affine(inputs_KN, outputs_KN, statuses_K)
        outputs_KN[np.flatnonzero(statuses_K == 0)[-1], 0] += 1
        assert not is_affine(inputs_KN, outputs_KN, statuses_K)


def test_half_integer_maps_are_not_affine() -> None:
    inputs_KN = probe_inputs(3, 4)
    inputs_KN = np.ascontiguousarray(inputs_KN[(inputs_KN % 2 == 0).all(axis=1)])
    statuses_K = np.zeros(len(inputs_KN), dtype=np.uint8)
    assert len(inputs_KN) > 4
    assert not is_affine(inputs_KN, inputs_KN // 2, statuses_K)
